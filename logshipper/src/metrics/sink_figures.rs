//! What one sink does, as it happens.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus::{Gauge, GaugeVec, IntCounter, IntCounterVec, Opts, Registry};
use service::Clock;
use service::flood::Flood;
use tracing::warn;

use crate::metrics::causes::{Cause, OUTCOMES, REJECTIONS, outcome_name, rejection_name};
use crate::sink::{Rejection, Trouble, TroubleClass};

/// The metrics of all sinks. One process has one of them, whatever its sinks are at the moment.
#[derive(Clone, Debug)]
pub struct Metrics {
    delivered_events: IntCounterVec,
    delivered_bytes: IntCounterVec,
    requests: IntCounterVec,
    resent_events: IntCounterVec,
    lost_bytes: IntCounterVec,
    dead_events: IntCounterVec,
    dead_bytes: IntCounterVec,
    dead_dropped: IntCounterVec,
    checkpoint_failures: IntCounterVec,
    up: GaugeVec,
    in_flight: GaugeVec,
    last_success: GaugeVec,
    /// The sinks that have series.
    shown: Arc<Mutex<BTreeSet<Arc<str>>>>,
}

/// The metrics of one sink, and how it stands.
#[derive(Debug)]
pub struct SinkFigures {
    name: Arc<str>,
    clock: Clock,
    delivered_events: IntCounter,
    delivered_bytes: IntCounter,
    requests: IntCounterVec,
    resent_events: IntCounter,
    lost_bytes: IntCounterVec,
    dead_events: IntCounterVec,
    dead_bytes: IntCounterVec,
    dead_dropped: IntCounter,
    checkpoint_failures: IntCounter,
    up: Gauge,
    in_flight: Gauge,
    last_success: Gauge,
    standing: Mutex<Standing>,
    unreadable: Flood,
}

/// How a sink stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// What is wrong, while something is.
    pub trouble: Option<TroubleNow>,
    /// Whether a request was answered, or is known to be not: from then on looks say nothing.
    pub is_asked: bool,
    /// Why the checkpoint cannot be written, while it cannot.
    pub checkpoint_trouble: Option<(String, i64)>,
    /// When the checkpoint was written last.
    pub checkpoint_ms: Option<i64>,
    /// Whether it has been told to stop.
    pub is_stopped: bool,
    /// Lost bytes by their cause's label.
    pub lost_bytes: BTreeMap<&'static str, u64>,
    /// Dead letters that were written.
    pub dead_letters: u64,
    /// Dead letters that were removed because their files were full.
    pub dead_letters_dropped: u64,
    /// Events that were delivered.
    pub events_delivered: u64,
}

/// What a look at a sink's place changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A request was answered meanwhile, which tells more.
    Superseded,
    /// Something is wrong that was not.
    New,
    /// Nothing changed.
    Same,
    /// Nothing is wrong any more.
    Over,
}

/// What is wrong with a sink.
#[derive(Clone, Debug, PartialEq)]
pub struct TroubleNow {
    /// What kind.
    pub class: TroubleClass,
    /// A sentence.
    pub message: String,
    /// Since when nothing succeeded.
    pub since_ms: i64,
    /// Attempts since then.
    pub attempts: u64,
    /// When it is tried again.
    pub retry_at_ms: i64,
}

const EVENTS_DELIVERED: &str = "Events that the sink acknowledged";
const BYTES_DELIVERED: &str = "Bytes of log files that the sink acknowledged";
const REQUESTS: &str = "Requests by what became of them";
const EVENTS_RESENT: &str =
    "Events that were sent again although they may have arrived: possible duplicates";
const LOST_BYTES: &str = "Bytes that will not be delivered";
const DEAD_EVENTS: &str = "Events that the sink does not take, kept in its file of dead letters";
const DEAD_BYTES: &str = "The text of the events in files of dead letters, in bytes";
const DEAD_DROPPED: &str =
    "Dead letters that were removed because their files had reached their limit";
const NOT_WRITTEN: &str = "Checkpoints that could not be written";
const LAST_SUCCESS: &str = "When the sink last took something, in seconds since 1970";

/// Counters of each sink, and of each of something more where a label is given.
fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    label: Option<&str>,
) -> Result<IntCounterVec, prometheus::Error> {
    let labels: Vec<_> = ["sink"].into_iter().chain(label).collect();
    let opts = Opts::new(format!("outrigger_logshipper_{name}"), help);
    let counters = IntCounterVec::new(opts, &labels)?;
    registry.register(Box::new(counters.clone()))?;
    Ok(counters)
}

