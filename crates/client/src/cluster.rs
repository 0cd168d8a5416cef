//! A cluster behind its bootstrap servers: what is known of it, and connections to its brokers.
//!
//! Everything above (producer, consumers, admin) shares one of these. Nothing runs in the
//! background: metadata is asked for when it is missing, or when an answer proved it old.

mod ask;
mod coordinator;
mod pool;
mod retry;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use model::{BrokerId, LeaderEpoch, TopicId, TopicName, TopicPartition};
use protocol::ErrorCode;
use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};

use crate::connection::Connection;
use crate::metadata::{Metadata, Topic};
use crate::{ClientError, Settings};
pub(crate) use pool::Lane;
use pool::Pool;

/// A handle to a cluster; clones share connections and metadata.
#[derive(Clone)]
pub struct Cluster {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    pool: Pool,
    metadata: RwLock<Metadata>,
}

/// Where a partition is served.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leader {
    /// Zero where the broker has no topic ids.
    pub(crate) topic_id: TopicId,
    pub(crate) broker: BrokerId,
    pub(crate) epoch: LeaderEpoch,
}

impl Cluster {
    /// Connects to the first bootstrap server that answers.
    pub async fn connect(settings: Settings) -> Result<Self, ClientError> {
        let cluster = Self {
            shared: Arc::new(Shared {
                settings,
                pool: Pool::default(),
                metadata: RwLock::default(),
            }),
        };
        // Without topics: only who the brokers are.
        cluster.ask(Some(&[]), false).await?;
        Ok(cluster)
    }

    /// How this cluster is reached.
    pub fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    /// Asks for the named topics, or for all with `None`. `create` lets the broker create what is
    /// missing, if its configuration does.
    pub async fn metadata(
        &self,
        topics: Option<&[TopicName]>,
        create: bool,
    ) -> Result<Metadata, ClientError> {
        let retry = self.retry();
        loop {
            match self.ask(topics, create).await {
                Err(error) if retry.after(&error).await => {}
                done => return done,
            }
        }
    }

    async fn ask(
        &self,
        topics: Option<&[TopicName]>,
        create: bool,
    ) -> Result<Metadata, ClientError> {
        let topics = topics.map(|names| {
            let topic = |name: &TopicName| MetadataRequestTopic {
                name: Some(name.as_str().into()),
                ..MetadataRequestTopic::default()
            };
            names.iter().map(topic).collect()
        });
        let request = MetadataRequest {
            topics,
            allow_auto_topic_creation: create,
            ..MetadataRequest::default()
        };
        let answer = self.any().await?.call(request).await?;
        ClientError::check(answer.error_code, None, || {
            "the cluster does not describe itself".to_owned()
        })?;
        let metadata = Metadata::from_response(answer);
        self.write(|known| known.merge(&metadata));
        Ok(metadata)
    }

    /// A topic, from memory or from the cluster. A topic that is just being created is waited
    /// for; one that does not exist is an error, at once unless `create` is set.
    pub async fn topic(&self, name: &TopicName, create: bool) -> Result<Topic, ClientError> {
        if let Some(topic) = self.read(|known| known.topics.get(name).cloned()) {
            return Ok(topic);
        }
        let retry = self.retry();
        loop {
            match self.ask_topic(name, create).await {
                Err(error) if retry.after(&error).await => {}
                done => return done,
            }
        }
    }

    async fn ask_topic(&self, name: &TopicName, create: bool) -> Result<Topic, ClientError> {
        let metadata = self.ask(Some(std::slice::from_ref(name)), create).await?;
        if let Some(topic) = metadata.topics.get(name) {
            return Ok(topic.clone());
        }
        let code = metadata.refused.get(name.as_str()).copied();
        let code = code.unwrap_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        let missing = format!("topic {name} does not exist; `topics list` shows those that do");
        if code == ErrorCode::UNKNOWN_TOPIC_OR_PARTITION && !create {
            return Err(ClientError::Invalid(missing));
        }
        let refused = ClientError::check(code, None, || format!("topic {name}"));
        refused.and(Err(ClientError::Invalid(missing)))
    }

