//! What a shard can be asked: Kafka's group requests without their wire versions.
//!
//! Where an answer depends on the version of the request, the command carries the one bit that
//! matters. Texts and bytes must own their memory: what a group keeps must not pin a request frame.

use std::sync::Arc;

use bytes::Bytes;
use model::{GroupId, LeaderEpoch, PartitionIndex, TopicId, TopicName};

use crate::names::{InstanceId, MemberId};

/// A request whose answer comes as an effect, now or later.
#[derive(Clone, Debug)]
pub enum Command {
    /// Delete groups and their offsets.
    DeleteGroups(Vec<GroupId>),
    /// Forget the offsets in topics that no longer exist; it has no answer.
    DeleteTopics(Vec<(TopicName, TopicId)>),
    /// Keep a member alive.
    Heartbeat(Heartbeat),
    /// Enter a group or its next generation.
    JoinGroup(JoinGroup),
    /// Take members out of a group.
    LeaveGroup(LeaveGroup),
    /// Store positions.
    OffsetCommit(OffsetCommit),
    /// Forget positions.
    OffsetDelete(OffsetDelete),
    /// Read positions after everything asked for earlier is durable (`require_stable`).
    OffsetFetch(OffsetFetch),
    /// Hand in (the leader) or fetch (everybody) the assignment.
    SyncGroup(SyncGroup),
}

/// Who is at the other end of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// `client.id`.
    pub id: Arc<str>,
    /// The address as Kafka shows it (`/127.0.0.1`).
    pub host: Arc<str>,
}

/// One assignment protocol that a member supports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Its name (`range`, `cooperative-sticky`, …).
    pub name: Arc<str>,
    /// The member's subscription under it, opaque except for the topics of a consumer.
    pub metadata: Bytes,
}

/// A JoinGroup request.
#[derive(Clone, Debug)]
pub struct JoinGroup {
    /// The group.
    pub group: GroupId,
    /// The member's id; none for a new one.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// The caller.
    pub client: Client,
    /// Without a heartbeat for this long the member is taken out.
    pub session_timeout_ms: i32,
    /// How long a rebalance waits for this member to join again.
    pub rebalance_timeout_ms: i32,
    /// `consumer`, `connect`, ….
    pub protocol_type: Arc<str>,
    /// In order of preference.
    pub protocols: Vec<Protocol>,
    /// The client's reason, for the log.
    pub reason: Option<Arc<str>>,
    /// JoinGroup v4 and later: a new dynamic member is sent back with an id first (KIP-394).
    pub member_id_required: bool,
    /// JoinGroup v9 and later: a returning static leader is told to skip the assignment.
    pub can_skip_assignment: bool,
    /// Random bits for a new member id; randomness lives outside the core.
    pub random: u128,
}

/// A SyncGroup request.
#[derive(Clone, Debug)]
pub struct SyncGroup {
    /// The group.
    pub group: GroupId,
    /// The member.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// The generation the member is in.
    pub generation: i32,
    /// Protocol type as the member knows it; none before v5.
    pub protocol_type: Option<Arc<str>>,
    /// Protocol name as the member knows it; none before v5.
    pub protocol: Option<Arc<str>>,
    /// The leader's decision; empty from everybody else.
    pub assignments: Vec<(MemberId, Bytes)>,
}

/// A Heartbeat request.
#[derive(Clone, Debug)]
pub struct Heartbeat {
    /// The group.
    pub group: GroupId,
    /// The member.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// The generation the member is in.
    pub generation: i32,
}

/// A LeaveGroup request; before v3 it names exactly one member.
#[derive(Clone, Debug)]
pub struct LeaveGroup {
    /// The group.
    pub group: GroupId,
    /// Who leaves.
    pub members: Vec<Leaver>,
}

/// One member that leaves.
#[derive(Clone, Debug)]
pub struct Leaver {
    /// Its id; none where an administrator removes a static member by name.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// The client's reason, for the log.
    pub reason: Option<Arc<str>>,
}

/// An OffsetCommit request whose topics and partitions exist.
#[derive(Clone, Debug)]
pub struct OffsetCommit {
    /// The group; for a simple consumer it may be empty.
    pub group: GroupId,
    /// The member; none for a simple consumer.
    pub member: MemberId,
    /// The static member's own name.
    pub instance: Option<InstanceId>,
    /// The generation; negative for a simple consumer.
    pub generation: i32,
    /// `retention_time_ms` of versions 2 to 4; none where the broker's retention holds.
    pub retention_ms: Option<i64>,
    /// OffsetCommit v9 and later: an unknown group is GROUP_ID_NOT_FOUND, not ILLEGAL_GENERATION.
    pub names_unknown_group: bool,
    /// What to store.
    pub topics: Vec<CommitTopic>,
}

/// Positions in one topic.
#[derive(Clone, Debug)]
pub struct CommitTopic {
    /// The topic.
    pub topic: TopicName,
    /// Its id, or zero where the request names topics.
    pub topic_id: TopicId,
    /// The positions.
    pub partitions: Vec<CommitPartition>,
}

/// One position.
#[derive(Clone, Debug)]
pub struct CommitPartition {
    /// The partition.
    pub partition: PartitionIndex,
    /// The next offset to consume.
    pub offset: i64,
    /// Epoch of the last consumed record, -1 if unknown.
    pub leader_epoch: LeaderEpoch,
    /// The client's note.
    pub metadata: Arc<str>,
}

/// An OffsetDelete request whose topics and partitions exist.
#[derive(Clone, Debug)]
pub struct OffsetDelete {
    /// The group.
    pub group: GroupId,
    /// What to forget.
    pub topics: Vec<(TopicName, Vec<PartitionIndex>)>,
}

/// Positions to read.
#[derive(Clone, Debug)]
pub struct OffsetFetch {
    /// The group.
    pub group: GroupId,
    /// Which positions; none means all that are stored.
    pub topics: Option<Vec<FetchTopic>>,
}

/// Positions to read in one topic.
#[derive(Clone, Debug)]
pub struct FetchTopic {
    /// The topic.
    pub topic: TopicName,
    /// Its id, or zero where the request names topics.
    pub topic_id: TopicId,
    /// The partitions.
    pub partitions: Vec<PartitionIndex>,
}

/// Which groups a list shows; an empty filter shows all.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    /// State names, compared without case and surrounding space.
    pub states: Vec<String>,
    /// Type names, compared without case.
    pub types: Vec<String>,
}
