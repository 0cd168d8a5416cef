//! Topics that are created at start, as `--topic NAME:PARTITIONS` says them.
//!
//! A topic that exists is left as it is; another number of partitions than was asked for is told.

use super::failure::UpError;
use super::owner::Owner;
use model::TopicName;
use protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
use protocol::{ErrorCode, Request, Response};
use std::str::FromStr;
use std::time::Duration;

/// Far more than one machine wants, and far less than what a typing error gives.
const PARTITIONS_MAX: i32 = 10_000;

/// Creating ten thousand partitions takes a while on a slow disk.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The first in which the broker's own replication factor may be asked for (KIP-464).
const CREATE_TOPICS_VERSION: i16 = 4;
/// Every Kafka since 1.0 has it.
const METADATA_VERSION: i16 = 5;
const REPLICATION_OF_BROKER: i16 = -1;

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

/// Creates those that do not exist. Gives a sentence for each that exists with another number of
/// partitions.
pub(super) async fn create(owner: &Owner, topics: &[TopicSpec]) -> Result<Vec<String>, UpError> {
    let Some(first) = topics.first() else {
        return Ok(Vec::new());
    };
    let failed = |topic: &str, problem| UpError::Topic {
        topic: topic.to_owned(),
        problem,
    };
    let request = Request::CreateTopics(CreateTopicsRequest {
        topics: topics.iter().map(TopicSpec::creatable).collect(),
        timeout_ms: i32::try_from(TIMEOUT.as_millis()).unwrap_or(i32::MAX),
        validate_only: false,
    });
    let asked = async {
        let mut listener = owner.connect(TIMEOUT).await?;
        listener.ask(request, CREATE_TOPICS_VERSION).await
    };
    let answer = match asked.await {
        Ok(Response::CreateTopics(answer)) => answer,
        Ok(_) => {
            return Err(failed(
                first.name.as_str(),
                "another answer came".to_owned(),
            ));
        }
        Err(problem) => return Err(failed(first.name.as_str(), problem)),
    };
    let mut warnings = Vec::new();
    for topic in answer.topics {
        let code = topic.error_code;
        if code == ErrorCode::TOPIC_ALREADY_EXISTS {
            let asked = topics
                .iter()
                .find(|asked| asked.name.as_str() == &*topic.name);
            let partitions = partitions_of(owner, &topic.name).await;
            let partitions = partitions.map_err(|problem| failed(&topic.name, problem))?;
            warnings.extend(asked.and_then(|asked| asked.differs_from(partitions)));
        } else if !code.is_none() {
            let message = topic.error_message.unwrap_or_default();
            return Err(failed(&topic.name, format!("{code}: {message}")));
        }
    }
    Ok(warnings)
}

/// How many partitions a topic has that exists.
async fn partitions_of(owner: &Owner, topic: &str) -> Result<usize, String> {
    let request = Request::Metadata(MetadataRequest {
        topics: Some(vec![MetadataRequestTopic {
            name: Some(topic.into()),
            ..MetadataRequestTopic::default()
        }]),
        allow_auto_topic_creation: false,
        ..MetadataRequest::default()
    });
    let mut listener = owner.connect(TIMEOUT).await?;
    match listener.ask(request, METADATA_VERSION).await? {
        Response::Metadata(answer) => Ok(answer.topics.iter().map(|t| t.partitions.len()).sum()),
        _ => Err("another answer came".to_owned()),
    }
}

impl TopicSpec {
    /// The sentence for a topic that exists with another number of partitions.
    fn differs_from(&self, partitions: usize) -> Option<String> {
        let Self {
            name,
            partitions: asked,
        } = self;
        if usize::try_from(*asked) == Ok(partitions) {
            return None;
        }
        Some(format!(
            "topic {name} exists with another number of partitions: {partitions}, not {asked}; \
             it is left as it is"
        ))
    }

    fn creatable(&self) -> CreatableTopic {
        CreatableTopic {
            name: self.name.as_str().into(),
            num_partitions: self.partitions,
            replication_factor: REPLICATION_OF_BROKER,
            assignments: Vec::new(),
            configs: Vec::new(),
        }
    }
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
    fn another_number_of_partitions_is_told() {
        let spec: TopicSpec = "orders:5".parse().expect("parsed");
        assert_eq!(spec.differs_from(5), None);
        assert_eq!(
            spec.differs_from(3).as_deref(),
            Some(
                "topic orders exists with another number of partitions: 3, not 5; it is left as \
                 it is"
            )
        );
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
