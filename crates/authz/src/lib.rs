//! One question: may this principal do this operation on this resource?
//!
//! The answer is a [`Permit`] that the effect takes as an argument, or a [`Denied`] that says why;
//! never a bool. There is one engine so far, the one Kafka has without an `authorizer.class.name`:
//! everything is allowed. ACLs and IAM become further variants of [`Authorizer`].

mod operation;
mod resource;

pub use operation::{Operation, authorized_operations};
pub use resource::{CLUSTER_NAME, Resource, ResourceType};

use identity::Principal;

/// The engine that decides.
#[derive(Clone, Copy, Debug)]
pub enum Authorizer {
    /// No authorizer is configured: whoever reaches a listener may do everything.
    AllowAll,
}

/// The right to go on, made only by an [`Authorizer`]; functions with an effect ask for one.
#[derive(Clone, Copy, Debug)]
pub struct Permit(());

/// Why the answer was no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The rule that decided, for the authorizer log.
    pub reason: &'static str,
}

impl Authorizer {
    /// Decides about one operation on one resource.
    pub fn authorize(
        &self,
        _principal: &Principal,
        _operation: Operation,
        _resource: Resource<'_>,
    ) -> Result<Permit, Denied> {
        match self {
            Self::AllowAll => Ok(Permit(())),
        }
    }

    /// Whether ACLs can be stored and listed; without an authorizer Kafka answers
    /// SECURITY_DISABLED to every ACL request.
    pub fn has_acls(&self) -> bool {
        match self {
            Self::AllowAll => false,
        }
    }
}
