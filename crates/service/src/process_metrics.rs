//! What every process says about itself on `/metrics`: processor time, memory, descriptors, when it
//! started, how often it was started again, and whether its parts work.
//!
//! Names are those of Prometheus' client libraries. It reads `/proc/self` alone, which a sandbox leaves
//! open, and asks the kernel for the rest; what cannot be read is absent.

use std::fs;
use std::sync::{Mutex, PoisonError};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Counter, Gauge, IntCounter, IntGauge, IntGaugeVec, Opts, Registry};
use rustix::process::{Resource, getrlimit};
use rustix::time::{ClockId, clock_gettime};

use crate::admin::Health;
use crate::{Clock, environment};

/// Set by whoever keeps this process running: how often it was started again.
pub const RESTARTS_VARIABLE: &str = "OUTRIGGER_RESTARTS";
/// Sizes in it are counted in pages.
const STATM: &str = "/proc/self/statm";
const STAT: &str = "/proc/self/stat";
const DESCRIPTORS: &str = "/proc/self/fd";

/// Registers it all, once for a registry.
pub fn register(registry: &Registry, health: &Health) -> prometheus::Result<()> {
    registry.register(Box::new(ProcessMetrics::new()?))?;
    registry.register(Box::new(Components::new(health.clone())?))?;
    let restarts = environment::variable(RESTARTS_VARIABLE);
    if let Some(restarts) = restarts.and_then(|text| text.parse().ok()) {
        let counter = IntCounter::new(
            "outrigger_process_restarts_total",
            "How often this process was started again after it had ended by itself.",
        )?;
        counter.inc_by(restarts);
        registry.register(Box::new(counter))?;
    }
    Ok(())
}

struct ProcessMetrics {
    cpu_seconds: Counter,
    /// What is counted already: counters only grow.
    counted: Mutex<f64>,
    resident_bytes: IntGauge,
    virtual_bytes: IntGauge,
    open_descriptors: IntGauge,
    most_descriptors: IntGauge,
    threads: IntGauge,
    start_seconds: Gauge,
}

impl ProcessMetrics {
    fn new() -> prometheus::Result<Self> {
        Ok(Self {
            cpu_seconds: Counter::new(
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds.",
            )?,
            counted: Mutex::default(),
            resident_bytes: IntGauge::new(
                "process_resident_memory_bytes",
                "Resident memory size in bytes.",
            )?,
            virtual_bytes: IntGauge::new(
                "process_virtual_memory_bytes",
                "Virtual memory size in bytes.",
            )?,
            open_descriptors: IntGauge::new(
                "process_open_fds",
                "Number of open file descriptors.",
            )?,
            most_descriptors: IntGauge::new(
                "process_max_fds",
                "Maximum number of open file descriptors.",
            )?,
            threads: IntGauge::new("process_threads", "Number of OS threads in the process.")?,
            start_seconds: Gauge::new(
                "process_start_time_seconds",
                "Start time of the process since unix epoch in seconds.",
            )?,
        })
    }

    fn count_cpu(&self) {
        let spent = seconds(ClockId::ProcessCPUTime);
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if spent > *counted {
            self.cpu_seconds.inc_by(spent - *counted);
            *counted = spent;
        }
    }

    /// Sets what can be read, and gives that.
    fn read(&self) -> Vec<&dyn Collector> {
        self.count_cpu();
        let mut read: Vec<&dyn Collector> = vec![&self.cpu_seconds];
        if let Some((of_addresses, resident)) = read_text(STATM).as_deref().and_then(memory_bytes) {
            self.virtual_bytes.set(of_addresses);
            self.resident_bytes.set(resident);
            read.push(&self.virtual_bytes);
            read.push(&self.resident_bytes);
        }
        if let Some(Stat { threads, started }) = read_text(STAT).as_deref().and_then(stat) {
            self.threads.set(threads);
            // Once: told anew from two clocks it would move by microseconds, and every move is a restart to Prometheus.
            if self.start_seconds.get() <= 0.0 {
                let alive = seconds(ClockId::Boottime) - started;
                let now = Clock::real().now_ms() as f64 / 1000.0;
                self.start_seconds.set(now - alive);
            }
            read.push(&self.threads);
            read.push(&self.start_seconds);
        }
        if let Some(count) = open_descriptors() {
            self.open_descriptors.set(count);
            read.push(&self.open_descriptors);
        }
        if let Some(most) = getrlimit(Resource::Nofile).current {
            self.most_descriptors.set(signed(most));
            read.push(&self.most_descriptors);
        }
        read
    }
}

impl Collector for ProcessMetrics {
    fn desc(&self) -> Vec<&Desc> {
        let all: [&dyn Collector; 7] = [
            &self.cpu_seconds,
            &self.resident_bytes,
            &self.virtual_bytes,
            &self.open_descriptors,
            &self.most_descriptors,
            &self.threads,
            &self.start_seconds,
        ];
        all.into_iter().flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let read = self.read().into_iter();
        read.flat_map(Collector::collect).collect()
    }
}

/// What is of interest in `/proc/self/stat`.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stat {
    threads: i64,
    /// Seconds from the start of the machine.
    started: f64,
}

/// The name of the process, in parentheses, may hold anything: what follows the last of them counts.
fn stat(text: &str) -> Option<Stat> {
    let (_, fields) = text.rsplit_once(')')?;
    // The third field of proc(5) comes first here.
    let field = |number: usize| {
        fields
            .split_whitespace()
            .nth(number - 3)?
            .parse::<u64>()
            .ok()
    };
    let ticks = rustix::param::clock_ticks_per_second().max(1);
    Some(Stat {
        threads: signed(field(20)?),
        started: field(22)? as f64 / ticks as f64,
    })
}

/// All addresses, and what of them is in memory.
fn memory_bytes(text: &str) -> Option<(i64, i64)> {
    let page = rustix::param::page_size() as u64;
    let mut pages = text
        .split_whitespace()
        .map(|field| field.parse::<u64>().ok());
    let mut bytes = || Some(signed(pages.next()??.saturating_mul(page)));
    Some((bytes()?, bytes()?))
}

/// Linux 6.2 and later tell it as the size of the folder.
fn open_descriptors() -> Option<i64> {
    let told = fs::metadata(DESCRIPTORS).ok().map(|folder| folder.len());
    let told = told.filter(|count| *count > 0);
    let count = told.or_else(|| {
        let entries = fs::read_dir(DESCRIPTORS).ok()?;
        // The one that reads it is no more.
        Some((entries.count() as u64).saturating_sub(1))
    })?;
    Some(signed(count))
}

fn read_text(path: &str) -> Option<String> {
    fs::read(path)
        .ok()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// `outrigger_component_healthy`, as `/healthz` has it.
struct Components {
    health: Health,
    healthy: IntGaugeVec,
}

impl Components {
    fn new(health: Health) -> prometheus::Result<Self> {
        let opts = Opts::new(
            "outrigger_component_healthy",
            "Whether a part of this process works: 1 or 0.",
        );
        let healthy = IntGaugeVec::new(opts, &["component"])?;
        Ok(Self { health, healthy })
    }
}

impl Collector for Components {
    fn desc(&self) -> Vec<&Desc> {
        self.healthy.desc()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        for (component, works) in self.health.components() {
            let gauge = self.healthy.with_label_values(&[component]);
            gauge.set(i64::from(works));
        }
        self.healthy.collect()
    }
}

#[cfg(test)]
mod tests;
