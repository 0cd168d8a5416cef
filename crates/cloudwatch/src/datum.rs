//! One value of one metric, and what CloudWatch does not take.

use std::borrow::Cow;

use crate::level::Level;

/// The longest metric name, dimension name and namespace.
pub(crate) const NAME_BYTES_MAX: usize = 255;
const DIMENSION_VALUE_BYTES_MAX: usize = 1024;
const DIMENSIONS_MAX: usize = 30;
/// 2^360
const VALUE_MAX: f64 = 2.348_542_582_773_833_3e108;

/// MSK's names of dimensions.
pub mod dimension {
    /// Whose metric it is.
    pub const CLUSTER_NAME: &str = "Cluster Name";
    /// The broker's id.
    pub const BROKER_ID: &str = "Broker ID";
    /// A topic.
    pub const TOPIC: &str = "Topic";
    /// A consumer group.
    pub const CONSUMER_GROUP: &str = "Consumer Group";
    /// A partition's number.
    pub const PARTITION: &str = "Partition";
    /// How clients log in: `SSL`, `SASL_SCRAM`, `IAM`.
    pub const CLIENT_AUTHENTICATION: &str = "Client Authentication";
}

/// What a value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unit {
    Bytes,
    BytesPerSecond,
    Count,
    CountPerSecond,
    Milliseconds,
    None,
    Percent,
    Seconds,
}

/// One value of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// MSK's name for it.
    pub name: Cow<'static, str>,
    /// The least level that has it.
    pub level: Level,
    /// Which one it is.
    pub dimensions: Vec<(&'static str, String)>,
    /// What it counts.
    pub unit: Unit,
    /// How much.
    pub value: f64,
}

/// Why a datum would be refused, and its whole request with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Illegal {
    #[error("its value is not a number, infinite or beyond 2^360")]
    Value,
    #[error("its name is empty, too long, or has a character that is no printable ASCII")]
    Name,
    #[error("it has more than 30 dimensions, or one of them twice")]
    Dimensions,
    #[error("a dimension is empty, too long, or has a character that is no printable ASCII")]
    Dimension,
}

impl Unit {
    /// As CloudWatch spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "Bytes",
            Self::BytesPerSecond => "Bytes/Second",
            Self::Count => "Count",
            Self::CountPerSecond => "Count/Second",
            Self::Milliseconds => "Milliseconds",
            Self::None => "None",
            Self::Percent => "Percent",
            Self::Seconds => "Seconds",
        }
    }
}

impl Datum {
    /// A value without dimensions.
    pub fn new(name: impl Into<Cow<'static, str>>, level: Level, unit: Unit, value: f64) -> Self {
        Self {
            name: name.into(),
            level,
            dimensions: Vec::new(),
            unit,
            value,
        }
    }

    /// With one more dimension.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.dimensions.push((name, value.into()));
        self
    }

    /// The value of a dimension.
    pub(crate) fn dimension(&self, name: &str) -> Option<&str> {
        let mut dimensions = self.dimensions.iter();
        let found = dimensions.find(|(found, _)| *found == name);
        found.map(|(_, value)| value.as_str())
    }

    /// What CloudWatch would refuse.
    pub(crate) fn check(&self) -> Result<(), Illegal> {
        if !self.value.is_finite() || self.value.abs() > VALUE_MAX {
            return Err(Illegal::Value);
        }
        if !is_text(&self.name, NAME_BYTES_MAX) {
            return Err(Illegal::Name);
        }
        let mut names: Vec<&str> = self.dimensions.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        let is_twice = names.windows(2).any(|pair| pair.first() == pair.last());
        if names.len() > DIMENSIONS_MAX || is_twice {
            return Err(Illegal::Dimensions);
        }
        let is_dimension = |(name, value): &(&str, String)| {
            let is_name = is_text(name, NAME_BYTES_MAX) && !name.starts_with(':');
            is_name && is_text(value, DIMENSION_VALUE_BYTES_MAX)
        };
        if self.dimensions.iter().all(is_dimension) {
            Ok(())
        } else {
            Err(Illegal::Dimension)
        }
    }
}

/// Printable ASCII, not only blanks, and no longer than this.
pub(crate) fn is_text(text: &str, bytes_max: usize) -> bool {
    let is_printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    !text.trim().is_empty() && text.len() <= bytes_max && text.bytes().all(is_printable)
}

#[cfg(test)]
mod tests {
    use super::{Datum, Illegal, Unit};
    use crate::level::Level;

    fn datum(name: &str, value: f64) -> Datum {
        Datum::new(name.to_owned(), Level::Basic, Unit::Count, value)
    }

    #[test]
    fn what_cloudwatch_refuses_is_known_before() {
        let many = |count: usize| {
            let names: Vec<&'static str> = (0..count).map(|n| &*format!("d{n}").leak()).collect();
            names
                .into_iter()
                .fold(datum("a", 1.0), |datum, name| datum.with(name, "v"))
        };
        for (datum, expected) in [
            (datum("a", 0.0), Ok(())),
            (datum("a", -(2_f64.powi(360))), Ok(())),
            (datum("a", 2_f64.powi(361)), Err(Illegal::Value)),
            (datum("a", f64::NAN), Err(Illegal::Value)),
            (datum("a", f64::NEG_INFINITY), Err(Illegal::Value)),
            (datum("", 1.0), Err(Illegal::Name)),
            (datum(" ", 1.0), Err(Illegal::Name)),
            (datum("ä", 1.0), Err(Illegal::Name)),
            (datum("a\n", 1.0), Err(Illegal::Name)),
            (datum(&"n".repeat(255), 1.0), Ok(())),
            (datum(&"n".repeat(256), 1.0), Err(Illegal::Name)),
            (datum("a", 1.0).with("Topic", ""), Err(Illegal::Dimension)),
            (datum("a", 1.0).with("Topic", "ü"), Err(Illegal::Dimension)),
            (datum("a", 1.0).with("Topic", "v".repeat(1024)), Ok(())),
            (
                datum("a", 1.0).with("Topic", "v".repeat(1025)),
                Err(Illegal::Dimension),
            ),
            (datum("a", 1.0).with(":x", "v"), Err(Illegal::Dimension)),
            (
                datum("a", 1.0).with("x", "v").with("x", "w"),
                Err(Illegal::Dimensions),
            ),
            (many(30), Ok(())),
            (many(31), Err(Illegal::Dimensions)),
        ] {
            assert_eq!(datum.check(), expected, "{datum:?}");
        }
    }
}
