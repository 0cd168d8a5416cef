//! Names out of answers: parsed once, so that everything above has types.

use model::{PartitionIndex, TopicName, TopicPartition};

use crate::ClientError;

/// The topic of an answer.
pub(crate) fn topic(name: &str) -> Result<TopicName, ClientError> {
    TopicName::new(name)
        .map_err(|error| ClientError::Invalid(format!("the broker named topic {name:?}: {error}")))
}

/// The partition of an answer.
pub(crate) fn topic_partition(name: &str, partition: i32) -> Result<TopicPartition, ClientError> {
    Ok(TopicPartition {
        topic: topic(name)?,
        partition: PartitionIndex(partition),
    })
}
