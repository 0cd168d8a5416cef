//! One attribute of Kafka's own metrics: a name in kebab-case, a description, and how it is read.

use std::borrow::Cow;
use std::fmt;

use super::kind::AttributeKind;
use crate::counter::Counter;
use crate::histogram::Histogram;
use crate::reading::distribution::Distribution;
use crate::reading::windows::Windows;
use crate::recent::Recent;
use crate::scale::Scale;

type Text = Cow<'static, str>;

/// An attribute of a bean made by `Section::attributes`.
pub struct Attribute {
    pub(crate) name: Text,
    pub(crate) description: Text,
    scale: Scale,
    source: Source,
}

enum Source {
    Gauge(Box<dyn Fn() -> f64 + Send + Sync>),
    Text {
        read: Box<dyn Fn() -> String + Send + Sync>,
        shown: String,
    },
    Total(Counter),
    Rate {
        counter: Counter,
        windows: Windows,
        counted: u64,
    },
    Avg(Recent),
    Max(Recent),
    Percentile {
        histogram: Histogram,
        distribution: Distribution,
        quantile: f64,
    },
}

impl Attribute {
    /// A value that is asked for when somebody reads.
    pub fn gauge(
        name: impl Into<Text>,
        description: impl Into<Text>,
        read: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, description, Source::Gauge(Box::new(read)))
    }

    /// A string that seldom changes.
    pub fn text(
        name: impl Into<Text>,
        description: impl Into<Text>,
        read: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        let source = Source::Text {
            shown: String::new(),
            read: Box::new(read),
        };
        Self::new(name, description, source)
    }

    /// All that a counter counted (Kafka's `CumulativeSum`, `CumulativeCount`).
    pub fn total(name: impl Into<Text>, description: impl Into<Text>, counter: &Counter) -> Self {
        Self::new(name, description, Source::Total(counter.clone()))
    }

    /// What a counter counts per second, over Kafka's windows (2 of 30 s).
    pub fn rate(name: impl Into<Text>, description: impl Into<Text>, counter: &Counter) -> Self {
        let source = Source::Rate {
            counter: counter.clone(),
            windows: Windows::default(),
            counted: 0,
        };
        Self::new(name, description, source)
    }

    /// The mean over Kafka's windows; not a number where nothing was recorded.
    pub fn avg(name: impl Into<Text>, description: impl Into<Text>, recent: &Recent) -> Self {
        Self::new(name, description, Source::Avg(recent.clone()))
    }

    /// The largest over Kafka's windows; not a number where nothing was recorded.
    pub fn max(name: impl Into<Text>, description: impl Into<Text>, recent: &Recent) -> Self {
        Self::new(name, description, Source::Max(recent.clone()))
    }

    /// A percentile (0 to 1) of what a histogram recorded lately.
    pub fn percentile(
        name: impl Into<Text>,
        description: impl Into<Text>,
        quantile: f64,
        histogram: &Histogram,
    ) -> Self {
        let source = Source::Percentile {
            histogram: histogram.clone(),
            distribution: Distribution::default(),
            quantile,
        };
        Self::new(name, description, source)
    }

    /// The same, multiplied when it is read.
    #[must_use]
    pub fn scaled(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    fn new(name: impl Into<Text>, description: impl Into<Text>, source: Source) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            scale: Scale::ONE,
            source,
        }
    }

    pub(crate) fn kind(&self) -> AttributeKind {
        match self.source {
            Source::Total(_) => AttributeKind::Counter,
            Source::Text { .. } => AttributeKind::Text,
            _ => AttributeKind::Gauge,
        }
    }

    /// What a text attribute shows.
    pub(crate) fn shown(&self) -> &str {
        match &self.source {
            Source::Text { shown, .. } => shown,
            _ => "",
        }
    }

    /// It is shown since some moment after this one.
    pub(crate) fn begin(&mut self, now_ns: u64) {
        match &mut self.source {
            Source::Rate { windows, .. } => windows.begin(now_ns),
            Source::Avg(recent) | Source::Max(recent) => recent.begin(now_ns),
            _ => {}
        }
    }

    pub(crate) fn tick(&mut self, now_ns: u64) {
        match &mut self.source {
            Source::Rate {
                counter,
                windows,
                counted,
            } => {
                let count = counter.count();
                let delta = count.wrapping_sub(*counted);
                windows.record(now_ns, delta, delta as f64, delta as f64);
                *counted = count;
            }
            Source::Avg(recent) | Source::Max(recent) => recent.fold(now_ns),
            Source::Percentile {
                histogram,
                distribution,
                ..
            } => distribution.fold(now_ns, histogram),
            Source::Gauge(_) | Source::Text { .. } | Source::Total(_) => {}
        }
    }

    /// Asks a text attribute again: has it changed?
    pub(crate) fn refresh(&mut self) -> bool {
        let Source::Text { read, shown } = &mut self.source else {
            return false;
        };
        let now = read();
        let changed = now != *shown;
        *shown = now;
        changed
    }

    /// Right after `tick`.
    pub(crate) fn value(&mut self, now_ns: u64) -> f64 {
        let value = match &mut self.source {
            Source::Gauge(read) => read(),
            Source::Text { .. } => f64::NAN,
            Source::Total(counter) => counter.count() as f64,
            Source::Rate { windows, .. } => windows.rate(now_ns),
            Source::Avg(recent) => recent.average(now_ns),
            Source::Max(recent) => recent.max(now_ns),
            Source::Percentile {
                distribution,
                quantile,
                ..
            } => distribution.percentiles([*quantile])[0],
        };
        self.scale.of(value)
    }
}

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Attribute({})", self.name)
    }
}
