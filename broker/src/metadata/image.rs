//! The cluster at one moment, never changed once it is seen.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use authz::acl::Acl;
use identity::{ScramCredential, ScramMechanism};
use model::{BrokerId, LeaderEpoch, PartitionIndex, TopicId, TopicName};
use serde::{Deserialize, Serialize};

use super::record::{ConfigOwner, MetadataRecord};
use super::stored_acl::StoredAcl;
use crate::metrics::TopicMetricsSlot;

/// Where one broker is reached by the clients of one listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Advertised host name or address.
    pub host: String,
    /// Advertised port.
    pub port: u16,
}

/// One broker of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Its id.
    pub id: BrokerId,
    /// Its rack, if it has one.
    pub rack: Option<String>,
    /// Advertised endpoint per listener name.
    pub endpoints: BTreeMap<Arc<str>, Endpoint>,
}

/// One partition: who leads it and who holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The broker that leads, if one does.
    pub leader: Option<BrokerId>,
    /// The leader's epoch.
    pub leader_epoch: LeaderEpoch,
    /// All replicas, which are all in sync here.
    pub replicas: Vec<BrokerId>,
}

/// One topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: TopicName,
    /// Its id.
    pub id: TopicId,
    /// How many partitions it has.
    pub partitions: i32,
    /// The cluster's leader epoch when it was created.
    pub born_epoch: i32,
    /// Configuration of its own.
    pub configs: Arc<BTreeMap<String, String>>,
    /// What is recorded of it.
    pub metrics: TopicMetricsSlot,
}

/// The cluster at one moment. Cloning is cheap in bytes and linear in topics.
#[derive(Clone, Debug)]
pub struct Image {
    /// The cluster's id.
    pub cluster_id: Arc<str>,
    /// This node, which holds every partition.
    pub broker: Arc<Broker>,
    /// Leader epoch of every partition.
    pub leader_epoch: LeaderEpoch,
    /// The next producer id that nobody has.
    pub next_producer_id: i64,
    topics: BTreeMap<TopicName, Arc<Topic>>,
    names: HashMap<TopicId, TopicName>,
    configs: BTreeMap<ConfigOwner, Arc<BTreeMap<String, String>>>,
    acls: Arc<BTreeSet<Arc<Acl>>>,
    scram: Arc<ScramCredentials>,
}

/// By user and mechanism.
type ScramCredentials = BTreeMap<(String, ScramMechanism), Arc<ScramCredential>>;

/// What a snapshot of the image stores: the records that would make it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Snapshot {
    /// In an order in which they can be applied.
    pub records: Vec<MetadataRecord>,
}

impl Image {
    /// A cluster of one broker without topics.
    pub fn new(cluster_id: &str, broker: Broker) -> Self {
        Self {
            cluster_id: cluster_id.into(),
            broker: Arc::new(broker),
            leader_epoch: LeaderEpoch(0),
            next_producer_id: 0,
            topics: BTreeMap::new(),
            names: HashMap::new(),
            configs: BTreeMap::new(),
            acls: Arc::default(),
            scram: Arc::default(),
        }
    }

    /// All topics by name.
    pub fn topics(&self) -> impl ExactSizeIterator<Item = &Arc<Topic>> {
        self.topics.values()
    }

    /// The topics whose names follow `name`, that one included.
    pub fn topics_from<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Arc<Topic>> {
        self.topics
            .range::<str, _>((std::ops::Bound::Included(name), std::ops::Bound::Unbounded))
            .map(|(_, topic)| topic)
    }

    /// A topic by name.
    pub fn topic(&self, name: &str) -> Option<&Arc<Topic>> {
        self.topics.get(name)
    }

    /// A topic by id.
    pub fn topic_by_id(&self, id: TopicId) -> Option<&Arc<Topic>> {
        self.topics.get(self.names.get(&id)?.as_str())
    }

    /// A topic whose name differs from `name` only in `.` and `_`.
    pub fn colliding_topic(&self, name: &TopicName) -> Option<&Arc<Topic>> {
        let key = name.collision_key();
        if key == name.as_str() && !key.contains('_') {
            return None;
        }
        self.topics
            .values()
            .find(|t| t.name != *name && t.name.collision_key() == key)
    }

    /// One partition of a topic. Every request for a partition asks here for its leader.
    pub fn partition(&self, topic: &Topic, index: PartitionIndex) -> Option<Partition> {
        (0..topic.partitions).contains(&index.0).then(|| Partition {
            leader: Some(self.broker.id),
            leader_epoch: self.leader_epoch_of(topic),
            replicas: vec![self.broker.id],
        })
    }

    /// The leader epoch of a topic's partitions: how often this node began to lead them.
    pub fn leader_epoch_of(&self, topic: &Topic) -> LeaderEpoch {
        LeaderEpoch(self.leader_epoch.0 - topic.born_epoch)
    }

    /// The dynamic configuration of one owner other than a topic.
    pub fn configs(&self, owner: &ConfigOwner) -> Option<&Arc<BTreeMap<String, String>>> {
        self.configs.get(owner)
    }

    /// Every owner other than topics that has a dynamic configuration.
    pub fn config_owners(&self) -> impl Iterator<Item = &ConfigOwner> {
        self.configs.keys()
    }

