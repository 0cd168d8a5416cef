//! What the push says about itself, on the `/metrics` of its process.

use std::sync::Arc;

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Gauge, GaugeVec, IntCounter, IntCounterVec, IntGaugeVec, Opts, Registry};

use crate::queue::Queue;

/// What is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Data points.
    Metrics,
    /// Spans.
    Traces,
}

/// Why items were not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// Younger ones took their place.
    QueueFull,
    /// The collector does not want them, or a part of them.
    Refused,
    /// It was tried for long enough.
    Retries,
    /// The process ended.
    Shutdown,
}

/// How one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    Ok,
    Refused,
    Retryable,
}

impl Signal {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Traces => "traces",
        }
    }
}

impl Lost {
    const ALL: [Self; 4] = [
        Self::QueueFull,
        Self::Refused,
        Self::Retries,
        Self::Shutdown,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::QueueFull => "queue_full",
            Self::Refused => "refused",
            Self::Retries => "retries",
            Self::Shutdown => "shutdown",
        }
    }
}

impl Attempt {
    const ALL: [Self; 3] = [Self::Ok, Self::Refused, Self::Retryable];

    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Retryable => "retryable",
        }
    }
}

/// The vectors, shared by both signals.
#[derive(Clone, Debug)]
pub(crate) struct Vectors {
    attempts: IntCounterVec,
    sent: IntCounterVec,
    lost: IntCounterVec,
    last_success: GaugeVec,
}

/// The figures of one signal.
#[derive(Debug)]
pub(crate) struct Figures {
    attempts: [IntCounter; 3],
    lost: [IntCounter; 4],
    sent: IntCounter,
    last_success: Gauge,
}

impl Vectors {
    pub fn new(registry: &Registry) -> prometheus::Result<Self> {
        let vectors = Self {
            attempts: IntCounterVec::new(
                Opts::new(
                    "outrigger_otlp_attempts_total",
                    "Requests to the collector, by how they ended.",
                ),
                &["signal", "result"],
            )?,
            sent: IntCounterVec::new(
                Opts::new(
                    "outrigger_otlp_sent_items_total",
                    "Data points and spans that the collector has taken.",
                ),
                &["signal"],
            )?,
            lost: IntCounterVec::new(
                Opts::new(
                    "outrigger_otlp_lost_items_total",
                    "Data points and spans that were not delivered, by reason.",
                ),
                &["signal", "reason"],
            )?,
            last_success: GaugeVec::new(
                Opts::new(
                    "outrigger_otlp_last_success_timestamp_seconds",
                    "When the collector last took something; 0 until then.",
                ),
                &["signal"],
            )?,
        };
        registry.register(Box::new(vectors.attempts.clone()))?;
        registry.register(Box::new(vectors.sent.clone()))?;
        registry.register(Box::new(vectors.lost.clone()))?;
        registry.register(Box::new(vectors.last_success.clone()))?;
        Ok(vectors)
    }

    pub fn of(&self, signal: Signal) -> Figures {
        let signal = signal.name();
        let attempts = |attempt: Attempt| {
            let labels = [signal, attempt.name()];
            self.attempts.with_label_values(&labels)
        };
        let lost = |lost: Lost| self.lost.with_label_values(&[signal, lost.name()]);
        Figures {
            attempts: Attempt::ALL.map(attempts),
            lost: Lost::ALL.map(lost),
            sent: self.sent.with_label_values(&[signal]),
            last_success: self.last_success.with_label_values(&[signal]),
        }
    }
}

impl Figures {
    pub fn attempt(&self, attempt: Attempt) {
        if let Some(counter) = self.attempts.get(attempt as usize) {
            counter.inc();
        }
    }

    pub fn lost(&self, lost: Lost, items: u64) {
        if let Some(counter) = self.lost.get(lost as usize) {
            counter.inc_by(items);
        }
    }

    pub fn sent(&self, items: u64, now_ms: i64) {
        self.sent.inc_by(items);
        self.last_success.set(now_ms as f64 / 1000.0);
    }
}

/// How full the queues are, read when somebody asks.
pub(crate) struct Held {
    queues: Vec<(Signal, Arc<Queue>)>,
    batches: IntGaugeVec,
    bytes: IntGaugeVec,
}

impl Held {
    pub fn new(queues: Vec<(Signal, Arc<Queue>)>) -> prometheus::Result<Self> {
        let gauge = |name, help| IntGaugeVec::new(Opts::new(name, help), &["signal"]);
        Ok(Self {
            queues,
            batches: gauge("outrigger_otlp_queue_requests", "Requests that wait.")?,
            bytes: gauge("outrigger_otlp_queue_bytes", "Bytes of requests that wait.")?,
        })
    }
}

impl Collector for Held {
    fn desc(&self) -> Vec<&Desc> {
        [self.batches.desc(), self.bytes.desc()].concat()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        for (signal, queue) in &self.queues {
            let (batches, bytes) = queue.held();
            let set = |gauge: &IntGaugeVec, value: usize| {
                let value = i64::try_from(value).unwrap_or(i64::MAX);
                gauge.with_label_values(&[signal.name()]).set(value);
            };
            set(&self.batches, batches);
            set(&self.bytes, bytes);
        }
        [self.batches.collect(), self.bytes.collect()].concat()
    }
}
