//! What `/status` on the admin port answers: how each sink stands, as JSON that only grows.
//!
//! People read it as `outrigger status`, which is elsewhere.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::metrics::{Following, Lag, Roster};

/// The version of the answer.
const VERSION: u32 = 1;

/// How everything stands.
#[derive(Debug, Serialize)]
pub struct Status {
    version: u32,
    sinks: Vec<SinkStatus>,
    files: usize,
    held_deleted_bytes: u64,
}

#[derive(Debug, Serialize)]
struct SinkStatus {
    name: String,
    kind: &'static str,
    target: String,
    state: &'static str,
    lag_bytes: u64,
    lag_seconds: f64,
    lag_events: u64,
    events_delivered: u64,
    lost_bytes: BTreeMap<&'static str, u64>,
    dead_letters: u64,
    dead_letters_dropped: u64,
    trouble: Option<String>,
    retry_in_seconds: Option<f64>,
}

impl Status {
    /// As it is now.
    pub fn of(roster: &Roster) -> Self {
        let now_ms = roster.now_ms();
        let (sinks, catalogue) = {
            let work = roster.work();
            (work.sinks.clone(), work.catalogue.clone())
        };
        let figures = catalogue
            .map(|catalogue| catalogue.figures())
            .unwrap_or_default();
        Self {
            version: VERSION,
            sinks: sinks
                .iter()
                .map(|sink| SinkStatus::of(sink, now_ms))
                .collect(),
            files: figures.files,
            held_deleted_bytes: figures.held_deleted_bytes,
        }
    }

    /// Its text.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl SinkStatus {
    fn of(sink: &Following, now_ms: i64) -> Self {
        let mut lag = Lag::default();
        for of_file in sink.lags(now_ms).into_values() {
            lag.add(of_file);
        }
        let standing = sink.figures.standing().clone();
        let state = match (&standing.trouble, lag.bytes) {
            _ if standing.is_stopped => "stopped",
            (Some(_), _) => "retrying",
            (None, 0) => "idle",
            (None, _) => "delivering",
        };
        let retry_in = standing
            .trouble
            .as_ref()
            .map(|trouble| trouble.retry_at_ms.saturating_sub(now_ms).max(0) as f64 / 1000.0);
        let checkpoint = standing.checkpoint_trouble.map(|(why, _)| why);
        Self {
            name: sink.figures.name().to_string(),
            kind: sink.kind,
            target: sink.target.to_string(),
            state,
            lag_bytes: lag.bytes,
            lag_seconds: lag.seconds,
            lag_events: lag.events,
            events_delivered: standing.events_delivered,
            lost_bytes: standing.lost_bytes,
            dead_letters: standing.dead_letters,
            dead_letters_dropped: standing.dead_letters_dropped,
            trouble: standing
                .trouble
                .map(|trouble| trouble.message)
                .or(checkpoint),
            retry_in_seconds: retry_in,
        }
    }
}
