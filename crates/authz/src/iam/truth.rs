//! Three-valued logic (Kleene's): what cannot be known must neither grant nor escape a denial.

/// Whether something matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    /// It does not.
    No,
    /// It cannot be told: a variable has no value, or a value is not of the type that is compared.
    Unknown,
    /// It does.
    Yes,
}

impl Truth {
    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.max(other)
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }

    /// Whether any is [`Truth::Yes`]; stops there.
    pub(crate) fn any(all: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::No;
        for one in all {
            found = found.or(one);
            if found == Self::Yes {
                break;
            }
        }
        found
    }

    /// Whether every one is [`Truth::Yes`]; stops where one is not.
    pub(crate) fn every(all: impl IntoIterator<Item = Self>) -> Self {
        let mut found = Self::Yes;
        for one in all {
            found = found.and(one);
            if found == Self::No {
                break;
            }
        }
        found
    }
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, No, Unknown, Yes};

    #[test]
    fn what_is_unknown_stays_so_unless_the_rest_decides() {
        assert_eq!(Truth::any([No, Unknown, Yes]), Yes);
        assert_eq!(Truth::any([No, Unknown]), Unknown);
        assert_eq!(Truth::any([]), No);
        assert_eq!(Truth::every([Yes, Unknown, No]), No);
        assert_eq!(Truth::every([Yes, Unknown]), Unknown);
        assert_eq!(Truth::every([]), Yes);
        assert_eq!(Unknown.negated(), Unknown);
        assert_eq!(No.negated(), Yes);
    }
}
