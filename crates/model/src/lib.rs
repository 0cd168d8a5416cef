//! The nouns of a Kafka cluster as newtypes: what can be confused has its own type.
//!
//! Parse rules live here, logic does not: nothing in this crate knows about files, sockets or
//! wire versions. Offsets and timestamps stay bare `i64` inside a file that has only one of them;
//! they get a name where two integers would stand side by side.

mod group;
mod ids;
mod topic;
mod topic_id;

pub use group::{GroupId, InvalidGroupId};
pub use ids::{BrokerId, LeaderEpoch, Offset, PartitionIndex, ProducerEpoch, ProducerId};
pub use topic::{InvalidTopicName, TOPIC_NAME_BYTES_MAX, TopicName, TopicPartition};
pub use topic_id::{InvalidTopicId, TopicId};
