//! Domain errors to the wire's error codes. There is no other such mapping.

use coordinator::GroupError;
use protocol::{ErrorCode, Str};
use records::BatchError;
use storage::{AppendError, InvalidBatch};

use crate::config::{ConfigRefusal, Forbidden};
use crate::groups::Unavailable;
use crate::topics::CreateTopicError;

/// What whoever changes ACLs hears where nothing decides by them.
pub const NO_AUTHORIZER: &str = "No Authorizer is configured.";

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
        InvalidBatch::Batch(BatchError::OldMagic(_)) => ErrorCode::INVALID_RECORD,
        InvalidBatch::Batch(_) => ErrorCode::CORRUPT_MESSAGE,
        _ => ErrorCode::INVALID_RECORD,
    }
}

/// The record that is to blame, where one is, and why. Clients that are told of one fail the
/// others for its sake, so nothing is blamed for what is wrong with the whole.
pub fn append_message(error: &AppendError) -> Option<(i32, String)> {
    match error {
        AppendError::InvalidTimestamp(invalid) => Some((invalid.record_index, error.to_string())),
        _ => None,
    }
}

/// The answer to one thing that was asked for and is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Kafka's code.
    pub error_code: ErrorCode,
    /// What happened, for people; empty leaves the client its own sentence for the code.
    pub message: Str,
}

impl Failure {
    /// A code with its sentence.
    pub fn new(error_code: ErrorCode, message: impl Into<Str>) -> Self {
        Self {
            error_code,
            message: message.into(),
        }
    }

    /// A code that needs no sentence.
    pub fn bare(error_code: ErrorCode) -> Self {
        Self {
            error_code,
            message: Str::default(),
        }
    }

    /// The sentence, where there is one.
    pub fn message(self) -> Option<Str> {
        (!self.message.is_empty()).then_some(self.message)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.error_code, self.message)
    }
}

/// What whoever creates a topic gets.
pub fn create_topic_error(error: &CreateTopicError) -> Failure {
    let error_code = match error {
        CreateTopicError::Exists(_) => ErrorCode::TOPIC_ALREADY_EXISTS,
        CreateTopicError::Collides(..) => ErrorCode::INVALID_TOPIC_EXCEPTION,
        CreateTopicError::Storage(_) => ErrorCode::KAFKA_STORAGE_ERROR,
    };
    Failure::new(error_code, error.to_string())
}

/// Code and sentence for the outcome of one changed configuration.
pub fn config_outcome(outcome: Result<(), ConfigRefusal>) -> (ErrorCode, Option<Str>) {
    match outcome {
        Ok(()) => (ErrorCode::NONE, None),
        Err(refusal) => (
            config_refusal(&refusal),
            Some(Str::from(refusal.to_string())),
        ),
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

/// The code of a refusal by the group coordinator.
pub fn group_error(error: GroupError) -> ErrorCode {
    match error {
        GroupError::CoordinatorNotAvailable => ErrorCode::COORDINATOR_NOT_AVAILABLE,
        GroupError::FencedInstanceId => ErrorCode::FENCED_INSTANCE_ID,
        GroupError::GroupIdNotFound => ErrorCode::GROUP_ID_NOT_FOUND,
        GroupError::GroupMaxSizeReached => ErrorCode::GROUP_MAX_SIZE_REACHED,
        GroupError::GroupSubscribedToTopic => ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC,
        GroupError::IllegalGeneration => ErrorCode::ILLEGAL_GENERATION,
        GroupError::InconsistentGroupProtocol => ErrorCode::INCONSISTENT_GROUP_PROTOCOL,
        GroupError::InvalidGroupId => ErrorCode::INVALID_GROUP_ID,
        GroupError::InvalidSessionTimeout => ErrorCode::INVALID_SESSION_TIMEOUT,
        GroupError::MemberIdRequired => ErrorCode::MEMBER_ID_REQUIRED,
        GroupError::NonEmptyGroup => ErrorCode::NON_EMPTY_GROUP,
        GroupError::NotCoordinator => ErrorCode::NOT_COORDINATOR,
        GroupError::OffsetMetadataTooLarge => ErrorCode::OFFSET_METADATA_TOO_LARGE,
        GroupError::RebalanceInProgress => ErrorCode::REBALANCE_IN_PROGRESS,
        GroupError::UnknownMemberId => ErrorCode::UNKNOWN_MEMBER_ID,
        GroupError::UnknownServerError => ErrorCode::UNKNOWN_SERVER_ERROR,
    }
}

/// The code of a group coordinator that does not answer.
pub fn unavailable(why: Unavailable) -> ErrorCode {
    match why {
        Unavailable::Loading => ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
        Unavailable::NotCoordinator => ErrorCode::NOT_COORDINATOR,
    }
}
