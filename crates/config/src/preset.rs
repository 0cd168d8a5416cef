//! Whose defaults hold where a file says nothing.
//!
//! A preset only fills gaps: it acts like further lines of the file, so DescribeConfigs shows its
//! values as static ones, as MSK does.

use crate::layers::Properties;

/// A named set of defaults.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Preset {
    Kafka,
    Msk,
}

/// What a Standard cluster in three availability zones gets from Amazon MSK without a
/// configuration of one's own, as far as it differs from Apache Kafka or is set there explicitly.
const MSK: &[(&str, &str)] = &[
    ("allow.everyone.if.no.acl.found", "true"),
    (
        "authorizer.class.name",
        "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    ),
    ("auto.create.topics.enable", "false"),
    ("auto.leader.rebalance.enable", "true"),
    ("default.replication.factor", "3"),
    ("log.segment.bytes", "1073741824"),
    ("min.insync.replicas", "2"),
    ("num.io.threads", "8"),
    ("num.network.threads", "5"),
    ("num.partitions", "1"),
    ("num.replica.fetchers", "2"),
    ("outrigger.clamp.replication", "true"),
    ("replica.lag.time.max.ms", "30000"),
    ("socket.request.max.bytes", "104857600"),
    ("unclean.leader.election.enable", "true"),
];

impl Preset {
    /// The preset that `outrigger.preset` names.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "kafka" => Some(Self::Kafka),
            "msk" => Some(Self::Msk),
            _ => None,
        }
    }

    /// Adds what `properties` does not say itself.
    pub(crate) fn fill(self, properties: &mut Properties) {
        let defaults = match self {
            Self::Kafka => &[],
            Self::Msk => MSK,
        };
        for (name, value) in defaults {
            properties
                .entry((*name).to_owned())
                .or_insert_with(|| (*value).to_owned());
        }
    }
}
