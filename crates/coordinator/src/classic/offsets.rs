//! What a group says about its offsets: who may commit and delete them, and when they expire.

use super::{ClassicGroup, ClassicState};
use crate::command::OffsetCommit;
use crate::error::GroupError;
use crate::record::CommittedOffset;
use crate::turn::Turn;

/// From which moment the retention of a group's offsets counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ExpireFrom {
    /// From each commit.
    Commit,
    /// From the moment the group became empty, or from the commit where that is not known.
    GroupEmpty(Option<i64>),
}

impl ExpireFrom {
    /// Whether an offset is past its time.
    pub(crate) fn expired(self, offset: &CommittedOffset, now_ms: i64, retention_ms: i64) -> bool {
        if let Some(expire) = offset.expire_timestamp_ms {
            return now_ms >= expire;
        }
        let from = match self {
            Self::GroupEmpty(Some(since)) => since,
            Self::Commit | Self::GroupEmpty(None) => offset.commit_timestamp_ms,
        };
        now_ms.saturating_sub(from) >= retention_ms
    }
}

impl ClassicGroup {
    /// Whether this commit is legal now; a legal one of a member is a sign of life.
    pub(crate) fn validate_commit(
        &self,
        turn: &mut Turn<'_>,
        request: &OffsetCommit,
    ) -> Result<(), GroupError> {
        // A consumer without group management, or an administrator.
        if request.generation < 0 && self.state == ClassicState::Empty {
            return Ok(());
        }
        let anonymous =
            request.generation < 0 && request.member.is_none() && request.instance.is_none();
        if anonymous {
            return Err(GroupError::UnknownMemberId);
        }
        self.validate_member(&request.member, request.instance.as_ref())?;
        if request.generation != self.generation {
            return Err(GroupError::IllegalGeneration);
        }
        if self.state == ClassicState::CompletingRebalance {
            // The member holds the new generation but not its assignment: it cannot know what it
            // commits. It will join or sync and try again.
            return Err(GroupError::RebalanceInProgress);
        }
        self.renew_session(turn, &request.member);
        Ok(())
    }

    /// Whether offsets of this group may be deleted on request.
    pub(crate) fn validate_offset_delete(&self) -> Result<(), GroupError> {
        match self.state {
            ClassicState::Empty => Ok(()),
            _ if self.uses_consumer_protocol() => Ok(()),
            _ => Err(GroupError::NonEmptyGroup),
        }
    }

    /// When this group's offsets expire; none while they must not.
    pub(crate) fn expire_from(&self) -> Option<ExpireFrom> {
        match self.state {
            _ if self.protocol_type.is_none() => Some(ExpireFrom::Commit),
            ClassicState::Empty => Some(ExpireFrom::GroupEmpty(self.state_since_ms)),
            ClassicState::Stable if self.uses_consumer_protocol() && self.subscribed.is_some() => {
                Some(ExpireFrom::Commit)
            }
            _ => None,
        }
    }
}
