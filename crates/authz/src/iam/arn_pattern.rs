//! ARNs in policies: compared part by part, so that a `*` in one part never reaches into the next.
//! The last part is all behind the fifth colon, where names may hold colons of their own.

use super::pattern::{Pattern, PatternError, Syntax};
use super::request::{Arn, Request};
use super::truth::Truth;

/// An ARN with wildcards and variables, or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArnPattern {
    Everything,
    /// Partition, service, region, account, resource.
    Parts(Box<[Pattern; 5]>),
}

/// A text that is no pattern of an ARN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArnPatternError {
    #[error(
        "'{0}' is no ARN; write * or arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, such as \
         arn:aws:kafka:*:*:topic/*"
    )]
    NotAnArn(String),
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

impl ArnPattern {
    pub(crate) fn compile(text: &str, syntax: Syntax) -> Result<Self, ArnPatternError> {
        if text == "*" && syntax.wildcards {
            return Ok(Self::Everything);
        }
        let not_an_arn = || ArnPatternError::NotAnArn(text.to_owned());
        let parts = split(text, syntax.variables);
        let [arn, rest @ ..] = parts.as_slice() else {
            return Err(not_an_arn());
        };
        let rest: [&str; 5] = rest.try_into().map_err(|_| not_an_arn())?;
        if *arn != "arn" || rest.last().is_some_and(|resource| resource.is_empty()) {
            return Err(not_an_arn());
        }
        let [partition, service, region, account_id, resource] =
            rest.map(|part| Pattern::compile(part, syntax));
        Ok(Self::Parts(Box::new([
            partition?,
            service?,
            region?,
            account_id?,
            resource?,
        ])))
    }

    pub(crate) fn matches(&self, arn: &Arn<'_>, request: &Request<'_>) -> Truth {
        let Self::Parts(parts) = self else {
            return Truth::Yes;
        };
        let [partition, service, region, account_id, resource] = &**parts;
        // The resource first: it is what tells most patterns apart.
        Truth::every(
            [
                (resource, arn.resource),
                (account_id, arn.account_id),
                (region, arn.region),
                (service, arn.service),
                (partition, arn.partition),
            ]
            .into_iter()
            .map(|(pattern, text)| pattern.matches(text, request)),
        )
    }
}

/// At the first five colons that do not stand in a variable.
fn split(text: &str, variables: bool) -> Vec<&str> {
    let mut parts = Vec::with_capacity(6);
    let mut rest = text;
    while parts.len() < 5 {
        let Some((part, after)) = next_part(rest, variables) else {
            break;
        };
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn next_part(text: &str, variables: bool) -> Option<(&str, &str)> {
    let mut in_variable = false;
    let mut before = ' ';
    let colon = text.find(|letter| {
        if variables && before == '$' && letter == '{' {
            in_variable = true;
        } else if letter == '}' {
            in_variable = false;
        }
        before = letter;
        letter == ':' && !in_variable
    })?;
    let (part, rest) = text.split_at_checked(colon)?;
    Some((part, rest.strip_prefix(':')?))
}

#[cfg(test)]
mod tests {
    use super::{ArnPattern, split};
    use crate::iam::pattern::Syntax;

    #[test]
    fn colons_of_variables_do_not_split() {
        for (text, variables, expected) in [
            (
                "arn:a:b:c:d:e:f",
                true,
                vec!["arn", "a", "b", "c", "d", "e:f"],
            ),
            (
                "arn:a:b:${aws:x}:d:${aws:y}",
                true,
                vec!["arn", "a", "b", "${aws:x}", "d", "${aws:y}"],
            ),
            (
                "arn:a:b:${aws:x}:d",
                false,
                vec!["arn", "a", "b", "${aws", "x}", "d"],
            ),
            ("arn:a", true, vec!["arn", "a"]),
            ("", true, vec![""]),
        ] {
            assert_eq!(split(text, variables), expected, "{text}");
        }
    }

    #[test]
    fn anything_but_a_star_and_six_parts_is_refused() {
        let syntax = Syntax {
            wildcards: true,
            variables: true,
        };
        for (text, accepted) in [
            ("*", true),
            ("arn:aws:kafka:*:*:*", true),
            ("arn:*:*:*:*:*", true),
            ("arn:aws:kafka:::x", true),
            ("arn:aws:kafka:*", false),
            ("arn:aws:kafka:a:b:", false),
            ("topic/orders", false),
            ("*:aws:kafka:a:b:c", false),
            ("**", false),
            ("", false),
            ("arn:aws:kafka:a:b:${aws:username", false),
            ("arn:aws:kafka:a:b:${aws:nonsense}", false),
        ] {
            let compiled = ArnPattern::compile(text, syntax);
            assert_eq!(compiled.is_ok(), accepted, "{text}: {compiled:?}");
        }
    }
}
