//! What DescribeAcls and DeleteAcls find ACLs by, from codes on the wire to a filter.

use authz::ResourceType;
use authz::acl::{AclFilter, AclOperation, PatternFilter, Permission};
use protocol::Str;

/// "Any" of a type, an operation or a permission.
const ANY: i8 = 1;

/// A filter as it came.
#[derive(Clone, Copy, Debug)]
pub struct WireFilter<'a> {
    /// Code of a resource type.
    pub resource_type: i8,
    /// Name of a resource; `None` is any.
    pub resource_name: Option<&'a Str>,
    /// Code of a pattern type.
    pub pattern_type: i8,
    /// `Type:name`; `None` is any.
    pub principal: Option<&'a Str>,
    /// `*` or an address; `None` is any.
    pub host: Option<&'a Str>,
    /// Code of an operation.
    pub operation: i8,
    /// Code of a permission.
    pub permission: i8,
}

/// Why a filter finds nothing whatever there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFilter {
    /// Type of the resource or of the pattern.
    #[error("Unknown patternFilter.")]
    Pattern,
    /// Operation or permission.
    #[error("Unknown entryFilter.")]
    Entry,
}

impl WireFilter<'_> {
    /// Whether a code is 0, which Kafka does not even take for a request: it closes the connection.
    pub fn has_unknown_elements(&self) -> bool {
        let codes = [self.resource_type, self.pattern_type];
        codes.contains(&0) || [self.operation, self.permission].contains(&0)
    }

    /// The filter.
    ///
    /// # Errors
    /// A code that nobody knows.
    pub fn parse(&self) -> Result<AclFilter, UnknownFilter> {
        let pattern = UnknownFilter::Pattern;
        let entry = UnknownFilter::Entry;
        let text = |text: Option<&Str>| text.map(ToString::to_string);
        Ok(AclFilter {
            resource_type: one_or_any(self.resource_type, ResourceType::from_code, pattern)?,
            pattern: PatternFilter::from_code(self.pattern_type).ok_or(pattern)?,
            resource_name: text(self.resource_name),
            principal: text(self.principal),
            host: text(self.host),
            operation: one_or_any(self.operation, AclOperation::from_code, entry)?,
            permission: one_or_any(self.permission, Permission::from_code, entry)?,
        })
    }
}

fn one_or_any<T>(
    code: i8,
    of_code: impl Fn(i8) -> Option<T>,
    unknown: UnknownFilter,
) -> Result<Option<T>, UnknownFilter> {
    match code {
        ANY => Ok(None),
        code => of_code(code).map(Some).ok_or(unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::{UnknownFilter, WireFilter};

    #[test]
    fn codes_are_one_any_or_unknown() {
        let any = WireFilter {
            resource_type: 1,
            resource_name: None,
            pattern_type: 1,
            principal: None,
            host: None,
            operation: 1,
            permission: 1,
        };
        #[rustfmt::skip]
        let cases = [
            (any, Ok(())),
            (WireFilter { resource_type: 7, pattern_type: 4, operation: 15, permission: 3, ..any }, Ok(())),
            (WireFilter { pattern_type: 2, operation: 2, permission: 2, ..any }, Ok(())),
            (WireFilter { resource_type: 8, operation: 16, ..any }, Err(UnknownFilter::Pattern)),
            (WireFilter { pattern_type: -1, ..any }, Err(UnknownFilter::Pattern)),
            (WireFilter { operation: 16, ..any }, Err(UnknownFilter::Entry)),
            (WireFilter { permission: 4, ..any }, Err(UnknownFilter::Entry)),
        ];
        for (filter, expected) in cases {
            assert_eq!(filter.parse().map(drop), expected, "{filter:?}");
            assert!(!filter.has_unknown_elements());
        }
        assert!(
            WireFilter {
                permission: 0,
                ..any
            }
            .has_unknown_elements()
        );
    }
}
