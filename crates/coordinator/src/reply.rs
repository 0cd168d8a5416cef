//! What a shard answers: Kafka's group responses without their wire versions.

use std::sync::Arc;

use bytes::Bytes;
use model::{GroupId, LeaderEpoch, PartitionIndex, TopicId, TopicName};

use crate::error::GroupError;
use crate::names::{InstanceId, MemberId};

/// Names one request that waits; the shell chooses the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// The answer to a [`crate::Command`] of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Per group.
    DeleteGroups(Vec<(GroupId, Result<(), GroupError>)>),
    /// Heartbeat has no content.
    Heartbeat(Result<(), GroupError>),
    /// The new generation, or the refusal.
    JoinGroup(Result<Joined, JoinRefused>),
    /// Per member in request order.
    LeaveGroup(Result<Vec<Left>, GroupError>),
    /// Per partition in request order.
    OffsetCommit(Result<Vec<OffsetTopic>, GroupError>),
    /// Per partition in request order.
    OffsetDelete(Result<Vec<OffsetTopic>, GroupError>),
    /// The positions.
    OffsetFetch(Result<Vec<FetchedTopic>, GroupError>),
    /// The member's assignment.
    SyncGroup(Result<Synced, GroupError>),
}

/// A member is in a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The member's id.
    pub member: MemberId,
    /// The generation.
    pub generation: i32,
    /// Protocol type of the group.
    pub protocol_type: Option<Arc<str>>,
    /// The protocol that the members' votes selected.
    pub protocol: Option<Arc<str>>,
    /// Who assigns.
    pub leader: Option<MemberId>,
    /// All members, for the leader only.
    pub members: Vec<JoinedMember>,
    /// The leader must not assign again (KIP-814).
    pub skip_assignment: bool,
}

/// A member as the leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedMember {
    /// Its id.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// Its subscription under the selected protocol.
    pub metadata: Bytes,
}

/// A join that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinRefused {
    /// Why.
    pub error: GroupError,
    /// The id to use next, or the one that was refused.
    pub member: MemberId,
}

/// The assignment of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    /// Protocol type of the group.
    pub protocol_type: Option<Arc<str>>,
    /// The selected protocol.
    pub protocol: Option<Arc<str>>,
    /// Opaque to the coordinator.
    pub assignment: Bytes,
}

/// What became of one leaving member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// As in the request.
    pub member: MemberId,
    /// As in the request.
    pub instance: Option<InstanceId>,
    /// Why it could not leave.
    pub error: Option<GroupError>,
}

/// What became of the positions of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetTopic {
    /// As in the request.
    pub topic: TopicName,
    /// As in the request; zero where topics are named.
    pub topic_id: TopicId,
    /// Partition and refusal.
    pub partitions: Vec<(PartitionIndex, Option<GroupError>)>,
}

/// Positions of one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedTopic {
    /// The topic.
    pub topic: TopicName,
    /// As in the request; zero where topics are named.
    pub topic_id: TopicId,
    /// Partition and position; none where nothing is stored.
    pub partitions: Vec<(PartitionIndex, Option<FetchedOffset>)>,
}

/// One stored position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedOffset {
    /// The next offset to consume.
    pub offset: i64,
    /// Epoch of the last consumed record, -1 if unknown.
    pub leader_epoch: LeaderEpoch,
    /// The client's note.
    pub metadata: Arc<str>,
}

/// A group as DescribeGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedGroup {
    /// Kafka's name of the state.
    pub state: &'static str,
    /// Empty for a simple group.
    pub protocol_type: Option<Arc<str>>,
    /// The selected protocol; only a stable group shows it.
    pub protocol: Option<Arc<str>>,
    /// The members.
    pub members: Vec<DescribedMember>,
}

/// A member as DescribeGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DescribedMember {
    /// Its id.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// `client.id`.
    pub client_id: Arc<str>,
    /// The address.
    pub client_host: Arc<str>,
    /// Its subscription; empty unless the group is stable.
    pub metadata: Bytes,
    /// Its assignment.
    pub assignment: Bytes,
}

/// A group as ListGroups shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedGroup {
    /// The group.
    pub group: GroupId,
    /// Empty for a simple group.
    pub protocol_type: Option<Arc<str>>,
    /// Kafka's name of the state.
    pub state: &'static str,
    /// Kafka's name of the type.
    pub group_type: &'static str,
}
