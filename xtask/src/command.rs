//! What every `cargo xtask` command is: a row with its name, its help, and the function it runs.
//!
//! A row does not parse arguments. Each command reads its own list of words, because none of them
//! has more than a handful of flags and the tooling stays free of dependencies.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// This very program, to be run once more: a build of the workspace, which it starts itself, writes another file in
/// its place.
pub(crate) const OWN_PROGRAM: &str = "/proc/self/exe";

/// One row of the table in `main.rs`.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    /// The words that may follow the name.
    pub(crate) arguments: &'static str,
    /// One line, shown in the list.
    pub(crate) about: &'static str,
    /// Shown by `cargo xtask help NAME`: a sentence or two, then examples.
    pub(crate) help: &'static str,
    /// Gets the words after the name.
    pub(crate) run: fn(&[String]) -> Result<(), Failure>,
}

/// Why a command did not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The words on the command line made no sense (exit status 2).
    Usage(String),
    /// The command ran and the answer is no (exit status 1); the text names the thing and the remedy.
    Failed(String),
}

impl Failure {
    /// A failure of something named by `what`, such as a path or a program.
    pub(crate) fn of(what: impl fmt::Display, cause: impl fmt::Display) -> Self {
        Self::Failed(format!("{what}: {cause}"))
    }

    /// The word `word` is unknown to the command `name`.
    pub(crate) fn unknown_word(name: &str, word: &str) -> Self {
        Self::Usage(format!(
            "`{name}` does not know `{word}`; see `cargo xtask help {name}`"
        ))
    }

    pub(crate) fn exit_status(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(text) | Self::Usage(text) => f.write_str(text),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(cause: io::Error) -> Self {
        Self::Failed(cause.to_string())
    }
}

/// The root of the checkout this tool was built from.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}
