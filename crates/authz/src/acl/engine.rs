//! The decision by ACLs, as Kafka's `StandardAuthorizer` makes it.
//!
//! Precedence: a super user may do everything; then any entry that denies; then any that allows;
//! then, only where no entry at all is for the resource, `allow.everyone.if.no.acl.found`.
//!
//! One difference: Kafka 4.3 walks its sorted entries in such a way that a name that begins with a
//! character below the asterisk (a space, `!`, `#`, …) can end in an exception or an endless loop;
//! here such a name is decided by the same rules as any other.

use std::collections::HashSet;
use std::sync::Arc;

use arc_swap::ArcSwap;
use identity::Principal;

use super::index::{Found, Index};
use super::relevance::is_about;
use super::{Acl, AclFilter, AclOperation, PatternType, Permission, WILDCARD_RESOURCE};
use crate::authorizer::{no, yes};
use crate::{Denied, Explanation, Operation, Permit, Resource, ResourceType, Rule, Subject};

/// The name that `authorizeByResourceType` asks for first, so that super users and an open
/// cluster are let through.
const HARDCODE: &str = "hardcode";

/// What an operator configures.
#[derive(Clone, Debug, Default)]
pub struct AclSettings {
    /// `super.users`.
    pub super_users: HashSet<Principal>,
    /// `allow.everyone.if.no.acl.found`.
    pub allow_everyone_if_no_acl_found: bool,
}

/// The engine: settings for life, entries that are replaced whole.
#[derive(Debug)]
pub struct AclEngine {
    settings: AclSettings,
    index: ArcSwap<Index>,
}

impl AclEngine {
    /// An engine without entries.
    pub fn new(settings: AclSettings) -> Self {
        Self {
            settings,
            index: ArcSwap::from_pointee(Index::default()),
        }
    }

    /// Puts other entries in force, for every question that is asked from now on.
    pub fn replace(&self, acls: impl IntoIterator<Item = Arc<Acl>>) {
        self.index.store(Arc::new(Index::new(acls)));
    }

    /// How many entries are in force.
    pub fn len(&self) -> usize {
        self.index.load().len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries that a filter matches, by type and name.
    pub fn acls(&self, filter: &AclFilter) -> Vec<Arc<Acl>> {
        let index = self.index.load();
        ResourceType::ALL
            .into_iter()
            .flat_map(|kind| index.of_type(kind))
            .filter(|acl| filter.matches(acl))
            .cloned()
            .collect()
    }

    /// The entries that are for a resource, whoever and whatever they are about; the longest name
    /// first, the wildcard last.
    pub fn acls_for(&self, resource: Resource<'_>) -> Vec<Arc<Acl>> {
        let index = self.index.load();
        let found = index.for_resource(resource.kind, resource.name);
        found.into_iter().cloned().collect()
    }

    /// Decides, without the cost of saying why it allows.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn authorize(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        resource: Resource<'_>,
    ) -> Result<Permit, Denied> {
        if self.settings.super_users.contains(subject.principal) {
            return Ok(Permit::granted());
        }
        let index = self.index.load();
        match index.find(subject, operation, resource.kind, resource.name) {
            Found::Allow(_) => Ok(Permit::granted()),
            found => self.conclude(found).answer(),
        }
    }

    /// Decides and says why.
    pub fn decide(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        resource: Resource<'_>,
    ) -> Explanation {
        if self.settings.super_users.contains(subject.principal) {
            return yes(Rule::SuperUser);
        }
        let index = self.index.load();
        self.conclude(index.find(subject, operation, resource.kind, resource.name))
    }

    fn conclude(&self, found: Found<'_>) -> Explanation {
        match found {
            Found::Nothing if self.settings.allow_everyone_if_no_acl_found => {
                yes(Rule::DefaultAllow)
            }
            Found::Nothing | Found::Unmatched => no(Rule::DefaultDeny),
            Found::Allow(acl) => yes(Rule::MatchingAcl(Arc::clone(acl))),
            Found::Deny(acl) => no(Rule::MatchingAcl(Arc::clone(acl))),
        }
    }

    /// Whether the operation is allowed on at least one resource of the type: Kafka's
    /// `Authorizer.authorizeByResourceType`. Nothing is implied here: an entry is for the operation
    /// or for all.
    pub fn decide_by_resource_type(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        kind: ResourceType,
    ) -> Explanation {
        let hardcode = Resource {
            kind,
            name: HARDCODE,
        };
        let first = self.decide(subject, operation, hardcode);
        if first.allowed {
            return first;
        }
        let index = self.index.load();
        let about: Vec<_> = index
            .of_type(kind)
            .filter(|acl| {
                let listed = [AclOperation::All, AclOperation::Of(operation)];
                listed.contains(&acl.operation) && is_about(acl, subject)
            })
            .collect();
        let denies: HashSet<_> = about
            .iter()
            .filter(|acl| acl.permission == Permission::Deny)
            .map(|acl| (acl.pattern_type, &*acl.resource_name))
            .collect();
        let wildcard = (PatternType::Literal, WILDCARD_RESOURCE);
        let allowed = about.iter().find(|acl| {
            acl.permission == Permission::Allow
                && !denies.contains(&wildcard)
                && !is_dominated(acl, &denies)
        });
        match allowed {
            Some(acl) => yes(Rule::MatchingAcl(Arc::clone(acl))),
            None => first,
        }
    }
}

/// Whether denies cover everything that the entry allows.
fn is_dominated(acl: &Acl, denies: &HashSet<(PatternType, &str)>) -> bool {
    let name = &*acl.resource_name;
    if acl.pattern_type == PatternType::Literal {
        if name == WILDCARD_RESOURCE {
            return false;
        }
        if denies.contains(&(PatternType::Literal, name)) {
            return true;
        }
    }
    let ends = name.char_indices().map(|(at, char)| at + char.len_utf8());
    ends.filter_map(|end| name.get(..end))
        .any(|prefix| denies.contains(&(PatternType::Prefixed, prefix)))
}
