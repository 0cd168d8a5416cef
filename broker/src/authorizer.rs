//! The broker's authorizer: made of its configuration and its metadata, and told when ACLs change.
//!
//! Decides nothing itself; `crates/authz` does.

use authz::Authorizer;
use authz::acl::{AclEngine, AclSettings};
use authz::iam::IamEngine;

use crate::broker::Broker;
use crate::config::AclConfig;
use crate::metadata::Image;

/// What decides about requests from the first one on. Without `acls` nothing is asked of
/// principals that are not IAM's.
pub fn authorizer(acls: Option<&AclConfig>, iam: Option<IamEngine>, image: &Image) -> Authorizer {
    let acl = acls.map(|config| {
        let engine = AclEngine::new(AclSettings {
            super_users: config.super_users.iter().cloned().collect(),
            allow_everyone_if_no_acl_found: config.allow_everyone_if_no_acl_found,
        });
        engine.replace(image.acls().cloned());
        engine
    });
    Authorizer::new(acl, iam)
}

impl Broker {
    /// Puts the newest image's ACLs in force. Whoever changes them calls it before the change is
    /// answered, so that they hold for the very next request.
    pub(crate) fn acls_changed(&self) {
        if let Some(acl) = self.authorizer.acl() {
            acl.replace(self.metadata.image().acls().cloned());
        }
    }
}