fn gauges(registry: &Registry, name: &str, help: &str) -> Result<GaugeVec, prometheus::Error> {
    let opts = Opts::new(format!("outrigger_logshipper_{name}"), help);
    let gauges = GaugeVec::new(opts, &["sink"])?;
    registry.register(Box::new(gauges.clone()))?;
    Ok(gauges)
}

impl Metrics {
    /// In this registry.
    ///
    /// # Errors
    /// They are there already.
    pub fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counters = |name, help, label| counters(registry, name, help, label);
        let gauges = |name, help| gauges(registry, name, help);
        Ok(Self {
            delivered_events: counters("events_delivered_total", EVENTS_DELIVERED, None)?,
            delivered_bytes: counters("bytes_delivered_total", BYTES_DELIVERED, None)?,
            requests: counters("requests_total", REQUESTS, Some("outcome"))?,
            resent_events: counters("events_resent_total", EVENTS_RESENT, None)?,
            lost_bytes: counters("lost_bytes_total", LOST_BYTES, Some("cause"))?,
            dead_events: counters("dead_letter_events_total", DEAD_EVENTS, Some("reason"))?,
            dead_bytes: counters("dead_letter_bytes_total", DEAD_BYTES, Some("reason"))?,
            dead_dropped: counters("dead_letters_dropped_total", DEAD_DROPPED, None)?,
            checkpoint_failures: counters("checkpoint_failures_total", NOT_WRITTEN, None)?,
            up: gauges(
                "sink_up",
                "Whether the last request succeeded; before the first, whether the place is there",
            )?,
            in_flight: gauges("in_flight_requests", "Requests under way")?,
            last_success: gauges("sink_last_success_timestamp_seconds", LAST_SUCCESS)?,
            shown: Arc::default(),
        })
    }

    /// Takes away the series of sinks that are not among these: an alarm on one that was taken out would never end.
    pub fn retain(&self, names: &[Arc<str>]) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<_> = shown
            .iter()
            .filter(|name| !names.contains(name))
            .cloned()
            .collect();
        for name in gone {
            shown.remove(&name);
            // One that was never shown is no series: that it cannot be removed is no error.
            for counters in [
                &self.delivered_events,
                &self.delivered_bytes,
                &self.resent_events,
                &self.dead_dropped,
                &self.checkpoint_failures,
            ] {
                let _ = counters.remove_label_values(&[&*name]);
            }
            for gauges in [&self.up, &self.in_flight, &self.last_success] {
                let _ = gauges.remove_label_values(&[&*name]);
            }
            for outcome in OUTCOMES {
                let _ = self.requests.remove_label_values(&[&*name, outcome]);
            }
            for cause in Cause::ALL {
                let _ = self.lost_bytes.remove_label_values(&[&*name, cause.name()]);
            }
            for reason in REJECTIONS.map(rejection_name) {
                let _ = self.dead_events.remove_label_values(&[&*name, reason]);
                let _ = self.dead_bytes.remove_label_values(&[&*name, reason]);
            }
        }
    }

    /// Those of one sink.
    pub fn sink(&self, name: &Arc<str>, clock: &Clock) -> Arc<SinkFigures> {
        let label = &[&**name][..];
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.insert(Arc::clone(name));
        drop(shown);
        let figures = SinkFigures {
            name: Arc::clone(name),
            clock: clock.clone(),
            delivered_events: self.delivered_events.with_label_values(label),
            delivered_bytes: self.delivered_bytes.with_label_values(label),
            requests: self.requests.clone(),
            resent_events: self.resent_events.with_label_values(label),
            lost_bytes: self.lost_bytes.clone(),
            dead_events: self.dead_events.clone(),
            dead_bytes: self.dead_bytes.clone(),
            dead_dropped: self.dead_dropped.with_label_values(label),
            checkpoint_failures: self.checkpoint_failures.with_label_values(label),
            up: self.up.with_label_values(label),
            in_flight: self.in_flight.with_label_values(label),
            last_success: self.last_success.with_label_values(label),
            standing: Mutex::new(Standing::default()),
            unreadable: Flood::minutely(),
        };
        figures.show_zeros();
        // One that was not asked yet is not down.
        figures.up.set(1.0);
        Arc::new(figures)
    }
}

impl SinkFigures {
    /// Whose.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// How it stands.
    pub fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What can be alarmed on has to be there before it happens.
    fn show_zeros(&self) {
        for cause in Cause::ALL {
            self.lost_bytes
                .with_label_values(&[&*self.name, cause.name()]);
        }
        for reason in REJECTIONS {
            self.dead_events
                .with_label_values(&[&*self.name, rejection_name(reason)]);
        }
        for outcome in ["delivered", "partial"] {
            self.requests.with_label_values(&[&*self.name, outcome]);
        }
    }

