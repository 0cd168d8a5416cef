//! Parsing and checking the text of one value, with Kafka's sentences for what is wrong.
//!
//! Only what a single value shows is checked here; rules between keys belong to whoever reads them.

use thiserror::Error;

use crate::key::{Key, Kind};

/// What a value must keep to beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Check {
    Any,
    AtLeast(i64),
    Between(i64, i64),
    /// A range, or one value outside of it: `compression.gzip.level` is 1 to 9 or -1.
    BetweenOr(i64, i64, i64),
    /// A list that must hold something.
    Items,
    /// A list of these only, possibly empty.
    ItemsOf(&'static [&'static str]),
    /// A list of these only, and not empty.
    ItemsOfOrMore(&'static [&'static str]),
    /// A string that must hold something.
    NonEmpty,
    OneOf(&'static [&'static str]),
    OneOfIgnoringCase(&'static [&'static str]),
    Ratio(f64, f64),
    /// `earliest`, `latest` or `by_duration:PnDTnHnMn.nS`.
    StartPoint,
    /// `*`, or a list of `partition:broker`.
    ThrottledReplicas,
}

/// A parsed value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Boolean(bool),
    Double(f64),
    /// INT, SHORT and LONG alike, checked against the width of their kind.
    Integer(i64),
    /// Trimmed items, repeated ones dropped.
    List(Vec<String>),
    /// STRING, CLASS and PASSWORD, trimmed.
    Text(String),
}

