//! Domain errors to the wire's error codes. There is no other such mapping.

use protocol::ErrorCode;
use records::BatchError;
use storage::{AppendError, InvalidBatch};

use crate::config::{ConfigRefusal, Forbidden};
use crate::topics::CreateTopicError;

/// The code that a producer gets.
pub fn append_error(error: &AppendError) -> ErrorCode {
    match error {
        AppendError::Closed => ErrorCode::NOT_LEADER_OR_FOLLOWER,
        AppendError::Failed
        | AppendError::Io(_)
        | AppendError::Scan(_)
        | AppendError::StorageFull(_) => ErrorCode::KAFKA_STORAGE_ERROR,
        AppendError::Invalid(invalid) => invalid_batch(invalid),
        AppendError::InvalidProducerEpoch { .. } => ErrorCode::INVALID_PRODUCER_EPOCH,
        AppendError::InvalidTimestamp(_) => ErrorCode::INVALID_TIMESTAMP,
        AppendError::OutOfOrderSequence { .. } => ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER,
        AppendError::RecordTooLarge { .. } => ErrorCode::MESSAGE_TOO_LARGE,
        AppendError::RecordSetTooLarge { .. } => ErrorCode::RECORD_LIST_TOO_LARGE,
        AppendError::TransactionsUnsupported => ErrorCode::INVALID_REQUEST,
    }
}

fn invalid_batch(invalid: &InvalidBatch) -> ErrorCode {
    match invalid {
        InvalidBatch::Batch(BatchError::OldMagic(_)) => ErrorCode::UNSUPPORTED_FOR_MESSAGE_FORMAT,
        InvalidBatch::Batch(_) => ErrorCode::CORRUPT_MESSAGE,
        _ => ErrorCode::INVALID_RECORD,
    }
}

/// The record that is to blame, where one is, and why.
pub fn append_message(error: &AppendError) -> Option<(i32, String)> {
    match error {
        AppendError::InvalidTimestamp(invalid) => Some((
            i32::try_from(invalid.record_index).unwrap_or(0),
            error.to_string(),
        )),
        AppendError::Invalid(_) => Some((0, error.to_string())),
        _ => None,
    }
}

/// The code that whoever creates a topic gets.
pub fn create_topic_error(error: &CreateTopicError) -> ErrorCode {
    match error {
        CreateTopicError::Exists(_) => ErrorCode::TOPIC_ALREADY_EXISTS,
        CreateTopicError::Collides(..) => ErrorCode::INVALID_TOPIC_EXCEPTION,
        CreateTopicError::Storage(_) => ErrorCode::KAFKA_STORAGE_ERROR,
    }
}

/// The code that whoever asks about or changes a configuration gets.
pub fn config_refusal(refusal: &ConfigRefusal) -> ErrorCode {
    match refusal {
        ConfigRefusal::Denied(Forbidden::Cluster) => ErrorCode::CLUSTER_AUTHORIZATION_FAILED,
        ConfigRefusal::Denied(Forbidden::Group) => ErrorCode::GROUP_AUTHORIZATION_FAILED,
        ConfigRefusal::Denied(Forbidden::Topic) => ErrorCode::TOPIC_AUTHORIZATION_FAILED,
        ConfigRefusal::InvalidConfig(_) => ErrorCode::INVALID_CONFIG,
        ConfigRefusal::InvalidRequest(_) => ErrorCode::INVALID_REQUEST,
        ConfigRefusal::InvalidTopic(_) => ErrorCode::INVALID_TOPIC_EXCEPTION,
        ConfigRefusal::Storage(_) => ErrorCode::KAFKA_STORAGE_ERROR,
        ConfigRefusal::UnknownTopic(_) => ErrorCode::UNKNOWN_TOPIC_OR_PARTITION,
    }
}
