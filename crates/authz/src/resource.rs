//! What an operation acts on, as Kafka's `ResourceType` divides the world.

use std::fmt;

use crate::operation::same_word;

/// The one name that a resource of type `CLUSTER` has.
pub const CLUSTER_NAME: &str = "kafka-cluster";

/// `org.apache.kafka.common.resource.ResourceType`, in Kafka's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(i8)]
pub enum ResourceType {
    /// A topic.
    Topic = 2,
    /// A group of consumers.
    Group = 3,
    /// The cluster itself.
    Cluster = 4,
    /// A transactional id.
    TransactionalId = 5,
    /// A delegation token.
    DelegationToken = 6,
    /// A principal, for whom somebody else makes tokens; its name is `Type:name`.
    User = 7,
}

impl ResourceType {
    /// Every type, in the order of its code.
    pub const ALL: [Self; 6] = [
        Self::Topic,
        Self::Group,
        Self::Cluster,
        Self::TransactionalId,
        Self::DelegationToken,
        Self::User,
    ];

    /// The code on the wire.
    pub fn code(self) -> i8 {
        self as i8
    }

    /// The type of a code.
    pub fn from_code(code: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Kafka's constant, such as `TRANSACTIONAL_ID`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Topic => "TOPIC",
            Self::Group => "GROUP",
            Self::Cluster => "CLUSTER",
            Self::TransactionalId => "TRANSACTIONAL_ID",
            Self::DelegationToken => "DELEGATION_TOKEN",
            Self::User => "USER",
        }
    }

    /// The other spelling of Kafka's, such as `TransactionalId`, of the authorizer log and the tools.
    pub fn title(self) -> &'static str {
        match self {
            Self::Topic => "Topic",
            Self::Group => "Group",
            Self::Cluster => "Cluster",
            Self::TransactionalId => "TransactionalId",
            Self::DelegationToken => "DelegationToken",
            Self::User => "User",
        }
    }

    /// Reads either spelling; case is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|one| same_word(one.name(), text))
    }
}

/// One resource by type and name; shown as `Topic:LITERAL:orders`, as in the authorizer log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource<'a> {
    /// Its type.
    pub kind: ResourceType,
    /// Its name.
    pub name: &'a str,
}

impl<'a> Resource<'a> {
    /// Any resource.
    pub const fn of(kind: ResourceType, name: &'a str) -> Self {
        Self { kind, name }
    }

    /// The cluster.
    pub const fn cluster() -> Resource<'static> {
        Resource {
            kind: ResourceType::Cluster,
            name: CLUSTER_NAME,
        }
    }

    /// A group.
    pub const fn group(name: &'a str) -> Self {
        Self {
            kind: ResourceType::Group,
            name,
        }
    }

    /// A topic.
    pub const fn topic(name: &'a str) -> Self {
        Self {
            kind: ResourceType::Topic,
            name,
        }
    }

    /// A transactional id.
    pub const fn transactional_id(name: &'a str) -> Self {
        Self {
            kind: ResourceType::TransactionalId,
            name,
        }
    }
}

impl fmt::Display for Resource<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:LITERAL:{}", self.kind.title(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::ResourceType;

    #[test]
    fn both_spellings_name_a_type() {
        for kind in ResourceType::ALL {
            assert_eq!(ResourceType::from_code(kind.code()), Some(kind));
            for text in [kind.name(), kind.title(), &kind.title().to_lowercase()] {
                assert_eq!(ResourceType::parse(text), Some(kind), "{text}");
            }
        }
        assert_eq!(ResourceType::parse("Any"), None);
        assert_eq!(ResourceType::from_code(1), None);
    }
}
