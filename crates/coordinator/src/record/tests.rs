//! Fixed bytes of every version of every record, and hostile ones.

use super::*;
use model::{LeaderEpoch, TopicId};
use proptest::prelude::*;

use crate::names::{InstanceId, MemberId};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

/// Reads key and value; what is written again must be `written`, or the same bytes.
#[track_caller]
fn check(key: &str, value: Option<&str>, written: Option<&str>, expected: &Record) {
    let (key, value) = (bytes(key), value.map(bytes));
    let record = Record::decode(&key, value.as_deref()).unwrap().unwrap();
    assert_eq!(record, *expected);
    let again = written.map(bytes).or(value);
    assert_eq!(record.value().map(|v| v.to_vec()), again);
    let reread = Record::decode(&record.key(), record.value().as_deref())
        .unwrap()
        .unwrap();
    assert_eq!(reread, record);
}

fn offset_commit(value: Option<CommittedOffset>) -> Record {
    Record::OffsetCommit {
        group: GroupId::new("g").unwrap(),
        topic: TopicName::new("t").unwrap(),
        partition: PartitionIndex(2),
        value,
    }
}

fn committed(
    leader_epoch: i32,
    expire_timestamp_ms: Option<i64>,
    topic_id: TopicId,
) -> CommittedOffset {
    CommittedOffset {
        offset: 5,
        leader_epoch: LeaderEpoch(leader_epoch),
        metadata: "m".into(),
        commit_timestamp_ms: 9,
        expire_timestamp_ms,
        topic_id,
    }
}

const KEY: &str = "0001 000167 000174 00000002";
const V4: &str = "0004 0000000000000005 ffffffff 026d 0000000000000009 00";

#[test]
fn offset_commits_of_every_version() {
    let id = TopicId([7; 16]);
    let plain = offset_commit(Some(committed(-1, None, TopicId::ZERO)));
    check(KEY, Some(V4), None, &plain);
    check("0000 000167 000174 00000002", Some(V4), None, &plain);
    check(
        KEY,
        Some("0000 0000000000000005 00016d 0000000000000009"),
        Some(V4),
        &plain,
    );
    check(
        KEY,
        Some("0002 0000000000000005 00016d 0000000000000009"),
        Some(V4),
        &plain,
    );
    check(
        KEY,
        Some("0001 0000000000000005 00016d 0000000000000009 000000000000000b"),
        None,
        &offset_commit(Some(committed(-1, Some(11), TopicId::ZERO))),
    );
    check(
        KEY,
        Some("0003 0000000000000005 00000003 00016d 0000000000000009"),
        Some("0004 0000000000000005 00000003 026d 0000000000000009 00"),
        &offset_commit(Some(committed(3, None, TopicId::ZERO))),
    );
    check(
        KEY,
        Some(
            "0004 0000000000000005 00000003 026d 0000000000000009 01 00 10 07070707070707070707070707070707",
        ),
        None,
        &offset_commit(Some(committed(3, None, id))),
    );
    check(KEY, None, None, &offset_commit(None));
}

#[test]
fn unknown_tags_are_passed_over() {
    let value = bytes("0004 0000000000000005 ffffffff 026d 0000000000000009 01 09 02 ffff");
    let record = Record::decode(&bytes(KEY), Some(&value)).unwrap().unwrap();
    assert_eq!(
        record,
        offset_commit(Some(committed(-1, None, TopicId::ZERO)))
    );
}

fn group_metadata(since: Option<i64>, instance: Option<&str>, rebalance_timeout_ms: i32) -> Record {
    Record::GroupMetadata {
        group: GroupId::new("g").unwrap(),
        value: Some(GroupMetadata {
            protocol_type: "c".into(),
            generation: 3,
            protocol: Some("r".into()),
            leader: Some(MemberId::new("m")),
            state_since_ms: since,
            members: vec![MemberMetadata {
                member: MemberId::new("m"),
                instance: instance.map(InstanceId::new),
                client_id: "i".into(),
                client_host: "/h".into(),
                rebalance_timeout_ms,
                session_timeout_ms: 7,
                subscription: Bytes::from_static(b"S"),
                assignment: Bytes::from_static(b"A"),
            }],
        }),
    }
}