/// Why a text is no value of a key; the display is Kafka's sentence.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
pub enum InvalidValue {
    #[error("Configuration '{name}' must not be empty. Valid values include: {valid}")]
    EmptyList { name: &'static str, valid: String },
    #[error("Configuration '{name}' values must not be empty.")]
    EmptyListItem { name: &'static str },
    #[error("Invalid value {value} for configuration {name}: {reason}")]
    Value {
        name: &'static str,
        value: String,
        reason: String,
    },
}

impl Key {
    /// Parses and checks one value.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(&self, text: &str) -> Result<Value, InvalidValue> {
        // Kafka trims every value but a password before it looks at it.
        let text = if self.kind == Kind::Password {
            text
        } else {
            text.trim()
        };
        match self.kind {
            Kind::Boolean => self.boolean(text),
            Kind::Double => self.double(text),
            Kind::Int => self.integer(text, i64::from(i32::MIN), i64::from(i32::MAX)),
            Kind::List => self.list(text),
            Kind::Long => self.integer(text, i64::MIN, i64::MAX),
            Kind::Short => self.integer(text, i64::from(i16::MIN), i64::from(i16::MAX)),
            Kind::Class | Kind::Password | Kind::String => self.text(text),
        }
    }

    /// The text as Kafka shows it back: trimmed, a list without spaces and repetitions, a number in
    /// plain digits. Text that does not parse comes back as it is.
    pub fn canonical(&self, text: &str) -> String {
        match self.parse(text) {
            Ok(Value::Boolean(value)) => value.to_string(),
            Ok(Value::Integer(value)) => value.to_string(),
            Ok(Value::List(items)) => items.join(","),
            Ok(Value::Text(value)) => value,
            // Java's and Rust's spelling of a double differ; what was written stays.
            Ok(Value::Double(_)) => text.trim().to_owned(),
            Err(_) => text.to_owned(),
        }
    }

    fn invalid(&self, value: impl Into<String>, reason: impl Into<String>) -> InvalidValue {
        InvalidValue::Value {
            name: self.name,
            value: value.into(),
            reason: reason.into(),
        }
    }

    fn boolean(&self, text: &str) -> Result<Value, InvalidValue> {
        if text.eq_ignore_ascii_case("true") {
            Ok(Value::Boolean(true))
        } else if text.eq_ignore_ascii_case("false") {
            Ok(Value::Boolean(false))
        } else {
            Err(self.invalid(text, "Expected value to be either true or false"))
        }
    }

    fn integer(&self, text: &str, least: i64, most: i64) -> Result<Value, InvalidValue> {
        let value = text
            .parse::<i64>()
            .ok()
            .filter(|value| (least..=most).contains(value))
            .ok_or_else(|| self.not_a_number(text))?;
        match self.check {
            Check::AtLeast(least) if value < least => {
                Err(self.invalid(text, format!("Value must be at least {least}")))
            }
            Check::Between(least, _) if value < least => {
                Err(self.invalid(text, format!("Value must be at least {least}")))
            }
            Check::Between(_, most) if value > most => {
                Err(self.invalid(text, format!("Value must be no more than {most}")))
            }
            Check::BetweenOr(least, most, other)
                if value != other && !(least..=most).contains(&value) =>
            {
                let reason =
                    format!("Value must be between {least} and {most} or equal to {other}");
                Err(self.invalid(text, reason))
            }
            _ => Ok(Value::Integer(value)),
        }
    }

    fn double(&self, text: &str) -> Result<Value, InvalidValue> {
        // Java accepts a trailing type letter, as in 0.9f.
        let digits = text.trim_end_matches(['f', 'F', 'd', 'D']);
        let value = digits
            .parse::<f64>()
            .ok()
            .filter(|value| value.is_finite())
            .ok_or_else(|| self.not_a_number(text))?;
        match self.check {
            Check::Ratio(least, _) if value < least => Err(self.invalid(
                format!("{value:?}"),
                format!("Value must be at least {least}"),
            )),
            Check::Ratio(_, most) if value > most => Err(self.invalid(
                format!("{value:?}"),
                format!("Value must be no more than {most}"),
            )),
            _ => Ok(Value::Double(value)),
        }
    }

    fn not_a_number(&self, text: &str) -> InvalidValue {
        self.invalid(text, format!("Not a number of type {}", self.kind.name()))
    }

    fn text(&self, text: &str) -> Result<Value, InvalidValue> {
        match self.check {
            Check::NonEmpty if text.is_empty() => {
                return Err(self.invalid(text, "String must be non-empty"));
            }
            Check::OneOf(values) if !values.contains(&text) => {
                return Err(self.invalid(text, one_of(values)));
            }
            Check::OneOfIgnoringCase(values)
                if !values.iter().any(|value| value.eq_ignore_ascii_case(text)) =>
            {
                let values = values.join(", ");
                let reason = format!("String must be one of (case insensitive): {values}");
                return Err(self.invalid(text, reason));
            }
            Check::StartPoint if !start_point(text) => {
                let reason = format!(
                    "Invalid value `{text}` for configuration {}. The value must be either \
                     'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
                    self.name
                );
                return Err(self.invalid(text, reason));
            }
            _ => {}
        }
        Ok(Value::Text(text.to_owned()))
    }

    fn list(&self, text: &str) -> Result<Value, InvalidValue> {
        let mut items: Vec<String> = Vec::new();
        if !text.is_empty() {
            for item in text.split(',').map(str::trim) {
                if item.is_empty() {
                    return Err(InvalidValue::EmptyListItem { name: self.name });
                }
                if !items.iter().any(|known| known == item) {
                    items.push(item.to_owned());
                }
            }
        }
        self.items(&items)?;
        Ok(Value::List(items))
    }

    fn items(&self, items: &[String]) -> Result<(), InvalidValue> {
        let empty = |valid: String| InvalidValue::EmptyList {
            name: self.name,
            valid,
        };
        match self.check {
            Check::Items if items.is_empty() => Err(empty("any non-empty value".to_owned())),
            Check::ItemsOfOrMore(values) if items.is_empty() => {
                Err(empty(format!("[{}]", values.join(", "))))
            }
            Check::ItemsOf(values) | Check::ItemsOfOrMore(values) => {
                match items.iter().find(|item| !values.contains(&item.as_str())) {
                    Some(item) => Err(self.invalid(item.as_str(), one_of(values))),
                    None => Ok(()),
                }
            }
            Check::ThrottledReplicas if !throttled_replicas(items) => {
                let reason = format!(
                    "{} must be the literal '*' or a list of replicas in the following format: \
                     [partitionId]:[brokerId],[partitionId]:[brokerId],...",
                    self.name
                );
                Err(self.invalid(format!("[{}]", items.join(", ")), reason))
            }
            _ => Ok(()),
        }
    }
}

fn one_of(values: &[&str]) -> String {
    format!("String must be one of: {}", values.join(", "))
}

fn throttled_replicas(items: &[String]) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    items == ["*"]
        || items.iter().all(|item| {
            item.split_once(':')
                .is_some_and(|(partition, broker)| digits(partition) && digits(broker))
        })
}

/// ISO 8601 durations as `java.time.Duration` reads them, and not below zero.
fn start_point(text: &str) -> bool {
    match text.strip_prefix("by_duration:") {
        None => matches!(text, "earliest" | "latest"),
        Some(duration) => iso_duration(duration),
    }
}

fn iso_duration(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['P', 'p']) else {
        return false;
    };
    let upper = rest.to_ascii_uppercase();
    let (days, time) = match upper.split_once('T') {
        Some((_, "")) => return false,
        Some((days, time)) => (days, time),
        None => (upper.as_str(), ""),
    };
    !rest.is_empty() && units(days, &['D']) && units(time, &['H', 'M', 'S'])
}

/// Numbers, each followed by a unit, the units in this order and none twice.
fn units(mut text: &str, units: &[char]) -> bool {
    let mut units = units.iter();
    while !text.is_empty() {
        let Some(end) = text.find(|c: char| c.is_ascii_alphabetic()) else {
            return false;
        };
        let (number, rest) = text.split_at(end);
        let Some(unit) = rest.chars().next() else {
            return false;
        };
        let fraction = unit == 'S' && number.parse::<f64>().is_ok();
        if !units.any(|known| *known == unit) || !(fraction || number.parse::<u64>().is_ok()) {
            return false;
        }
        text = rest.get(1..).unwrap_or_default();
    }
    true
}

#[cfg(test)]
mod tests;
