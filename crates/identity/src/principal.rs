//! The principal of a connection, as Kafka names it.

use std::fmt;
use std::sync::Arc;

/// Type of every principal that Kafka itself makes.
pub const USER: &str = "User";
/// Type of the principals that IAM makes, as on Amazon MSK.
pub const IAM: &str = "IAM";

/// `KafkaPrincipal`: a type (`User` for everything Kafka itself makes) and a name.
///
/// Shown as `User:alice`, the text that ACLs and the authorizer log use.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Principal {
    kind: Arc<str>,
    name: Arc<str>,
}

/// A text that is no principal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not of the form Type:name, such as User:alice")]
pub struct NotAPrincipal(pub String);

impl Principal {
    /// A principal of any type.
    pub fn new(kind: &str, name: &str) -> Self {
        Self {
            kind: if kind == USER { user() } else { kind.into() },
            name: name.into(),
        }
    }

    /// A principal of type `User`.
    pub fn user(name: &str) -> Self {
        Self::new(USER, name)
    }

    /// A principal of type `IAM`; the name is the ARN of the caller.
    pub fn iam(arn: &str) -> Self {
        Self::new(IAM, arn)
    }

    /// `User:ANONYMOUS`: whoever connects without authentication.
    pub fn anonymous() -> Self {
        Self::user("ANONYMOUS")
    }

    /// Reads `Type:name`, split at the first colon; neither part is empty.
    pub fn parse(text: &str) -> Result<Self, NotAPrincipal> {
        match text.split_once(':') {
            Some((kind, name)) if !kind.is_empty() && !name.is_empty() => Ok(Self::new(kind, name)),
            _ => Err(NotAPrincipal(text.to_owned())),
        }
    }

    /// The type, `User` unless a mapping made another one.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The name without its type.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether IAM policies, not ACLs, decide about it.
    pub fn is_iam(&self) -> bool {
        &*self.kind == IAM
    }
}

/// One shared text for the type of nearly every principal.
fn user() -> Arc<str> {
    static USER_KIND: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| USER.into());
    Arc::clone(&USER_KIND)
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::Principal;

    #[test]
    fn shown_as_acls_spell_it() {
        assert_eq!(Principal::anonymous().to_string(), "User:ANONYMOUS");
        assert_eq!(Principal::user("CN=a,O=b").to_string(), "User:CN=a,O=b");
    }

    #[test]
    fn text_is_split_at_the_first_colon() {
        let arn = "arn:aws:iam::1:user/u";
        assert_eq!(
            Principal::parse(&format!("IAM:{arn}")),
            Ok(Principal::iam(arn))
        );
        for text in ["alice", ":alice", "User:", ""] {
            assert!(Principal::parse(text).is_err(), "{text}");
        }
    }
}