    /// Requests under way.
    pub fn in_flight(&self, count: usize) {
        self.in_flight.set(count as f64);
    }

    /// The sink has these.
    pub fn delivered(&self, events: u64, bytes: u64) {
        self.delivered_events.inc_by(events);
        self.delivered_bytes.inc_by(bytes);
        self.standing().events_delivered += events;
    }

    /// A request ended like this.
    pub fn request(&self, outcome: &str) {
        self.requests
            .with_label_values(&[&*self.name, outcome])
            .inc();
    }

    /// A request succeeded; gives what was wrong before.
    pub fn succeeded(&self) -> Option<TroubleNow> {
        self.up.set(1.0);
        self.last_success.set(self.clock.now_ms() as f64 / 1000.0);
        let mut standing = self.standing();
        standing.is_asked = true;
        standing.trouble.take()
    }

    /// A request failed, and will be tried again in so many milliseconds. Says whether that is something else than what was wrong
    /// before.
    pub fn failed(&self, trouble: &Trouble, retry_in_ms: i64) -> bool {
        self.request(outcome_name(trouble.class));
        let mut standing = self.standing();
        standing.is_asked = true;
        self.in_trouble(&mut standing, trouble, retry_in_ms)
    }

    /// A look at the place, before the first request, says what is wrong or that nothing is. Gives what
    /// that changes.
    pub fn looked(&self, trouble: Option<(&Trouble, i64)>) -> Looked {
        let mut standing = self.standing();
        match trouble {
            _ if standing.is_asked => Looked::Superseded,
            Some((trouble, retry_in_ms)) => {
                match self.in_trouble(&mut standing, trouble, retry_in_ms) {
                    true => Looked::New,
                    false => Looked::Same,
                }
            }
            None => match standing.trouble.take() {
                Some(_) => {
                    self.up.set(1.0);
                    Looked::Over
                }
                None => Looked::Same,
            },
        }
    }

    fn in_trouble(&self, standing: &mut Standing, trouble: &Trouble, retry_in_ms: i64) -> bool {
        self.up.set(0.0);
        let now_ms = self.clock.now_ms();
        let before = standing.trouble.take();
        let is_new = before
            .as_ref()
            .is_none_or(|before| before.class != trouble.class);
        standing.trouble = Some(TroubleNow {
            class: trouble.class,
            message: trouble.message.clone(),
            since_ms: before.as_ref().map_or(now_ms, |before| before.since_ms),
            attempts: before.map_or(1, |before| before.attempts + 1),
            retry_at_ms: now_ms.saturating_add(retry_in_ms),
        });
        is_new
    }

    /// Events are sent that may have arrived before.
    pub fn resent(&self, events: u64) {
        self.resent_events.inc_by(events);
    }

    /// Bytes will not be delivered.
    pub fn lost(&self, cause: Cause, bytes: u64) {
        let labels = &[&*self.name, cause.name()][..];
        self.lost_bytes.with_label_values(labels).inc_by(bytes);
        *self.standing().lost_bytes.entry(cause.name()).or_default() += bytes;
    }

    /// A dead letter was written.
    pub fn dead_letter(&self, reason: Rejection, bytes: u64) {
        let labels = &[&*self.name, rejection_name(reason)][..];
        self.dead_events.with_label_values(labels).inc();
        self.dead_bytes.with_label_values(labels).inc_by(bytes);
        self.standing().dead_letters += 1;
    }

    /// Dead letters were removed.
    pub fn dead_letters_dropped(&self, count: u64) {
        self.dead_dropped.inc_by(count);
        self.standing().dead_letters_dropped += count;
    }

    /// A checkpoint was written, or not; gives whether that changed.
    pub fn checkpoint(&self, written: Result<(), String>) -> bool {
        let now_ms = self.clock.now_ms();
        if written.is_err() {
            self.checkpoint_failures.inc();
        }
        let mut standing = self.standing();
        let before = standing.checkpoint_trouble.take();
        let changed = before.is_some() != written.is_err();
        match written {
            Ok(()) => standing.checkpoint_ms = Some(now_ms),
            Err(why) => {
                let since_ms = before.map_or(now_ms, |(_, since_ms)| since_ms);
                standing.checkpoint_trouble = Some((why, since_ms));
            }
        }
        changed
    }

    /// A file cannot be read.
    pub fn unreadable(&self, path: &Path, error: &io::Error) {
        if let Some(others) = self.unreadable.admit(self.clock.now_ms()) {
            warn!(path = %path.display(), %error, others, "cannot read a log; it is tried again");
        }
    }
}
