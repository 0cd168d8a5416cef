//! Cases for answers that hold more, less or other than what was wanted.

use bytes::Bytes;
use model::{BrokerId, LeaderEpoch, PartitionIndex, TopicId, TopicName, TopicPartition};
use protocol::{ErrorCode, RecordSet};
use records::BatchBuilder;

use super::*;
use crate::cluster::Leader;

fn wanted(offset: i64) -> Wanted {
    Wanted {
        partition: TopicPartition {
            topic: TopicName::new("t").unwrap(),
            partition: PartitionIndex(0),
        },
        leader: Leader {
            topic_id: TopicId::ZERO,
            broker: BrokerId(1),
            epoch: LeaderEpoch(0),
        },
        offset,
    }
}

/// A batch of `count` records of producer 5.
fn batch(base_offset: i64, count: i64, transactional: bool) -> Bytes {
    let mut builder = BatchBuilder::new()
        .base_offset(base_offset)
        .producer(5, 0, 0);
    if transactional {
        builder = builder.transactional();
    }
    for i in 0..count {
        let value = (base_offset + i).to_string();
        builder
            .append(1, None, Some(value.as_bytes()), &[])
            .unwrap();
    }
    builder.build().unwrap()
}

/// The end of a transaction of producer 5; type 0 aborts, 1 commits.
fn marker(base_offset: i64, marker_type: u8) -> Bytes {
    let mut builder = BatchBuilder::new()
        .base_offset(base_offset)
        .producer(5, 0, -1)
        .transactional()
        .control();
    let key = [0, 0, 0, marker_type];
    builder.append(1, Some(&key), Some(&[0; 6]), &[]).unwrap();
    builder.build().unwrap()
}

fn answer(batches: &[Bytes]) -> PartitionData {
    PartitionData {
        high_watermark: 100,
        records: Some(RecordSet::from(Bytes::from(batches.concat()))),
        ..PartitionData::default()
    }
}

fn offsets(
    settings: &ConsumerSettings,
    offset: i64,
    answer: PartitionData,
) -> Result<(Vec<i64>, i64), ClientError> {
    let read = read(settings, &wanted(offset), answer)?;
    let offsets = read.records.iter().map(|record| record.offset).collect();
    Ok((offsets, read.next_offset))
}

#[test]
fn records_before_the_wanted_offset_are_left_out() {
    let answer = answer(&[batch(10, 5, false), batch(15, 2, false)]);
    let read = offsets(&ConsumerSettings::default(), 13, answer).unwrap();
    assert_eq!(read, (vec![13, 14, 15, 16], 17));
}

#[test]
fn a_cut_batch_at_the_end_is_left_for_the_next_fetch() {
    let cut = batch(12, 3, false);
    let answer = answer(&[batch(10, 2, false), cut.slice(..cut.len() - 1)]);
    let read = offsets(&ConsumerSettings::default(), 10, answer).unwrap();
    assert_eq!(read, (vec![10, 11], 12));
}

#[test]
fn a_single_cut_batch_is_an_error_not_an_endless_fetch() {
    let cut = batch(10, 3, false);
    let answer = answer(&[cut.slice(..70)]);
    let error = offsets(&ConsumerSettings::default(), 10, answer).unwrap_err();
    assert!(error.to_string().contains("cut off"), "{error}");
}

#[test]
fn a_changed_byte_is_found_unless_sums_are_not_asked_for() {
    let mut bytes = batch(10, 2, false).to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    let damaged = |check_crcs| {
        let settings = ConsumerSettings {
            check_crcs,
            ..ConsumerSettings::default()
        };
        offsets(&settings, 10, answer(&[bytes.clone().into()]))
    };
    assert!(damaged(true).unwrap_err().to_string().contains("corrupt"));
    assert!(!matches!(damaged(false), Err(error) if error.to_string().contains("corrupt")));
}

#[test]
fn aborted_records_and_markers_are_hidden_from_committed_readers() {
    // Aborted: 10, 11; marker 12. Committed: 13, 14; marker 15. Outside any transaction: 16.
    let mut all = answer(&[
        batch(10, 2, true),
        marker(12, 0),
        batch(13, 2, true),
        marker(15, 1),
        batch(16, 1, false),
    ]);
    all.aborted_transactions = Some(vec![AbortedTransaction {
        producer_id: 5,
        first_offset: 10,
    }]);
    let committed = ConsumerSettings {
        isolation: Isolation::Committed,
        ..ConsumerSettings::default()
    };
    let read = offsets(&committed, 10, all.clone()).unwrap();
    assert_eq!(read, (vec![13, 14, 16], 17));
    let read = offsets(&ConsumerSettings::default(), 10, all).unwrap();
    assert_eq!(read, (vec![10, 11, 13, 14, 16], 17));
}

#[test]
fn an_answer_of_markers_only_moves_on() {
    let read = offsets(&ConsumerSettings::default(), 12, answer(&[marker(12, 1)])).unwrap();
    assert_eq!(read, (vec![], 13));
}

#[test]
fn an_error_code_is_an_error_with_the_place() {
    let refused = PartitionData {
        error_code: ErrorCode::OFFSET_OUT_OF_RANGE,
        ..PartitionData::default()
    };
    let error = offsets(&ConsumerSettings::default(), 7, refused).unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read t-0 at offset 7: OFFSET_OUT_OF_RANGE"
    );
}
