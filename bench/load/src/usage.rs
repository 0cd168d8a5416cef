//! What a run cost: the server's CPU, memory and storage I/O, this client's own CPU, and what else
//! kept the machine busy. All of it comes from `/proc`; nothing is asked of the server.

mod host;
mod listeners;
mod process;

use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::cli::Common;
use host::Host;
use process::Sample;

pub(crate) use host::raise_descriptor_limit;

/// The processes that a run is charged to.
pub(crate) struct Probe {
    pids: Vec<u32>,
    reset_peak: bool,
}

impl Probe {
    pub(crate) fn new(common: &Common) -> Result<Self> {
        let pids = match common.pid.as_str() {
            "none" | "" => Vec::new(),
            "auto" => {
                let pids = listeners::pids(&listeners::ports(&common.bootstrap)?)?;
                if pids.is_empty() {
                    bail!(
                        "--pid auto: no process here listens on the ports of {}",
                        common.bootstrap
                    );
                }
                pids
            }
            list => list
                .split(',')
                .map(|pid| pid.trim().parse().with_context(|| format!("--pid {list}")))
                .collect::<Result<_>>()?,
        };
        let probe = Self {
            pids,
            reset_peak: common.reset_peak,
        };
        probe.sample()?;
        Ok(probe)
    }

    fn sample(&self) -> Result<Sample> {
        let mut sum = Sample::default();
        for &pid in &self.pids {
            sum.add(&Sample::of(pid).with_context(|| format!("reading /proc/{pid}"))?);
        }
        Ok(sum)
    }

    /// Begins the interval that is accounted for.
    pub(crate) fn start(self) -> Result<Meter> {
        if self.reset_peak {
            for pid in &self.pids {
                fs::write(format!("/proc/{pid}/clear_refs"), "5")
                    .with_context(|| format!("--reset-peak: /proc/{pid}/clear_refs"))?;
            }
        }
        Ok(Meter {
            before: self.sample()?,
            host: Host::now()?,
            client_s: host::own_cpu_s(),
            at: Instant::now(),
            probe: self,
        })
    }
}

/// An interval under way.
pub(crate) struct Meter {
    probe: Probe,
    before: Sample,
    host: Host,
    client_s: f64,
    at: Instant,
}

impl Meter {
    /// Ends the interval. `bytes` is what CPU seconds per GB are reckoned by.
    pub(crate) fn stop(self, bytes: u64) -> Result<Usage> {
        let wall_s = self.at.elapsed().as_secs_f64();
        let client_cpu_s = host::own_cpu_s() - self.client_s;
        let host = Host::now()?;
        let broker = if self.probe.pids.is_empty() {
            None
        } else {
            Some(self.broker(bytes, wall_s)?)
        };
        let broker_cpu_s = broker.as_ref().map_or(0.0, |broker| broker.cpu_s);
        let busy_s = host.busy_s - self.host.busy_s;
        Ok(Usage {
            broker,
            host: HostUse {
                wall_s,
                cores: std::thread::available_parallelism().map_or(0, |cores| cores.get()),
                client_cpu_s,
                other_cpu_s: (busy_s - client_cpu_s - broker_cpu_s).max(0.0),
                idle_s: host.idle_s - self.host.idle_s,
                steal_s: host.steal_s - self.host.steal_s,
            },
        })
    }

    fn broker(&self, bytes: u64, wall_s: f64) -> Result<Broker> {
        let (before, after) = (&self.before, self.probe.sample()?);
        let user_s = after.user_s - before.user_s;
        let sys_s = after.sys_s - before.sys_s;
        let cpu_s = after.cpu_s - before.cpu_s;
        let mib = |kb: u64| kb as f64 / 1024.0;
        let mb = |after: u64, before: u64| after.saturating_sub(before) as f64 / 1e6;
        Ok(Broker {
            pids: self.probe.pids.clone(),
            user_s,
            sys_s,
            cpu_s,
            cores: cpu_s / wall_s,
            cpu_s_per_gb: (bytes > 0).then(|| cpu_s / (bytes as f64 / 1e9)),
            rss_before_mib: mib(before.rss_kb),
            rss_after_mib: mib(after.rss_kb),
            rss_peak_mib: mib(after.peak_kb),
            threads: after.threads,
            descriptors_before: before.descriptors,
            descriptors_after: after.descriptors,
            storage_read_mb: mb(after.read_bytes, before.read_bytes),
            storage_write_mb: mb(after.write_bytes, before.write_bytes),
        })
    }
}

#[derive(Serialize)]
pub(crate) struct Usage {
    pub(crate) broker: Option<Broker>,
    pub(crate) host: HostUse,
}

/// Sums over all pids of the server.
#[derive(Serialize)]
pub(crate) struct Broker {
    pids: Vec<u32>,
    user_s: f64,
    sys_s: f64,
    pub(crate) cpu_s: f64,
    /// Cores kept busy on average
    cores: f64,
    cpu_s_per_gb: Option<f64>,
    pub(crate) rss_before_mib: f64,
    pub(crate) rss_after_mib: f64,
    /// VmHWM: since the process started, or since --reset-peak
    rss_peak_mib: f64,
    threads: u64,
    descriptors_before: u64,
    descriptors_after: u64,
    storage_read_mb: f64,
    storage_write_mb: f64,
}

#[derive(Serialize)]
pub(crate) struct HostUse {
    wall_s: f64,
    cores: usize,
    client_cpu_s: f64,
    /// Busy time of the machine that was neither the server's nor this client's: a run with much
    /// of it was disturbed
    other_cpu_s: f64,
    idle_s: f64,
    steal_s: f64,
}
