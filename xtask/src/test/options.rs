//! The words of `cargo xtask test`. Which suites exist is the suites' own table.

use std::path::PathBuf;

use super::suite::{self, Suite};
use crate::command::Failure;

/// Which server the client suites run against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    /// One that already runs; nothing here can restart it.
    At(String),
    /// Apache Kafka of the installed jars, freshly started per suite: proves the suites themselves.
    Kafka,
    /// The built binary, freshly started per suite.
    Outrigger,
}

#[derive(Clone)]
pub(crate) struct Options {
    pub(crate) suites: Vec<&'static Suite>,
    pub(crate) server: Server,
    /// How often the `kills` suite kills; `None` is its slice for CI.
    pub(crate) kills: Option<u32>,
    pub(crate) seed: u64,
    /// Words handed to the suite's script, such as one scenario's name.
    pub(crate) scenario: Option<String>,
    /// A built binary to test in place of the one that is built for it.
    pub(crate) binary: Option<PathBuf>,
}

pub(crate) fn parse(words: &[String]) -> Result<Options, Failure> {
    let mut only: Vec<&'static Suite> = Vec::new();
    let mut skip: Vec<&'static Suite> = Vec::new();
    let mut options = Options {
        suites: Vec::new(),
        server: Server::Outrigger,
        kills: None,
        seed: 1,
        scenario: None,
        binary: None,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| Failure::Usage(format!("{word} needs a value")))
        };
        match word.as_str() {
            "--only" => only.extend(named(value()?)?),
            "--skip" => skip.extend(named(value()?)?),
            "--server" => options.server = server(value()?)?,
            "--count" => options.kills = Some(number(value()?)?),
            "--seed" => options.seed = number(value()?)?,
            "--binary" => options.binary = Some(std::path::absolute(value()?)?),
            "--scenario" => options.scenario = Some(value()?.clone()),
            _ => return Err(Failure::unknown_word("test", word)),
        }
    }
    let chosen = suite::SUITES.iter().filter(|suite| {
        if only.is_empty() {
            suite.ci
        } else {
            only.contains(suite)
        }
    });
    options.suites = chosen.filter(|suite| !skip.contains(suite)).collect();
    if options.suites.is_empty() {
        return Err(Failure::Usage("nothing is left to run".into()));
    }
    Ok(options)
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T, Failure> {
    word.parse()
        .map_err(|_| Failure::Usage(format!("`{word}` is not a number that fits")))
}

fn server(word: &str) -> Result<Server, Failure> {
    match word {
        "outrigger" => Ok(Server::Outrigger),
        "kafka" => Ok(Server::Kafka),
        address if address.contains(':') => Ok(Server::At(address.to_owned())),
        _ => Err(Failure::Usage(format!(
            "--server takes outrigger, kafka or HOST:PORT, not `{word}`"
        ))),
    }
}

fn named(list: &str) -> Result<Vec<&'static Suite>, Failure> {
    let find = |name: &str| {
        suite::SUITES
            .iter()
            .find(|suite| suite.name == name)
            .ok_or_else(|| {
                let known: Vec<&str> = suite::SUITES.iter().map(|suite| suite.name).collect();
                Failure::Usage(format!("no suite `{name}`; there are {}", known.join(", ")))
            })
    };
    list.split(',').map(find).collect()
}
