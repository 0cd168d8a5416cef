//! `cargo xtask tools`: brings what the compatibility suites need and a fresh Debian 12 machine with Rust, JDK 17, Maven, Node, Go and Python lacks.
//! Everything lands in `.tools/` (git-ignored), each step once per pinned version. It never upgrades what is there and touches no system file but through apt.

mod debian;
mod deploy;
mod go;
mod jmx_agent;
mod kafka;
mod librdkafka;
mod localstack;
mod node;
mod prometheus;
mod python;
mod step;

use std::path::{Path, PathBuf};

use crate::command::{self, Command};

pub(crate) use prometheus::Release;
pub(crate) use step::Failure;

/// One installable tool set; the order here is the order of installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Chromium,
    Debian,
    Deploy,
    Go,
    Grafana,
    JmxAgent,
    Kafka,
    Librdkafka,
    Localstack,
    Node,
    Prometheus,
    Python,
    Valgrind,
}

impl Tool {
    pub(crate) const ALL: [Tool; 13] = [
        Tool::Chromium,
        Tool::Debian,
        Tool::Deploy,
        Tool::Go,
        Tool::Grafana,
        Tool::JmxAgent,
        Tool::Kafka,
        Tool::Librdkafka,
        Tool::Localstack,
        Tool::Node,
        Tool::Prometheus,
        Tool::Python,
        Tool::Valgrind,
    ];

    fn name(self) -> &'static str {
        match self {
            Tool::Chromium => "chromium",
            Tool::Debian => "debian",
            Tool::Deploy => "deploy",
            Tool::Go => "go",
            Tool::Grafana => "grafana",
            Tool::JmxAgent => "jmx-agent",
            Tool::Kafka => "kafka",
            Tool::Librdkafka => "librdkafka",
            Tool::Localstack => "localstack",
            Tool::Node => "node",
            Tool::Prometheus => "prometheus",
            Tool::Python => "python",
            Tool::Valgrind => "valgrind",
        }
    }
}

/// Where installed tools live, for the suites.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    repository: PathBuf,
    binary: PathBuf,
}

impl Tools {
    pub(crate) fn at(repository: &Path) -> Tools {
        Tools {
            repository: repository.to_path_buf(),
            binary: repository.join("target/debug/outrigger"),
        }
    }

    /// The same with another binary under test.
    pub(crate) fn with_binary(self, binary: PathBuf) -> Tools {
        Tools { binary, ..self }
    }

    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }

    /// The product under test.
    pub(crate) fn binary(&self) -> &Path {
        &self.binary
    }

    fn path(&self, below: &str) -> PathBuf {
        self.repository.join(".tools").join(below)
    }

    /// The Python interpreter whose environment holds the pinned clients.
    pub(crate) fn python(&self) -> PathBuf {
        self.path("python/venv/bin/python")
    }

    /// The Python interpreter whose environment holds Kubernetes' schemas.
    pub(crate) fn deploy_python(&self) -> PathBuf {
        self.path("deploy/python/venv/bin/python")
    }

    /// For `NODE_PATH`: the parser of container files.
    pub(crate) fn deploy_node_modules(&self) -> PathBuf {
        self.path("deploy/node/node_modules")
    }

    /// franz-go and AWS's signer, with the scenarios.
    pub(crate) fn go_client(&self) -> PathBuf {
        self.path("go/secured")
    }

    /// Checks files of `grafana/` against Grafana's published types.
    pub(crate) fn grafana_checker(&self) -> PathBuf {
        self.path("grafana/checker")
    }

    /// Prometheus and node_exporter of this Debian and of Debian's sid, by what is in their packages.
    pub(crate) fn prometheus(&self, release: Release) -> PathBuf {
        self.path("prometheus")
            .join(release.folder())
            .join("usr/bin")
    }

    /// The Python interpreter of LocalStack's own environment.
    pub(crate) fn localstack_python(&self) -> PathBuf {
        self.path("localstack/venv/bin/python")
    }

    /// A folder with `node_modules` of what LocalStack plays Kinesis with.
    pub(crate) fn localstack_kinesis(&self) -> PathBuf {
        self.path("localstack-kinesis")
    }

    /// For `NODE_PATH`.
    pub(crate) fn node_modules(&self) -> PathBuf {
        self.path("node/node_modules")
    }

    /// jmx_exporter's java agent, in Amazon MSK's version.
    pub(crate) fn jmx_agent(&self) -> PathBuf {
        self.path("jmx-agent/jmx_prometheus_javaagent.jar")
    }

    /// Folder of Apache Kafka's jars; `<it>/*` is a class path.
    pub(crate) fn kafka_libs(&self) -> PathBuf {
        self.path("kafka/libs")
    }

    /// A quiet log4j2 configuration for the JVM tools.
    pub(crate) fn log4j(&self) -> PathBuf {
        self.repository.join("tests/compat/java/log4j2.xml")
    }

    /// librdkafka's `tests/` folder, with `test-runner` built.
    pub(crate) fn librdkafka_tests(&self) -> PathBuf {
        self.path("librdkafka/source/tests")
    }
}

/// Installs what is missing of `wanted`; fast when nothing is.
pub(crate) fn install(tools: &Tools, wanted: &[Tool]) -> Result<(), Failure> {
    for tool in Tool::ALL.into_iter().filter(|tool| wanted.contains(tool)) {
        match tool {
            Tool::Chromium => debian::chromium(tools)?,
            Tool::Debian => debian::install(tools)?,
            Tool::Deploy => deploy::install(tools)?,
            Tool::Go => go::client(tools)?,
            Tool::Grafana => go::grafana_checker(tools)?,
            Tool::JmxAgent => jmx_agent::install(tools)?,
            Tool::Kafka => kafka::install(tools)?,
            Tool::Librdkafka => librdkafka::install(tools)?,
            Tool::Localstack => localstack::install(tools)?,
            Tool::Node => node::install(tools)?,
            Tool::Prometheus => prometheus::install(tools)?,
            Tool::Python => python::install(tools)?,
            Tool::Valgrind => debian::valgrind(tools)?,
        }
    }
    Ok(())
}

/// The row of the command table.
pub(crate) const COMMAND: Command = Command {
    name: "tools",
    arguments: "[NAME]...",
    about: "install what the suites need into .tools/",
    help: "Installs the tool sets named (debian, deploy, go, grafana, kafka, librdkafka, localstack, node, prometheus, python), or all of them. What is there is left alone.\n\n\
           examples:\n  cargo xtask tools\n  cargo xtask tools kafka",
    run,
};

fn run(arguments: &[String]) -> Result<(), command::Failure> {
    let mut wanted = Vec::new();
    for argument in arguments {
        let known = Tool::ALL.into_iter().find(|tool| tool.name() == argument);
        wanted.push(known.ok_or_else(|| command::Failure::unknown_word("tools", argument))?);
    }
    if wanted.is_empty() {
        wanted.extend(Tool::ALL);
    }
    let tools = Tools::at(&command::root());
    install(&tools, &wanted).map_err(|failure| command::Failure::Failed(failure.to_string()))?;
    println!("tools: ready in {}", tools.path("").display());
    Ok(())
}
