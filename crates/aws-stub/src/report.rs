//! The report: requests and faults by operation, what was accepted, and what became of numbered lines.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::{Value, json};

use crate::operation::Service;
use crate::oracle::Oracle;
use crate::state::{State, lock};

/// How far back [`Totals::since`] can look.
const REMEMBERED_MS: i64 = 600_000;

/// Requests of an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub requests: u64,
    /// Those that met a fault of the script.
    pub faults: u64,
    /// Those that were accepted although the client was not told.
    pub ambiguous: u64,
    /// Events, records or objects in those.
    pub ambiguous_events: u64,
}

/// What a service accepted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    /// When, and how many numbered lines.
    recent: VecDeque<(i64, u64)>,
    /// How many lines were accepted so many milliseconds after the time that they tell.
    latencies: BTreeMap<i64, u64>,
    pub(crate) oracle: Oracle,
}

impl Totals {
    /// Adds what was accepted at a time.
    pub(crate) fn add(&mut self, now_ms: i64, events: u64, bytes: u64) {
        self.events += events;
        self.bytes += bytes;
        match self.recent.back_mut() {
            Some((at, count)) if *at == now_ms => *count += events,
            _ => self.recent.push_back((now_ms, events)),
        }
        while let Some((at, _)) = self.recent.front() {
            if now_ms - at < REMEMBERED_MS {
                break;
            }
            self.recent.pop_front();
        }
    }

    /// Adds a line that tells this time.
    pub(crate) fn late(&mut self, now_ms: i64, told_ms: i64) {
        *self.latencies.entry(now_ms - told_ms).or_default() += 1;
    }

    /// The latency that so large a share of all lines keeps.
    fn latency(&self, share: f64) -> Option<i64> {
        let lines: u64 = self.latencies.values().sum();
        let mut left = (lines as f64 * share).ceil() as u64;
        let mut rows = self.latencies.iter();
        let row = rows.find(|(_, count)| {
            left = left.saturating_sub(**count);
            left == 0
        });
        row.map(|(ms, _)| *ms)
    }

    /// Numbered lines accepted since a time.
    fn since(&self, from_ms: i64) -> u64 {
        let recent = self.recent.iter().rev();
        recent
            .take_while(|(at, _)| *at >= from_ms)
            .map(|(_, events)| events)
            .sum()
    }

    /// What became of the lines of each writer; `written` says by how many numbers, where that is known.
    fn report(&self, written: &BTreeMap<u8, u32>) -> Value {
        let mut expected = self.oracle.seen();
        expected.extend(written);
        let tallies: BTreeMap<String, _> = expected
            .into_iter()
            .map(|(writer, written)| (writer.to_string(), self.oracle.tally(writer, written)))
            .collect();
        json!({
            "events": self.events,
            "bytes": self.bytes,
            "writers": tallies,
            "faults": self.oracle.faults(),
            "latency_ms": {
                "p50": self.latency(0.5),
                "p99": self.latency(0.99),
                "max": self.latency(1.0),
            },
        })
    }
}

impl State {
    /// Asks the totals of a service; STS has none.
    pub(crate) fn totals<T>(&self, service: Service, ask: impl FnOnce(&Totals) -> T) -> Option<T> {
        match service {
            Service::Logs => Some(ask(&lock(&self.logs).totals)),
            Service::Kinesis => Some(ask(&lock(&self.kinesis).totals)),
            Service::Firehose => Some(ask(&lock(&self.firehose).totals)),
            Service::S3 => Some(ask(&lock(&self.s3).totals)),
            Service::Sts => None,
        }
    }

    pub(crate) fn report(&self, written: &BTreeMap<u8, u32>) -> Value {
        let (violations, violation_count) = self.violations.all();
        let services: BTreeMap<&str, Value> = Service::ALL
            .into_iter()
            .filter_map(|service| {
                let report = self.totals(service, |totals| totals.report(written))?;
                Some((service.name(), report))
            })
            .collect();
        json!({
            "version": 1,
            "operations": *lock(&self.counts),
            "services": services,
            "violations": violations,
            "violation_count": violation_count,
        })
    }

    /// Numbered lines that each service accepted in the last so many milliseconds.
    pub(crate) fn recent(&self, window_ms: i64) -> Value {
        let from_ms = self.clock.now_ms().saturating_sub(window_ms);
        self.each(|totals| totals.since(from_ms))
    }

    /// How many events each service accepted.
    pub(crate) fn events(&self) -> Value {
        self.each(|totals| totals.events)
    }

    fn each(&self, ask: impl Fn(&Totals) -> u64) -> Value {
        let services: BTreeMap<&str, u64> = Service::ALL
            .into_iter()
            .filter_map(|service| Some((service.name(), self.totals(service, &ask)?)))
            .collect();
        json!(services)
    }
}
