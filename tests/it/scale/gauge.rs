//! What a process holds, and how times spread.

use std::fs;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tests::Broker;

/// Resident memory now, and at its highest, in MiB.
pub(super) fn memory_mib(broker: &mut Broker) -> (u64, u64) {
    let pid = broker.process().pid();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a live process");
    let mib = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        kib.expect("a number of kB") / 1024
    };
    (mib("VmRSS:"), mib("VmHWM:"))
}

/// Lets this process open as many files as it may.
pub(super) fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("the soft limit can be raised to the hard one");
}

/// Times of one kind.
#[derive(Debug)]
pub(super) struct Spread {
    ordered: Vec<Duration>,
}

impl Spread {
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        assert!(!times.is_empty(), "nothing was measured");
        times.sort_unstable();
        Self { ordered: times }
    }

    /// The time that `percent` of all do not pass.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let last = self.ordered.len() - 1;
        self.ordered[last.min(self.ordered.len() * percent / 100)]
    }
}

impl std::fmt::Display for Spread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let last = self.ordered[self.ordered.len() - 1];
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        let count = self.ordered.len();
        write!(
            f,
            "p50 {p50:.1?}, p99 {p99:.1?}, longest {last:.1?} of {count}"
        )
    }
}
