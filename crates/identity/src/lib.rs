//! Who is talking: the principal of a connection, as Kafka names it.
//!
//! The preface by which authn hands an identity to the broker will live here too; it does not
//! know sockets, mechanisms or policies.

use std::fmt;
use std::sync::Arc;

/// `KafkaPrincipal`: a type (`User` for everything Kafka itself makes) and a name.
///
/// Shown as `User:alice`, the text that ACLs and the authorizer log use.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Principal {
    kind: Arc<str>,
    name: Arc<str>,
}

impl Principal {
    /// A principal of type `User`.
    pub fn user(name: &str) -> Self {
        Self {
            kind: "User".into(),
            name: name.into(),
        }
    }

    /// `User:ANONYMOUS`: whoever connects without authentication.
    pub fn anonymous() -> Self {
        Self::user("ANONYMOUS")
    }

    /// The type, `User` unless a mapping made another one.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The name without its type.
    pub fn name(&self) -> &str {
        &self.name
    }
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
}
