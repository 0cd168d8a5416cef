//! The names that stand in labels.

use crate::input::EndCause;
use crate::sink::{Rejection, TroubleClass};

/// Why bytes were never delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The length limit took them.
    EventCut,
    /// The file was truncated before they were read.
    Truncated,
    /// The file was removed before they were read.
    Vanished,
    /// A deleted file was given up, for the sake of the disk.
    Released,
    /// A compressed file is broken.
    Unreadable,
}

impl Cause {
    /// All of them: each is shown from the start, at 0.
    pub const ALL: [Self; 5] = [
        Self::EventCut,
        Self::Truncated,
        Self::Vanished,
        Self::Released,
        Self::Unreadable,
    ];

    /// Its label.
    pub fn name(self) -> &'static str {
        match self {
            Self::EventCut => "event_cut",
            Self::Truncated => "copytruncate",
            Self::Vanished => "vanished",
            Self::Released => "released",
            Self::Unreadable => "unreadable",
        }
    }

    /// Of the end of a file.
    pub fn of(cause: EndCause) -> Self {
        match cause {
            EndCause::Truncated => Self::Truncated,
            EndCause::Vanished => Self::Vanished,
            EndCause::Released => Self::Released,
            EndCause::Unreadable => Self::Unreadable,
        }
    }
}

/// All outcomes of requests.
pub const OUTCOMES: [&str; 9] = [
    "delivered",
    "partial",
    "throttled",
    "service",
    "unanswered",
    "credentials",
    "missing",
    "disk",
    "data",
];

/// All reasons of dead letters.
pub const REJECTIONS: [Rejection; 4] = [
    Rejection::TooOld,
    Rejection::TooNew,
    Rejection::Expired,
    Rejection::Invalid,
];

/// The label of a request that did not succeed.
pub fn outcome_name(class: TroubleClass) -> &'static str {
    match class {
        TroubleClass::Throttled => "throttled",
        TroubleClass::Service => "service",
        TroubleClass::Unanswered => "unanswered",
        TroubleClass::Credentials => "credentials",
        TroubleClass::Missing => "missing",
        TroubleClass::Disk => "disk",
        TroubleClass::Data => "data",
    }
}

/// The label of a dead letter.
pub fn rejection_name(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::TooOld => "too_old",
        Rejection::TooNew => "too_new",
        Rejection::Expired => "expired",
        Rejection::Invalid => "invalid",
    }
}
