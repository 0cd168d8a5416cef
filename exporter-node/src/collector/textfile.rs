//! `textfile`: metrics that others have written into `*.prom` files of some directories.
//!
//! A file that is wrong is left out as a whole and makes `node_textfile_scrape_error` 1; the others
//! are told.

mod directories;
mod merge;

use std::path::Path;

use exposition::{Family, Format};
use rustix::fs::stat;
use service::flags::Flag;

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{list, read_once};

use directories::expand;
use merge::Merged;

const DIRECTORY: Flag = Flag::list(
    "collector.textfile.directory",
    &[],
    "Directory to read text files with metrics from, supports glob matching. (repeatable)",
);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&DIRECTORY];

/// Far more than a script writes: a larger file is not one of metrics.
const FILE_BYTES_MAX: usize = 16 << 20;

const MTIME: Desc = Desc::gauge(
    "node_textfile_mtime_seconds",
    "Unixtime mtime of textfiles successfully read.",
);
const SCRAPE_ERROR: Desc = Desc::gauge(
    "node_textfile_scrape_error",
    "1 if there was an error opening or reading a file, 0 otherwise",
);

struct Textfile {
    patterns: Vec<String>,
    /// What was wrong the last time, so that it is logged once.
    problems: Vec<String>,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let mut patterns = setup.values.list(&DIRECTORY);
    patterns.retain(|pattern| !pattern.is_empty());
    Box::new(Textfile {
        patterns,
        problems: Vec::new(),
    })
}

impl Collector for Textfile {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let mut problems = Vec::new();
        let mut merged = Merged::default();
        let mut times = Vec::new();
        for directory in self.patterns.iter().flat_map(|pattern| expand(pattern)) {
            let names = match list(&directory) {
                Ok(names) => names,
                Err(error) => {
                    problems.push(error.to_string());
                    continue;
                }
            };
            for name in names.iter().filter(|name| name.ends_with(".prom")) {
                let path = directory.join(name);
                match read(&path) {
                    Ok((time, found)) => {
                        merged.add(&path, found, &mut problems);
                        times.push((path, time));
                    }
                    Err(problem) => problems.push(format!("{}: {problem}", path.display())),
                }
            }
        }
        merged.tell(families, &mut problems);
        times.sort();
        times.dedup();
        for (path, seconds) in times {
            let labels = [("file", &*path.to_string_lossy())];
            families.put(&MTIME, &labels, seconds as f64);
        }
        let has_error = f64::from(u8::from(!problems.is_empty()));
        families.put(&SCRAPE_ERROR, &[], has_error);
        self.log(problems);
        Ok(())
    }
}

impl Textfile {
    /// Logs what is wrong where it was not so in the last round.
    fn log(&mut self, problems: Vec<String>) {
        for problem in &problems {
            if !self.problems.contains(problem) {
                tracing::warn!(%problem, "textfile collector");
            }
        }
        self.problems = problems;
    }
}

/// The time of a file, in seconds, and its families.
fn read(path: &Path) -> Result<(i64, Vec<Family>), String> {
    let time = modified(path)?;
    let bytes = read_once(path, FILE_BYTES_MAX).map_err(|error| error.to_string())?;
    // The content is somebody else's: what is told of it is where it is wrong, not what it says.
    let text = std::str::from_utf8(&bytes).map_err(|_| "is not UTF-8")?;
    let families =
        exposition::parse_as(text, Format::Text004).map_err(|error| error.to_string())?;
    let samples = families.iter().flat_map(|family| &family.samples);
    if samples.clone().any(|sample| sample.timestamp_ms.is_some()) {
        return Err("contains unsupported client-side timestamps, skipping entire file".to_owned());
    }
    Ok((time, families))
}

fn modified(path: &Path) -> Result<i64, String> {
    match stat(path) {
        Ok(found) => Ok(found.st_mtime),
        Err(error) => Err(std::io::Error::from(error).to_string()),
    }
}

#[cfg(test)]
mod tests;
