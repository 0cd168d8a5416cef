//! The format of snapshots is fixed, and no damage goes unnoticed.

use super::*;
use model::{GroupId, LeaderEpoch, PartitionIndex, TopicId, TopicName};
use proptest::prelude::*;

use crate::record::CommittedOffset;

fn state() -> Durable {
    let mut state = Durable::default();
    state.apply(Record::OffsetCommit {
        group: GroupId::new("g").unwrap(),
        topic: TopicName::new("t").unwrap(),
        partition: PartitionIndex(0),
        value: Some(CommittedOffset {
            offset: 1,
            leader_epoch: LeaderEpoch(-1),
            metadata: "".into(),
            commit_timestamp_ms: 2,
            expire_timestamp_ms: None,
            topic_id: TopicId::ZERO,
        }),
    });
    state
}

/// The bytes are on disks out there: a change of them is a new version.
#[test]
fn the_format_is_fixed() {
    let hex: String = encode_snapshot(&state(), 3)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    let expected = [
        "4f555447524f5550",
        "0001",
        "0000000000000003",
        "0000000000000001",
        "0000000c0001000167000174",
        "00000000",
        "000000180004000000000000000",
        "1ffffffff01000000000000000200",
    ];
    assert_eq!(hex[..hex.len() - 8], expected.concat());
}

#[test]
fn an_empty_shard_has_a_snapshot_too() {
    let snapshot = decode_snapshot(&encode_snapshot(&Durable::default(), 0)).unwrap();
    assert_eq!(
        snapshot,
        Snapshot {
            state: Durable::default(),
            next_offset: 0
        }
    );
}

#[test]
fn a_newer_format_is_named() {
    let mut bytes = encode_snapshot(&state(), 3).to_vec();
    bytes[8..10].copy_from_slice(&2_u16.to_be_bytes());
    assert_eq!(decode_snapshot(&bytes), Err(SnapshotError::NewerFormat(2)));
}

#[test]
fn every_altered_or_missing_byte_is_noticed() {
    let bytes = encode_snapshot(&state(), 3);
    for at in 0..bytes.len() {
        assert_eq!(
            decode_snapshot(&bytes[..at]),
            Err(SnapshotError::Damaged),
            "cut at {at}"
        );
        let mut altered = bytes.to_vec();
        altered[at] ^= 0x80;
        assert!(decode_snapshot(&altered).is_err(), "altered at {at}");
    }
}

proptest! {
    #[test]
    fn hostile_bodies_with_a_good_checksum_never_panic(body in prop::collection::vec(any::<u8>(), 0..100)) {
        let mut bytes = MAGIC.to_vec();
        bytes.extend(VERSION.to_be_bytes());
        bytes.extend(body);
        let crc = crc_fast::crc32_iscsi(&bytes);
        bytes.extend(crc.to_be_bytes());
        let _ = decode_snapshot(&bytes);
    }
}
