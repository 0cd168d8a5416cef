//! The door: it picks the engine by the principal's type.
//!
//! Reads take no lock; new rules are handed to the engines, which swap them whole.

use crate::acl::AclEngine;
use crate::iam::IamEngine;
use crate::{
    Denied, Explanation, Operation, Permit, Resource, ResourceType, Rule, Subject,
    authorized_operations,
};

/// What decides about every request of a process.
#[derive(Debug)]
pub struct Authorizer {
    acl: Option<AclEngine>,
    iam: Option<IamEngine>,
}

impl Authorizer {
    /// As Kafka without `authorizer.class.name`: who is no IAM principal may do everything.
    pub fn allow_all() -> Self {
        Self::new(None, None)
    }

    /// Principals of type `IAM` are `iam`'s, and may do nothing without it; all others are `acl`'s,
    /// and may do everything without it.
    pub fn new(acl: Option<AclEngine>, iam: Option<IamEngine>) -> Self {
        Self { acl, iam }
    }

    /// The engine of the ACLs; without one Kafka answers SECURITY_DISABLED to every ACL request.
    pub fn acl(&self) -> Option<&AclEngine> {
        self.acl.as_ref()
    }

    /// The engine of the IAM policies.
    pub fn iam(&self) -> Option<&IamEngine> {
        self.iam.as_ref()
    }

    /// Decides about one operation on one resource.
    ///
    /// # Errors
    /// [`Denied`], with the rule that decided.
    pub fn authorize(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        resource: Resource<'_>,
    ) -> Result<Permit, Denied> {
        match &self.acl {
            // The hot path: nothing is kept of an ACL that allows.
            Some(acl) if !subject.principal.is_iam() => acl.authorize(subject, operation, resource),
            _ => self.explain(subject, operation, resource).answer(),
        }
    }

    /// Whether the operation is allowed on at least one resource of the type, as far as Kafka's
    /// `Authorizer.authorizeByResourceType` can tell. IAM has no such question: the answer is no.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn authorize_by_resource_type(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        kind: ResourceType,
    ) -> Result<Permit, Denied> {
        let explanation = match (&self.acl, subject.principal.is_iam()) {
            (_, true) => no(Rule::DefaultDeny),
            (None, false) => yes(Rule::NoAuthorizer),
            (Some(acl), false) => acl.decide_by_resource_type(subject, operation, kind),
        };
        explanation.answer()
    }

    /// The same decision with the rule that it rests on, also where it is yes.
    pub fn explain(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        resource: Resource<'_>,
    ) -> Explanation {
        if subject.principal.is_iam() {
            let (Some(iam), Some(_)) = (&self.iam, subject.iam) else {
                return no(Rule::NoIdentityStore);
            };
            let decision = iam.authorize(subject, operation, resource);
            return Explanation {
                allowed: decision.is_allowed(),
                rule: Rule::Iam(decision),
            };
        }
        match &self.acl {
            None => yes(Rule::NoAuthorizer),
            Some(acl) => acl.decide(subject, operation, resource),
        }
    }

    /// The bit field of `authorized_operations` (KIP-430) for one resource.
    pub fn authorized_operations(&self, subject: &Subject<'_>, resource: Resource<'_>) -> i32 {
        authorized_operations(resource.kind, |operation| {
            self.explain(subject, operation, resource).allowed
        })
    }
}

pub(crate) fn yes(rule: Rule) -> Explanation {
    Explanation {
        allowed: true,
        rule,
    }
}

pub(crate) fn no(rule: Rule) -> Explanation {
    Explanation {
        allowed: false,
        rule,
    }
}
