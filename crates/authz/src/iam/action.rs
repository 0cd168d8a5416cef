//! What IAM policies speak of: the actions that a Kafka operation is, as on Amazon MSK, and the
//! three of STS that a role's trust policy is about.
//!
//! The list is closed, so that a policy's action patterns become a set when it is loaded and are
//! never compared with text again.

use crate::{Operation, ResourceType};

/// An action, by the last part of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum IamAction {
    /// To log in.
    Connect,
    /// `DESCRIBE` of the cluster.
    DescribeCluster,
    /// `ALTER` of the cluster.
    AlterCluster,
    /// `DESCRIBE_CONFIGS` of the cluster.
    DescribeClusterDynamicConfiguration,
    /// `ALTER_CONFIGS` of the cluster.
    AlterClusterDynamicConfiguration,
    /// `IDEMPOTENT_WRITE`.
    WriteDataIdempotently,
    /// `CREATE` of a topic.
    CreateTopic,
    /// `DESCRIBE` of a topic.
    DescribeTopic,
    /// `ALTER` of a topic.
    AlterTopic,
    /// `DELETE` of a topic.
    DeleteTopic,
    /// `DESCRIBE_CONFIGS` of a topic.
    DescribeTopicDynamicConfiguration,
    /// `ALTER_CONFIGS` of a topic.
    AlterTopicDynamicConfiguration,
    /// `READ` of a topic.
    ReadData,
    /// `WRITE` to a topic.
    WriteData,
    /// `DESCRIBE` of a group.
    DescribeGroup,
    /// `READ` of a group.
    AlterGroup,
    /// `DELETE` of a group.
    DeleteGroup,
    /// `DESCRIBE` of a transactional id.
    DescribeTransactionalId,
    /// `WRITE` with a transactional id.
    AlterTransactionalId,
    /// To become a role.
    AssumeRole,
    /// To give the new session tags.
    TagSession,
    /// To say who stands behind the new session.
    SetSourceIdentity,
}

/// What an action acts on: the word that begins the last part of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArnType {
    /// `cluster/NAME/UUID`.
    Cluster,
    /// `topic/NAME/UUID/TOPIC`.
    Topic,
    /// `group/NAME/UUID/GROUP`.
    Group,
    /// `transactional-id/NAME/UUID/ID`.
    TransactionalId,
    /// `role/NAME`, of IAM itself.
    Role,
}

/// A set of actions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ActionSet(u32);

/// Service prefix of the actions on a cluster.
pub(crate) const KAFKA_CLUSTER: &str = "kafka-cluster";
/// Service prefix of the actions of a trust policy.
pub(crate) const STS: &str = "sts";

/// Amazon's list, complete, and the part of STS that is ours.
const ACTIONS: [(IamAction, &str, ArnType); 22] = {
    use ArnType::{Cluster, Group, Role, Topic, TransactionalId};
    use IamAction as A;
    [
        (A::Connect, "Connect", Cluster),
        (A::DescribeCluster, "DescribeCluster", Cluster),
        (A::AlterCluster, "AlterCluster", Cluster),
        (
            A::DescribeClusterDynamicConfiguration,
            "DescribeClusterDynamicConfiguration",
            Cluster,
        ),
        (
            A::AlterClusterDynamicConfiguration,
            "AlterClusterDynamicConfiguration",
            Cluster,
        ),
        (A::WriteDataIdempotently, "WriteDataIdempotently", Cluster),
        (A::CreateTopic, "CreateTopic", Topic),
        (A::DescribeTopic, "DescribeTopic", Topic),
        (A::AlterTopic, "AlterTopic", Topic),
        (A::DeleteTopic, "DeleteTopic", Topic),
        (
            A::DescribeTopicDynamicConfiguration,
            "DescribeTopicDynamicConfiguration",
            Topic,
        ),
        (
            A::AlterTopicDynamicConfiguration,
            "AlterTopicDynamicConfiguration",
            Topic,
        ),
        (A::ReadData, "ReadData", Topic),
        (A::WriteData, "WriteData", Topic),
        (A::DescribeGroup, "DescribeGroup", Group),
        (A::AlterGroup, "AlterGroup", Group),
        (A::DeleteGroup, "DeleteGroup", Group),
        (
            A::DescribeTransactionalId,
            "DescribeTransactionalId",
            TransactionalId,
        ),
        (
            A::AlterTransactionalId,
            "AlterTransactionalId",
            TransactionalId,
        ),
        (A::AssumeRole, "AssumeRole", Role),
        (A::TagSession, "TagSession", Role),
        (A::SetSourceIdentity, "SetSourceIdentity", Role),
    ]
};

