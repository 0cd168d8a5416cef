//! The table: one row per API that is served, from which ApiVersions is derived. Nothing else
//! states a version range or a largest frame.
//!
//! An API has a row when it is complete, never before.

mod acl_filter;
pub mod alter_configs;
pub mod alter_user_scram_credentials;
pub mod api_versions;
pub mod create_acls;
pub mod create_partitions;
pub mod create_topics;
pub mod delete_acls;
pub mod delete_groups;
pub mod delete_records;
pub mod delete_topics;
pub mod describe_acls;
pub mod describe_client_quotas;
pub mod describe_cluster;
pub mod describe_configs;
pub mod describe_groups;
pub mod describe_log_dirs;
pub mod describe_producers;
pub mod describe_topic_partitions;
pub mod describe_user_scram_credentials;
pub mod error;
pub mod fetch;
pub mod find_coordinator;
pub mod heartbeat;
pub mod incremental_alter_configs;
pub mod init_producer_id;
pub mod join_group;
pub mod leave_group;
pub mod list_config_resources;
pub mod list_groups;
pub mod list_offsets;
pub mod metadata;
mod named_log;
pub mod offset_commit;
pub mod offset_delete;
pub mod offset_fetch;
pub mod offset_for_leader_epoch;
pub mod produce;
pub mod sasl_authenticate;
pub mod sasl_handshake;
pub mod sync_group;

use protocol::ApiKey;

/// Largest frame of an API whose requests stay small.
const SMALL: usize = 64 * 1024;
/// Largest frame of an API that lists names or partitions.
const LISTS: usize = 2 * 1024 * 1024;
/// Produce alone is bounded by `socket.request.max.bytes` only.
const RECORDS: usize = usize::MAX;

/// One API that this broker serves.
#[derive(Clone, Copy, Debug)]
pub struct Api {
    /// Which.
    pub key: ApiKey,
    /// Lowest version that is advertised.
    pub min: i16,
    /// Highest version that is advertised and served.
    pub max: i16,
    /// Largest frame, in bytes.
    pub frame_bytes_max: usize,
}

const fn api(key: ApiKey, min: i16, max: i16, frame_bytes_max: usize) -> Api {
    Api {
        key,
        min,
        max,
        frame_bytes_max,
    }
}

/// Every API that is served, in the order of its key.
pub const APIS: &[Api] = &[
    // Advertised from 0 for librdkafka before 2.11, which looks for version 0 to turn compression
    // on (KAFKA-18659); served from 3.
    api(ApiKey::Produce, 0, 13, RECORDS),
    api(ApiKey::Fetch, 4, 18, LISTS),
    api(ApiKey::ListOffsets, 1, 11, LISTS),
    api(ApiKey::Metadata, 0, 13, LISTS),
    api(ApiKey::OffsetCommit, 2, 10, LISTS),
    api(ApiKey::OffsetFetch, 1, 10, LISTS),
    api(ApiKey::FindCoordinator, 0, 6, LISTS),
    api(ApiKey::JoinGroup, 0, 9, LISTS),
    api(ApiKey::Heartbeat, 0, 4, SMALL),
    api(ApiKey::LeaveGroup, 0, 5, LISTS),
    api(ApiKey::SyncGroup, 0, 5, LISTS),
    api(ApiKey::DescribeGroups, 0, 6, LISTS),
    api(ApiKey::ListGroups, 0, 5, LISTS),
    api(ApiKey::SaslHandshake, 0, 1, SMALL),
    api(ApiKey::ApiVersions, 0, 4, SMALL),
    api(ApiKey::CreateTopics, 2, 7, LISTS),
    api(ApiKey::DeleteTopics, 1, 6, LISTS),
    api(ApiKey::DeleteRecords, 0, 2, LISTS),
    api(ApiKey::InitProducerId, 0, 5, SMALL),
    api(ApiKey::OffsetForLeaderEpoch, 2, 4, LISTS),
    api(ApiKey::DescribeAcls, 1, 3, SMALL),
    api(ApiKey::CreateAcls, 1, 3, LISTS),
    api(ApiKey::DeleteAcls, 1, 3, LISTS),
    api(ApiKey::DescribeConfigs, 1, 4, LISTS),
    api(ApiKey::AlterConfigs, 0, 2, LISTS),
    api(ApiKey::DescribeLogDirs, 1, 5, LISTS),
    api(ApiKey::SaslAuthenticate, 0, 2, SMALL),
    api(ApiKey::CreatePartitions, 0, 3, LISTS),
    api(ApiKey::DeleteGroups, 0, 2, LISTS),
    api(ApiKey::IncrementalAlterConfigs, 0, 1, LISTS),
    api(ApiKey::OffsetDelete, 0, 0, LISTS),
    api(ApiKey::DescribeClientQuotas, 0, 1, SMALL),
    api(ApiKey::DescribeUserScramCredentials, 0, 0, LISTS),
    api(ApiKey::AlterUserScramCredentials, 0, 0, LISTS),
    api(ApiKey::DescribeCluster, 0, 2, SMALL),
    api(ApiKey::DescribeProducers, 0, 0, LISTS),
    api(ApiKey::ListConfigResources, 0, 1, SMALL),
    api(ApiKey::DescribeTopicPartitions, 0, 0, LISTS),
];

/// No API has such a row.
const NOT_SERVED: u8 = u8::MAX;
/// Kafka 4.3's keys end below it.
const KEYS_MAX: usize = 128;

/// The row of each key, so that a request looks nothing up by searching.
const POSITIONS: [u8; KEYS_MAX] = {
    let mut positions = [NOT_SERVED; KEYS_MAX];
    let mut at = 0;
    while at < APIS.len() {
        positions[APIS[at].key.code() as usize] = at as u8;
        at += 1;
    }
    positions
};

/// Where an API stands in [`APIS`], if it is served.
pub fn position(key: ApiKey) -> Option<usize> {
    let at = *POSITIONS.get(usize::try_from(key.code()).ok()?)?;
    (at != NOT_SERVED).then_some(usize::from(at))
}

/// The row of an API, if it is served.
pub fn row(key: ApiKey) -> Option<&'static Api> {
    APIS.get(position(key)?)
}

/// Whether this version of an API is served.
pub fn serves(key: ApiKey, version: i16) -> bool {
    row(key).is_some_and(|api| (api.min..=api.max).contains(&version))
        && key.versions().contains(&version)
}

/// Largest frame of an API that is served.
pub fn frame_bytes_max(key: ApiKey) -> Option<usize> {
    row(key).map(|api| api.frame_bytes_max)
}

#[cfg(test)]
mod tests {
    use super::{APIS, ApiKey, RECORDS, position, serves};

    #[test]
    fn rows_stand_in_order_and_within_their_schema() {
        assert!(APIS.is_sorted_by_key(|api| api.key.code()));
        for api in APIS {
            assert!(api.min <= api.max, "{}", api.key);
            assert!(api.key.versions().contains(&api.max), "{}", api.key);
            let unbounded = api.frame_bytes_max == RECORDS;
            assert_eq!(unbounded, api.key == ApiKey::Produce, "{}", api.key);
        }
    }

    #[test]
    fn a_key_leads_to_its_row() {
        for key in ApiKey::ALL {
            let searched = APIS.iter().position(|api| api.key == *key);
            assert_eq!(position(*key), searched, "{key}");
        }
    }

    #[test]
    fn produce_is_advertised_from_0_and_served_from_3() {
        assert!(!serves(ApiKey::Produce, 2));
        assert!(serves(ApiKey::Produce, 3));
    }
}
