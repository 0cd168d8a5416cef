//! `--command-config FILE`: how a cluster is reached, in the file that Kafka's own tools take.
//!
//! What keys mean is `client::Settings::from_properties`; here the machine is handed to it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use client::{PropertyError, Settings, Surroundings};
use service::{Clock, environment};

use super::CommandError;
use crate::output;

/// Configurations, stores and lists of authorities are far smaller.
const FILE_BYTES_MAX: u64 = 8 << 20;

/// The machine, as a client's configuration may ask for it.
const SURROUNDINGS: Surroundings = Surroundings {
    read,
    variable: environment::variable,
    now_ms: || Clock::real().now_ms(),
};

/// The settings that a file says.
pub(super) fn settings(path: &Path) -> Result<Settings, CommandError> {
    let content = read(path).map_err(|source| CommandError::Input {
        what: path.display().to_string(),
        source,
    })?;
    let (pairs, malformed) = config::parse(&config::decode(&content));
    if let Some(error) = malformed.first() {
        return Err(CommandError::Usage(format!("{}: {error}", path.display())));
    }
    let pairs: BTreeMap<String, String> = pairs
        .into_iter()
        .map(|pair| (pair.name, pair.value))
        .collect();
    let found = Settings::from_properties(&pairs, SURROUNDINGS)
        .map_err(|errors| CommandError::Usage(refusal(path, &errors)))?;
    for key in &found.without_effect {
        output::note(&format!("{}: {key} has no effect here", path.display()));
    }
    Ok(found.settings)
}

/// One line for each key.
fn refusal(path: &Path, errors: &[PropertyError]) -> String {
    let line = |error: &PropertyError| {
        let mut text = format!("{}: {error}", path.display());
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    };
    let lines: Vec<String> = errors.iter().map(line).collect();
    lines.join("\n")
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let file = File::open(path)?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut content)?;
    if content.len() as u64 > FILE_BYTES_MAX {
        let problem = format!("longer than {FILE_BYTES_MAX} bytes");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(content)
}

#[cfg(test)]
mod tests;
