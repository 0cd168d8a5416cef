//! `stat`: interrupts, context switches, forks, and when the machine was started.
//!
//! ```text
//! intr 8688370812 0 9 …        /proc/stat: the sum comes first
//! ctxt 24466758
//! softirq 9 1 2 3 4 5 6 7 8 9 10
//! ```

use service::flags::Flag;

use super::{CollectError, Collector, Round, Setup, number};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

const SOFTIRQ: Flag = Flag::switch(
    "collector.stat.softirq",
    false,
    "Export softirq calls per vector",
);

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&SOFTIRQ];

/// The lines whose first number is told.
const LINES: &[(&str, Desc)] = &[
    (
        "intr",
        Desc::counter("node_intr_total", "Total number of interrupts serviced."),
    ),
    (
        "ctxt",
        Desc::counter(
            "node_context_switches_total",
            "Total number of context switches.",
        ),
    ),
    (
        "processes",
        Desc::counter("node_forks_total", "Total number of forks."),
    ),
    (
        "btime",
        Desc::gauge("node_boot_time_seconds", "Node boot time, in unixtime."),
    ),
    (
        "procs_running",
        Desc::gauge(
            "node_procs_running",
            "Number of processes in runnable state.",
        ),
    ),
    (
        "procs_blocked",
        Desc::gauge(
            "node_procs_blocked",
            "Number of processes blocked waiting for I/O to complete.",
        ),
    ),
];
const SOFTIRQS: Desc = Desc::counter("node_softirqs_total", "Number of softirq calls.");
/// The numbers of the line `softirq` after their sum.
const VECTORS: [&str; 10] = [
    "hi",
    "timer",
    "net_tx",
    "net_rx",
    "block",
    "block_iopoll",
    "tasklet",
    "sched",
    "hrtimer",
    "rcu",
];

struct Stat {
    file: KeptFile,
    with_softirqs: bool,
    round: Round,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Stat {
        file: setup.paths.proc_whole("stat"),
        with_softirqs: setup.values.switch(&SOFTIRQ),
        round: setup.round.clone(),
    })
}

impl Collector for Stat {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        // `cpu` has read it, where it is on.
        let with_softirqs = self.with_softirqs;
        let told = self
            .round
            .with_stat(|text| tell(text, with_softirqs, families));
        match told {
            Some(told) => told,
            None => tell(&self.file.text()?, with_softirqs, families),
        }
    }
}

fn tell(text: &str, with_softirqs: bool, families: &mut Families) -> Result<(), CollectError> {
    let mut found = [0.0; LINES.len()];
    let mut any = false;
    for line in text.lines() {
        let Some((key, values)) = line.split_once(' ') else {
            continue;
        };
        let mut values = values.split_ascii_whitespace();
        if let Some(at) = LINES.iter().position(|(name, _)| *name == key) {
            let value: u64 = number("stat", values.next().unwrap_or_default())?;
            found[at] = value as f64;
            any = true;
        } else if key == "softirq" && with_softirqs {
            for (vector, value) in VECTORS.iter().zip(values.skip(1)) {
                let value: u64 = number("stat", value)?;
                families.put(&SOFTIRQS, &[("vector", vector)], value as f64);
            }
        }
    }
    if !any {
        return Err(CollectError::malformed("stat", "has none of its lines"));
    }
    for ((_, desc), value) in LINES.iter().zip(found) {
        families.put(desc, &[], value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::tell;
    use crate::families::Families;

    #[test]
    fn the_first_number_of_a_line_is_told() {
        let check = |text: &str, softirqs: bool, expected: Option<usize>| {
            let mut families = Families::default();
            let told = tell(text, softirqs, &mut families).ok();
            assert_eq!(told.map(|()| families.len()), expected, "{text:?}");
        };
        let text = "cpu0 1\nintr 12 0 9\nctxt 5\nbtime 7\nsoftirq 55 1 2 3 4 5 6 7 8 9 10\n";
        check(text, false, Some(6));
        check(text, true, Some(16));
        for text in [
            "",
            "cpu0 1 2\n",
            "intr x\n",
            "intr \n",
            "ctxt -1\n",
            "\u{fffd}",
        ] {
            check(text, false, None);
        }
    }
}
