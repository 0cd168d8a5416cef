//! MSK's monitoring levels for what a scrape shows: `basic`, `enhanced`, `topic`, `partition`. Each shows what those
//! before it do. On Amazon MSK the levels concern CloudWatch alone and a scrape shows everything, which is the default
//! here, too.

use std::str::FromStr;

use crate::source::Bean;

/// A level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// One series or a few for the whole broker (MSK's DEFAULT).
    Basic,
    /// All of the broker (PER_BROKER).
    Enhanced,
    /// By topic (PER_TOPIC_PER_BROKER).
    Topic,
    /// By partition (PER_TOPIC_PER_PARTITION).
    Partition,
}

/// Every level by its name, MSK's own among them.
pub const NAMES: &[(&str, Level)] = &[
    ("basic", Level::Basic),
    ("enhanced", Level::Enhanced),
    ("topic", Level::Topic),
    ("partition", Level::Partition),
    ("DEFAULT", Level::Basic),
    ("PER_BROKER", Level::Enhanced),
    ("PER_TOPIC_PER_BROKER", Level::Topic),
    ("PER_TOPIC_PER_PARTITION", Level::Partition),
];

/// A word that is no level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no level; there are basic, enhanced, topic and partition")]
pub struct NoLevel(String);

impl FromStr for Level {
    type Err = NoLevel;

    fn from_str(text: &str) -> Result<Self, NoLevel> {
        let found = NAMES.iter().find(|(name, _)| *name == text);
        let (_, level) = found.ok_or_else(|| NoLevel(text.to_owned()))?;
        Ok(*level)
    }
}

/// THE TABLE: what is already shown at `basic`, as domain and type (empty: every type). A bean with the
/// property `partition` is shown at `partition`, one with `topic` at `topic`, all others at `enhanced`.
const BASIC: &[(&str, &str)] = &[
    ("java.lang", ""),
    // MSK's lag of a group and topic belongs to its lowest level; of a partition to its highest.
    ("kafka.consumer.group", "ConsumerLagMetrics"),
    ("kafka.controller", "ControllerStats"),
    ("kafka.controller", "KafkaController"),
    ("kafka.coordinator.group", "GroupMetadataManager"),
    ("kafka.log", "LogManager"),
    ("kafka.network", "SocketServer"),
    ("kafka.server", "BrokerTopicMetrics"),
    ("kafka.server", "KafkaRequestHandlerPool"),
    ("kafka.server", "KafkaServer"),
    ("kafka.server", "ReplicaManager"),
    ("kafka.server", "Request"),
    ("kafka.server", "app-info"),
    ("kafka.server", "socket-server-metrics"),
];

/// The lowest level that shows a bean.
pub fn of(bean: &Bean) -> Level {
    let (mut kind, mut has_topic) = ("", false);
    for (key, value) in bean.properties() {
        match key {
            "partition" => return Level::Partition,
            "topic" => has_topic = true,
            "type" => kind = value,
            _ => {}
        }
    }
    if has_topic && kind != "ConsumerLagMetrics" {
        return Level::Topic;
    }
    let domain = bean.domain();
    let is_basic = |(of_domain, of_kind): &(&str, &str)| {
        *of_domain == domain && (of_kind.is_empty() || *of_kind == kind)
    };
    if BASIC.iter().any(is_basic) {
        Level::Basic
    } else {
        Level::Enhanced
    }
}

#[cfg(test)]
mod tests {
    use super::{Level, of};
    use crate::source::Bean;

    #[test]
    fn the_properties_say_more_than_the_type() {
        for (name, level) in [
            (
                "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec",
                Level::Basic,
            ),
            (
                "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=t",
                Level::Topic,
            ),
            (
                "kafka.log:type=Log,name=Size,topic=t,partition=0",
                Level::Partition,
            ),
            (
                "kafka.log:type=LogFlushStats,name=LogFlushRateAndTimeMs",
                Level::Enhanced,
            ),
            (
                "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Produce",
                Level::Enhanced,
            ),
            (
                "kafka.consumer.group:type=ConsumerLagMetrics,name=SumOffsetLag,groupId=g,topic=t",
                Level::Basic,
            ),
            (
                "kafka.consumer.group:type=ConsumerLagMetrics,name=OffsetLag,groupId=g,topic=t,partition=0",
                Level::Partition,
            ),
            ("java.lang:type=Memory", Level::Basic),
        ] {
            assert_eq!(of(&Bean::new(name)), level, "{name}");
        }
        assert_eq!("PER_BROKER".parse(), Ok(Level::Enhanced));
        "all".parse::<Level>().unwrap_err();
    }
}
