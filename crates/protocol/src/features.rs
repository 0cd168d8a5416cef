//! The feature levels that Apache Kafka 4.3 knows, as ApiVersions (version 3 and later) names them.
//!
//! Only names and ranges: which of them a broker offers or has finalized is the broker's to say.

/// A feature and the levels that Kafka 4.3 supports of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// The name on the wire.
    pub name: &'static str,
    /// The lowest level; responses before version 4 must leave out a feature where it is 0
    /// (KAFKA-17011).
    pub min: i16,
    /// The highest level.
    pub max: i16,
}

/// Records of the metadata log; 30 is 4.3-IV0.
pub const METADATA_VERSION: Feature = feature("metadata.version", 7, 30);
/// Dynamic quorum membership (KIP-853).
pub const KRAFT_VERSION: Feature = feature("kraft.version", 0, 1);
/// 2 is KIP-890 part 2: the epoch rises with every transaction.
pub const TRANSACTION_VERSION: Feature = feature("transaction.version", 0, 2);
/// 1 is the consumer group protocol of KIP-848.
pub const GROUP_VERSION: Feature = feature("group.version", 0, 1);
/// 1 keeps eligible leader replicas (KIP-966).
pub const ELIGIBLE_LEADER_REPLICAS_VERSION: Feature =
    feature("eligible.leader.replicas.version", 0, 1);
/// 1 is share groups (KIP-932).
pub const SHARE_VERSION: Feature = feature("share.version", 0, 1);
/// 1 is the streams group protocol (KIP-1071).
pub const STREAMS_VERSION: Feature = feature("streams.version", 0, 1);

/// All of them, in no order that matters.
pub const ALL: [Feature; 7] = [
    METADATA_VERSION,
    KRAFT_VERSION,
    TRANSACTION_VERSION,
    GROUP_VERSION,
    ELIGIBLE_LEADER_REPLICAS_VERSION,
    SHARE_VERSION,
    STREAMS_VERSION,
];

const fn feature(name: &'static str, min: i16, max: i16) -> Feature {
    Feature { name, min, max }
}