impl IamAction {
    /// Every action.
    pub fn all() -> impl Iterator<Item = Self> {
        ACTIONS.iter().map(|row| row.0)
    }

    /// Last part of the name, such as `ReadData`.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// First part of the name.
    pub fn service(self) -> &'static str {
        match self {
            Self::AssumeRole | Self::TagSession | Self::SetSourceIdentity => STS,
            _ => KAFKA_CLUSTER,
        }
    }

    /// What it acts on.
    pub fn arn_type(self) -> ArnType {
        self.row().2
    }

    /// The action of this name, with or without its service; case is ignored, as in policies.
    pub fn named(text: &str) -> Option<Self> {
        Self::all().find(|action| {
            let name = match text.split_once(':') {
                Some((service, name)) if service.eq_ignore_ascii_case(action.service()) => name,
                Some(_) => return false,
                None => text,
            };
            name.eq_ignore_ascii_case(action.name())
        })
    }

    /// What an operation on a resource is to IAM. There are some that IAM cannot grant: to act as
    /// a broker, configurations of groups, delegation tokens. To create topics is asked of topics,
    /// never of the cluster.
    pub fn of(operation: Operation, kind: ResourceType) -> Option<Self> {
        use Operation as O;
        use ResourceType as R;
        Some(match (kind, operation) {
            (R::Cluster, O::Describe) => Self::DescribeCluster,
            (R::Cluster, O::Alter) => Self::AlterCluster,
            (R::Cluster, O::DescribeConfigs) => Self::DescribeClusterDynamicConfiguration,
            (R::Cluster, O::AlterConfigs) => Self::AlterClusterDynamicConfiguration,
            (R::Cluster, O::IdempotentWrite) => Self::WriteDataIdempotently,
            (R::Topic, O::Create) => Self::CreateTopic,
            (R::Topic, O::Describe) => Self::DescribeTopic,
            (R::Topic, O::Alter) => Self::AlterTopic,
            (R::Topic, O::Delete) => Self::DeleteTopic,
            (R::Topic, O::DescribeConfigs) => Self::DescribeTopicDynamicConfiguration,
            (R::Topic, O::AlterConfigs) => Self::AlterTopicDynamicConfiguration,
            (R::Topic, O::Read) => Self::ReadData,
            (R::Topic, O::Write) => Self::WriteData,
            (R::Group, O::Describe) => Self::DescribeGroup,
            (R::Group, O::Read) => Self::AlterGroup,
            (R::Group, O::Delete) => Self::DeleteGroup,
            (R::TransactionalId, O::Describe) => Self::DescribeTransactionalId,
            (R::TransactionalId, O::Write) => Self::AlterTransactionalId,
            _ => return None,
        })
    }

    fn row(self) -> &'static (Self, &'static str, ArnType) {
        // The rows stand in the order of the enum; a test holds them to it.
        &ACTIONS[self as usize]
    }
}

impl std::fmt::Display for IamAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.service(), self.name())
    }
}

impl ArnType {
    /// The word in the ARN.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Topic => "topic",
            Self::Group => "group",
            Self::TransactionalId => "transactional-id",
            Self::Role => "role",
        }
    }
}

impl ActionSet {
    /// Those for which it is true.
    pub(crate) fn of(accepted: impl Fn(IamAction) -> bool) -> Self {
        Self(
            IamAction::all()
                .filter(|&action| accepted(action))
                .fold(0, |bits, action| bits | 1 << action as u32),
        )
    }

    pub(crate) fn contains(self, action: IamAction) -> bool {
        self.0 & 1 << action as u32 != 0
    }

    pub(crate) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// All others: `NotAction`.
    pub(crate) fn complement(self) -> Self {
        Self::of(|action| !self.contains(action))
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests;
