//! What is worked out when somebody asks: how far behind each sink is with each log.
//!
//! It reads what the deliveries know and keeps nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounterVec, Opts};
use service::Clock;

use crate::delivery::budget::Budget;
use crate::delivery::progress::Progress;
use crate::input::Catalogue;
use crate::metrics::sink_figures::SinkFigures;
use crate::sink::Sink;

/// Logs that have series of their own; the others are shown together.
const FILES_MAX: usize = 1000;
/// The label of the others.
const OTHER: &str = "other";

/// A sink that is at work.
#[derive(Clone)]
pub struct Following {
    /// Itself.
    pub sink: Arc<dyn Sink>,
    /// `cloudwatch-logs`.
    pub kind: &'static str,
    /// What stands behind the colon.
    pub target: Arc<str>,
    /// What it does.
    pub figures: Arc<SinkFigures>,
    /// How far it is.
    pub progress: Arc<Progress>,
    /// What it holds.
    pub budget: Arc<Budget>,
}

/// Everything that is at work now; clones share it.
#[derive(Clone, Debug)]
pub struct Roster {
    work: Arc<Mutex<Work>>,
    clock: Clock,
    descs: Arc<Vec<Desc>>,
}

/// What is at work.
#[derive(Debug, Default)]
pub struct Work {
    /// The sinks.
    pub sinks: Vec<Following>,
    /// The files.
    pub catalogue: Option<Arc<Catalogue>>,
}

/// How far a sink is behind, in all or with one log.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lag {
    /// Bytes that are not dealt with.
    pub bytes: u64,
    /// Events that are not dealt with.
    pub events: u64,
    /// How long ago the oldest of them happened.
    pub seconds: f64,
}

impl fmt::Debug for Following {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Following")
            .field(self.figures.name())
            .finish()
    }
}

impl Following {
    /// How far it is behind with each log.
    pub fn lags(&self, now_ms: i64) -> BTreeMap<Arc<str>, Lag> {
        let state = self.progress.lock();
        let mut lags: BTreeMap<Arc<str>, Lag> = BTreeMap::new();
        for file in state.files.values() {
            let name = file.file.log();
            let is_known = lags.contains_key(name) || lags.len() < FILES_MAX;
            let name = if is_known {
                Arc::clone(name)
            } else {
                OTHER.into()
            };
            let lag = lags.entry(name).or_default();
            lag.add(Lag {
                bytes: file.lag_bytes(),
                events: file.lag_events(),
                seconds: file.oldest_ms().map_or(0.0, |oldest_ms| {
                    now_ms.saturating_sub(oldest_ms).max(0) as f64 / 1000.0
                }),
            });
        }
        lags
    }
}

impl Lag {
    /// Together with another: bytes and events add, and the older counts.
    pub fn add(&mut self, other: Self) {
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.events = self.events.saturating_add(other.events);
        self.seconds = self.seconds.max(other.seconds);
    }
}

impl Roster {
    /// Nothing is at work.
    pub fn new(clock: Clock) -> Result<Self, prometheus::Error> {
        let mut descs = Vec::new();
        for vec in Gauges::per_sink()?.into_iter().chain(Gauges::whole()?) {
            descs.extend(vec.desc().into_iter().cloned());
        }
        let counters = Counters::new()?;
        for vec in [&counters.replaced, &counters.deleted, &counters.truncations] {
            descs.extend(vec.desc().into_iter().cloned());
        }
        Ok(Self {
            work: Arc::default(),
            clock,
            descs: Arc::new(descs),
        })
    }

    /// What is at work.
    pub fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these are at work, with the files of this catalogue.
    pub fn follow(&self, sinks: Vec<Following>, catalogue: Arc<Catalogue>) {
        let mut work = self.work();
        work.sinks = sinks;
        work.catalogue = Some(catalogue);
    }

