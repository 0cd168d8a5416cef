//! Writing results to standard output, whole.

use std::io::{self, Write};

use serde::Serialize;

use super::CommandError;
use super::table::Table;

/// How a result is shown.
#[derive(clap::Args, Clone, Copy, Debug)]
pub(crate) struct OutputArgs {
    /// Print JSON for scripts
    #[arg(long)]
    pub(crate) json: bool,
}

/// Prints a value as JSON over several lines.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CommandError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(io::Error::from)?;
    text.push(b'\n');
    bytes(&text)
}

/// Prints a table.
pub(crate) fn table(table: &Table) -> Result<(), CommandError> {
    bytes(table.to_string().as_bytes())
}

/// Prints a line.
pub(crate) fn line(text: &str) -> Result<(), CommandError> {
    bytes(format!("{text}\n").as_bytes())
}

fn bytes(bytes: &[u8]) -> Result<(), CommandError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}