    /// Every ACL, in their order: those of one resource stand together.
    pub fn acls(&self) -> impl Iterator<Item = &Arc<Acl>> {
        self.acls.iter()
    }

    /// Whether there is this ACL.
    pub fn has_acl(&self, acl: &Acl) -> bool {
        self.acls.contains(acl)
    }

    /// Every SCRAM credential, by user.
    pub fn scram_credentials(
        &self,
    ) -> impl Iterator<Item = (&str, ScramMechanism, &ScramCredential)> {
        self.scram
            .iter()
            .map(|((user, mechanism), credential)| (user.as_str(), *mechanism, &**credential))
    }

    /// One user's credential under one mechanism.
    pub fn scram_credential(
        &self,
        user: &str,
        mechanism: ScramMechanism,
    ) -> Option<&ScramCredential> {
        let key = (user.to_owned(), mechanism);
        self.scram.get(&key).map(|credential| &**credential)
    }

    /// Whether nothing changed the SCRAM credentials from one image to a later one.
    pub fn same_scram_credentials(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.scram, &other.scram)
    }

    /// Applies one stored change. A record about a topic that is gone changes nothing.
    pub fn apply(&mut self, record: &MetadataRecord) {
        match record {
            MetadataRecord::Topic {
                name,
                id,
                partitions,
                born_epoch,
                configs,
            } => {
                if let (Ok(name), Ok(id)) = (TopicName::new(name), id.parse()) {
                    self.add_topic(Topic {
                        name,
                        id,
                        partitions: *partitions,
                        born_epoch: *born_epoch,
                        configs: Arc::new(configs.clone()),
                        metrics: TopicMetricsSlot::default(),
                    });
                }
            }
            MetadataRecord::Partitions { id, partitions } => {
                self.change_topic(id, |topic| topic.partitions = *partitions);
            }
            MetadataRecord::TopicDeleted { id } => {
                if let Some(name) = id.parse().ok().and_then(|id| self.names.remove(&id)) {
                    self.topics.remove(&name);
                }
            }
            MetadataRecord::Configs {
                owner: ConfigOwner::Topic(id),
                configs,
            } => {
                self.change_topic(id, |topic| topic.configs = Arc::new(configs.clone()));
            }
            MetadataRecord::Configs { owner, configs } if configs.is_empty() => {
                self.configs.remove(owner);
            }
            MetadataRecord::Configs { owner, configs } => {
                self.configs
                    .insert(owner.clone(), Arc::new(configs.clone()));
            }
            MetadataRecord::ProducerIds { next } => self.next_producer_id = *next,
            MetadataRecord::LeaderEpoch { epoch } => self.leader_epoch = LeaderEpoch(*epoch),
            MetadataRecord::Acl {
                acl: StoredAcl(acl),
            } => {
                Arc::make_mut(&mut self.acls).insert(Arc::clone(acl));
            }
            MetadataRecord::AclDeleted {
                acl: StoredAcl(acl),
            } => {
                Arc::make_mut(&mut self.acls).remove(acl);
            }
            MetadataRecord::ScramCredential {
                user,
                mechanism,
                credential,
            } => {
                let key = (user.clone(), *mechanism);
                Arc::make_mut(&mut self.scram).insert(key, Arc::new(credential.clone()));
            }
            MetadataRecord::ScramCredentialDeleted { user, mechanism } => {
                Arc::make_mut(&mut self.scram).remove(&(user.clone(), *mechanism));
            }
        }
    }

    fn add_topic(&mut self, topic: Topic) {
        self.names.insert(topic.id, topic.name.clone());
        self.topics.insert(topic.name.clone(), Arc::new(topic));
    }

    fn change_topic(&mut self, id: &str, change: impl FnOnce(&mut Topic)) {
        let topic = id
            .parse()
            .ok()
            .and_then(|id| self.names.get(&id))
            .and_then(|name| self.topics.get_mut(name.as_str()));
        if let Some(topic) = topic {
            change(Arc::make_mut(topic));
        }
    }

    /// The records that make this image, for a snapshot.
    pub fn snapshot(&self) -> Snapshot {
        let mut records = vec![
            MetadataRecord::LeaderEpoch {
                epoch: self.leader_epoch.0,
            },
            MetadataRecord::ProducerIds {
                next: self.next_producer_id,
            },
        ];
        records.extend(
            self.configs
                .iter()
                .map(|(owner, configs)| MetadataRecord::Configs {
                    owner: owner.clone(),
                    configs: (**configs).clone(),
                }),
        );
        records.extend(self.acls.iter().map(|acl| MetadataRecord::Acl {
            acl: StoredAcl(Arc::clone(acl)),
        }));
        records.extend(self.scram.iter().map(|((user, mechanism), credential)| {
            MetadataRecord::ScramCredential {
                user: user.clone(),
                mechanism: *mechanism,
                credential: (**credential).clone(),
            }
        }));
        records.extend(self.topics.values().map(|topic| MetadataRecord::Topic {
            name: topic.name.to_string(),
            id: topic.id.to_string(),
            partitions: topic.partitions,
            born_epoch: topic.born_epoch,
            configs: (*topic.configs).clone(),
        }));
        Snapshot { records }
    }
}

#[cfg(test)]
mod tests;
