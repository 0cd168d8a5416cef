//! What the publisher counts about itself.

use aws::PutError;
use prometheus::core::Collector;
use prometheus::{Gauge, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry};

use crate::level::Level;

/// What became of a datum.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Outcome {
    /// CloudWatch took it.
    Sent,
    /// CloudWatch would not take it, so it was not sent.
    Illegal,
    /// CloudWatch refused it.
    Rejected,
    /// It is beyond `cloudwatch.max-metrics`.
    Capped,
    /// Newer ones needed its room, or the process ended.
    Dropped,
}

/// What became of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answered {
    Success,
    Throttled,
    ServerError,
    Rejected,
    Denied,
    Unanswered,
    Unsent,
    NoCredentials,
}

/// The metrics.
#[derive(Clone, Debug)]
pub(crate) struct HealthMetrics {
    data: IntCounterVec,
    requests: IntCounterVec,
    collections: IntCounterVec,
    metrics: IntGaugeVec,
    pub(crate) queued: IntGauge,
    pub(crate) last_success: Gauge,
}

impl Outcome {
    const ALL: [Self; 5] = [
        Self::Sent,
        Self::Illegal,
        Self::Rejected,
        Self::Capped,
        Self::Dropped,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Illegal => "illegal",
            Self::Rejected => "rejected",
            Self::Capped => "capped",
            Self::Dropped => "dropped",
        }
    }
}

impl Answered {
    const ALL: [Self; 8] = [
        Self::Success,
        Self::Throttled,
        Self::ServerError,
        Self::Rejected,
        Self::Denied,
        Self::Unanswered,
        Self::Unsent,
        Self::NoCredentials,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Throttled => "throttled",
            Self::ServerError => "server_error",
            Self::Rejected => "rejected",
            Self::Denied => "denied",
            Self::Unanswered => "unanswered",
            Self::Unsent => "unsent",
            Self::NoCredentials => "no_credentials",
        }
    }

    /// How a request ended.
    pub(crate) const fn of(result: &Result<(), PutError>) -> Self {
        match result {
            Ok(()) => Self::Success,
            Err(PutError::Throttled(_)) => Self::Throttled,
            Err(PutError::Service(_)) => Self::ServerError,
            Err(PutError::Data(_)) => Self::Rejected,
            Err(PutError::Credentials(_)) => Self::Denied,
            Err(PutError::Unanswered(_)) => Self::Unanswered,
            Err(PutError::Unsent(_)) => Self::Unsent,
            Err(PutError::NoCredentials(_)) => Self::NoCredentials,
        }
    }
}

impl HealthMetrics {
    /// Declares them. Every value of a label is there from the start: a counter that is born with 1 has not grown.
    pub(crate) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let data = counters(
            "datums_total",
            "Metric data (one metric in one period), by what became of them.",
            "result",
        )?;
        let requests = counters(
            "requests_total",
            "Requests to CloudWatch, by how they ended.",
            "result",
        )?;
        let collections = counters(
            "collections_total",
            "Collections for CloudWatch; late ones took longer than a period.",
            "result",
        )?;
        let opts = Opts::new(
            "outrigger_cloudwatch_metrics",
            "Metrics published in the last period, by level.",
        );
        let metrics = IntGaugeVec::new(opts, &["level"])?;
        let queued = IntGauge::new(
            "outrigger_cloudwatch_queued_batches",
            "Requests that wait to be sent.",
        )?;
        let last_success = Gauge::new(
            "outrigger_cloudwatch_last_success_timestamp_seconds",
            "When CloudWatch took data last; 0 before it ever did.",
        )?;
        for outcome in Outcome::ALL {
            data.with_label_values(&[outcome.as_str()]);
        }
        for answered in Answered::ALL {
            requests.with_label_values(&[answered.as_str()]);
        }
        for name in ["success", "late"] {
            collections.with_label_values(&[name]);
        }
        for level in Level::ALL {
            metrics.with_label_values(&[level.as_str()]);
        }
        let all: [Box<dyn Collector>; 6] = [
            Box::new(data.clone()),
            Box::new(requests.clone()),
            Box::new(collections.clone()),
            Box::new(metrics.clone()),
            Box::new(queued.clone()),
            Box::new(last_success.clone()),
        ];
        for collector in all {
            registry.register(collector)?;
        }
        Ok(Self {
            data,
            requests,
            collections,
            metrics,
            queued,
            last_success,
        })
    }

    pub(crate) fn data(&self, outcome: Outcome, count: usize) {
        let counter = self.data.with_label_values(&[outcome.as_str()]);
        counter.inc_by(count as u64);
    }

    pub(crate) fn request(&self, answered: Answered) {
        self.requests.with_label_values(&[answered.as_str()]).inc();
    }

    pub(crate) fn collection(&self, result: &str) {
        self.collections.with_label_values(&[result]).inc();
    }

    pub(crate) fn level(&self, level: Level, count: usize) {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.metrics.with_label_values(&[level.as_str()]).set(count);
    }
}

fn counters(name: &str, help: &str, label: &str) -> Result<IntCounterVec, prometheus::Error> {
    IntCounterVec::new(
        Opts::new(format!("outrigger_cloudwatch_{name}"), help),
        &[label],
    )
}
