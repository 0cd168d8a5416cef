//! `schedstat`: how long each processor has run processes, and how long they waited for it.
//!
//! ```text
//! version 17                                   /proc/schedstat
//! cpu0 0 0 0 0 0 0 1902304 1012931 48210       the 7th to 9th: ns running, ns waiting, timeslices
//! ```

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

const RUNNING: Desc = Desc::counter(
    "node_schedstat_running_seconds_total",
    "Number of seconds CPU spent running a process.",
);
const WAITING: Desc = Desc::counter(
    "node_schedstat_waiting_seconds_total",
    "Number of seconds spent by processing waiting for this CPU.",
);
const TIMESLICES: Desc = Desc::counter(
    "node_schedstat_timeslices_total",
    "Number of timeslices executed by CPU.",
);

struct Schedstat {
    file: KeptFile,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Schedstat {
        file: setup.paths.proc_file("schedstat"),
    })
}

impl Collector for Schedstat {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.file.text()?;
        for (cpu, [running, waiting, timeslices]) in text.lines().filter_map(parse) {
            let labels = [("cpu", cpu)];
            families.put(&RUNNING, &labels, running as f64 / 1e9);
            families.put(&WAITING, &labels, waiting as f64 / 1e9);
            families.put(&TIMESLICES, &labels, timeslices as f64);
        }
        Ok(())
    }
}

/// `None` for lines of domains, of the version, and what is no line of a processor.
fn parse(line: &str) -> Option<(&str, [u64; 3])> {
    let mut words = line.strip_prefix("cpu")?.split_ascii_whitespace();
    let cpu = words.next()?;
    cpu.parse::<u32>().ok()?;
    let mut numbers = words.map(|word| word.parse().ok());
    for _ in 0..6 {
        numbers.next()??;
    }
    Some((cpu, [numbers.next()??, numbers.next()??, numbers.next()??]))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn the_last_three_numbers_count() {
        let check = |line: &str, expected: Option<(&str, [u64; 3])>| {
            assert_eq!(parse(line), expected, "{line:?}");
        };
        check("cpu12 1 2 3 4 5 6 7 8 9", Some(("12", [7, 8, 9])));
        check("version 17", None);
        check("domain0 MC 3 1", None);
        check("cpu0 1 2 3 4 5 6 7 8", None);
        check("cpu0 1 2 3 4 5 6 7 8 x", None);
        check("cpu\u{fffd} 1 2 3 4 5 6 7 8 9", None);
    }
}
