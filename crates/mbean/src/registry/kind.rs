//! What kinds of beans there are, and which attributes each has: the visible tables.

use std::borrow::Cow;

/// The kind of a bean: Yammer's, and Kafka's own metrics with attributes of any name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BeanKind {
    /// `Value`.
    Gauge,
    /// `Count`.
    Counter,
    /// `Count` and rates.
    Meter,
    /// `Count`, moments and percentiles.
    Histogram,
    /// A histogram and its rates.
    Timer,
    /// `Value`, a string.
    Text,
    /// Kafka's own: attributes in kebab-case, each with a description.
    Attributes,
}

/// The kind of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AttributeKind {
    /// It goes up and down.
    Gauge,
    /// It only grows, until the process starts again.
    Counter,
    /// A string, which stands beside its name; its value is not a number.
    Text,
}

/// What a reader learns of an attribute beside its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeInfo {
    /// `OneMinuteRate`, `connection-count`.
    pub name: Cow<'static, str>,
    /// What an MBean server says of it.
    pub description: Cow<'static, str>,
    /// Whether it is a number, and of what kind.
    pub kind: AttributeKind,
    /// What a text attribute says; else empty.
    pub text: String,
}

/// What a standard MBean says of its attributes.
const DESCRIPTION: &str = "Attribute exposed for management";

impl BeanKind {
    /// The attributes of a kind that has fixed ones, in the order of their values.
    pub fn attributes(self) -> &'static [AttributeInfo] {
        match self {
            Self::Gauge => &GAUGE,
            Self::Counter => &COUNTER,
            Self::Meter => &METER,
            Self::Histogram => &HISTOGRAM,
            Self::Timer => &TIMER,
            Self::Text => &TEXT,
            Self::Attributes => &[],
        }
    }
}

static GAUGE: [AttributeInfo; 1] = [gauge("Value")];
static COUNTER: [AttributeInfo; 1] = [counter("Count")];
static TEXT: [AttributeInfo; 1] = [info("Value", AttributeKind::Text)];
static METER: [AttributeInfo; 5] = [
    counter("Count"),
    gauge("MeanRate"),
    gauge("OneMinuteRate"),
    gauge("FiveMinuteRate"),
    gauge("FifteenMinuteRate"),
];
static HISTOGRAM: [AttributeInfo; 11] = [
    counter("Count"),
    gauge("Max"),
    gauge("Min"),
    gauge("Mean"),
    gauge("StdDev"),
    gauge("50thPercentile"),
    gauge("75thPercentile"),
    gauge("95thPercentile"),
    gauge("98thPercentile"),
    gauge("99thPercentile"),
    gauge("999thPercentile"),
];
static TIMER: [AttributeInfo; 15] = [
    counter("Count"),
    gauge("Max"),
    gauge("Min"),
    gauge("Mean"),
    gauge("StdDev"),
    gauge("50thPercentile"),
    gauge("75thPercentile"),
    gauge("95thPercentile"),
    gauge("98thPercentile"),
    gauge("99thPercentile"),
    gauge("999thPercentile"),
    gauge("MeanRate"),
    gauge("OneMinuteRate"),
    gauge("FiveMinuteRate"),
    gauge("FifteenMinuteRate"),
];

const fn gauge(name: &'static str) -> AttributeInfo {
    info(name, AttributeKind::Gauge)
}

const fn counter(name: &'static str) -> AttributeInfo {
    info(name, AttributeKind::Counter)
}

const fn info(name: &'static str, kind: AttributeKind) -> AttributeInfo {
    AttributeInfo {
        name: Cow::Borrowed(name),
        description: Cow::Borrowed(DESCRIPTION),
        kind,
        text: String::new(),
    }
}
