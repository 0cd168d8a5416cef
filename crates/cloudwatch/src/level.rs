//! MSK's monitoring levels. Each has all of those below it.

use std::fmt;
use std::str::FromStr;

/// How much is published. The order is what each adds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// `DEFAULT`: cluster, brokers, lag of consumer groups.
    #[default]
    Basic,
    /// `PER_BROKER`: request times, throttling, volumes.
    Enhanced,
    /// `PER_TOPIC_PER_BROKER`: rates of each topic.
    Topic,
    /// `PER_TOPIC_PER_PARTITION`: lag of each partition.
    Partition,
}

/// A text that names no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no level; these are: {}", names())]
pub struct NoLevel;

impl Level {
    /// All, from the least to the most.
    pub const ALL: [Self; 4] = [Self::Basic, Self::Enhanced, Self::Topic, Self::Partition];

    /// MSK's name for it.
    pub const fn as_msk(self) -> &'static str {
        match self {
            Self::Basic => "DEFAULT",
            Self::Enhanced => "PER_BROKER",
            Self::Topic => "PER_TOPIC_PER_BROKER",
            Self::Partition => "PER_TOPIC_PER_PARTITION",
        }
    }

    /// The short name, as the exporters' flags spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Enhanced => "enhanced",
            Self::Topic => "topic",
            Self::Partition => "partition",
        }
    }
}

fn names() -> String {
    let names = Level::ALL.map(|level| format!("{} or {}", level.as_str(), level.as_msk()));
    names.join(", ")
}

impl FromStr for Level {
    type Err = NoLevel;

    fn from_str(text: &str) -> Result<Self, NoLevel> {
        let mut levels = Self::ALL.into_iter();
        let is_it = |level: &Self| {
            text.eq_ignore_ascii_case(level.as_str()) || text.eq_ignore_ascii_case(level.as_msk())
        };
        levels.find(is_it).ok_or(NoLevel)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, NoLevel};

    #[test]
    fn levels_have_msks_names_and_short_ones() {
        for (text, expected) in [
            ("basic", Ok(Level::Basic)),
            ("DEFAULT", Ok(Level::Basic)),
            ("PER_BROKER", Ok(Level::Enhanced)),
            ("Topic", Ok(Level::Topic)),
            ("per_topic_per_partition", Ok(Level::Partition)),
            ("", Err(NoLevel)),
            ("all", Err(NoLevel)),
        ] {
            assert_eq!(text.parse(), expected, "{text}");
        }
        assert!(Level::ALL.is_sorted());
        assert!(
            NoLevel
                .to_string()
                .contains("topic or PER_TOPIC_PER_BROKER")
        );
    }
}