    /// Who serves a partition, from memory or from the cluster. A partition without a leader is a
    /// retriable error.
    pub(crate) async fn leader(&self, of: &TopicPartition) -> Result<Leader, ClientError> {
        let known = self.read(|known| known.topics.get(&of.topic).map(|topic| leader(topic, of)));
        let found = match known {
            Some(found) => found,
            None => leader(&self.topic(&of.topic, false).await?, of),
        };
        if found.as_ref().is_err_and(ClientError::is_retriable) {
            self.forget(&of.topic);
        }
        found
    }

    /// Drops what is known of a topic, since an answer proved it old.
    pub(crate) fn forget(&self, topic: &TopicName) {
        self.write(|known| {
            known.topics.remove(topic);
        });
    }

    /// Sorts partitions by the broker that serves them.
    pub(crate) async fn by_leader<T>(
        &self,
        items: impl IntoIterator<Item = (TopicPartition, T)>,
    ) -> Result<BTreeMap<BrokerId, Vec<(TopicPartition, T)>>, ClientError> {
        let mut sorted: BTreeMap<BrokerId, Vec<(TopicPartition, T)>> = BTreeMap::new();
        for (partition, item) in items {
            let leader = self.leader(&partition).await?;
            let served = sorted.entry(leader.broker).or_default();
            served.push((partition, item));
        }
        Ok(sorted)
    }

    /// A connection to one broker. Each lane has its own, since a request that is held back
    /// keeps those behind it waiting on brokers that serve one at a time.
    pub(crate) async fn broker(&self, id: BrokerId, lane: Lane) -> Result<Connection, ClientError> {
        let address = self.read(|known| known.brokers.get(&id).map(|broker| broker.address()));
        let address = address.ok_or_else(|| ClientError::Refused {
            what: format!("broker {id} is not in the cluster"),
            code: ErrorCode::BROKER_NOT_AVAILABLE,
            message: None,
        })?;
        let settings = &self.shared.settings;
        self.shared.pool.connection(settings, &address, lane).await
    }

    /// A connection to any broker: a known one, else a bootstrap server.
    pub(crate) async fn any(&self) -> Result<Connection, ClientError> {
        let known: Vec<String> = self.read(|known| {
            known
                .brokers
                .values()
                .map(|broker| broker.address())
                .collect()
        });
        let settings = &self.shared.settings;
        let mut error = ClientError::NoBootstrap;
        for address in known.iter().chain(&settings.bootstrap) {
            let opened = self
                .shared
                .pool
                .connection(settings, address, Lane::Control);
            match opened.await {
                Ok(connection) => return Ok(connection),
                Err(refused) => error = refused,
            }
        }
        Err(error)
    }

    /// A connection to the broker that takes administrative requests.
    pub(crate) async fn controller(&self) -> Result<Connection, ClientError> {
        match self.read(|known| known.controller) {
            Some(id) => self.broker(id, Lane::Control).await,
            None => self.any().await,
        }
    }

    fn read<T>(&self, look: impl FnOnce(&Metadata) -> T) -> T {
        let metadata = &self.shared.metadata;
        look(&metadata.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, change: impl FnOnce(&mut Metadata)) {
        let metadata = &self.shared.metadata;
        change(&mut metadata.write().unwrap_or_else(PoisonError::into_inner));
    }
}

fn leader(topic: &Topic, of: &TopicPartition) -> Result<Leader, ClientError> {
    let partition = topic.partition(of.partition).ok_or_else(|| {
        let count = topic.partitions.len();
        ClientError::Invalid(format!(
            "topic {} has no partition {}; it has {count}",
            of.topic, of.partition
        ))
    })?;
    let broker = partition.leader.ok_or_else(|| ClientError::Refused {
        what: format!("partition {of} has no leader"),
        code: ErrorCode::LEADER_NOT_AVAILABLE,
        message: None,
    })?;
    Ok(Leader {
        topic_id: topic.id,
        broker,
        epoch: partition.leader_epoch,
    })
}
