//! `cargo xtask tools`: brings what the compatibility suites need and a fresh Debian 12 machine with Rust, JDK 17, Maven, Node and Python lacks.
//! Everything lands in `.tools/` (git-ignored), each step once per pinned version. It never upgrades what is there and touches no system file but through apt.

mod debian;
mod kafka;
mod librdkafka;
mod node;
mod python;
mod step;

use std::path::{Path, PathBuf};

use crate::command::{self, Command};

pub(crate) use step::Failure;

/// One installable tool set; the order here is the order of installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Debian,
    Kafka,
    Librdkafka,
    Node,
    Python,
}

impl Tool {
    pub(crate) const ALL: [Tool; 5] = [
        Tool::Debian,
        Tool::Kafka,
        Tool::Librdkafka,
        Tool::Node,
        Tool::Python,
    ];

    fn name(self) -> &'static str {
        match self {
            Tool::Debian => "debian",
            Tool::Kafka => "kafka",
            Tool::Librdkafka => "librdkafka",
            Tool::Node => "node",
            Tool::Python => "python",
        }
    }
}

/// Where installed tools live, for the suites.
#[derive(Clone, Debug)]
pub(crate) struct Tools {
    repository: PathBuf,
}

impl Tools {
    pub(crate) fn at(repository: &Path) -> Tools {
        Tools {
            repository: repository.to_path_buf(),
        }
    }

    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }

    fn path(&self, below: &str) -> PathBuf {
        self.repository.join(".tools").join(below)
    }

    /// The Python interpreter whose environment holds the pinned clients.
    pub(crate) fn python(&self) -> PathBuf {
        self.path("python/venv/bin/python")
    }

    /// For `NODE_PATH`.
    pub(crate) fn node_modules(&self) -> PathBuf {
        self.path("node/node_modules")
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
            Tool::Debian => debian::install(tools)?,
            Tool::Kafka => kafka::install(tools)?,
            Tool::Librdkafka => librdkafka::install(tools)?,
            Tool::Node => node::install(tools)?,
            Tool::Python => python::install(tools)?,
        }
    }
    Ok(())
}

/// The row of the command table.
pub(crate) const COMMAND: Command = Command {
    name: "tools",
    arguments: "[NAME]...",
    about: "install what the suites need into .tools/",
    help: "Installs the tool sets named (debian, kafka, librdkafka, node, python), or all of them. What is there is left alone.\n\n\
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
