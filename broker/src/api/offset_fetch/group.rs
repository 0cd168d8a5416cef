//! One group of an OffsetFetch: topics are resolved, positions read, and put back together with the
//! topics that could not be resolved.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use authz::Permit;
use authz::checks::table::OFFSET_FETCH_TOPIC;
use coordinator::{Command, FetchTopic, FetchedTopic, OffsetFetch, Reply as Answer};
use model::{GroupId, PartitionIndex, TopicId, TopicName};
use protocol::messages::offset_fetch::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopics, OffsetFetchResponseGroup,
    OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
};
use protocol::{ErrorCode, Str};

use super::super::error::{group_error, unavailable};
use super::GROUP_ERROR_VERSION;
use crate::broker::Broker;
use crate::context::RequestContext;
use crate::metadata::Image;

/// First version that names topics by id.
const TOPIC_ID_VERSION: i16 = 10;
/// "No position".
const NO_OFFSET: i64 = -1;

type Fetching = Pin<Box<dyn Future<Output = Result<Vec<FetchedTopic>, ErrorCode>> + Send>>;

/// A read under way.
pub(super) struct GroupFetch {
    request: OffsetFetchRequestGroup,
    /// The answers of topics that are decided, by place in the request.
    decided: Vec<Option<OffsetFetchResponseTopics>>,
    fetching: Fetching,
    /// What the caller may see, where all topics are asked for.
    visible: Option<Visible>,
}

/// Which topics an answer about all of them may show, and under which ids.
struct Visible {
    image: Arc<Image>,
    context: RequestContext,
}

impl GroupFetch {
    /// A read that is not allowed.
    pub(super) fn refused(request: OffsetFetchRequestGroup, error_code: ErrorCode) -> Self {
        let fetching = Box::pin(std::future::ready(Err(error_code)));
        Self {
            request,
            decided: Vec::new(),
            fetching,
            visible: None,
        }
    }

    /// Resolves the topics and gets in line. A partition that is repeated counts once.
    pub(super) async fn start(
        broker: &Broker,
        context: &RequestContext,
        permit: Permit,
        mut request: OffsetFetchRequestGroup,
        stable: bool,
    ) -> Self {
        let Ok(group) = GroupId::new(&request.group_id) else {
            return Self::refused(request, ErrorCode::INVALID_GROUP_ID);
        };
        drop_repeated(&mut request);
        let image = broker.metadata.image();
        let mut decided = Vec::new();
        let topics = request.topics.as_ref().map(|topics| {
            let mut fetch = Vec::with_capacity(topics.len());
            for topic in topics {
                match resolve(&image, context, topic) {
                    Ok(topic) => {
                        fetch.push(topic);
                        decided.push(None);
                    }
                    Err(error_code) => decided.push(Some(unresolved(topic, error_code))),
                }
            }
            fetch
        });
        let visible = topics.is_none().then(|| Visible {
            image: Arc::clone(&image),
            context: context.clone(),
        });
        let fetch = OffsetFetch { group, topics };
        let fetching = match stable {
            true => read_stable(broker, permit, fetch).await,
            false => read(broker, fetch),
        };
        Self {
            request,
            decided,
            fetching,
            visible,
        }
    }

    /// Waits for the positions.
    pub(super) async fn finish(self, version: i16) -> OffsetFetchResponseGroup {
        let group_id = self.request.group_id.clone();
        let fetched = match self.fetching.await {
            Ok(fetched) => fetched,
            Err(error_code) if version >= GROUP_ERROR_VERSION => {
                return OffsetFetchResponseGroup {
                    group_id,
                    topics: Vec::new(),
                    error_code,
                };
            }
            // There is no place for it but every partition.
            Err(error_code) => {
                let asked = self.request.topics.iter().flatten();
                let topics = asked.map(|topic| unresolved(topic, error_code)).collect();
                return OffsetFetchResponseGroup {
                    group_id,
                    topics,
                    ..Default::default()
                };
            }
        };
        let topics = match self.visible {
            Some(visible) => fetched
                .iter()
                .filter_map(|topic| visible.show(topic))
                .collect(),
            None => merge(
                self.request.topics.unwrap_or_default(),
                self.decided,
                &fetched,
            ),
        };
        OffsetFetchResponseGroup {
            group_id,
            topics,
            ..Default::default()
        }
    }
}

/// The metadata of a position may be a thousand times as long as its mention in a request.
fn drop_repeated(request: &mut OffsetFetchRequestGroup) {
    let mut seen = HashSet::new();
    for topic in request.topics.iter_mut().flatten() {
        let (name, id) = (&topic.name, topic.topic_id);
        topic
            .partition_indexes
            .retain(|&index| seen.insert((name.clone(), id, index)));
    }
}

