//! What one entry that is for a resource says about a question.

use super::{Acl, AclOperation, Permission};
use crate::{Operation, Subject};

/// What an entry says, or why it says nothing; for people who ask why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AclRelevance {
    /// It allows.
    Allows,
    /// It denies.
    Denies,
    /// It is about somebody else.
    OtherPrincipal,
    /// It is about another host.
    OtherHost,
    /// It is about another operation, which does not imply this one.
    OtherOperation,
}

impl Acl {
    /// What this entry, which is for the resource, says about the question.
    pub fn relevance(&self, subject: &Subject<'_>, operation: Operation) -> AclRelevance {
        if !is_about_principal(self, subject) {
            AclRelevance::OtherPrincipal
        } else if !self.host.matches(subject.client_address) {
            AclRelevance::OtherHost
        } else if !covers(self, operation) {
            AclRelevance::OtherOperation
        } else {
            match self.permission {
                Permission::Allow => AclRelevance::Allows,
                Permission::Deny => AclRelevance::Denies,
            }
        }
    }
}

/// The same where only the outcome matters, cheapest comparison first.
pub(super) fn verdict(
    acl: &Acl,
    subject: &Subject<'_>,
    operation: Operation,
) -> Option<Permission> {
    (covers(acl, operation) && is_about(acl, subject)).then_some(acl.permission)
}

/// Whether the entry speaks of this principal and host.
pub(super) fn is_about(acl: &Acl, subject: &Subject<'_>) -> bool {
    is_about_principal(acl, subject) && acl.host.matches(subject.client_address)
}

fn is_about_principal(acl: &Acl, subject: &Subject<'_>) -> bool {
    acl.principal == *subject.principal || acl.is_for_everybody()
}

fn covers(acl: &Acl, operation: Operation) -> bool {
    match acl.operation {
        AclOperation::All => true,
        AclOperation::Of(listed) => {
            listed == operation || acl.permission == Permission::Allow && implies(listed, operation)
        }
    }
}

/// What an allowed operation allows besides itself.
fn implies(allowed: Operation, operation: Operation) -> bool {
    use Operation::{Alter, AlterConfigs, Delete, Describe, DescribeConfigs, Read, Write};
    match operation {
        Describe => matches!(allowed, Read | Write | Delete | Alter),
        DescribeConfigs => allowed == AlterConfigs,
        _ => false,
    }
}
