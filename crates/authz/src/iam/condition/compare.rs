//! How one value is compared with those of a policy, by the type that the operator names.

use super::Truth;
use crate::canonical_network;
use crate::iam::arn_pattern::{ArnPattern, ArnPatternError};
use crate::iam::pattern::{Pattern, PatternError, Syntax};
use crate::iam::request::{Arn, Request, Value};
use ipnet::IpNet;
use std::cmp::Ordering;
use std::net::IpAddr;

/// What an operator compares, without its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Arn,
    Binary,
    Bool,
    Date(Order),
    IpAddress,
    Numeric(Order),
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
}

/// How a value stands to that of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The values of a policy, read.
#[derive(Clone, Debug)]
pub(crate) enum Comparison {
    Arns(Vec<ArnPattern>),
    Bools(Vec<bool>),
    Dates(Order, Vec<i64>),
    Networks(Vec<IpNet>),
    Numbers(Order, Vec<f64>),
    /// Equal text, and whether case is ignored.
    Texts(Vec<Pattern>, bool),
    Like(Vec<Pattern>),
}

/// A value of a policy that is not of its operator's type.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ValueError {
    #[error(transparent)]
    Arn(#[from] ArnPatternError),
    #[error("it begins with a variable; compare such a value by StringEquals or StringLike")]
    ArnOfVariable,
    #[error("it is not base64")]
    Base64,
    #[error("it is neither true nor false")]
    Bool,
    #[error("it is no time; write 2026-01-31T12:00:00Z, or seconds since 1970")]
    Date,
    #[error("it is no network; write 10.0.0.0/8, 2001:db8::/32 or one address")]
    Network,
    #[error("it is no number")]
    Number,
    #[error(transparent)]
    Text(#[from] PatternError),
}

/// What an operator's name means, and whether it is negated.
pub(crate) fn operator(name: &str) -> Option<(Kind, bool)> {
    use Order::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    Some(match name {
        "ArnEquals" | "ArnLike" => (Kind::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Kind::Arn, true),
        "BinaryEquals" => (Kind::Binary, false),
        "Bool" => (Kind::Bool, false),
        "DateEquals" => (Kind::Date(Equal), false),
        "DateNotEquals" => (Kind::Date(Equal), true),
        "DateLessThan" => (Kind::Date(Less), false),
        "DateLessThanEquals" => (Kind::Date(LessOrEqual), false),
        "DateGreaterThan" => (Kind::Date(Greater), false),
        "DateGreaterThanEquals" => (Kind::Date(GreaterOrEqual), false),
        "IpAddress" => (Kind::IpAddress, false),
        "NotIpAddress" => (Kind::IpAddress, true),
        "NumericEquals" => (Kind::Numeric(Equal), false),
        "NumericNotEquals" => (Kind::Numeric(Equal), true),
        "NumericLessThan" => (Kind::Numeric(Less), false),
        "NumericLessThanEquals" => (Kind::Numeric(LessOrEqual), false),
        "NumericGreaterThan" => (Kind::Numeric(Greater), false),
        "NumericGreaterThanEquals" => (Kind::Numeric(GreaterOrEqual), false),
        "StringEquals" => (Kind::StringEquals, false),
        "StringNotEquals" => (Kind::StringEquals, true),
        "StringEqualsIgnoreCase" => (Kind::StringEqualsIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (Kind::StringEqualsIgnoreCase, true),
        "StringLike" => (Kind::StringLike, false),
        "StringNotLike" => (Kind::StringLike, true),
        _ => return None,
    })
}

impl Comparison {
    /// Reads the values; an error comes with the value that it is about.
    pub(crate) fn compile<'a>(
        kind: Kind,
        texts: impl Iterator<Item = &'a str>,
        syntax: Syntax,
    ) -> Result<Self, (String, ValueError)> {
        let equal = Syntax {
            wildcards: false,
            ..syntax
        };
        Ok(match kind {
            Kind::Arn => Self::Arns(all(texts, |text| arn(text, syntax))?),
            Kind::Binary => Self::Texts(all(texts, |text| base64(text, equal))?, false),
            Kind::Bool => Self::Bools(all(texts, truth_value)?),
            Kind::Date(order) => Self::Dates(order, all(texts, date)?),
            Kind::IpAddress => Self::Networks(all(texts, network)?),
            Kind::Numeric(order) => Self::Numbers(order, all(texts, number)?),
            Kind::StringEquals => Self::Texts(all(texts, |text| pattern(text, equal))?, false),
            Kind::StringEqualsIgnoreCase => {
                Self::Texts(all(texts, |text| pattern(text, equal))?, true)
            }
            Kind::StringLike => Self::Like(all(texts, |text| pattern(text, syntax))?),
        })
    }

    /// Whether the value is one of the policy's. A value that is not of the type is unknown.
    pub(crate) fn accepts(&self, value: &Value<'_>, request: &Request<'_>) -> Truth {
        match self {
            Self::Arns(patterns) => {
                let text = value.text();
                Arn::parse(&text).map_or(Truth::Unknown, |arn| {
                    Truth::any(
                        patterns
                            .iter()
                            .map(|pattern| pattern.matches(&arn, request)),
                    )
                })
            }
            Self::Bools(wanted) => bool_of(value).map(|is| wanted.contains(&is)).into(),
            Self::Dates(order, wanted) => ms_of(value)
                .map(|is| wanted.iter().any(|other| order.admits(is.cmp(other))))
                .into(),
            Self::Networks(networks) => address_of(value)
                .map(|is| networks.iter().any(|network| network.contains(&is)))
                .into(),
            Self::Numbers(order, wanted) => number_of(value)
                .map(|is| {
                    let stands = |other: &f64| is.partial_cmp(other);
                    wanted
                        .iter()
                        .filter_map(stands)
                        .any(|found| order.admits(found))
                })
                .into(),
            Self::Texts(patterns, ignore_case) => {
                let is = value.text();
                Truth::any(patterns.iter().map(|pattern| {
                    pattern.text(request).map_or(Truth::Unknown, |wanted| {
                        let same = if *ignore_case {
                            wanted.to_lowercase() == is.to_lowercase()
                        } else {
                            wanted == is
                        };
                        same.into()
                    })
                }))
            }
            Self::Like(patterns) => {
                let is = value.text();
                Truth::any(patterns.iter().map(|pattern| pattern.matches(&is, request)))
            }
        }
    }
}

impl From<Option<bool>> for Truth {
    fn from(known: Option<bool>) -> Self {
        known.map_or(Self::Unknown, Self::from)
    }
}

impl Order {
    fn admits(self, found: Ordering) -> bool {
        match self {
            Self::Equal => found.is_eq(),
            Self::Less => found.is_lt(),
            Self::LessOrEqual => found.is_le(),
            Self::Greater => found.is_gt(),
            Self::GreaterOrEqual => found.is_ge(),
        }
    }
}

fn all<'a, T>(
    texts: impl Iterator<Item = &'a str>,
    read: impl Fn(&str) -> Result<T, ValueError>,
) -> Result<Vec<T>, (String, ValueError)> {
    texts
        .map(|text| read(text).map_err(|error| (text.to_owned(), error)))
        .collect()
}

