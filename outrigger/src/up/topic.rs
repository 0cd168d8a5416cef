//! Topics that are created at start, as `--topic NAME:PARTITIONS` says them.
//!
//! A topic that exists is left as it is, whatever its number of partitions.

use super::failure::UpError;
use crate::probe::explained;
use client::{ClientError, Cluster, NewTopic, Settings};
use model::TopicName;
use protocol::ErrorCode;
use std::collections::BTreeMap;
use std::str::FromStr;

/// Far more than one machine wants, and far less than what a typing error gives.
const PARTITIONS_MAX: i32 = 10_000;

/// A topic and its number of partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TopicSpec {
    /// Its name.
    pub(crate) name: TopicName,
    /// At least 1.
    pub(crate) partitions: i32,
}

impl FromStr for TopicSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, partitions)) = text.rsplit_once(':') else {
            return Err("write NAME:PARTITIONS, such as orders:3".to_owned());
        };
        let name = TopicName::new(name).map_err(|error| error.to_string())?;
        let partitions = partitions
            .parse()
            .ok()
            .filter(|n| (1..=PARTITIONS_MAX).contains(n));
        let partitions = partitions.ok_or_else(|| {
            format!("the number of partitions must be from 1 to {PARTITIONS_MAX}, such as orders:3")
        })?;
        Ok(Self { name, partitions })
    }
}

/// Creates those that do not exist.
pub(super) async fn create(bootstrap: &str, topics: &[TopicSpec]) -> Result<(), UpError> {
    let Some(first) = topics.first() else {
        return Ok(());
    };
    let failed = |topic: &TopicSpec, error: ClientError| UpError::Topic {
        topic: topic.name.to_string(),
        problem: explained(&error),
    };
    let connected = Cluster::connect(Settings::new(bootstrap)).await;
    let cluster = connected.map_err(|error| failed(first, error))?;
    for topic in topics {
        let new = NewTopic {
            name: topic.name.clone(),
            partitions: Some(topic.partitions),
            replication_factor: None,
            configs: BTreeMap::new(),
        };
        match cluster.create_topic(&new, false).await {
            Err(error) if error.code() == Some(ErrorCode::TOPIC_ALREADY_EXISTS) => {}
            Err(error) => return Err(failed(topic, error)),
            Ok(_) => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::TopicSpec;

    #[test]
    fn a_topic_has_a_name_and_partitions() {
        let spec: TopicSpec = "orders.v1:12".parse().expect("parsed");
        assert_eq!((spec.name.as_str(), spec.partitions), ("orders.v1", 12));
    }

    #[test]
    fn anything_else_is_explained() {
        let cases = [
            ("orders", "NAME:PARTITIONS"),
            ("orders:", "from 1 to 10000"),
            ("orders:0", "from 1 to 10000"),
            ("orders:10001", "from 1 to 10000"),
            ("orders:-1", "from 1 to 10000"),
            ("a/b:1", "topic"),
            (":1", "topic"),
        ];
        for (text, expected) in cases {
            let error = text.parse::<TopicSpec>().expect_err(text);
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
