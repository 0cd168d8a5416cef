//! What a check says: how bad it is, what was found, and what to do about it.

use serde::Serialize;

/// How bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Level {
    /// As it should be.
    Ok,
    /// The suite runs, and something will surprise somebody.
    Warning,
    /// `outrigger up` would not start, or what runs is not of use.
    Problem,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Verdict {
    pub(crate) level: Level,
    pub(crate) found: String,
    /// What to do; none where nothing need be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) remedy: Option<String>,
}

impl Level {
    /// As the report spells it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

impl Verdict {
    /// All is well.
    pub(crate) fn ok(found: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            found: found.into(),
            remedy: None,
        }
    }

    /// Something to know.
    pub(crate) fn warning(found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: Level::Warning,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// Something in the way.
    pub(crate) fn problem(found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            level: Level::Problem,
            found: found.into(),
            remedy: Some(remedy.into()),
        }
    }

    /// What was found is worth a look only where it is so.
    pub(crate) fn warn_if(is_so: bool, found: String, remedy: &str) -> Self {
        if is_so {
            Self::warning(found, remedy)
        } else {
            Self::ok(found)
        }
    }
}
