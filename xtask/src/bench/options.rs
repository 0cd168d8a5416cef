//! The words of `cargo xtask bench`.

use std::path::PathBuf;

use super::Engine;
use crate::command::Failure;

pub(super) const HELP: &str = "\
Runs our broker (release build) and Apache Kafka side by side: start time and memory, then rounds of
produce, consume and open-loop latency, each round on both. Prints medians and ratios, and writes
every sample to a JSON file. About five minutes; with --quick about one and a half.

  --quick        one short round
  --only ENGINE  outrigger or kafka
  --rounds N     rounds that count (3)
  --binary FILE  measure this build of the product instead of making one
  --out FILE     the JSON file (target/bench/kafka.json)
  --force        measure on a machine that is busy with something else

examples:
  cargo xtask bench kafka
  cargo xtask bench kafka --quick --only kafka
  cargo xtask bench kafka --binary dist/outrigger";

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) engines: Vec<Engine>,
    pub(super) rounds: u32,
    pub(super) quick: bool,
    pub(super) force: bool,
    pub(super) binary: Option<PathBuf>,
    pub(super) out: Option<PathBuf>,
}

pub(super) fn parse(words: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        engines: vec![Engine::Outrigger, Engine::Kafka],
        rounds: 3,
        quick: false,
        force: false,
        binary: None,
        out: None,
    };
    let (peer, words) = words
        .split_first()
        .map_or(("", words), |(peer, rest)| (peer, rest));
    if peer != "kafka" {
        let text = "`bench` needs a peer, and knows `kafka`";
        return Err(Failure::Usage(text.to_string()));
    }
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