    /// What time it is for lags.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn gather(&self) -> Result<Vec<MetricFamily>, prometheus::Error> {
        let now_ms = self.now_ms();
        let (sinks, catalogue) = {
            let work = self.work();
            (work.sinks.clone(), work.catalogue.clone())
        };
        let mut held = 0;
        let [bytes, seconds, events, age] = Gauges::per_sink()?;
        let counters = Counters::new()?;
        for sink in &sinks {
            held += sink.budget.used();
            let name = &**sink.figures.name();
            for (file, lag) in sink.lags(now_ms) {
                bytes
                    .with_label_values(&[name, &*file])
                    .set(lag.bytes as f64);
                seconds.with_label_values(&[name, &*file]).set(lag.seconds);
                events
                    .with_label_values(&[name, &*file])
                    .set(lag.events as f64);
            }
            let replaced = counters.replaced.with_label_values(&[name]);
            replaced.inc_by(sink.sink.replaced_events());
            let deleted = counters.deleted.with_label_values(&[name]);
            deleted.inc_by(sink.sink.deleted_bytes());
            let written_ms = sink.figures.standing().checkpoint_ms;
            let seconds =
                written_ms.map_or(0, |written_ms| now_ms.saturating_sub(written_ms).max(0));
            age.with_label_values(&[name]).set(seconds as f64 / 1000.0);
        }
        let figures = catalogue
            .map(|catalogue| catalogue.figures())
            .unwrap_or_default();
        let whole = Gauges::whole()?;
        let values = [
            held as f64,
            figures.files as f64,
            figures.open_files as f64,
            figures.held_deleted_bytes as f64,
            figures.unreadable_paths as f64,
        ];
        for (gauge, value) in whole.iter().zip(values) {
            gauge.with_label_values::<&str>(&[]).set(value);
        }
        let truncations = counters.truncations.with_label_values::<&str>(&[]);
        truncations.inc_by(figures.truncations);
        let gauges = [bytes, seconds, events, age].into_iter().chain(whole);
        let counters = [counters.replaced, counters.deleted, counters.truncations];
        let counters = counters.into_iter().flat_map(|vec| vec.collect());
        Ok(gauges
            .flat_map(|vec| vec.collect())
            .chain(counters)
            .collect())
    }
}

impl Collector for Roster {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        self.gather().unwrap_or_default()
    }
}

/// What others count.
struct Counters {
    replaced: IntCounterVec,
    deleted: IntCounterVec,
    truncations: IntCounterVec,
}

impl Counters {
    fn new() -> Result<Self, prometheus::Error> {
        let make = |name: &str, help: &str, labels: &[&str]| {
            let name = format!("outrigger_logshipper_{name}");
            IntCounterVec::new(Opts::new(name, help), labels)
        };
        Ok(Self {
            replaced: make(
                "replaced_events_total",
                "Events that were sent with something in place of bytes that are no UTF-8",
                &["sink"],
            )?,
            deleted: make(
                "deleted_bytes_total",
                "Bytes of delivered files that were deleted to stay within directory.max-bytes",
                &["sink"],
            )?,
            truncations: make(
                "truncations_total",
                "Files that lost their content while they were followed",
                &[],
            )?,
        })
    }
}

struct Gauges;

impl Gauges {
    fn make(name: &str, help: &str, labels: &[&str]) -> Result<GaugeVec, prometheus::Error> {
        let name = format!("outrigger_logshipper_{name}");
        GaugeVec::new(Opts::new(name, help), labels)
    }

    fn per_sink() -> Result<[GaugeVec; 4], prometheus::Error> {
        let by_file = &["sink", "file"][..];
        Ok([
            Self::make(
                "lag_bytes",
                "Bytes of a log that the sink does not have",
                by_file,
            )?,
            Self::make(
                "lag_seconds",
                "How long ago the oldest event happened that the sink does not have",
                by_file,
            )?,
            Self::make(
                "lag_events",
                "Events that the sink does not have; guessed by their mean size where they were not read yet",
                by_file,
            )?,
            Self::make(
                "checkpoint_age_seconds",
                "Since when no checkpoint was written; none is needed while nothing happens",
                &["sink"],
            )?,
        ])
    }

    fn whole() -> Result<[GaugeVec; 5], prometheus::Error> {
        Ok([
            Self::make("memory_bytes", "Events in memory, in bytes", &[])?,
            Self::make("files", "Files that are followed", &[])?,
            Self::make("open_files", "Files that are open", &[])?,
            Self::make(
                "held_deleted_bytes",
                "Bytes of deleted files that stay on disk until they are delivered",
                &[],
            )?,
            Self::make(
                "unreadable_paths",
                "Files and directories that could not be opened when last tried",
                &[],
            )?,
        ])
    }
}
