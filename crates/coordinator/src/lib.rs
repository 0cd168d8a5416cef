//! Kafka's group coordinator without any I/O: who is in a group, who consumes what, and how far.
//!
//! One [`Shard`] per partition of `__consumer_offsets` (see [`partition_for`]) is a state machine:
//! `(state, command, now) → (state, replies, records)`. A shell around it owns sockets, clocks,
//! randomness and the log; this crate never sees the wire protocol, so its commands and replies are
//! domain types and its refusals a [`GroupError`].
//!
//! What survives a restart is what the records say ([`Record`], in Kafka's own key and value
//! schemas; [`Durable`] is their sum). It does not: balance partitions (clients do, in the classic
//! protocol), check that topics exist, or authorize.

mod classic;
mod command;
mod config;
mod consumer_protocol;
mod durable;
mod effects;
mod error;
mod group;
mod names;
mod now;
mod partition;
mod pending;
mod record;
mod reply;
mod shard;
mod snapshot;
mod timers;
mod turn;

pub use command::{
    Client, Command, CommitPartition, CommitTopic, FetchTopic, Heartbeat, JoinGroup, LeaveGroup,
    Leaver, ListFilter, OffsetCommit, OffsetDelete, OffsetFetch, Protocol, SyncGroup,
};
pub use config::GroupConfig;
pub use durable::Durable;
pub use effects::{Effects, Notice};
pub use error::{AppendError, GroupError};
pub use names::{InstanceId, MemberId};
pub use now::Now;
pub use partition::partition_for;
pub use pending::AppendBatch;
pub use record::{CommittedOffset, GroupMetadata, MemberMetadata, Record, RecordError};
pub use reply::{
    DescribedGroup, DescribedMember, FetchedOffset, FetchedTopic, JoinRefused, Joined,
    JoinedMember, Left, ListedGroup, OffsetTopic, Reply, Synced, Token,
};
pub use shard::{Progress, Shard};
pub use snapshot::{Snapshot, SnapshotError, decode_snapshot, encode_snapshot};
