//! The table of suites, in the order they run: cheap checks first. A suite outside CI runs only when it is named.

use super::report::Tally;
use super::{
    Context, big_file, cargo, clients, cloudwatch, dashboards, deploy, docs, faults, grafana,
    jmx_names, kills, librdkafka, logs, logs_kills, mixed_group, node_names, page, secured,
    tool_output, yammer,
};
use crate::command::Failure;
use crate::tools::Tool;

pub(crate) struct Suite {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// Part of a run without `--only`, and so of CI.
    pub(crate) ci: bool,
    /// Needs the built `outrigger`.
    pub(crate) binary: bool,
    pub(crate) tools: &'static [Tool],
    pub(crate) run: fn(&Context) -> Result<Tally, Failure>,
}

impl PartialEq for Suite {
    fn eq(&self, other: &Suite) -> bool {
        self.name == other.name
    }
}

pub(crate) const HELP: &str = "\
Runs every suite of CI, or those named, and ends with a summary. Suites outside CI are the long ones; name them.
--binary FILE tests that binary and builds none.
--server outrigger (default), kafka (Apache Kafka from .tools) or HOST:PORT chooses what the client suites talk to.

examples:
  cargo xtask test                                     everything that must be green
  cargo xtask test --only kcat,kafkajs                 two suites
  cargo xtask test --only kafkajs --server kafka       the suite itself, against Apache Kafka
  cargo xtask test --only java --scenario codecs       one scenario
  cargo xtask test --only secured-java,secrets-manager real clients on the ports with TLS and logins
  cargo xtask test --only dashboards,alerts            what is shown and told, by a real Prometheus
  cargo xtask test --only alerts --scenario 'lag grows' one fault
  cargo xtask test --only docs --scenario iam          the shell blocks of one page
  cargo xtask test --only logs                         log delivery to AWS, played by LocalStack
  cargo xtask test --only kills --count 200 --seed 7   the long run of kill -9 under load
  cargo xtask test --only reauthentication-full        three minutes of renewed sessions for each acks
  cargo xtask test --only bigfile                      a large text file through every client
  cargo xtask test --only librdkafka-full              librdkafka's whole allow-list";

