//! What the machine does: CPU of everybody, CPU of this process, memory of one process. From `/proc`.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::command::Failure;
use crate::stopwatch::Stopwatch;

/// `/proc` counts CPU time in hundredths of a second on every Linux that Rust runs on.
const TICKS_PER_S: f64 = 100.0;
/// How long the machine is watched before a run.
const WATCH: Duration = Duration::from_millis(1500);
/// Size of one write of the page-cache probe.
const WRITE_BYTES: usize = 64 * 1024;

pub(super) fn cores() -> usize {
    thread::available_parallelism().map_or(0, usize::from)
}

/// Cores that others keep busy while this process watches.
#[expect(
    clippy::disallowed_methods,
    reason = "the interval that is watched, not a sleep to be right"
)]
pub(super) fn other_cores() -> Result<f64, Failure> {
    let watch = Stopwatch::start();
    let before = busy_s(&read("/proc/stat")?)?;
    thread::sleep(WATCH);
    let after = busy_s(&read("/proc/stat")?)?;
    Ok((after - before).max(0.0) / watch.seconds())
}

/// Busy seconds of all cores since boot.
fn busy_s(stat: &str) -> Result<f64, Failure> {
    let line = stat.lines().next().unwrap_or_default();
    let ticks: Vec<f64> = line
        .split_whitespace()
        .skip(1)
        .flat_map(str::parse)
        .collect();
    match ticks[..] {
        // The columns between are idle and iowait.
        [user, nice, system, _, _, irq, softirq, ..] => {
            Ok((user + nice + system + irq + softirq) / TICKS_PER_S)
        }
        _ => Err(Failure::of("/proc/stat", "no line of CPU times")),
    }
}

/// CPU seconds of this process so far.
fn own_cpu_s() -> Result<f64, Failure> {
    cpu_s_of("/proc/self/stat")
}

/// CPU seconds of all threads of a process so far, in user and kernel mode.
pub(super) fn cpu_s(pid: u32) -> Result<f64, Failure> {
    cpu_s_of(&format!("/proc/{pid}/stat"))
}

fn cpu_s_of(path: &str) -> Result<f64, Failure> {
    let stat = read(path)?;
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields);
    let ticks = fields.map(|fields| fields.split_whitespace().skip(11).take(2));
    let ticks = ticks.into_iter().flatten().flat_map(str::parse::<f64>);
    Ok(ticks.sum::<f64>() / TICKS_PER_S)
}

/// CPU seconds per GB that the kernel charges for writing into fresh page cache: what no broker
/// that keeps its data in files can go below.
pub(super) fn page_cache_cpu_s_per_gb(folder: &Path, bytes: u64) -> Result<f64, Failure> {
    let path = folder.join("page-cache");
    let block = vec![b'k'; WRITE_BYTES];
    let mut file = fs::File::create(&path)?;
    let before = own_cpu_s()?;
    let blocks = bytes / WRITE_BYTES as u64;
    for _ in 0..blocks {
        file.write_all(&block)?;
    }
    let spent = own_cpu_s()? - before;
    fs::remove_file(&path)?;
    Ok(spent / (blocks as f64 * WRITE_BYTES as f64 / 1e9))
}

/// `VmRSS` or `VmHWM` of a process, in MiB.
pub(super) fn memory_mib(pid: u32, field: &str) -> Result<f64, Failure> {
    let path = format!("/proc/{pid}/status");
    let status = read(&path)?;
    let kib = memory_kib(&status, field);
    kib.map(|kib| kib / 1024.0)
        .ok_or_else(|| Failure::of(path, format!("no line {field}")))
}

fn memory_kib(status: &str, field: &str) -> Option<f64> {
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn read(path: &str) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause: io::Error| Failure::of(path, cause))
}

#[cfg(test)]
mod tests;
