//! What CreateAcls takes, in the order and with the words of Kafka 4.3.

use super::{Acl, AclHost, AclOperation, PatternType, Permission};
use crate::{CLUSTER_NAME, ResourceType};

/// An entry as a client spells it: codes and texts that nobody has looked at.
#[derive(Clone, Copy, Debug)]
pub struct AclCreation<'a> {
    /// Code of a [`ResourceType`].
    pub resource_type: i8,
    /// Name of the resource.
    pub resource_name: &'a str,
    /// Code of a [`PatternType`].
    pub pattern_type: i8,
    /// `Type:name`.
    pub principal: &'a str,
    /// `*` or an address.
    pub host: &'a str,
    /// Code of an [`AclOperation`].
    pub operation: i8,
    /// Code of a [`Permission`].
    pub permission: i8,
}

/// Why an entry is not taken: INVALID_REQUEST, with this sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AclRefusal {
    /// There is but one cluster.
    #[error("The only valid name for the CLUSTER resource is {CLUSTER_NAME}")]
    ClusterName,
    /// No name at all.
    #[error("Invalid empty resource name")]
    EmptyName,
    /// A code that stands for no one type.
    #[error("Invalid resourceType {0}")]
    ResourceType(&'static str),
    /// Neither literal nor prefixed.
    #[error("Invalid patternType {0}")]
    PatternType(&'static str),
    /// A code that stands for no one operation.
    #[error("Invalid operation {0}")]
    Operation(&'static str),
    /// Neither allow nor deny.
    #[error("Invalid permissionType {0}")]
    Permission(&'static str),
    /// Such an entry would fail every decision that meets it.
    #[error(
        "Could not parse principal from `{0}` (no colon is present separating the principal type \
         from the principal name)"
    )]
    Principal(String),
}

/// `UNKNOWN` is what Kafka calls a code that it does not know.
const UNKNOWN: &str = "UNKNOWN";
/// `ANY`, legal in filters only.
const ANY: (i8, &str) = (1, "ANY");
/// `MATCH`, legal in filters only.
const MATCH: (i8, &str) = (2, "MATCH");

impl AclCreation<'_> {
    /// Whether a code is 0, which Kafka does not even take for a request: it closes the connection.
    pub fn has_unknown_elements(&self) -> bool {
        [
            self.resource_type,
            self.pattern_type,
            self.operation,
            self.permission,
        ]
        .contains(&0)
    }

    /// The entry.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn validate(&self) -> Result<Acl, AclRefusal> {
        let kind = ResourceType::from_code(self.resource_type);
        if kind == Some(ResourceType::Cluster) && self.resource_name != CLUSTER_NAME {
            return Err(AclRefusal::ClusterName);
        }
        if self.resource_name.is_empty() {
            return Err(AclRefusal::EmptyName);
        }
        Ok(Acl {
            resource_type: kind
                .ok_or(AclRefusal::ResourceType(name(self.resource_type, &[ANY])))?,
            pattern_type: PatternType::from_code(self.pattern_type).ok_or(
                AclRefusal::PatternType(name(self.pattern_type, &[ANY, MATCH])),
            )?,
            operation: AclOperation::from_code(self.operation)
                .ok_or(AclRefusal::Operation(name(self.operation, &[ANY])))?,
            permission: Permission::from_code(self.permission)
                .ok_or(AclRefusal::Permission(name(self.permission, &[ANY])))?,
            principal: Acl::principal_of(self.principal)
                .ok_or_else(|| AclRefusal::Principal(self.principal.to_owned()))?,
            host: AclHost::new(self.host),
            resource_name: self.resource_name.into(),
        })
    }
}

fn name(code: i8, known: &[(i8, &'static str)]) -> &'static str {
    let found = known.iter().find(|(one, _)| *one == code);
    found.map_or(UNKNOWN, |(_, name)| name)
}
