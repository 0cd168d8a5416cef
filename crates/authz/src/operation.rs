//! What can be done to a resource: `org.apache.kafka.common.acl.AclOperation`.

use crate::ResourceType;

/// An operation with the code that the protocol gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i8)]
pub enum Operation {
    /// Read records, or take part in a group.
    Read = 3,
    /// Write records.
    Write = 4,
    /// Create topics.
    Create = 5,
    /// Delete topics, groups or records.
    Delete = 6,
    /// Change a topic or the cluster.
    Alter = 7,
    /// See that it exists.
    Describe = 8,
    /// Act as a broker.
    ClusterAction = 9,
    /// Read configuration.
    DescribeConfigs = 10,
    /// Change configuration.
    AlterConfigs = 11,
    /// Produce with an idempotent producer.
    IdempotentWrite = 12,
}

/// The operations that make sense for a type of resource, as Kafka's `AclEntry` lists them.
const fn supported(kind: ResourceType) -> &'static [Operation] {
    use Operation::{
        Alter, AlterConfigs, ClusterAction, Create, Delete, Describe, DescribeConfigs,
        IdempotentWrite, Read, Write,
    };
    match kind {
        ResourceType::Cluster => &[
            Create,
            ClusterAction,
            DescribeConfigs,
            AlterConfigs,
            IdempotentWrite,
            Alter,
            Describe,
        ],
        ResourceType::DelegationToken => &[Describe],
        ResourceType::Group => &[Read, Describe, Delete, DescribeConfigs, AlterConfigs],
        ResourceType::Topic => &[
            Read,
            Write,
            Create,
            Describe,
            Delete,
            Alter,
            DescribeConfigs,
            AlterConfigs,
        ],
        ResourceType::TransactionalId => &[Describe, Write],
    }
}

/// The bit field of `authorized_operations` (KIP-430): one bit per operation that `allowed`
/// grants on a resource of this type.
pub fn authorized_operations(kind: ResourceType, allowed: impl Fn(Operation) -> bool) -> i32 {
    supported(kind)
        .iter()
        .filter(|&&operation| allowed(operation))
        .fold(0, |bits, &operation| bits | 1 << operation as i8)
}

#[cfg(test)]
mod tests {
    use super::{ResourceType, authorized_operations};

    #[test]
    fn bits_are_those_of_apache_kafka_without_an_authorizer() {
        // Read off Apache Kafka 4.3.1: DescribeCluster, DescribeGroups and Metadata answers.
        assert_eq!(authorized_operations(ResourceType::Topic, |_| true), 3576);
        assert_eq!(authorized_operations(ResourceType::Group, |_| true), 3400);
        assert_eq!(authorized_operations(ResourceType::Cluster, |_| true), 8096);
        assert_eq!(authorized_operations(ResourceType::Topic, |_| false), 0);
    }
}
