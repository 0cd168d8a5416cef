//! `Condition`: operators, their set prefixes and `IfExists`, as AWS evaluates them.
//!
//! The values of one key are alternatives (none of them, for a negated operator); keys and
//! operators must all be true. What a request does not have makes a positive operator false and a
//! negated one true.

mod compare;

use super::context_key::{ContextKey, NotAKey};
use super::document::{OneOrMany, Scalar, UniqueMap};
use super::pattern::Syntax;
use super::request::Request;
use super::truth::Truth;
use compare::{Comparison, ValueError};

/// One operator on one key.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    key: ContextKey,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    /// `Null`: whether the key is absent is one of these.
    Absent(Vec<bool>),
    Compared {
        comparison: Comparison,
        negated: bool,
        quantifier: Quantifier,
        if_exists: bool,
    },
}

/// What of a key with several values is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    /// No prefix: meant for keys with one value. Where there are more, one of them is enough.
    Single,
    /// `ForAllValues:`.
    All,
    /// `ForAnyValue:`.
    Any,
}

/// A condition that is refused; it names the text that is wrong, so that its place can be told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConditionError {
    #[error(
        "there is no condition operator '{0}'; there are those of IAM, such as StringLike or \
         IpAddress, with ForAllValues: or ForAnyValue: before and IfExists behind"
    )]
    UnknownOperator(String),
    #[error("an empty condition; name a key, or leave it out")]
    Empty,
    #[error(transparent)]
    Key(#[from] NotAKey),
    #[error("{text:?} cannot be compared by {operator}")]
    Value {
        operator: String,
        text: String,
        source: ValueError,
    },
}

impl ConditionError {
    /// The text of the policy that is wrong.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::UnknownOperator(text) | Self::Value { text, .. } => Some(text),
            Self::Empty | Self::Key(_) => None,
        }
    }
}

/// Reads the whole element.
pub(crate) fn compile(
    conditions: UniqueMap<UniqueMap<OneOrMany<Scalar>>>,
    syntax: Syntax,
) -> Result<Vec<Condition>, ConditionError> {
    let mut compiled = Vec::new();
    for (operator, keys) in conditions.0 {
        if keys.0.is_empty() {
            return Err(ConditionError::Empty);
        }
        for (key, values) in keys.0 {
            compiled.push(Condition {
                key: ContextKey::parse(&key)?,
                test: test(&operator, &values.0, syntax)?,
            });
        }
    }
    Ok(compiled)
}

fn test(operator: &str, values: &[Scalar], syntax: Syntax) -> Result<Test, ConditionError> {
    let value_error = |text: &str, source| ConditionError::Value {
        operator: operator.to_owned(),
        text: text.to_owned(),
        source,
    };
    if operator == "Null" {
        let absent = values.iter().map(|Scalar(text)| {
            compare::truth_value(text).map_err(|source| value_error(text, source))
        });
        return Ok(Test::Absent(absent.collect::<Result<_, _>>()?));
    }
    let (quantifier, name) = match operator.split_once(':') {
        Some(("ForAllValues", name)) => (Quantifier::All, name),
        Some(("ForAnyValue", name)) => (Quantifier::Any, name),
        _ => (Quantifier::Single, operator),
    };
    let (name, if_exists) = match name.strip_suffix("IfExists") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let Some((kind, negated)) = compare::operator(name) else {
        return Err(ConditionError::UnknownOperator(operator.to_owned()));
    };
    let texts = values.iter().map(|Scalar(text)| text.as_str());
    let comparison = Comparison::compile(kind, texts, syntax)
        .map_err(|(text, source)| value_error(&text, source))?;
    Ok(Test::Compared {
        comparison,
        negated,
        quantifier,
        if_exists,
    })
}

impl Condition {
    pub(crate) fn holds(&self, request: &Request<'_>) -> Truth {
        let values = request.values(&self.key);
        let values = values.as_slice();
        let (comparison, negated, quantifier, if_exists) = match &self.test {
            Test::Absent(wanted) => return wanted.contains(&values.is_empty()).into(),
            Test::Compared {
                comparison,
                negated,
                quantifier,
                if_exists,
            } => (comparison, *negated, *quantifier, *if_exists),
        };
        if values.is_empty() {
            return match quantifier {
                _ if if_exists => Truth::Yes,
                Quantifier::Single => negated.into(),
                Quantifier::All => Truth::Yes,
                Quantifier::Any => Truth::No,
            };
        }
        let each = values.iter().map(|value| {
            let found = comparison.accepts(value, request);
            if negated { found.negated() } else { found }
        });
        match quantifier {
            Quantifier::All => Truth::every(each),
            // Not like any value: of several, none may be.
            Quantifier::Single if negated => Truth::every(each),
            Quantifier::Any | Quantifier::Single => Truth::any(each),
        }
    }
}

#[cfg(test)]
mod tests;
