//! One Fetch request to one broker, and its answer as records.

use std::collections::HashMap;

use model::{BrokerId, TopicId, TopicPartition};
use protocol::ApiKey;
use protocol::messages::fetch::{FetchPartition, FetchRequest, FetchResponse, FetchTopic};
use tokio::time::sleep;

use super::ConsumerSettings;
use super::decode::{self, Read};
use crate::cluster::{Lane, Leader};
use crate::{ClientError, Cluster};

/// From here on, topics are named by id (KIP-516).
const BY_TOPIC_ID_SINCE: i16 = 13;

/// What is wanted of one partition.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) partition: TopicPartition,
    pub(super) leader: Leader,
    pub(super) offset: i64,
}

/// What came of a fetch, per partition that it was about.
pub(super) struct Answered {
    pub(super) assignment: u64,
    pub(super) broker: BrokerId,
    pub(super) partitions: Vec<(Wanted, Result<Read, ClientError>)>,
}

/// Fetches and decodes. A failure for now is followed by a pause, so that nobody spins on it.
pub(super) async fn fetch(
    cluster: Cluster,
    settings: ConsumerSettings,
    assignment: u64,
    broker: BrokerId,
    wanted: Vec<Wanted>,
) -> Answered {
    let partitions = match ask(&cluster, &settings, broker, &wanted).await {
        Ok(answer) => outcomes(&settings, wanted, answer),
        Err(error) => {
            let failed = wanted.into_iter();
            failed.map(|wanted| (wanted, Err(error.clone()))).collect()
        }
    };
    if partitions.iter().any(|(_, outcome)| outcome.is_err()) {
        sleep(cluster.settings().retry_backoff).await;
    }
    Answered {
        assignment,
        broker,
        partitions,
    }
}

async fn ask(
    cluster: &Cluster,
    settings: &ConsumerSettings,
    broker: BrokerId,
    wanted: &[Wanted],
) -> Result<FetchResponse, ClientError> {
    let connection = cluster.broker(broker, Lane::Fetch).await?;
    let mut version = connection.version(ApiKey::Fetch)?;
    if wanted.iter().any(|wanted| wanted.leader.topic_id.is_zero()) {
        version = version.min(BY_TOPIC_ID_SINCE - 1);
    }
    let request = request(settings, wanted);
    let mut ticket = connection
        .begin(request, version, settings.wait_max)
        .await?;
    let answer = ticket.answer().await?;
    ClientError::check(answer.error_code, None, || {
        format!("cannot fetch from {}", connection.address())
    })?;
    Ok(answer)
}

fn request(settings: &ConsumerSettings, wanted: &[Wanted]) -> FetchRequest {
    let mut topics: Vec<FetchTopic> = Vec::new();
    for wanted in wanted {
        let partition = FetchPartition {
            partition: wanted.partition.partition.0,
            current_leader_epoch: wanted.leader.epoch.0,
            fetch_offset: wanted.offset,
            partition_max_bytes: settings.partition_bytes_max,
            ..FetchPartition::default()
        };
        // Positions are sorted, so that a topic's partitions stand together.
        let name = wanted.partition.topic.as_str();
        match topics.last_mut().filter(|topic| topic.topic == name) {
            Some(topic) => topic.partitions.push(partition),
            None => topics.push(FetchTopic {
                topic: name.into(),
                topic_id: wanted.leader.topic_id,
                partitions: vec![partition],
            }),
        }
    }
    FetchRequest {
        max_wait_ms: i32::try_from(settings.wait_max.as_millis()).unwrap_or(i32::MAX),
        min_bytes: settings.bytes_min,
        max_bytes: settings.bytes_max,
        isolation_level: settings.isolation.level(),
        topics,
        ..FetchRequest::default()
    }
}

/// Sorts the answer by what was wanted: by topic id where there are ids, by name otherwise.
fn outcomes(
    settings: &ConsumerSettings,
    wanted: Vec<Wanted>,
    answer: FetchResponse,
) -> Vec<(Wanted, Result<Read, ClientError>)> {
    type Key = (TopicId, String, i32);
    let key = |id: TopicId, name: &str, partition| -> Key {
        let name = if id.is_zero() { name } else { "" };
        (id, name.to_owned(), partition)
    };
    // An answer by name has no ids.
    let by_name = answer
        .responses
        .iter()
        .all(|topic| topic.topic_id.is_zero());
    let mut wanted: HashMap<Key, Wanted> = wanted
        .into_iter()
        .map(|wanted| {
            let of = &wanted.partition;
            let id = match by_name {
                true => TopicId::ZERO,
                false => wanted.leader.topic_id,
            };
            (key(id, of.topic.as_str(), of.partition.0), wanted)
        })
        .collect();
    let mut outcomes = Vec::new();
    for topic in answer.responses {
        for partition in topic.partitions {
            let key = key(topic.topic_id, &topic.topic, partition.partition_index);
            let Some(wanted) = wanted.remove(&key) else {
                continue;
            };
            let read = decode::read(settings, &wanted, partition);
            outcomes.push((wanted, read));
        }
    }
    outcomes
}
