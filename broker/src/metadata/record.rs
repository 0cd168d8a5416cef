//! The records of the metadata log: each is one fact, stored as one JSON object with its format
//! version, so that a person can read the log with Kafka's own dump tool.
//!
//! Variants and fields are never renamed or reused; a newer format is refused with a sentence.

use std::collections::BTreeMap;

use identity::{ScramCredential, ScramMechanism};
use serde::{Deserialize, Serialize};

use super::stored_acl::StoredAcl;

/// Version of every record and snapshot written here.
pub const FORMAT: u32 = 1;

/// One change of the cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum MetadataRecord {
    /// A topic appears.
    Topic {
        /// Its name.
        name: String,
        /// Its id, as Kafka shows it.
        id: String,
        /// How many partitions it starts with.
        partitions: i32,
        /// The cluster's leader epoch when it appeared: its own epochs count from there.
        born_epoch: i32,
        /// Its own configuration.
        configs: BTreeMap<String, String>,
    },
    /// A topic gets more partitions: `partitions` is the new count.
    Partitions {
        /// The topic's id.
        id: String,
        /// How many it has from now on.
        partitions: i32,
    },
    /// A topic is gone.
    TopicDeleted {
        /// Its id.
        id: String,
    },
    /// The dynamic configuration of one owner, whole: what is not in it has its default.
    Configs {
        /// Whose.
        owner: ConfigOwner,
        /// Key to value.
        configs: BTreeMap<String, String>,
    },
    /// Producer ids below this one may have been handed out.
    ProducerIds {
        /// The next id that nobody has.
        next: i64,
    },
    /// An ACL holds from now on. It is its own identity: one that is there is not stored again.
    Acl {
        /// Which.
        #[serde(flatten)]
        acl: StoredAcl,
    },
    /// An ACL no longer holds.
    AclDeleted {
        /// Which.
        #[serde(flatten)]
        acl: StoredAcl,
    },
    /// What proves a user's password under one mechanism; replaces an earlier one.
    ScramCredential {
        /// The user.
        user: String,
        /// The mechanism.
        mechanism: ScramMechanism,
        /// Salt, keys and rounds.
        #[serde(flatten)]
        credential: ScramCredential,
    },
    /// A user no longer has a password under one mechanism.
    ScramCredentialDeleted {
        /// The user.
        user: String,
        /// The mechanism.
        mechanism: ScramMechanism,
    },
    /// The leader epoch of every partition, raised at each start after which the end of a log may
    /// have changed (KIP-320).
    LeaderEpoch {
        /// The new epoch.
        epoch: i32,
    },
}

/// Who a configuration belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "kebab-case")]
pub enum ConfigOwner {
    /// One broker, by id.
    Broker(i32),
    /// All brokers: the cluster-wide default.
    Brokers,
    /// A client metrics subscription.
    ClientMetrics(String),
    /// A group.
    Group(String),
    /// A topic, by id.
    Topic(String),
}

/// What is stored: a record under the version of its format.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stored<T> {
    /// [`FORMAT`] when it was written.
    pub v: u32,
    /// The record or snapshot.
    pub data: T,
}
