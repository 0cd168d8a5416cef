//! Names of users, roles, policies and sessions: what IAM allows, which is also safe as the name of
//! a file.

use crate::error::{Kind, StoreError};
use std::fmt;

/// Longest name of anything but a policy; IAM's.
const NAME_MAX: usize = 64;
/// Longest name of a policy; IAM's.
const POLICY_NAME_MAX: usize = 128;
/// Digits and letters of an access key id; AWS's own have 20.
const KEY_ID_MIN: usize = 16;

/// A name that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Checks a name.
    ///
    /// # Errors
    /// [`StoreError::Name`], with the rule.
    pub fn parse(kind: Kind, text: &str) -> Result<Self, StoreError> {
        let (rule, fits) = match kind {
            Kind::AccessKey => (
                "it is 16 to 64 capital letters and digits",
                (KEY_ID_MIN..=NAME_MAX).contains(&text.len())
                    && text
                        .bytes()
                        .all(|one| one.is_ascii_uppercase() || one.is_ascii_digit()),
            ),
            Kind::Policy => (
                "it is 1 to 128 letters, digits and +=,.@_-",
                is_name(text, 1, POLICY_NAME_MAX),
            ),
            // A session's name stands in an ARN whose parts other programs tell by length.
            Kind::Session => (
                "it is 2 to 64 letters, digits and +=,.@_-",
                is_name(text, 2, NAME_MAX),
            ),
            Kind::User | Kind::Role => (
                "it is 1 to 64 letters, digits and +=,.@_-",
                is_name(text, 1, NAME_MAX),
            ),
        };
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(StoreError::Name {
                kind,
                text: text.to_owned(),
                rule,
            })
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Without `/`, and with `.json` behind it never `.` or `..`.
fn is_name(text: &str, min: usize, max: usize) -> bool {
    let is_letter = |one: u8| one.is_ascii_alphanumeric() || b"+=,.@_-".contains(&one);
    (min..=max).contains(&text.len()) && text.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::Name;
    use crate::error::Kind;

    #[test]
    fn only_names_of_iam_are_names() {
        let longest = "a".repeat(64);
        let too_long = "a".repeat(65);
        for (kind, text, accepted) in [
            (Kind::User, "alice", true),
            (Kind::User, "a", true),
            (Kind::User, "first.last+x=y,z@example_org-1", true),
            (Kind::User, &longest, true),
            (Kind::User, &too_long, false),
            (Kind::Policy, &too_long, true),
            (Kind::User, "", false),
            (Kind::User, "../alice", false),
            (Kind::User, "a/b", false),
            (Kind::User, "a~b", false),
            (Kind::User, "a\0", false),
            (Kind::User, "ä", false),
            (Kind::User, "a b", false),
            (Kind::Session, "s", false),
            (Kind::AccessKey, "AKIAIOSFODNN7EXAMPLE", true),
            (Kind::AccessKey, "AKIA", false),
            (Kind::AccessKey, "../../AKIAIOSFODNN7", false),
            (Kind::AccessKey, "akiaiosfodnn7example", false),
        ] {
            assert_eq!(Name::parse(kind, text).is_ok(), accepted, "{kind} {text}");
        }
    }
}
