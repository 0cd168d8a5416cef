//! The words of `cargo xtask bench`.

use std::path::PathBuf;

use super::Engine;
use crate::command::Failure;

pub(super) const HELP: &str = "\
Runs our broker (release build) and Apache Kafka side by side: start time and memory, then rounds of
produce, consume and open-loop latency, each round on both. Prints medians and ratios, and writes
every sample to a JSON file. About five minutes; with --quick about one and a half.

  kafka          the broker alone, over plaintext
  security       broker and authn: logins, produce and consume over TLS, added round-trip time

  --quick        one short round
  --only ENGINE  outrigger or kafka
  --rounds N     rounds that count (3)
  --binary FILE  measure this build of the product instead of making one
  --out FILE     the JSON file (target/bench/kafka.json, or security.json)
  --force        measure on a machine that is busy with something else

  node           exporter-node beside node_exporter: CPU per scrape, resident memory; its words:
  --scrapes N    scrapes of each in all, in ten turns (1000)
  --long N       then so many of ours alone, and how its memory grew (0)
  --release R    which node_exporter: stable (this Debian's) or sid (sid)
  --binary FILE and --force as above

  metrics        what recording and reading metrics costs; its word:
  --as-built     take the two builds of the broker of the last run

  exporters      exporter-jmx beside jmx_exporter's agent: CPU of a scrape in all processes; its words:
  --partitions N,M  how many there are (1000,10000), ten to a topic
  --scrapes N    scrapes of each that count (40)
  --binary FILE and --force as above

  logs           the log shipper to CloudWatch Logs over TLS; its words:
  --mib N        of the file that is shipped (512)
  --rounds N     ways to ship it, in turns (5)
  --files N      quiet files, and files while the sink is away (1000)
  --seconds N    of silence, and of lines at 1 MB/s (30)
  --only-speed   nothing but how fast the file is shipped
  --peer fluent-bit=FILE   a Fluent Bit that ships the same file in the same rounds
  --shipper \"FILE [WORD]\", --stub FILE   these builds, and none is made

examples:
  cargo xtask bench kafka
  cargo xtask bench metrics
  cargo xtask bench security
  cargo xtask bench kafka --quick --only kafka
  cargo xtask bench kafka --binary dist/outrigger
  cargo xtask bench node --long 100000
  cargo xtask bench exporters --partitions 10000
  cargo xtask bench logs --peer fluent-bit=/opt/fluent-bit/bin/fluent-bit";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Suite {
    Kafka,
    Security,
}

impl Suite {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Security => "security",
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) suite: Suite,
    pub(super) engines: Vec<Engine>,
    pub(super) rounds: u32,
    pub(super) quick: bool,
    pub(super) force: bool,
    pub(super) binary: Option<PathBuf>,
    pub(super) out: Option<PathBuf>,
}

pub(super) fn parse(words: &[String]) -> Result<Options, Failure> {
    let (suite, words) = match words.split_first() {
        Some((word, rest)) if word == "kafka" => (Suite::Kafka, rest),
        Some((word, rest)) if word == "security" => (Suite::Security, rest),
        _ => {
            let text = "`bench` needs a suite, and knows `kafka` and `security`";
            return Err(Failure::Usage(text.to_string()));
        }
    };
    let mut options = Options {
        suite,
        engines: vec![Engine::Outrigger, Engine::Kafka],
        rounds: 3,
        quick: false,
        force: false,
        binary: None,
        out: None,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let missing = || Failure::Usage(format!("{word} needs a value"));
            words.next().ok_or_else(missing)
        };
        match word.as_str() {
            "--quick" => (options.quick, options.rounds) = (true, 1),
            "--force" => options.force = true,
            "--only" => options.engines = vec![engine(value()?)?],
            "--rounds" => options.rounds = rounds(value()?)?,
            "--binary" => options.binary = Some(PathBuf::from(value()?)),
            "--out" => options.out = Some(PathBuf::from(value()?)),
            _ => return Err(Failure::unknown_word("bench", word)),
        }
    }
    Ok(options)
}

fn engine(word: &str) -> Result<Engine, Failure> {
    Engine::ALL
        .into_iter()
        .find(|engine| engine.name() == word)
        .ok_or_else(|| Failure::Usage(format!("--only takes outrigger or kafka, not `{word}`")))
}

fn rounds(word: &str) -> Result<u32, Failure> {
    match word.parse() {
        Ok(rounds @ 1..=100) => Ok(rounds),
        _ => Err(Failure::Usage(format!(
            "--rounds takes 1 to 100, not `{word}`"
        ))),
    }
}

#[cfg(test)]
mod tests;
