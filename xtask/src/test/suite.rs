//! The table of suites, in the order they run: cheap checks first. A suite outside CI runs only when it is named.

use super::report::Tally;
use super::{Context, big_file, cargo, clients, kills, librdkafka, mixed_group, tool_output};
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
--server outrigger (default), kafka (Apache Kafka from .tools) or HOST:PORT chooses what the client suites talk to.

examples:
  cargo xtask test                                     everything that must be green
  cargo xtask test --only kcat,kafkajs                 two suites
  cargo xtask test --only kafkajs --server kafka       the suite itself, against Apache Kafka
  cargo xtask test --only java --scenario codecs       one scenario
  cargo xtask test --only kills --count 200 --seed 7   the long run of kill -9 under load
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
        tools: &[Tool::Kafka],
        binary: true,
        ..check(
            "cargo",
            "unit, golden, property and black-box tests",
            cargo::test,
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