pub(crate) const SUITES: &[Suite] = &[
    check("fmt", "cargo fmt --check", cargo::fmt),
    check("tidy", "what a machine can check of STYLE.md", cargo::tidy),
    check(
        "codegen",
        "generated code is what the schemas say",
        cargo::codegen,
    ),
    check("clippy", "no warning in any target", cargo::clippy),
    Suite {
        tools: &[Tool::Grafana, Tool::Prometheus],
        ..check(
            "grafana",
            "dashboards, rules and alerts: generated, typed, and proved by promtool",
            grafana::files,
        )
    },
    Suite {
        tools: &[Tool::Kafka],
        binary: true,
        ..check(
            "cargo",
            "unit, golden, property and black-box tests",
            cargo::test,
        )
    },
    Suite {
        tools: &[Tool::Kafka],
        ..check(
            "yammer",
            "rates and percentiles beside Yammer's metrics and Kafka's own",
            yammer::run,
        )
    },
    client(
        "kcat",
        "kcat 1.7.1, an old librdkafka",
        &[Tool::Debian],
        clients::kcat,
    ),
    client(
        "confluent",
        "confluent-kafka for Python",
        &[Tool::Python],
        clients::confluent,
    ),
    client(
        "kafka-python",
        "kafka-python",
        &[Tool::Python],
        clients::kafka_python,
    ),
    client("aiokafka", "aiokafka", &[Tool::Python], clients::aiokafka),
    client("kafkajs", "kafkajs", &[Tool::Node], clients::kafkajs),
    client("java", "the Java client", &[Tool::Kafka], clients::java),
    client(
        "tools",
        "what Kafka's tools print, compared with Apache Kafka",
        &[Tool::Kafka],
        tool_output::run,
    ),
    client(
        "librdkafka",
        "the quick slice of librdkafka's own tests",
        &[Tool::Librdkafka],
        librdkafka::quick,
    ),
    client(
        "mixed-group",
        "five consumers of three client libraries in one group",
        &[Tool::Kafka, Tool::Python],
        mixed_group::run,
    ),
    client(
        "kills",
        "kill -9 under load from idempotent producers",
        &[Tool::Python],
        kills::run,
    ),
    client(
        "logs-kills",
        "kill -9 of the log shipper while logs are renamed, services go away and its disk is full",
        &[],
        logs_kills::run,
    ),
    client(
        "secured-kcat",
        "kcat over TLS and SCRAM",
        &[Tool::Debian],
        secured::kcat,
    ),
    client(
        "secured-confluent",
        "confluent-kafka over TLS, SCRAM and with AWS's signer",
        &[Tool::Python],
        secured::confluent,
    ),
    client(
        "secured-kafka-python",
        "kafka-python over TLS, SCRAM, AWS_MSK_IAM and with AWS's signer",
        &[Tool::Python],
        secured::kafka_python,
    ),
    client(
        "secured-kafkajs",
        "kafkajs over TLS, SCRAM and with AWS's signer",
        &[Tool::Node],
        secured::kafkajs,
    ),
    client(
        "secured-java",
        "the Java client over TLS, SCRAM and with aws-msk-iam-auth",
        &[Tool::Kafka],
        secured::java,
    ),
    client(
        "secured-go",
        "franz-go over TLS, SCRAM, AWS_MSK_IAM and with AWS's signer",
        &[Tool::Go],
        secured::go,
    ),
    client(
        "secured-tools",
        "Kafka's tools and ours with --command-config on every port",
        &[Tool::Kafka, Tool::Python],
        secured::tools,
    ),
    client(
        "secured-sessions",
        "IAM roles and sessions of `outrigger iam` through real clients",
        &[Tool::Kafka, Tool::Python],
        secured::sessions,
    ),
    client(
        "secrets-manager",
        "SCRAM users out of AWS Secrets Manager, played by LocalStack",
        &[Tool::Localstack, Tool::Python],
        secured::secrets_manager,
    ),
    client(
        "cloudwatch",
        "every level of metrics read back from CloudWatch, played by LocalStack",
        &[Tool::Localstack, Tool::Python],
        cloudwatch::run,
    ),
    client(
        "logs",
        "the suite's logs and those of Apache Kafka, read back from everything that LocalStack plays, line for line",
        &[Tool::Kafka, Tool::Localstack, Tool::Python],
        logs::run,
    ),
    client(
        "reauthentication",
        "sessions of 5 s renewed under load, acks 0, 1 and all",
        &[Tool::Python],
        secured::reauthentication,
    ),
    client(
        "jmx-names",
        "the names of MBeans beside Apache Kafka with jmx_exporter's agent",
        &[Tool::JmxAgent, Tool::Kafka, Tool::Python],
        jmx_names::run,
    ),
    client(
        "node-names",
        "the machine's metrics beside two releases of node_exporter",
        &[Tool::Prometheus],
        node_names::run,
    ),
    client(
        "dashboards",
        "every query of the boards, by two releases of Prometheus that scrape the loaded product",
        &[Tool::Prometheus, Tool::Python],
        dashboards::run,
    ),
    client(
        "alerts",
        "faults made one by one: each raises the alert that names it, and it clears",
        &[Tool::Prometheus, Tool::Python],
        faults::run,
    ),
    client(
        "page",
        "the page of `outrigger up` in headless Chromium, under load",
        &[Tool::Chromium, Tool::Python],
        page::run,
    ),
    client(
        "deploy",
        "units, manifests, container file and CI page: checked, and the pod of the manifests run without an engine",
        &[Tool::Deploy, Tool::Kafka],
        deploy::run,
    ),
    client(
        "docs",
        "the documents: shell blocks run as a reader would, links lead somewhere, quoted messages are said",
        &[
            Tool::Debian,
            Tool::Go,
            Tool::Kafka,
            Tool::Localstack,
            Tool::Node,
            Tool::Python,
        ],
        docs::run,
    ),
    by_hand(
        "reauthentication-full",
        "the same for three minutes each: over a thousand renewals a run",
        &[Tool::Python],
        secured::reauthentication_full,
    ),
    by_hand(
        "bigfile",
        "a large text file through five clients, byte for byte",
        &[Tool::Debian, Tool::Kafka, Tool::Node, Tool::Python],
        big_file::run,
    ),
    by_hand(
        "librdkafka-full",
        "the whole allow-list of librdkafka's own tests",
        &[Tool::Librdkafka],
        librdkafka::full,
    ),
    Suite {
        ci: false,
        ..check(
            "scale",
            "the limits at their real size, on the release build",
            cargo::scale,
        )
    },
];

type Run = fn(&Context) -> Result<Tally, Failure>;

const fn check(name: &'static str, about: &'static str, run: Run) -> Suite {
    Suite {
        name,
        about,
        ci: true,
        binary: false,
        tools: &[],
        run,
    }
}

const fn client(
    name: &'static str,
    about: &'static str,
    tools: &'static [Tool],
    run: Run,
) -> Suite {
    Suite {
        name,
        about,
        ci: true,
        binary: true,
        tools,
        run,
    }
}

const fn by_hand(
    name: &'static str,
    about: &'static str,
    tools: &'static [Tool],
    run: Run,
) -> Suite {
    Suite {
        ci: false,
        ..client(name, about, tools, run)
    }
}