#[test]
fn group_metadata_of_every_version() {
    let key = "0002 000167";
    let v3 = |since: &str, instance: &str, rebalance: &str| {
        format!(
            "0003 000163 00000003 000172 00016d {since} 00000001 00016d {instance} 000169 00022f68 \
             {rebalance} 00000007 00000001 53 00000001 41"
        )
    };
    let members_v0 = "00000001 00016d 000169 00022f68 00000007 00000001 53 00000001 41";
    let members_v1 = "00000001 00016d 000169 00022f68 00000009 00000007 00000001 53 00000001 41";
    let head = "000163 00000003 000172 00016d";
    let unknown = "ffffffffffffffff";
    check(
        key,
        Some(&format!("0000 {head} {members_v0}")),
        Some(&v3(unknown, "ffff", "00000007")),
        &group_metadata(None, None, 7),
    );
    check(
        key,
        Some(&format!("0001 {head} {members_v1}")),
        Some(&v3(unknown, "ffff", "00000009")),
        &group_metadata(None, None, 9),
    );
    check(
        key,
        Some(&format!("0002 {head} 0000000000000008 {members_v1}")),
        Some(&v3("0000000000000008", "ffff", "00000009")),
        &group_metadata(Some(8), None, 9),
    );
    let current = v3("0000000000000008", "00026964", "00000009");
    check(
        key,
        Some(&current),
        None,
        &group_metadata(Some(8), Some("id"), 9),
    );
    check(
        key,
        Some(
            "0004 0263 00000003 0272 026d 0000000000000008 02 026d 036964 0269 032f68 00000009 \
             00000007 0253 0241 00 00",
        ),
        Some(&current),
        &group_metadata(Some(8), Some("id"), 9),
    );
    check(
        key,
        None,
        None,
        &Record::GroupMetadata {
            group: GroupId::new("g").unwrap(),
            value: None,
        },
    );
}

#[test]
fn other_group_types_are_passed_over() {
    for kind in 3..=20_i16 {
        let mut key = kind.to_be_bytes().to_vec();
        key.extend(b"whatever");
        assert_eq!(Record::decode(&key, Some(b"x")), Ok(None));
    }
}

#[test]
fn damage_and_newer_versions_are_told_apart() {
    let refused = |key: &str, value: &str| Record::decode(&bytes(key), Some(&bytes(value)));
    assert_eq!(
        refused("00", ""),
        Err(RecordError::Malformed("record kind"))
    );
    assert_eq!(
        refused("0001 ffff", V4),
        Err(RecordError::Malformed("group of a key"))
    );
    assert_eq!(
        refused("0001 000167 00012f 00000000", V4),
        Err(RecordError::IllegalName("topic of an offset key"))
    );
    let newer = |what, version| Err(RecordError::NewerVersion { what, version });
    assert_eq!(refused(KEY, "0005"), newer("offset commit value", 5));
    assert_eq!(
        refused("0002 000167", "0005"),
        newer("group metadata value", 5)
    );
    let malformed = |what| Err(RecordError::Malformed(what));
    assert_eq!(refused(KEY, "ffff"), malformed("offset commit value"));
    assert_eq!(
        refused("0002 000167", "ffff"),
        malformed("group metadata value")
    );
    let endless = "0003 0000 00000000 ffff ffff 0000000000000000 7fffffff";
    assert_eq!(
        refused("0002 000167", endless),
        malformed("member of a group metadata value")
    );
}

proptest! {
    #[test]
    fn hostile_bytes_are_refused_without_a_panic(
        kind in 0..3_i16,
        version in 0..6_i16,
        key in prop::collection::vec(any::<u8>(), 0..40),
        value in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let key = [&kind.to_be_bytes()[..], &key].concat();
        let value = [&version.to_be_bytes()[..], &value].concat();
        // Whatever is accepted can be written and read again.
        if let Ok(Some(record)) = Record::decode(&key, Some(&value)) {
            let again = Record::decode(&record.key(), record.value().as_deref());
            prop_assert_eq!(again, Ok(Some(record)));
        }
    }

    #[test]
    fn good_keys_with_hostile_values(version in 0..6_i16, value in prop::collection::vec(0..9_u8, 0..80)) {
        let value = [&version.to_be_bytes()[..], &value].concat();
        for key in [KEY, "0002 000167"] {
            if let Ok(Some(record)) = Record::decode(&bytes(key), Some(&value)) {
                let again = Record::decode(&record.key(), record.value().as_deref());
                prop_assert_eq!(again, Ok(Some(record)));
            }
        }
    }
}
