//! What can be done to a resource: `org.apache.kafka.common.acl.AclOperation`.

use crate::ResourceType;

/// An operation with the code that the protocol gives it, in Kafka's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    /// Make delegation tokens for somebody else.
    CreateTokens = 13,
    /// See somebody else's delegation tokens.
    DescribeTokens = 14,
    /// Take part in a two-phase commit (KIP-939).
    TwoPhaseCommit = 15,
}

impl Operation {
    /// Every operation, in the order of its code.
    pub const ALL: [Self; 13] = [
        Self::Read,
        Self::Write,
        Self::Create,
        Self::Delete,
        Self::Alter,
        Self::Describe,
        Self::ClusterAction,
        Self::DescribeConfigs,
        Self::AlterConfigs,
        Self::IdempotentWrite,
        Self::CreateTokens,
        Self::DescribeTokens,
        Self::TwoPhaseCommit,
    ];

    /// The code on the wire.
    pub fn code(self) -> i8 {
        self as i8
    }

    /// The operation of a code.
    pub fn from_code(code: i8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    /// Kafka's name, such as `DESCRIBE_CONFIGS`: what its logs print.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Create => "CREATE",
            Self::Delete => "DELETE",
            Self::Alter => "ALTER",
            Self::Describe => "DESCRIBE",
            Self::ClusterAction => "CLUSTER_ACTION",
            Self::DescribeConfigs => "DESCRIBE_CONFIGS",
            Self::AlterConfigs => "ALTER_CONFIGS",
            Self::IdempotentWrite => "IDEMPOTENT_WRITE",
            Self::CreateTokens => "CREATE_TOKENS",
            Self::DescribeTokens => "DESCRIBE_TOKENS",
            Self::TwoPhaseCommit => "TWO_PHASE_COMMIT",
        }
    }

    /// Reads `DESCRIBE_CONFIGS`, or `DescribeConfigs` as Kafka's tools spell it; case is ignored.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|one| same_word(one.name(), text))
    }
}

/// Whether two spellings of a constant are one, whatever their case and underscores.
pub(crate) fn same_word(name: &str, text: &str) -> bool {
    let letters = |text: &str| text.replace('_', "").to_ascii_uppercase();
    letters(name) == letters(text)
}

/// The operations that make sense for a type of resource, as Kafka's `AclEntry` lists them.
pub const fn supported(kind: ResourceType) -> &'static [Operation] {
    use Operation::{
        Alter, AlterConfigs, ClusterAction, Create, CreateTokens, Delete, Describe,
        DescribeConfigs, DescribeTokens, IdempotentWrite, Read, TwoPhaseCommit, Write,
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
        ResourceType::TransactionalId => &[Describe, Write, TwoPhaseCommit],
        ResourceType::User => &[CreateTokens, DescribeTokens],
    }
}

/// The bit field of `authorized_operations` (KIP-430): one bit per operation that `allowed`
/// grants on a resource of this type.
pub fn authorized_operations(kind: ResourceType, allowed: impl Fn(Operation) -> bool) -> i32 {
    supported(kind)
        .iter()
        .filter(|&&operation| allowed(operation))
        .fold(0, |bits, &operation| bits | 1 << operation.code())
}

#[cfg(test)]
mod tests {
    use super::{Operation, ResourceType, authorized_operations};

    #[test]
    fn bits_are_those_of_apache_kafka_without_an_authorizer() {
        // Read off Apache Kafka 4.3.1: DescribeCluster, DescribeGroups and Metadata answers.
        assert_eq!(authorized_operations(ResourceType::Topic, |_| true), 3576);
        assert_eq!(authorized_operations(ResourceType::Group, |_| true), 3400);
        assert_eq!(authorized_operations(ResourceType::Cluster, |_| true), 8096);
        assert_eq!(authorized_operations(ResourceType::Topic, |_| false), 0);
    }

    #[test]
    fn both_spellings_name_an_operation() {
        for operation in Operation::ALL {
            assert_eq!(Operation::from_code(operation.code()), Some(operation));
            let debug = format!("{operation:?}");
            for text in [operation.name(), &debug, &debug.to_lowercase()] {
                assert_eq!(Operation::parse(text), Some(operation), "{text}");
            }
        }
        assert_eq!(Operation::parse("All"), None);
        assert_eq!(Operation::from_code(2), None);
    }
}
