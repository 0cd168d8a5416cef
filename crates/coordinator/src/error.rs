//! Why a group request is refused, in Kafka's words; wire codes are the broker's matter.

use thiserror::Error;

/// The refusals of the group coordinator, alphabetical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum GroupError {
    /// COORDINATOR_NOT_AVAILABLE.
    #[error("the coordinator is not available")]
    CoordinatorNotAvailable,
    /// FENCED_INSTANCE_ID.
    #[error("another member has taken this group instance id")]
    FencedInstanceId,
    /// GROUP_ID_NOT_FOUND.
    #[error("the group does not exist")]
    GroupIdNotFound,
    /// GROUP_MAX_SIZE_REACHED.
    #[error("the group has as many members as group.max.size allows")]
    GroupMaxSizeReached,
    /// GROUP_SUBSCRIBED_TO_TOPIC.
    #[error("the group is subscribed to the topic")]
    GroupSubscribedToTopic,
    /// ILLEGAL_GENERATION.
    #[error("the generation is not the group's current one")]
    IllegalGeneration,
    /// INCONSISTENT_GROUP_PROTOCOL.
    #[error("the member's protocols do not fit the group's")]
    InconsistentGroupProtocol,
    /// INVALID_GROUP_ID.
    #[error("the group id is empty")]
    InvalidGroupId,
    /// INVALID_SESSION_TIMEOUT.
    #[error("the session timeout is outside the broker's bounds")]
    InvalidSessionTimeout,
    /// MEMBER_ID_REQUIRED (KIP-394).
    #[error("the member must join again with the id it was given")]
    MemberIdRequired,
    /// NON_EMPTY_GROUP.
    #[error("the group has members")]
    NonEmptyGroup,
    /// NOT_COORDINATOR.
    #[error("this broker is not the group's coordinator")]
    NotCoordinator,
    /// OFFSET_METADATA_TOO_LARGE.
    #[error("the metadata of the offset is longer than offset.metadata.max.bytes")]
    OffsetMetadataTooLarge,
    /// REBALANCE_IN_PROGRESS.
    #[error("the group is rebalancing")]
    RebalanceInProgress,
    /// UNKNOWN_MEMBER_ID.
    #[error("the member is not in the group")]
    UnknownMemberId,
    /// UNKNOWN_SERVER_ERROR.
    #[error("the request contradicts the group's state or is too large to be stored")]
    UnknownServerError,
}

/// Why the shell could not append what the shard wanted to be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendError {
    /// The disk or the log refused.
    Storage,
    /// The append did not become durable in time.
    TimedOut,
    /// The records do not fit a batch.
    TooLarge,
}

impl AppendError {
    /// What the waiting clients hear (Kafka's mapping of append errors).
    pub(crate) fn answer(self) -> GroupError {
        match self {
            Self::Storage => GroupError::NotCoordinator,
            Self::TimedOut => GroupError::CoordinatorNotAvailable,
            Self::TooLarge => GroupError::UnknownServerError,
        }
    }
}
