//! What an operation acts on, as Kafka's `ResourceType` divides the world.

/// The one name that a resource of type `CLUSTER` has.
pub const CLUSTER_NAME: &str = "kafka-cluster";

/// `org.apache.kafka.common.resource.ResourceType`, the part a broker checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResourceType {
    /// The cluster itself.
    Cluster,
    /// A delegation token.
    DelegationToken,
    /// A group of consumers.
    Group,
    /// A topic.
    Topic,
    /// A transactional id.
    TransactionalId,
}

/// One resource by type and name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resource<'a> {
    /// Its type.
    pub kind: ResourceType,
    /// Its name.
    pub name: &'a str,
}

impl<'a> Resource<'a> {
    /// The cluster.
    pub fn cluster() -> Resource<'static> {
        Resource {
            kind: ResourceType::Cluster,
            name: CLUSTER_NAME,
        }
    }

    /// A group.
    pub fn group(name: &'a str) -> Self {
        Self {
            kind: ResourceType::Group,
            name,
        }
    }

    /// A topic.
    pub fn topic(name: &'a str) -> Self {
        Self {
            kind: ResourceType::Topic,
            name,
        }
    }

    /// A transactional id.
    pub fn transactional_id(name: &'a str) -> Self {
        Self {
            kind: ResourceType::TransactionalId,
            name,
        }
    }
}
