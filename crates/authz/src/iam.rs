//! The engine of IAM policies: what Amazon MSK's `kafka-cluster:*` actions allow.
//!
//! Policies are compiled when they are loaded; a decision takes no lock and compares no action
//! names. Everything is pure: `crates/iam` reads the identity store and hands over an
//! [`IamPolicies`]. What is refused when it is loaded, and how policies decide together, stands in
//! `policy` and `decide`.

mod action;
mod arn_pattern;
mod condition;
mod context_key;
mod decide;
mod document;
mod pattern;
mod policies;
mod policy;
mod request;
#[cfg(test)]
mod test_world;
mod truth;

pub use action::{ArnType, IamAction};
pub use decide::Considered;
pub use policies::{IamCluster, IamIdentity, IamPolicies, IamSession, SessionOf, Tags};
pub use policy::{POLICY_BYTES_MAX, Policy, PolicyError, PolicyKind, Relevance, StatementName};
pub use request::AssumeRole;

use crate::{Operation, Resource, ResourceType, Subject};
use arc_swap::ArcSwap;
use std::fmt;
use std::sync::Arc;

/// Decides by IAM policies, which can be replaced at any time.
#[derive(Debug)]
pub struct IamEngine {
    policies: ArcSwap<IamPolicies>,
}

/// A decision and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamDecision {
    /// The action that was asked for; none where IAM knows no such thing.
    pub action: Option<IamAction>,
    /// What decided.
    pub rule: IamRule,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IamRule {
    /// This statement allows it, and nothing denies or limits it.
    Allowed(Arc<StatementName>),
    /// The account itself, which its own policies do not limit.
    Root,
    /// This statement denies it, which is final.
    ExplicitDeny(Arc<StatementName>),
    /// No statement of this layer allows it.
    NoAllow(Layer),
    /// There is no action for it, so that no policy can allow it.
    NoAction,
    /// The access key was deleted or made inactive.
    KeyWithdrawn,
    /// The session is over or was revoked.
    SessionEnded,
    /// There is no such user or role, or not the one any more that logged in.
    UnknownIdentity,
}

/// Policies that must allow, each for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Those of the user or role.
    Identity,
    /// Its permissions boundary.
    Boundary,
    /// That of the session.
    Session,
    /// That of the cluster, which whoever comes from another account needs.
    Cluster,
    /// The trust policy of the role.
    Trust,
}

impl IamEngine {
    /// Decides by these from now on.
    pub fn new(policies: IamPolicies) -> Self {
        Self {
            policies: ArcSwap::from_pointee(policies),
        }
    }

    /// Decides by others from now on; decisions that are being made are not disturbed.
    pub fn replace(&self, policies: IamPolicies) {
        self.policies.store(Arc::new(policies));
    }

    /// Decides about an operation on a resource.
    pub fn authorize(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        resource: Resource<'_>,
    ) -> IamDecision {
        match IamAction::of(operation, resource.kind) {
            Some(action) => self.decide(subject, action, resource.name),
            None => IamDecision {
                action: None,
                rule: IamRule::NoAction,
            },
        }
    }

    /// Decides about an action on the topic, group or transactional id of this name; for the
    /// cluster the name means nothing.
    pub fn decide(&self, subject: &Subject<'_>, action: IamAction, name: &str) -> IamDecision {
        IamDecision {
            action: Some(action),
            rule: self.policies.load().decide(subject, action, name),
        }
    }

    /// Every statement that hangs on the caller or the cluster, with what it had to say: for
    /// people who ask why.
    pub fn trace(&self, subject: &Subject<'_>, action: IamAction, name: &str) -> Vec<Considered> {
        self.policies.load().trace(subject, action, name)
    }

    /// Decides whether the caller may assume a role; `is_root` is the account itself, which is
    /// whoever may write to the identity store.
    pub fn decide_assume_role(
        &self,
        subject: &Subject<'_>,
        role: &str,
        asked: &AssumeRole<'_>,
        is_root: bool,
    ) -> IamDecision {
        let policies = self.policies.load();
        IamDecision {
            action: Some(IamAction::AssumeRole),
            rule: policies.decide_assume_role(subject, role, asked, is_root),
        }
    }

    /// The ARN of a resource of the cluster; some kinds have none.
    pub fn resource_arn(&self, resource: Resource<'_>) -> Option<String> {
        let kind = match resource.kind {
            ResourceType::Cluster => ArnType::Cluster,
            ResourceType::Group => ArnType::Group,
            ResourceType::Topic => ArnType::Topic,
            ResourceType::TransactionalId => ArnType::TransactionalId,
            _ => return None,
        };
        Some(self.policies.load().cluster.arn(kind, resource.name))
    }
}

impl IamDecision {
    /// Whether it is yes.
    pub fn is_allowed(&self) -> bool {
        self.rule.is_allowed()
    }
}

impl IamRule {
    /// Whether it is yes.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_) | Self::Root)
    }
}

impl fmt::Display for IamDecision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.action {
            Some(action) => write!(f, "{action}: {}", self.rule),
            None => self.rule.fmt(f),
        }
    }
}

impl fmt::Display for IamRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed(by) => write!(f, "allowed by {by}"),
            Self::Root => f.write_str("allowed to the account itself"),
            Self::ExplicitDeny(by) => write!(f, "denied by {by}"),
            Self::NoAllow(layer) => write!(f, "no statement of {layer} allows it"),
            Self::NoAction => f.write_str("IAM has no action for it"),
            Self::KeyWithdrawn => f.write_str("the access key was deleted or made inactive"),
            Self::SessionEnded => f.write_str("the session has ended or was revoked"),
            Self::UnknownIdentity => f.write_str(
                "the user or role does not exist any more, or a file of it cannot be read",
            ),
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "the caller's own policies",
            Self::Boundary => "the permissions boundary",
            Self::Session => "the session policies",
            Self::Cluster => "the cluster policy, which another account needs,",
            Self::Trust => "the role's trust policy",
        })
    }
}

#[cfg(test)]
mod tests;
