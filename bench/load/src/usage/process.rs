//! One process's running totals, read off `/proc/PID`.

use std::fs;

use anyhow::{Context, Result};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

#[derive(Default)]
pub(super) struct Sample {
    /// Exact; the two below are how the kernel splits it, in steps of 10 ms.
    pub(super) cpu_s: f64,
    pub(super) user_s: f64,
    pub(super) sys_s: f64,
    pub(super) rss_kb: u64,
    pub(super) peak_kb: u64,
    pub(super) threads: u64,
    pub(super) descriptors: u64,
    pub(super) read_bytes: u64,
    pub(super) write_bytes: u64,
}

impl Sample {
    pub(super) fn of(pid: u32) -> Result<Self> {
        let ticks_per_s = rustix::param::clock_ticks_per_second() as f64;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name in parentheses may hold anything: fields are counted from the last ')'.
        let (_, fields) = stat.rsplit_once(')').context("stat without a name")?;
        let seconds = |index: usize| {
            fields
                .split_whitespace()
                .nth(index)
                .and_then(|ticks| ticks.parse::<f64>().ok())
                .map(|ticks| ticks / ticks_per_s)
                .context("stat without CPU times")
        };
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        // Another user's process hides these two: they are left at 0.
        let io = fs::read_to_string(format!("/proc/{pid}/io")).unwrap_or_default();
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, |all| all.count());
        Ok(Self {
            cpu_s: cpu_s(pid)?,
            user_s: seconds(11)?,
            sys_s: seconds(12)?,
            rss_kb: field(&status, "VmRSS:"),
            peak_kb: field(&status, "VmHWM:"),
            threads: field(&status, "Threads:"),
            descriptors: descriptors as u64,
            read_bytes: field(&io, "read_bytes:"),
            write_bytes: field(&io, "write_bytes:"),
        })
    }

    pub(super) fn add(&mut self, other: &Sample) {
        self.cpu_s += other.cpu_s;
        self.user_s += other.user_s;
        self.sys_s += other.sys_s;
        self.rss_kb += other.rss_kb;
        self.peak_kb += other.peak_kb;
        self.threads += other.threads;
        self.descriptors += other.descriptors;
        self.read_bytes += other.read_bytes;
        self.write_bytes += other.write_bytes;
    }
}

/// CPU time of all threads a process has or had.
fn cpu_s(pid: u32) -> Result<f64> {
    let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(pid)?))?;
    let time = clock.now()?;
    Ok(time.tv_sec() as f64 + time.tv_nsec() as f64 / 1e9)
}

/// The number after `name` at the start of a line; 0 where there is none.
fn field(text: &str, name: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
