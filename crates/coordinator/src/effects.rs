//! What comes out of a shard besides its records: answers and things worth a log line.

use std::fmt;

use model::GroupId;

use crate::names::MemberId;
use crate::reply::{Reply, Token};

/// The outcome of one step, to be carried out by the shell in order.
#[derive(Debug, Default)]
pub struct Effects {
    /// Answers, each to a waiting request.
    pub replies: Vec<(Token, Reply)>,
    /// For the log and the counters.
    pub notices: Vec<Notice>,
}

impl Effects {
    pub(crate) fn reply(&mut self, token: Token, reply: Reply) {
        self.replies.push((token, reply));
    }

    pub(crate) fn notice(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    /// Adds what a later step brought.
    pub fn extend(&mut self, later: Self) {
        self.replies.extend(later.replies);
        self.notices.extend(later.notices);
    }
}

/// A change of state that an operator may want to read about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The records of a step could not be stored, and the step was undone.
    AppendFailed(GroupId),
    /// A group has no members any more.
    Empty { group: GroupId, generation: i32 },
    /// Expired positions and groups were given up: the number of tombstones.
    Expired(usize),
    /// Groups were deleted on request, with their positions.
    GroupsDeleted {
        groups: Vec<GroupId>,
        offsets: usize,
    },
    /// A member is gone, and why.
    MemberRemoved {
        group: GroupId,
        member: MemberId,
        reason: String,
    },
    /// A rebalance begins.
    Rebalance {
        group: GroupId,
        generation: i32,
        reason: String,
    },
    /// All members have joined a generation.
    Stabilized {
        group: GroupId,
        generation: i32,
        members: usize,
    },
    /// The leader's assignment is stored and handed out.
    Assigned {
        group: GroupId,
        generation: i32,
        members: usize,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AppendFailed(group) => {
                write!(
                    f,
                    "failed to store metadata of group {group}; its last step is undone"
                )
            }
            Self::Assigned {
                group,
                generation,
                members,
            } => write!(
                f,
                "assignment of group {group} for generation {generation} with {members} members is stored"
            ),
            Self::Empty { group, generation } => {
                write!(f, "group {group} with generation {generation} is now empty")
            }
            Self::Expired(tombstones) => {
                write!(
                    f,
                    "generated {tombstones} tombstones while cleaning up group metadata"
                )
            }
            Self::GroupsDeleted { groups, offsets } => {
                let groups: Vec<_> = groups.iter().map(GroupId::as_str).collect();
                write!(
                    f,
                    "deleted groups {} with {offsets} offsets",
                    groups.join(", ")
                )
            }
            Self::MemberRemoved {
                group,
                member,
                reason,
            } => {
                write!(f, "member {member} left group {group}: {reason}")
            }
            Self::Rebalance {
                group,
                generation,
                reason,
            } => write!(
                f,
                "preparing to rebalance group {group} with old generation {generation} (reason: {reason})"
            ),
            Self::Stabilized {
                group,
                generation,
                members,
            } => write!(
                f,
                "stabilized group {group} generation {generation} with {members} members"
            ),
        }
    }
}
