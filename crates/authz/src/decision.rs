//! The answer to a question, and the rule it rests on.
//!
//! A [`Permit`] is what functions with effects ask for; it carries nothing, so that the hot path
//! pays nothing. Who wants to know why asks for an [`Explanation`].

use std::fmt;
use std::sync::Arc;

use crate::acl::Acl;
use crate::iam::IamDecision;

/// The right to go on; functions with an effect ask for one.
#[derive(Clone, Copy, Debug)]
pub struct Permit(());

impl Permit {
    /// For what the broker does on its own account, without a client's request: upkeep, creation
    /// of its own topics. Nothing that serves a request may call it.
    pub fn of_the_broker_itself() -> Self {
        Self(())
    }

    pub(crate) fn granted() -> Self {
        Self(())
    }
}

/// The answer was no.
#[derive(Clone, Debug)]
pub struct Denied {
    /// What decided.
    pub rule: Rule,
}

/// What decided; shown in the words of Kafka's authorizer log.
#[derive(Clone, Debug)]
pub enum Rule {
    /// No authorizer is configured: whoever reaches a listener may do everything.
    NoAuthorizer,
    /// The principal stands in `super.users`.
    SuperUser,
    /// No ACL is for the resource, and `allow.everyone.if.no.acl.found` is true.
    DefaultAllow,
    /// No ACL allows it.
    DefaultDeny,
    /// This ACL allows or denies it.
    MatchingAcl(Arc<Acl>),
    /// Policies decided, or there was none to do so.
    Iam(IamDecision),
    /// The principal is IAM's, and this broker has no identity store or the connection no context.
    NoIdentityStore,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAuthorizer => f.write_str("NoAuthorizer"),
            Self::SuperUser => f.write_str("SuperUser"),
            Self::DefaultAllow => f.write_str("DefaultAllow"),
            Self::DefaultDeny => f.write_str("DefaultDeny"),
            Self::MatchingAcl(acl) => write!(f, "MatchingAcl(acl={acl})"),
            Self::Iam(decision) => decision.fmt(f),
            Self::NoIdentityStore => f.write_str("NoIdentityStore"),
        }
    }
}

/// A decision with its reason, for logs and for people.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Whether it is allowed.
    pub allowed: bool,
    /// What decided.
    pub rule: Rule,
}

impl Explanation {
    pub(crate) fn answer(self) -> Result<Permit, Denied> {
        if self.allowed {
            Ok(Permit::granted())
        } else {
            Err(Denied { rule: self.rule })
        }
    }
}
