//! What is exposed: families of samples.

use std::borrow::Cow;

/// A name or a label's value: borrowed where it is known when compiling.
pub type Text = Cow<'static, str>;

/// A label: name and value.
pub type Label = (Text, Text);

/// What the values of a family mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Only grows, but for a restart.
    Counter,
    /// Goes up and down.
    Gauge,
    /// `_bucket`, `_sum` and `_count`.
    Histogram,
    /// Quantiles, `_sum` and `_count`.
    Summary,
    /// Nobody said; `unknown` in OpenMetrics.
    Untyped,
}

/// One metric: all samples of one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// As in text 0.0.4: a counter's ends in `_total`.
    pub name: Text,
    /// One sentence; may hold any character.
    pub help: Text,
    /// What the values mean.
    pub kind: Kind,
    /// In the order they are written.
    pub samples: Vec<Sample>,
}

/// One value and its labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// `""`, or `_bucket`, `_sum`, `_count` of a histogram or summary.
    pub suffix: &'static str,
    /// In the order they are written.
    pub labels: Vec<Label>,
    /// The value.
    pub value: f64,
    /// Milliseconds since 1970; nearly always absent, as the scraper has its own clock.
    pub timestamp_ms: Option<i64>,
}

impl Family {
    /// A family without samples.
    pub fn new(name: impl Into<Text>, help: impl Into<Text>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            help: help.into(),
            kind,
            samples: Vec::new(),
        }
    }

    /// A gauge without samples.
    pub fn gauge(name: impl Into<Text>, help: impl Into<Text>) -> Self {
        Self::new(name, help, Kind::Gauge)
    }

    /// A counter without samples.
    pub fn counter(name: impl Into<Text>, help: impl Into<Text>) -> Self {
        Self::new(name, help, Kind::Counter)
    }

    /// An untyped family without samples.
    pub fn untyped(name: impl Into<Text>, help: impl Into<Text>) -> Self {
        Self::new(name, help, Kind::Untyped)
    }

    /// With one more sample.
    #[must_use]
    pub fn with(mut self, labels: Vec<Label>, value: f64) -> Self {
        self.push(labels, value);
        self
    }

    /// Adds a sample.
    pub fn push(&mut self, labels: Vec<Label>, value: f64) {
        self.samples.push(Sample::new(labels, value));
    }
}

impl Sample {
    /// A sample of the family's own name, without a timestamp.
    pub fn new(labels: Vec<Label>, value: f64) -> Self {
        Self {
            suffix: "",
            labels,
            value,
            timestamp_ms: None,
        }
    }
}

impl Kind {
    /// The word after `# TYPE name` in text 0.0.4.
    pub const fn as_text(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Untyped => "untyped",
        }
    }

    /// The word after `# TYPE name` in OpenMetrics.
    pub const fn as_open_metrics(self) -> &'static str {
        match self {
            Self::Untyped => "unknown",
            other => other.as_text(),
        }
    }
}