fn pattern(text: &str, syntax: Syntax) -> Result<Pattern, ValueError> {
    Ok(Pattern::compile(text, syntax)?)
}

fn arn(text: &str, syntax: Syntax) -> Result<ArnPattern, ValueError> {
    if Pattern::compile(text, syntax)?.begins_with_variable() {
        return Err(ValueError::ArnOfVariable);
    }
    Ok(ArnPattern::compile(text, syntax)?)
}

/// Base64 says the same only in the same text.
fn base64(text: &str, syntax: Syntax) -> Result<Pattern, ValueError> {
    let digits = text.trim_end_matches('=');
    let is_digit = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/');
    if !text.len().is_multiple_of(4)
        || text.len() - digits.len() > 2
        || !digits.chars().all(is_digit)
    {
        return Err(ValueError::Base64);
    }
    pattern(text, syntax)
}

pub(crate) fn truth_value(text: &str) -> Result<bool, ValueError> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(ValueError::Bool),
    }
}

/// Milliseconds since the epoch: of seconds, of an ISO 8601 time, or of a day in UTC.
fn date(text: &str) -> Result<i64, ValueError> {
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1000).ok_or(ValueError::Date);
    }
    if let Ok(time) = text.parse::<jiff::Timestamp>() {
        return Ok(time.as_millisecond());
    }
    let day = text.parse::<jiff::civil::Date>();
    day.ok()
        .and_then(|day| {
            jiff::tz::TimeZone::UTC
                .to_timestamp(day.at(0, 0, 0, 0))
                .ok()
        })
        .map(jiff::Timestamp::as_millisecond)
        .ok_or(ValueError::Date)
}

fn network(text: &str) -> Result<IpNet, ValueError> {
    let network = text
        .parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| ValueError::Network)?;
    Ok(canonical_network(network))
}

fn number(text: &str) -> Result<f64, ValueError> {
    let is_decimal = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.');
    text.parse::<f64>()
        .ok()
        .filter(|number| number.is_finite() && text.chars().all(is_decimal))
        .ok_or(ValueError::Number)
}

fn bool_of(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(is) => Some(*is),
        Value::Text(text) => truth_value(text).ok(),
        Value::Address(_) | Value::Time { .. } => None,
    }
}

fn ms_of(value: &Value<'_>) -> Option<i64> {
    match value {
        Value::Time { ms, .. } => Some(*ms),
        Value::Text(text) => date(text).ok(),
        Value::Address(_) | Value::Bool(_) => None,
    }
}

fn address_of(value: &Value<'_>) -> Option<IpAddr> {
    match value {
        Value::Address(is) => Some(*is),
        Value::Text(text) => text.parse().ok(),
        Value::Bool(_) | Value::Time { .. } => None,
    }
}

fn number_of(value: &Value<'_>) -> Option<f64> {
    number(&value.text()).ok()
}
