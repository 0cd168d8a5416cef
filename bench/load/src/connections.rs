//! Opening many connections: handshakes per second, and what each costs the server.

mod frame;
mod opener;
mod scram;
mod tls;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::cli::{Common, Connections};
use crate::client::Errors;
use crate::histogram::{Histogram, locked};
use crate::report::Outcome;
use crate::usage::{Probe, Usage};
use opener::{Open, Opener};

pub(crate) fn run(common: &Common, asked: &Connections, probe: Probe) -> Result<(Outcome, Usage)> {
    let errors = Errors::default();
    let opener = Opener::new(common, asked)?;
    let meter = probe.start()?;
    let start = Instant::now();
    let (open, handshakes) = open_all(asked, &opener, &errors)?;
    let elapsed_s = start.elapsed().as_secs_f64();
    if !asked.churn {
        thread::sleep(Duration::from_secs_f64(asked.hold));
    }
    let usage = meter.stop(0)?;

    let summary = handshakes.summary();
    let opened = summary.count;
    let each = |amount: f64| (opened > 0).then(|| amount / opened as f64);
    let broker = usage.broker.as_ref();
    let errors = errors.take();
    let clean = opened == asked.count as u64 && errors.is_empty();
    let grown_kib =
        |broker: &crate::usage::Broker| (broker.rss_after_mib - broker.rss_before_mib) * 1024.0;
    let result = json!({
        "asked": asked.count,
        "opened": opened,
        "held": open.len(),
        "elapsed_s": elapsed_s,
        "handshakes_per_s": opened as f64 / elapsed_s,
        "handshake": summary,
        "broker_cpu_ms_each": broker.and_then(|broker| each(broker.cpu_s * 1e3)),
        "broker_rss_kib_each": broker
            .filter(|_| !asked.churn)
            .and_then(|broker| each(grown_kib(broker))),
        "errors": errors,
    });
    // Thousands of clients take long to close one by one, and nothing is left to measure.
    std::mem::forget(open);
    Ok((Outcome { clean, result }, usage))
}

/// Opens them on `--concurrency` threads; what stays open, and how long each handshake took.
fn open_all(
    asked: &Connections,
    opener: &Opener,
    errors: &Errors,
) -> Result<(Vec<Open>, Histogram)> {
    let next = AtomicUsize::new(0);
    let all = Mutex::new((Vec::with_capacity(asked.count), Histogram::new()?));
    let timeout = Duration::from_secs_f64(asked.timeout);
    thread::scope(|scope| {
        for _ in 0..asked.concurrency.clamp(1, asked.count.max(1)) {
            scope.spawn(|| {
                while next.fetch_add(1, Relaxed) < asked.count {
                    let start = Instant::now();
                    match opener.open(timeout) {
                        Ok(open) => {
                            let mut all = locked(&all);
                            all.1.record(start.elapsed().as_nanos() as u64);
                            if !asked.churn {
                                all.0.push(open);
                            }
                        }
                        Err(cause) => errors.note(format!("{cause:#}")),
                    }
                }
            });
        }
    });
    Ok(all
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner))
}
