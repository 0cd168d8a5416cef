//! Latency histograms: nanoseconds in, microseconds out, three digits from 1 µs to 10 minutes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Result, anyhow};
use serde::Serialize;

const NS_MIN: u64 = 1_000;
const NS_MAX: u64 = 600_000_000_000;
const DIGITS: u8 = 3;

pub(crate) struct Histogram(hdrhistogram::Histogram<u64>);

impl Histogram {
    pub(crate) fn new() -> Result<Self> {
        hdrhistogram::Histogram::new_with_bounds(NS_MIN, NS_MAX, DIGITS)
            .map(Self)
            .map_err(|cause| anyhow!("histogram bounds: {cause}"))
    }

    pub(crate) fn record(&mut self, ns: u64) {
        self.0.saturating_record(ns.clamp(NS_MIN, NS_MAX));
    }

    pub(crate) fn merge(&mut self, other: &Self) -> Result<()> {
        self.0
            .add(&other.0)
            .map_err(|cause| anyhow!("merging histograms: {cause}"))
    }

    pub(crate) fn summary(&self) -> Summary {
        let us = |ns: f64| (ns / 100.0).round() / 10.0;
        let quantile = |share: f64| us(self.0.value_at_quantile(share) as f64);
        Summary {
            count: self.0.len(),
            mean_us: us(self.0.mean()),
            min_us: us(if self.0.is_empty() { 0 } else { self.0.min() } as f64),
            p50_us: quantile(0.5),
            p90_us: quantile(0.9),
            p95_us: quantile(0.95),
            p99_us: quantile(0.99),
            p999_us: quantile(0.999),
            p9999_us: quantile(0.9999),
            max_us: us(self.0.max() as f64),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Summary {
    pub(crate) count: u64,
    mean_us: f64,
    min_us: f64,
    p50_us: f64,
    p90_us: f64,
    p95_us: f64,
    p99_us: f64,
    p999_us: f64,
    p9999_us: f64,
    max_us: f64,
}

/// Locks what another thread may have left behind: sums stay readable after a panic elsewhere.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
