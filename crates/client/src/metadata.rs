//! What a cluster says of itself: brokers, topics, leaders. Snapshots; the cluster keeps the newest.

use std::collections::BTreeMap;

use model::{BrokerId, LeaderEpoch, PartitionIndex, TopicId, TopicName};
use protocol::ErrorCode;
use protocol::messages::metadata::{MetadataResponse, MetadataResponseTopic};

/// One broker as clients reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Its `node.id`.
    pub id: BrokerId,
    /// Its advertised host.
    pub host: String,
    /// Its advertised port.
    pub port: i32,
    /// Its rack, where it has one.
    pub rack: Option<String>,
}

impl Broker {
    /// `host:port`, with brackets around an IPv6 address.
    pub fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: TopicName,
    /// Its id; zero from brokers that have none.
    pub id: TopicId,
    /// Whether it belongs to the cluster itself, such as `__consumer_offsets`.
    pub internal: bool,
    /// Its partitions by index.
    pub partitions: Vec<Partition>,
}

/// One partition of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Which one.
    pub index: PartitionIndex,
    /// Who serves it; `None` while nobody does.
    pub leader: Option<BrokerId>,
    /// Since which epoch.
    pub leader_epoch: LeaderEpoch,
    /// Brokers that keep it.
    pub replicas: Vec<BrokerId>,
    /// Those of them that are in sync.
    pub isr: Vec<BrokerId>,
    /// Those of them that are down.
    pub offline: Vec<BrokerId>,
}

/// A snapshot of what was asked for.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The cluster's id, where it has one.
    pub cluster_id: Option<String>,
    /// Who takes administrative requests.
    pub controller: Option<BrokerId>,
    /// All live brokers.
    pub brokers: BTreeMap<BrokerId, Broker>,
    /// The topics that were asked for and exist.
    pub topics: BTreeMap<TopicName, Topic>,
    /// The topics that were asked for and could not be described.
    pub refused: BTreeMap<String, ErrorCode>,
}

impl Metadata {
    pub(crate) fn from_response(response: MetadataResponse) -> Self {
        let known = |id: i32| (id >= 0).then_some(BrokerId(id));
        let mut metadata = Self {
            cluster_id: response.cluster_id.map(|id| id.to_string()),
            controller: known(response.controller_id),
            ..Self::default()
        };
        for broker in response.brokers {
            let id = BrokerId(broker.node_id);
            let broker = Broker {
                id,
                host: broker.host.to_string(),
                port: broker.port,
                rack: broker.rack.map(|rack| rack.to_string()),
            };
            metadata.brokers.insert(id, broker);
        }
        for topic in response.topics {
            let name = topic.name.clone().unwrap_or_default();
            match (topic.error_code.is_none(), TopicName::new(&name)) {
                (true, Ok(name)) => {
                    metadata.topics.insert(name.clone(), described(name, topic));
                }
                (true, Err(_)) => {
                    let code = ErrorCode::INVALID_TOPIC_EXCEPTION;
                    metadata.refused.insert(name.to_string(), code);
                }
                (false, _) => {
                    metadata.refused.insert(name.to_string(), topic.error_code);
                }
            }
        }
        metadata
    }

    /// Takes over what a newer snapshot says, and keeps topics that it was not asked about.
    pub(crate) fn merge(&mut self, newer: &Self) {
        self.cluster_id.clone_from(&newer.cluster_id);
        self.controller = newer.controller;
        self.brokers.clone_from(&newer.brokers);
        for name in newer.refused.keys() {
            self.topics.remove(name.as_str());
        }
        let topics = newer.topics.iter();
        self.topics
            .extend(topics.map(|(name, topic)| (name.clone(), topic.clone())));
    }
}

fn described(name: TopicName, topic: MetadataResponseTopic) -> Topic {
    let ids = |nodes: Vec<i32>| nodes.into_iter().map(BrokerId).collect();
    let mut partitions: Vec<Partition> = topic
        .partitions
        .into_iter()
        .map(|partition| Partition {
            index: PartitionIndex(partition.partition_index),
            leader: (partition.leader_id >= 0).then_some(BrokerId(partition.leader_id)),
            leader_epoch: LeaderEpoch(partition.leader_epoch),
            replicas: ids(partition.replica_nodes),
            isr: ids(partition.isr_nodes),
            offline: ids(partition.offline_replicas),
        })
        .collect();
    partitions.sort_by_key(|partition| partition.index);
    Topic {
        name,
        id: topic.topic_id,
        internal: topic.is_internal,
        partitions,
    }
}

impl Topic {
    /// One of its partitions.
    pub fn partition(&self, index: PartitionIndex) -> Option<&Partition> {
        self.partitions
            .binary_search_by_key(&index, |partition| partition.index)
            .ok()
            .and_then(|at| self.partitions.get(at))
    }
}
