//! What DescribeAcls and DeleteAcls ask by: Kafka's `AclBindingFilter`.
//!
//! `None` is "any". Codes that no one knows are the caller's to refuse, before a filter is made.

use super::{Acl, AclOperation, PatternType, Permission, WILDCARD_RESOURCE};
use crate::ResourceType;

/// A filter over entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclFilter {
    /// Type of the resource.
    pub resource_type: Option<ResourceType>,
    /// Name of the resource.
    pub resource_name: Option<String>,
    /// How the name is meant.
    pub pattern: PatternFilter,
    /// The principal, as text.
    pub principal: Option<String>,
    /// The host, as text.
    pub host: Option<String>,
    /// The operation; `Some(All)` finds only entries for `ALL`.
    pub operation: Option<AclOperation>,
    /// The permission.
    pub permission: Option<Permission>,
}

/// How the name of a filter is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PatternFilter {
    /// Entries of that very name, of whatever pattern type.
    #[default]
    Any,
    /// Every entry that is for the resource of that name: literals, prefixes and the wildcard.
    Match,
    /// Entries of that name and pattern type.
    Of(PatternType),
}

impl PatternFilter {
    const ANY_CODE: i8 = 1;
    const MATCH_CODE: i8 = 2;

    /// The code on the wire.
    pub fn code(self) -> i8 {
        match self {
            Self::Any => Self::ANY_CODE,
            Self::Match => Self::MATCH_CODE,
            Self::Of(pattern) => pattern.code(),
        }
    }

    /// The filter of a code.
    pub fn from_code(code: i8) -> Option<Self> {
        match code {
            Self::ANY_CODE => Some(Self::Any),
            Self::MATCH_CODE => Some(Self::Match),
            _ => PatternType::from_code(code).map(Self::Of),
        }
    }
}

impl AclFilter {
    /// Whether an entry is meant.
    pub fn matches(&self, acl: &Acl) -> bool {
        is(self.resource_type, &acl.resource_type)
            && self.matches_pattern(acl)
            && self
                .principal
                .as_ref()
                .is_none_or(|text| Acl::principal_of(text).as_ref() == Some(&acl.principal))
            && self
                .host
                .as_ref()
                .is_none_or(|text| text == acl.host.text())
            && is(self.operation, &acl.operation)
            && is(self.permission, &acl.permission)
    }

    fn matches_pattern(&self, acl: &Acl) -> bool {
        let Some(name) = &self.resource_name else {
            return match self.pattern {
                PatternFilter::Any | PatternFilter::Match => true,
                PatternFilter::Of(pattern) => pattern == acl.pattern_type,
            };
        };
        let equal = **name == *acl.resource_name;
        match (self.pattern, acl.pattern_type) {
            (PatternFilter::Any, _) => equal,
            (PatternFilter::Of(pattern), actual) => equal && pattern == actual,
            (PatternFilter::Match, PatternType::Literal) => {
                equal || &*acl.resource_name == WILDCARD_RESOURCE
            }
            (PatternFilter::Match, PatternType::Prefixed) => name.starts_with(&*acl.resource_name),
        }
    }
}

fn is<T: PartialEq>(wanted: Option<T>, actual: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == *actual)
}