fn read(broker: &Broker, fetch: OffsetFetch) -> Fetching {
    let group = fetch.group.clone();
    let answer = broker
        .groups
        .read(broker, &group, move |shard| shard.fetch_offsets(&fetch));
    Box::pin(async move { answer.await.map_err(unavailable) })
}

async fn read_stable(broker: &Broker, permit: Permit, fetch: OffsetFetch) -> Fetching {
    let group = fetch.group.clone();
    let command = Command::OffsetFetch(fetch);
    let pending = broker.groups.command(broker, permit, &group, command).await;
    Box::pin(async move {
        match pending.wait().await {
            Ok(Answer::OffsetFetch(fetched)) => fetched.map_err(group_error),
            Ok(_) => Err(ErrorCode::UNKNOWN_SERVER_ERROR),
            Err(why) => Err(unavailable(why)),
        }
    })
}

/// What to read of one topic. A name without a topic may still have positions: it is read by name.
fn resolve(
    image: &Image,
    context: &RequestContext,
    request: &OffsetFetchRequestTopics,
) -> Result<FetchTopic, ErrorCode> {
    let topic = match context.version >= TOPIC_ID_VERSION {
        true => Some(
            image
                .topic_by_id(request.topic_id)
                .ok_or(ErrorCode::UNKNOWN_TOPIC_ID)?,
        ),
        false => image.topic(&request.name),
    };
    let name = topic.map_or(&*request.name, |topic| topic.name.as_str());
    context.check(&OFFSET_FETCH_TOPIC, name)?;
    let (topic, topic_id) = match topic {
        Some(topic) => (topic.name.clone(), topic.id),
        // What is no topic name has no positions, which is not an error.
        None => (
            TopicName::new(name).map_err(|_| ErrorCode::NONE)?,
            TopicId::ZERO,
        ),
    };
    let partitions = request
        .partition_indexes
        .iter()
        .copied()
        .map(PartitionIndex)
        .collect();
    Ok(FetchTopic {
        topic,
        topic_id,
        partitions,
    })
}

fn unresolved(
    request: &OffsetFetchRequestTopics,
    error_code: ErrorCode,
) -> OffsetFetchResponseTopics {
    let partitions =
        request
            .partition_indexes
            .iter()
            .map(|&partition_index| OffsetFetchResponsePartitions {
                partition_index,
                committed_offset: NO_OFFSET,
                error_code,
                ..OffsetFetchResponsePartitions::default()
            });
    OffsetFetchResponseTopics {
        name: request.name.clone(),
        topic_id: request.topic_id,
        partitions: partitions.collect(),
    }
}

/// The answers in the order of the request.
fn merge(
    asked: Vec<OffsetFetchRequestTopics>,
    decided: Vec<Option<OffsetFetchResponseTopics>>,
    fetched: &[FetchedTopic],
) -> Vec<OffsetFetchResponseTopics> {
    let mut fetched = fetched.iter();
    let topics = asked
        .into_iter()
        .zip(decided)
        .map(|(asked, decided)| match decided {
            Some(decided) => decided,
            None => OffsetFetchResponseTopics {
                name: asked.name,
                topic_id: asked.topic_id,
                partitions: fetched.next().map(partitions).unwrap_or_default(),
            },
        });
    topics.collect()
}

fn partitions(topic: &FetchedTopic) -> Vec<OffsetFetchResponsePartitions> {
    let partitions = topic
        .partitions
        .iter()
        .map(|(partition, offset)| match offset {
            None => OffsetFetchResponsePartitions {
                partition_index: partition.0,
                committed_offset: NO_OFFSET,
                ..OffsetFetchResponsePartitions::default()
            },
            Some(offset) => OffsetFetchResponsePartitions {
                partition_index: partition.0,
                committed_offset: offset.offset,
                committed_leader_epoch: offset.leader_epoch.0,
                metadata: Some(Str::from(&*offset.metadata)),
                ..OffsetFetchResponsePartitions::default()
            },
        });
    partitions.collect()
}

impl Visible {
    /// The answer of one topic; none where the caller may not see it, or where its id is asked for
    /// and it has none any more.
    fn show(&self, topic: &FetchedTopic) -> Option<OffsetFetchResponseTopics> {
        let name = topic.topic.as_str();
        if !self.context.allows(&OFFSET_FETCH_TOPIC, name) {
            return None;
        }
        let topic_id = self.image.topic(name).map(|topic| topic.id);
        if topic_id.is_none() && self.context.version >= TOPIC_ID_VERSION {
            return None;
        }
        Some(OffsetFetchResponseTopics {
            name: Str::from(name),
            topic_id: topic_id.unwrap_or_default(),
            partitions: partitions(topic),
        })
    }
}
