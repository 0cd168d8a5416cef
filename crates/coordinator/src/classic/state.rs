//! The states of a classic group and which may follow which.
//!
//! Kafka has a fifth, Dead, for a group that is gone from this coordinator; here such a group does
//! not exist.

/// Where a group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClassicState {
    /// All members have joined; the leader's assignment is awaited.
    CompletingRebalance,
    /// No members; offsets may remain.
    Empty,
    /// Members are asked to join again.
    PreparingRebalance,
    /// Every member has its assignment or can fetch it.
    Stable,
}

impl ClassicState {
    /// Kafka's name, as tools show it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CompletingRebalance => "CompletingRebalance",
            Self::Empty => "Empty",
            Self::PreparingRebalance => "PreparingRebalance",
            Self::Stable => "Stable",
        }
    }

    /// Whether a group in state `before` may enter this one.
    pub(crate) fn may_follow(self, before: Self) -> bool {
        match self {
            Self::CompletingRebalance | Self::Empty => before == Self::PreparingRebalance,
            Self::PreparingRebalance => before != Self::PreparingRebalance,
            Self::Stable => before == Self::CompletingRebalance,
        }
    }
}
