//! What is asked: one request of any API, drawn over a small world of names that exist, that do not, and that are odd.

mod cluster;
mod configs;
mod groups;
mod records;
mod topics;

use model::TopicId;
use protocol::messages::create_acls::AclCreation;
use protocol::{ApiKey, Request, Str};

use super::random::Random;
use super::{Ids, creation};

/// Users without rights of their own.
pub const PRINCIPALS: &[&str] = &["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"];
/// Topics that exist at the start.
pub const TOPICS: &[&str] = &["orders", "orders-eu", "orders.dlq", "payments", "secret"];
/// Groups that exist at the start.
pub const GROUPS: &[&str] = &["g", "g-eu", "audit", "*odd:/?"];

const TOPICS_ASKED: &[&str] = &[
    "orders",
    "orders-eu",
    "orders.dlq",
    "payments",
    "secret",
    "ghost",
    "orders-ghost",
    "Orders",
];
const GROUPS_ASKED: &[&str] = &["g", "g-eu", "audit", "*odd:/?", "nobody", "G"];
const TRANSACTIONAL_IDS: &[&str] = &["tx", "tx-1"];
/// No server has a topic of this id.
const UNKNOWN_ID: TopicId = TopicId([7; 16]);

const TOPIC: i8 = 2;
const GROUP: i8 = 3;
const CLUSTER: i8 = 4;
const LITERAL: i8 = 3;
const PREFIXED: i8 = 4;

/// A request, and whether it may change what others see.
pub struct Drawn {
    pub request: Request,
    pub changes: bool,
}

/// The entries in force: overlapping, denying, of other hosts, of everybody.
pub fn acls(random: &mut Random) -> Vec<AclCreation> {
    let mut entries = Vec::new();
    for _ in 0..60 {
        let principal = format!("User:{}", random.pick(PRINCIPALS));
        let principal = if random.chance(8) {
            "User:*"
        } else {
            &principal
        };
        let host = if random.chance(6) {
            "10.0.0.1"
        } else {
            random.pick(&["*", "127.0.0.1"])
        };
        let permission = if random.chance(4) { 2 } else { 3 };
        let (kind, names, operations): (_, &[&str], &[i8]) = match random.below(8) {
            0..4 => (
                TOPIC,
                &[
                    "orders",
                    "orders-eu",
                    "payments",
                    "*",
                    "or",
                    "ghost",
                    "__consumer_offsets",
                ],
                &[2, 3, 4, 5, 6, 7, 8, 10, 11],
            ),
            4..7 => (
                GROUP,
                &["g", "g-eu", "audit", "*", "*o"],
                &[2, 3, 6, 8, 10, 11],
            ),
            _ => (CLUSTER, &["kafka-cluster"], &[5, 7, 8, 9, 10, 11, 12]),
        };
        let name = random.pick(names);
        // Everything denied to everybody would leave nothing to compare.
        let (permission, operation) = match (principal, random.pick(operations)) {
            ("User:*", 2) => (3, 8),
            (_, operation) => (permission, operation),
        };
        let pattern = if kind != CLUSTER && random.chance(3) {
            PREFIXED
        } else {
            LITERAL
        };
        entries.push(creation(
            kind, pattern, name, principal, host, operation, permission,
        ));
    }
    entries
}

/// Draws a request of one API in one version.
pub fn draw(api_key: ApiKey, version: i16, random: &mut Random, ids: &Ids) -> Drawn {
    let request = match api_key {
        ApiKey::Produce
        | ApiKey::Fetch
        | ApiKey::ListOffsets
        | ApiKey::DeleteRecords
        | ApiKey::OffsetForLeaderEpoch
        | ApiKey::DescribeProducers => records::draw(api_key, version, random, ids),
        ApiKey::OffsetCommit | ApiKey::OffsetFetch | ApiKey::OffsetDelete => {
            groups::draw_offsets(api_key, version, random, ids)
        }
        ApiKey::FindCoordinator
        | ApiKey::JoinGroup
        | ApiKey::Heartbeat
        | ApiKey::LeaveGroup
        | ApiKey::SyncGroup
        | ApiKey::DescribeGroups
        | ApiKey::ListGroups
        | ApiKey::DeleteGroups => groups::draw(api_key, version, random),
        ApiKey::Metadata
        | ApiKey::CreateTopics
        | ApiKey::DeleteTopics
        | ApiKey::CreatePartitions
        | ApiKey::DescribeTopicPartitions
        | ApiKey::DescribeLogDirs => topics::draw(api_key, version, random, ids),
        ApiKey::DescribeConfigs
        | ApiKey::AlterConfigs
        | ApiKey::IncrementalAlterConfigs
        | ApiKey::ListConfigResources => configs::draw(api_key, version, random),
        _ => cluster::draw(api_key, version, random),
    };
    let changes = matches!(
        api_key,
        ApiKey::CreateTopics
            | ApiKey::DeleteTopics
            | ApiKey::Metadata
            | ApiKey::OffsetCommit
            | ApiKey::OffsetDelete
            | ApiKey::DeleteGroups
            | ApiKey::CreateAcls
            | ApiKey::DeleteAcls
            | ApiKey::JoinGroup
    );
    Drawn { request, changes }
}

fn some_topics(random: &mut Random) -> Vec<&'static str> {
    let count = 1 + random.below(3);
    let mut picked: Vec<_> = (0..count).map(|_| random.pick(TOPICS_ASKED)).collect();
    picked.sort_unstable();
    picked.dedup();
    picked
}

fn some_groups(random: &mut Random) -> Vec<Str> {
    let count = 1 + random.below(3);
    let mut picked: Vec<_> = (0..count).map(|_| random.pick(GROUPS_ASKED)).collect();
    picked.sort_unstable();
    picked.dedup();
    picked.into_iter().map(Str::from).collect()
}

fn id(ids: &Ids, name: &str) -> TopicId {
    ids.get(name).copied().unwrap_or(UNKNOWN_ID)
}
