//! The machine's CPU times, and this process's own.

use std::fs;

use anyhow::{Result, bail};
use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

pub(super) struct Host {
    pub(super) busy_s: f64,
    pub(super) idle_s: f64,
    pub(super) steal_s: f64,
}

impl Host {
    pub(super) fn now() -> Result<Self> {
        let ticks_per_s = rustix::param::clock_ticks_per_second() as f64;
        let stat = fs::read_to_string("/proc/stat")?;
        let times: Vec<f64> = stat
            .lines()
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .skip(1)
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .map(|ticks| ticks / ticks_per_s)
            .collect();
        let [user, nice, system, idle, iowait, irq, softirq, steal, ..] = times[..] else {
            bail!("/proc/stat has no cpu line");
        };
        Ok(Self {
            busy_s: user + nice + system + irq + softirq,
            idle_s: idle + iowait,
            steal_s: steal,
        })
    }
}

/// CPU time of all threads of this process.
pub(super) fn own_cpu_s() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Sockets count against the soft limit, which is often 1024. Where it cannot be raised, the run
/// goes on and says which connection failed.
pub(crate) fn raise_descriptor_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}
