//! The entries of one moment, arranged so that a decision costs a binary search and a walk.
//!
//! The names of one type stand sorted. A name knows the longest other name that it begins with and
//! that has prefixed entries. To find everything for a resource: take the last name that is not
//! greater; if some name is a prefix of the resource, then the one found begins with it, too, so
//! that all of them stand on its way up.
//!
//! Kafka compares UTF-16 units, this compares bytes of UTF-8. Whether one text begins another is
//! the same in both, because neither can hold half a character.

use std::sync::Arc;

use super::relevance::verdict;
use super::{Acl, PatternType, Permission, WILDCARD_RESOURCE};
use crate::{Operation, ResourceType, Subject};

/// All entries by type.
#[derive(Debug, Default)]
pub(super) struct Index {
    types: [Names; ResourceType::ALL.len()],
    count: usize,
}

/// The entries of one type.
#[derive(Debug, Default)]
struct Names {
    /// Sorted.
    names: Vec<Name>,
    /// Where the literal `*` stands.
    wildcard: Option<usize>,
}

/// The entries of one name, each list in the order of `StandardAcl`.
#[derive(Debug)]
struct Name {
    name: Box<str>,
    literal: Vec<Arc<Acl>>,
    prefixed: Vec<Arc<Acl>>,
    /// The longest other name with prefixed entries that this one begins with.
    parent: Option<usize>,
}

/// What the entries say.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'a> {
    /// None is for the resource.
    Nothing,
    /// Some are for the resource, none of them for the question.
    Unmatched,
    /// This one denies.
    Deny(&'a Arc<Acl>),
    /// None denies, and this one allows: of several the one that Kafka's log names.
    Allow(&'a Arc<Acl>),
}

impl Index {
    pub(super) fn new(acls: impl IntoIterator<Item = Arc<Acl>>) -> Self {
        let mut acls: Vec<_> = acls.into_iter().collect();
        acls.sort_unstable();
        acls.dedup();
        let mut index = Self {
            count: acls.len(),
            ..Self::default()
        };
        for (names, kind) in index.types.iter_mut().zip(ResourceType::ALL) {
            *names = Names::new(acls.iter().filter(|acl| acl.resource_type == kind));
        }
        index
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    fn of(&self, kind: ResourceType) -> Option<&Names> {
        let at = ResourceType::ALL.iter().position(|one| *one == kind)?;
        self.types.get(at)
    }

    /// Every entry of a type, by name.
    pub(super) fn of_type(&self, kind: ResourceType) -> impl Iterator<Item = &Arc<Acl>> {
        let names = self.of(kind).map(|names| names.names.as_slice());
        names
            .unwrap_or_default()
            .iter()
            .flat_map(|name| name.literal.iter().chain(&name.prefixed))
    }

    /// Every entry that is for a resource: of the longest name first, those of the wildcard last.
    pub(super) fn for_resource(&self, kind: ResourceType, name: &str) -> Vec<&Arc<Acl>> {
        let Some(names) = self.of(kind) else {
            return Vec::new();
        };
        let lists = names.specific(name).chain(names.wildcard(name));
        let mut all: Vec<&Arc<Acl>> = Vec::new();
        for acl in lists.flatten() {
            if !all.iter().any(|known| Arc::ptr_eq(known, acl)) {
                all.push(acl);
            }
        }
        all
    }

    /// The decision: a deny before an allow, and for the rest what the caller holds right.
    pub(super) fn find(
        &self,
        subject: &Subject<'_>,
        operation: Operation,
        kind: ResourceType,
        name: &str,
    ) -> Found<'_> {
        let Some(names) = self.of(kind) else {
            return Found::Nothing;
        };
        let mut any = false;
        let (mut of_name, mut of_wildcard) = (None, None);
        for acl in names.specific(name).flatten() {
            any = true;
            match verdict(acl, subject, operation) {
                Some(Permission::Deny) => return Found::Deny(acl),
                Some(Permission::Allow) => of_name = Some(acl),
                None => {}
            }
        }
        for acl in names.wildcard(name).flatten() {
            any = true;
            match verdict(acl, subject, operation) {
                Some(Permission::Deny) => return Found::Deny(acl),
                Some(Permission::Allow) => of_wildcard = Some(acl),
                None => {}
            }
        }
        // Kafka walks names downwards from the resource's, and then once more from `*`; the last
        // entry that allows is the one in its log. What stands below `*` is met a second time.
        let last = match name.as_bytes().first() {
            Some(..=b'*') => of_name.or(of_wildcard),
            _ => of_wildcard.or(of_name),
        };
        match last {
            Some(acl) => Found::Allow(acl),
            None if any => Found::Unmatched,
            None => Found::Nothing,
        }
    }
}

impl Names {
    fn new<'a>(acls: impl Iterator<Item = &'a Arc<Acl>>) -> Self {
        let mut names: Vec<Name> = Vec::new();
        for acl in acls {
            if names
                .last()
                .is_none_or(|last| last.name != acl.resource_name)
            {
                names.push(Name {
                    name: acl.resource_name.clone(),
                    literal: Vec::new(),
                    prefixed: Vec::new(),
                    parent: None,
                });
            }
            if let Some(name) = names.last_mut() {
                match acl.pattern_type {
                    PatternType::Literal => name.literal.push(Arc::clone(acl)),
                    PatternType::Prefixed => name.prefixed.push(Arc::clone(acl)),
                }
            }
        }
        link(&mut names);
        let wildcard = names
            .binary_search_by(|name| (*name.name).cmp(WILDCARD_RESOURCE))
            .ok();
        Self { names, wildcard }
    }

    /// The lists of everything for `name` but the wildcard's, longest name first.
    fn specific<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a [Arc<Acl>]> {
        let at = self.names.partition_point(|one| *one.name <= *name);
        let nearest = at.checked_sub(1).and_then(|at| self.names.get(at));
        let equal = nearest.filter(|one| *one.name == *name);
        let mut up = nearest;
        while let Some(one) = up
            && !name.starts_with(&*one.name)
        {
            up = self.parent(one);
        }
        let prefixes = std::iter::successors(up, |one| self.parent(one));
        let literal = equal.map(|one| one.literal.as_slice());
        literal
            .into_iter()
            .chain(prefixes.map(|one| one.prefixed.as_slice()))
    }

    fn parent(&self, name: &Name) -> Option<&Name> {
        self.names.get(name.parent?)
    }

    /// The list of the wildcard. Kafka takes `*` for a prefix of a longer name that begins with an
    /// asterisk, which a literal is not allowed to be, so that it is not for such a name.
    fn wildcard(&self, name: &str) -> impl Iterator<Item = &[Arc<Acl>]> {
        let at = self.wildcard.filter(|_| !name.starts_with('*'));
        let wildcard = at.and_then(|at| self.names.get(at));
        wildcard.into_iter().map(|name| name.literal.as_slice())
    }
}

/// Gives every name its parent: the names that could be one lie open on a stack.
fn link(names: &mut [Name]) {
    let mut open: Vec<(usize, Box<str>)> = Vec::new();
    for (at, name) in names.iter_mut().enumerate() {
        while open
            .last()
            .is_some_and(|(_, prefix)| !name.name.starts_with(&**prefix))
        {
            open.pop();
        }
        name.parent = open.last().map(|(parent, _)| *parent);
        if !name.prefixed.is_empty() {
            open.push((at, name.name.clone()));
        }
    }
}
