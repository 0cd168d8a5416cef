//! `processes`: how many processes and threads there are, by what they are doing; off by default,
//! as it reads a file per thread.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::attribute::unsigned;
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptFile, ReadError, list, read_once};

/// `/proc/PID/stat` is one line, in which only the name is of the process' choice (64 bytes).
const STAT_BYTES_MAX: usize = 4096;

const THREADS: Desc = Desc::gauge("node_processes_threads", "Allocated threads in system");
const THREADS_MAX: Desc = Desc::gauge(
    "node_processes_max_threads",
    "Limit of threads in the system",
);
const STATE: Desc = Desc::gauge("node_processes_state", "Number of processes in each state.");
const THREADS_STATE: Desc = Desc::gauge(
    "node_processes_threads_state",
    "Number of threads in each state.",
);
const PIDS: Desc = Desc::gauge("node_processes_pids", "Number of PIDs");
const PIDS_MAX: Desc = Desc::gauge("node_processes_max_processes", "Number of max PIDs limit");

struct Processes {
    procfs: PathBuf,
    threads_max: KeptFile,
    pids_max: KeptFile,
}

#[derive(Debug, Default)]
struct Counts {
    pids: u32,
    threads: u64,
    by_state: BTreeMap<char, u32>,
    threads_by_state: BTreeMap<char, u32>,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Processes {
        procfs: setup.paths.proc(""),
        threads_max: setup.paths.proc_whole("sys/kernel/threads-max"),
        pids_max: setup.paths.proc_whole("sys/kernel/pid_max"),
    })
}

impl Collector for Processes {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let counts = count(&self.procfs)?;
        families.put(&THREADS, &[], counts.threads as f64);
        families.put(&THREADS_MAX, &[], unsigned(&mut self.threads_max)?);
        for (states, desc, label) in [
            (&counts.by_state, &STATE, "state"),
            (&counts.threads_by_state, &THREADS_STATE, "thread_state"),
        ] {
            for (state, number) in states {
                let state = state.encode_utf8(&mut [0; 4]).to_owned();
                families.put(desc, &[(label, &state)], f64::from(*number));
            }
        }
        let pids_max = unsigned(&mut self.pids_max)?;
        families.put(&PIDS, &[], f64::from(counts.pids));
        families.put(&PIDS_MAX, &[], pids_max);
        Ok(())
    }
}

fn count(procfs: &Path) -> Result<Counts, CollectError> {
    let mut counts = Counts::default();
    for pid in list(procfs)?.iter().filter(|name| is_number(name)) {
        let directory = procfs.join(pid);
        let Some((state, threads)) = read(&directory)? else {
            continue;
        };
        counts.pids += 1;
        counts.threads += threads;
        *counts.by_state.entry(state).or_default() += 1;
        let tasks = directory.join("task");
        let names = match list(&tasks) {
            Err(error) if has_ended(&error) => continue,
            names => names?,
        };
        for thread in names.iter().filter(|name| is_number(name)) {
            let state = match thread == pid {
                true => Some(state),
                false => read(&tasks.join(thread))?.map(|(state, _)| state),
            };
            if let Some(state) = state {
                *counts.threads_by_state.entry(state).or_default() += 1;
            }
        }
    }
    Ok(counts)
}

fn is_number(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_digit())
}

/// State and number of threads; `None` where it has ended meanwhile.
fn read(directory: &Path) -> Result<Option<(char, u64)>, CollectError> {
    let path = directory.join("stat");
    match read_once(&path, STAT_BYTES_MAX) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let malformed = || CollectError::malformed(path.display(), "no state and threads");
            parse(&text).ok_or_else(malformed).map(Some)
        }
        Err(source) => {
            let error = ReadError { path, source };
            if has_ended(&error) {
                return Ok(None);
            }
            Err(CollectError::Read(error))
        }
    }
}

fn has_ended(error: &ReadError) -> bool {
    let code = error.source.raw_os_error().map(Errno::from_raw_os_error);
    error.source.kind() == ErrorKind::NotFound || code == Some(Errno::SRCH)
}

/// `1 (name with) anything) S 0 …`: the last parenthesis ends the name; the state is the 3rd field,
/// the number of threads the 20th.
fn parse(stat: &str) -> Option<(char, u64)> {
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(16)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_name_may_look_like_fields() {
        let numbers = (4..=25)
            .map(|n| n.to_string())
            .collect::<Vec<_>>()
            .join(" ");
        let check = |stat: &str, expected: Option<(char, u64)>| {
            assert_eq!(parse(stat), expected, "{stat:?}");
        };
        check(&format!("1 (a) S {numbers}"), Some(('S', 20)));
        check(&format!("1 (a) R 1) D {numbers}"), Some(('D', 20)));
        check(&format!("1 (\u{fffd}\n) Z {numbers}"), Some(('Z', 20)));
        for stat in ["", "1 (a", "1 (a)", "1 (a) S", "1 (a) S 1 2 3"] {
            check(stat, None);
        }
    }
}
