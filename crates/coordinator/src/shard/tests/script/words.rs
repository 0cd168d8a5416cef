//! Reads the words of a command.

use std::sync::Arc;

use bytes::Bytes;
use model::{GroupId, LeaderEpoch, PartitionIndex, TopicId, TopicName};

use crate::{
    CommitPartition, CommitTopic, FetchTopic, InstanceId, Leaver, MemberId, OffsetCommit,
    OffsetFetch, Protocol,
};

/// One command's words: `key=value` options and the rest.
pub(super) struct Words<'a> {
    pub(super) plain: Vec<&'a str>,
    pub(super) options: Vec<(&'a str, &'a str)>,
}

impl<'a> Words<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let is_option = |word: &&str| {
            let key = word.split('=').next().unwrap_or_default();
            word.contains('=') && key.len() <= 6 && key.bytes().all(|b| b.is_ascii_lowercase())
        };
        let words = text.split_whitespace();
        let (options, plain): (Vec<_>, Vec<_>) = words.partition(is_option);
        let options = options.into_iter().filter_map(|word| word.split_once('='));
        Self {
            plain,
            options: options.collect(),
        }
    }

    pub(super) fn option(&self, key: &str) -> Option<&'a str> {
        self.options
            .iter()
            .find(|(k, _)| *k == key)
            .map(|(_, v)| *v)
    }

    pub(super) fn number(&self, key: &str, default: i64) -> i64 {
        self.option(key).map_or(default, |v| v.parse().unwrap())
    }
}

pub(super) fn group(text: &str) -> GroupId {
    GroupId::new(if text == "''" { "" } else { text }).unwrap()
}

/// `c#3` is a member with a fresh id, anything else is meant literally.
pub(super) fn member(text: &str) -> MemberId {
    match text.split_once('#') {
        Some((prefix, n)) => MemberId::fresh(prefix, n.parse().unwrap()),
        None => MemberId::new(text),
    }
}

pub(super) fn topic_id(text: &str) -> TopicId {
    TopicId([text.parse().unwrap(); 16])
}

/// `t-0` or `t-0=5`.
pub(super) fn position(text: &str) -> (TopicName, PartitionIndex, i64) {
    let (place, offset) = text.split_once('=').unwrap_or((text, "0"));
    let (topic, partition) = place.rsplit_once('-').unwrap();
    let topic = TopicName::new(topic).unwrap();
    (
        topic,
        PartitionIndex(partition.parse().unwrap()),
        offset.parse().unwrap(),
    )
}

/// `range:x,rr:y` with consumer subscriptions to topics x and y; `range:!` is no subscription.
pub(super) fn protocols(text: &str) -> Vec<Protocol> {
    let one = |part: &str| {
        let (name, topic) = part.split_once(':').unwrap_or((part, "t"));
        let mut metadata = b"\0\x01\0\0\0\x01".to_vec();
        metadata.extend((topic.len() as u16).to_be_bytes());
        metadata.extend(topic.as_bytes());
        if topic == "!" {
            metadata = b"!".to_vec();
        }
        Protocol {
            name: name.into(),
            metadata: metadata.into(),
        }
    };
    text.split(',')
        .filter(|part| !part.is_empty())
        .map(one)
        .collect()
}

/// `c#1=A`.
pub(super) fn assignment(text: &str) -> (MemberId, Bytes) {
    let (id, bytes) = text.split_once('=').unwrap();
    (member(id), Bytes::copy_from_slice(bytes.as_bytes()))
}

/// `c#1`, `/inst` or `c#1/inst`.
pub(super) fn leaver(text: &str) -> Leaver {
    let (id, instance) = text
        .split_once('/')
        .map_or((text, None), |(a, b)| (a, Some(b)));
    Leaver {
        member: member(id),
        instance: instance.map(InstanceId::new),
        reason: None,
    }
}

pub(super) fn commit(words: &Words<'_>, instance: Option<InstanceId>) -> OffsetCommit {
    let metadata = words.option("meta").unwrap_or_default();
    let metadata: Arc<str> = match metadata.strip_prefix('*') {
        Some(n) => "ü".repeat(n.parse().unwrap()).into(),
        None => metadata.into(),
    };
    let id = words
        .option("id")
        .map_or(TopicId::ZERO, |n| TopicId([n.parse().unwrap(); 16]));
    let topics =
        words
            .plain
            .iter()
            .skip(1)
            .map(|w| position(w))
            .map(|(topic, partition, offset)| {
                let commit = CommitPartition {
                    partition,
                    offset,
                    leader_epoch: LeaderEpoch(words.number("epoch", -1) as i32),
                    metadata: metadata.clone(),
                };
                CommitTopic {
                    topic,
                    topic_id: id,
                    partitions: vec![commit],
                }
            });
    OffsetCommit {
        group: group(words.plain[0]),
        member: words.option("m").map_or_else(MemberId::none, member),
        instance,
        generation: words.number("gen", -1) as i32,
        retention_ms: words.option("keep").map(|ms| ms.parse().unwrap()),
        names_unknown_group: words.number("v", 9) >= 9,
        topics: topics.collect(),
    }
}

pub(super) fn fetch(words: &Words<'_>) -> OffsetFetch {
    let id = words
        .option("id")
        .map_or(TopicId::ZERO, |n| TopicId([n.parse().unwrap(); 16]));
    let topics = words
        .plain
        .iter()
        .skip(1)
        .map(|w| position(w))
        .map(|(topic, partition, _)| FetchTopic {
            topic,
            topic_id: id,
            partitions: vec![partition],
        });
    let topics: Vec<_> = topics.collect();
    OffsetFetch {
        group: group(words.plain[0]),
        topics: (!topics.is_empty()).then_some(topics),
    }
}
