//! What the shipper writes is left out of what it follows, and a person is told where a pattern reaches into it.

use std::path::{Path, PathBuf};

use super::SinkConfig;
use crate::input::{self, InputSettings, Own};
use crate::sink::directory;

/// A file of a sink below its tree, as a pattern would meet it.
const FILES: [&str; 3] = [
    "0/KafkaBrokerLogs/r/c/2026-01-31-23/Broker-1_23-59_00000000.log",
    "0/KafkaBrokerLogs/r/c/2026-01-31-23/Broker-1_23-59_00000000.log.gz",
    "0/KafkaBrokerLogs/r/c/2026-01-31-23/Broker-1_23-59_00000000.log.zst",
];
const STATE_FILES: [&str; 2] = [
    "checkpoint-x-00000000.json",
    "dead-letters-x-00000000.ndjson",
];

/// The same without what is written, and a sentence for each place that a pattern reaches into.
pub(super) fn left_out(
    input: InputSettings,
    sinks: &[SinkConfig],
    state_dir: &Path,
    undelivered_file: Option<&Path>,
) -> (InputSettings, Vec<String>) {
    let directories = sinks.iter().filter(|sink| sink.kind == "directory");
    let trees: Vec<(&str, PathBuf)> = directories
        .map(|sink| (&*sink.name, directory::tree(&sink.target)))
        .collect();
    let reaches = |place: &Path, files: &[&str]| {
        // A pattern may name it as it is written here, or where links lead.
        let places = [std::path::absolute(place), place.canonicalize()];
        let paths: Vec<_> = places
            .iter()
            .flatten()
            .flat_map(|place| files.iter().map(|file| place.join(file)))
            .collect();
        // What is wrong with a pattern is not said here.
        input::check(&input.globs, &input.excludes, &paths).is_ok_and(|brought| !brought.is_empty())
    };
    let told =
        |what: &str| format!("input reaches into {what}: what is written there is not followed");
    let mut warnings: Vec<_> = trees
        .iter()
        .filter(|(_, tree)| reaches(tree, &FILES))
        .map(|(name, _)| told(name))
        .collect();
    if reaches(state_dir, &STATE_FILES) {
        warnings.push(told("state-dir"));
    }
    let own = Own {
        trees: trees.into_iter().map(|(_, tree)| tree).collect(),
        state_dir: Some(state_dir.to_owned()).filter(|path| !path.as_os_str().is_empty()),
        undelivered_file: undelivered_file.map(Path::to_owned),
    };
    (InputSettings { own, ..input }, warnings)
}
