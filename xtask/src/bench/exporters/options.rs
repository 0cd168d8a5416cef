//! The words of `cargo xtask bench exporters`.

use std::path::PathBuf;

use crate::bench::options::{Options as Common, Suite};
use crate::bench::server::{Binaries, Engine};
use crate::command::Failure;
use crate::tools::Tools;

pub(super) struct Options {
    pub(super) partitions: Vec<usize>,
    pub(super) scrapes: usize,
    pub(super) force: bool,
    binary: Option<PathBuf>,
}

impl Options {
    /// Builds the product where no build is named.
    pub(super) fn binaries(&self, tools: &Tools) -> Result<Binaries, Failure> {
        let common = Common {
            suite: Suite::Kafka,
            engines: Engine::ALL.to_vec(),
            rounds: 1,
            quick: true,
            force: self.force,
            binary: self.binary.clone(),
            out: None,
        };
        Binaries::build(tools, &common)
    }
}

pub(super) fn parse(words: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        partitions: vec![1000, 10_000],
        scrapes: 40,
        force: false,
        binary: None,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let missing = || Failure::Usage(format!("{word} needs a value"));
            words.next().ok_or_else(missing)
        };
        match word.as_str() {
            "--force" => options.force = true,
            "--scrapes" => options.scrapes = number(value()?)?,
            "--binary" => options.binary = Some(PathBuf::from(value()?)),
            "--partitions" => {
                let numbers = value()?.split(',').map(number);
                options.partitions = numbers.collect::<Result<_, _>>()?;
            }
            _ => return Err(Failure::unknown_word("bench", word)),
        }
    }
    Ok(options)
}

fn number(word: &str) -> Result<usize, Failure> {
    word.parse()
        .map_err(|_| Failure::Usage(format!("`{word}` is no number")))
}
