//! Kafka's access control lists: an entry, filters over entries, and the engine that decides by
//! them as `StandardAuthorizer` does.
//!
//! Where entries are stored is not known here: whoever stores them hands them to the engine.

mod engine;
mod filter;
mod host;
mod index;
mod relevance;
mod validation;

use std::fmt;

use identity::{Principal, USER};

pub use engine::{AclEngine, AclSettings};
pub use filter::{AclFilter, PatternFilter};
pub use host::{AclHost, HostAddress};
pub use relevance::AclRelevance;
pub use validation::{AclCreation, AclRefusal};

use crate::operation::same_word;
use crate::{Operation, ResourceType};

/// The name, as a literal pattern, that stands for every resource of its type.
pub const WILDCARD_RESOURCE: &str = "*";

/// One entry: Kafka's `AclBinding`. Shown and ordered as Kafka's `StandardAcl`, but that names
/// ascend here.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Acl {
    /// Type of the resources that it is for.
    pub resource_type: ResourceType,
    /// Their name, or what their names begin with; never empty.
    pub resource_name: Box<str>,
    /// How the name is meant.
    pub pattern_type: PatternType,
    /// What it is about.
    pub operation: AclOperation,
    /// Whom it is about; `User:*` is everybody, of whatever type.
    pub principal: Principal,
    /// From where.
    pub host: AclHost,
    /// What it says.
    pub permission: Permission,
}

/// How the name of an ACL's resource is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i8)]
pub enum PatternType {
    /// The resource of that name; `*` is every resource.
    Literal = 3,
    /// Every resource whose name begins so.
    Prefixed = 4,
}

/// Whether an ACL allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i8)]
pub enum Permission {
    /// It denies, whatever else allows.
    Deny = 2,
    /// It allows, if nothing denies.
    Allow = 3,
}

/// The operation of an ACL: one, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AclOperation {
    /// `ALL`.
    All,
    /// This one.
    Of(Operation),
}

impl Acl {
    /// Whether it is about everybody.
    pub fn is_for_everybody(&self) -> bool {
        self.principal.kind() == USER && self.principal.name() == "*"
    }

    /// The principal of an entry as text, split at the first colon; `None` where there is no colon.
    ///
    /// Kafka takes the latter when an entry is created, and then fails each decision that meets it.
    pub fn principal_of(text: &str) -> Option<Principal> {
        let (kind, name) = text.split_once(':')?;
        Some(Principal::new(kind, name))
    }
}

impl fmt::Display for Acl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "StandardAcl[resourceType={}, resourceName={}, patternType={}, principal={}, \
             host={}, operation={}, permissionType={}]",
            self.resource_type.name(),
            self.resource_name,
            self.pattern_type.name(),
            self.principal,
            self.host.text(),
            self.operation.name(),
            self.permission.name(),
        )
    }
}

impl PatternType {
    /// The code on the wire.
    pub fn code(self) -> i8 {
        self as i8
    }

    /// The type of a code; filters have further ones, see [`PatternFilter`].
    pub fn from_code(code: i8) -> Option<Self> {
        [Self::Literal, Self::Prefixed]
            .into_iter()
            .find(|one| one.code() == code)
    }

    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Literal => "LITERAL",
            Self::Prefixed => "PREFIXED",
        }
    }

    /// Reads Kafka's name, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Literal, Self::Prefixed]
            .into_iter()
            .find(|one| same_word(one.name(), text))
    }
}

impl Permission {
    /// The code on the wire.
    pub fn code(self) -> i8 {
        self as i8
    }

    /// The permission of a code.
    pub fn from_code(code: i8) -> Option<Self> {
        [Self::Deny, Self::Allow]
            .into_iter()
            .find(|one| one.code() == code)
    }

    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deny => "DENY",
            Self::Allow => "ALLOW",
        }
    }

    /// Reads Kafka's name, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Deny, Self::Allow]
            .into_iter()
            .find(|one| same_word(one.name(), text))
    }
}

impl AclOperation {
    const ALL_CODE: i8 = 2;

    /// The code on the wire.
    pub fn code(self) -> i8 {
        match self {
            Self::All => Self::ALL_CODE,
            Self::Of(operation) => operation.code(),
        }
    }

    /// The operation of a code.
    pub fn from_code(code: i8) -> Option<Self> {
        match code {
            Self::ALL_CODE => Some(Self::All),
            _ => Operation::from_code(code).map(Self::Of),
        }
    }

    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Of(operation) => operation.name(),
        }
    }

    /// Reads Kafka's name in either spelling, whatever its case.
    pub fn parse(text: &str) -> Option<Self> {
        if same_word("ALL", text) {
            return Some(Self::All);
        }
        Operation::parse(text).map(Self::Of)
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
