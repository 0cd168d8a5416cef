//! Appends that succeed, are repeated, or fail half way.

use model::LeaderEpoch;
use proptest::prelude::*;
use records::{Batches, TimestampType};

use crate::test_log::{NOW_MS, TestDir, batch, batch_at, runtime, sequenced};
use crate::{AppendError, AppendOrigin, Durability, Log, LogSettings, Operation};

fn segments(dir: &TestDir) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(dir.path().join("t-0"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".log"))
        .collect();
    names.sort();
    names
}

#[test]
fn stored_batches_carry_offsets_epoch_and_a_checksum_that_fits() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    for _ in 0..2 {
        let set = batch(&["a", "b"]);
        log.append(set, AppendOrigin::Client, LeaderEpoch(7), NOW_MS)
            .unwrap();
    }
    let stored = log.get(0, usize::MAX).unwrap().records;
    for (batch, base_offset) in Batches::new(stored).zip([0, 2]) {
        let batch = batch.unwrap();
        assert_eq!(batch.header.base_offset, base_offset);
        assert_eq!(batch.header.partition_leader_epoch, 7);
        records::verify_crc(&batch.bytes).unwrap();
    }
}

#[test]
fn under_log_append_time_the_broker_stamps() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings {
        timestamp_type: TimestampType::LogAppendTime,
        ..LogSettings::default()
    });
    // Far out of bounds, which hold for CreateTime only.
    let appended = log.put(batch_at(NOW_MS * 2, &["a"])).unwrap();
    assert_eq!(appended.log_append_time_ms, Some(NOW_MS));
    let stored = log.get(0, usize::MAX).unwrap().records;
    let stored = Batches::new(stored).next().unwrap().unwrap();
    records::verify_crc(&stored.bytes).unwrap();
    assert_eq!(stored.header.max_timestamp, NOW_MS);
    let attributes = stored.header.attributes;
    assert_eq!(attributes.timestamp_type(), TimestampType::LogAppendTime);
}

#[test]
fn a_repeated_batch_gets_its_old_offsets_and_is_not_stored_again() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    log.put(batch(&["other"])).unwrap();
    log.put(sequenced(1, 0, 0, &["a", "b"])).unwrap();
    log.put(sequenced(1, 0, 2, &["c"])).unwrap();
    let again = log.put(sequenced(1, 0, 0, &["a", "b"])).unwrap();
    assert!(again.duplicate && again.commit.ready());
    assert_eq!((again.base_offset, again.last_offset), (1, 2));
    assert_eq!(again.log_append_time_ms, Some(NOW_MS));
    assert_eq!(log.values(0), ["other", "a", "b", "c"]);
    let gap = log.put(sequenced(1, 0, 4, &["e"])).unwrap_err();
    let expected = AppendError::OutOfOrderSequence {
        received: 4,
        expected: 3,
    };
    assert_eq!(gap.to_string(), expected.to_string());
    log.put(sequenced(1, 1, 0, &["d"])).unwrap();
    let fenced = log.put(sequenced(1, 0, 3, &["e"])).unwrap_err();
    let is_fenced = |e| {
        matches!(
            e,
            AppendError::InvalidProducerEpoch {
                received: 0,
                current: 1
            }
        )
    };
    assert!(is_fenced(fenced));
}

#[test]
fn a_segment_is_rolled_by_size_age_and_index() {
    let one = batch(&["0123456789"]).len() as u32;
    let by_size = LogSettings {
        segment_bytes: one * 2,
        ..LogSettings::default()
    };
    let by_age = LogSettings {
        segment_ms: 1,
        ..LogSettings::default()
    };
    let by_index = LogSettings {
        segment_index_bytes: 24,
        index_interval_bytes: 0,
        ..LogSettings::default()
    };
    let cases = [
        ("size", by_size, vec![0, 2, 4]),
        ("age", by_age, vec![0, 2, 4]),
        ("index", by_index, vec![0, 2, 4]),
    ];
    for (name, settings, expected) in cases {
        let dir = TestDir::new();
        let log = dir.log(settings);
        for n in 0..5 {
            log.put(batch_at(NOW_MS + n, &["0123456789"])).unwrap();
        }
        let expected: Vec<_> = expected.iter().map(|o| format!("{o:020}.log")).collect();
        assert_eq!(segments(&dir), expected, "{name}");
        assert_eq!(log.values(0).len(), 5, "{name}");
        assert_eq!(log.size_bytes(), u64::from(one) * 5, "{name}");
    }
}

#[test]
fn what_no_segment_can_hold_is_refused() {
    let dir = TestDir::new();
    let bytes = batch(&["a"]).len() as u32;
    let log = dir.log(LogSettings {
        segment_bytes: bytes - 1,
        ..LogSettings::default()
    });
    let refused = log.put(batch(&["a"])).unwrap_err();
    assert!(matches!(refused, AppendError::RecordSetTooLarge { .. }));
    assert_eq!(log.offsets().end, 0);
}

#[test]
fn on_a_full_disk_nothing_is_acknowledged_or_lost_and_space_helps() {
    let dir = TestDir::new();
    let settings = LogSettings {
        segment_bytes: 200,
        ..LogSettings::default()
    };
    let log = dir.log(settings.clone());
    log.put(batch(&["a"])).unwrap();
    for space in [0, 1, 17, 70] {
        dir.faults.limit_space(Some(space));
        let full = log.put(batch(&["lost"])).unwrap_err();
        assert!(matches!(full, AppendError::StorageFull(_)), "{full}");
        assert_eq!(log.offsets().end, 1);
        assert_eq!(log.values(0), ["a"]);
    }
    dir.faults.limit_space(None);
    assert_eq!(log.put(batch(&["b"])).unwrap().base_offset, 1);
    for value in ["c", "d", "e"] {
        // Rolling needs a file.
        dir.faults.limit_space(Some(0));
        log.put(batch(&["lost"])).unwrap_err();
        dir.faults.limit_space(None);
        log.put(batch(&[value])).unwrap();
    }
    assert_eq!(log.values(0), ["a", "b", "c", "d", "e"]);
    drop(log);
    let (_, (log, recovery)) = dir.recover(settings);
    assert_eq!(log.values(0), ["a", "b", "c", "d", "e"]);
    assert_eq!(recovery.truncated_bytes, 0);
}

#[test]
fn an_append_that_cannot_be_undone_ends_the_log() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    log.put(batch(&["a"])).unwrap();
    dir.faults.fail_next(Operation::Write, 1);
    assert!(matches!(log.put(batch(&["lost"])), Err(AppendError::Io(_))));
    log.put(batch(&["b"])).unwrap();
    dir.faults.fail_next(Operation::Write, 2);
    assert!(matches!(log.put(batch(&["lost"])), Err(AppendError::Io(_))));
    assert!(matches!(log.put(batch(&["c"])), Err(AppendError::Failed)));
    assert_eq!(log.values(0), ["a", "b"]);
}

#[test]
fn under_sync_the_high_watermark_waits_for_the_device() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings {
        durability: Durability::Sync,
        ..LogSettings::default()
    });
    runtime().block_on(async {
        let appended = log.put(batch(&["a"])).unwrap();
        assert!(!appended.commit.ready());
        assert_eq!(log.offsets().end, 1);
        appended.commit.wait().await.unwrap();
        assert_eq!(log.offsets().high_watermark, 1);
        let twice = log.put(sequenced(1, 0, 0, &["b"])).unwrap();
        let again = log.put(sequenced(1, 0, 0, &["b"])).unwrap();
        again.commit.wait().await.unwrap();
        assert_eq!(log.offsets().high_watermark, 2);
        twice.commit.wait().await.unwrap();
    });
}

#[test]
fn flush_messages_makes_every_so_many_records_durable() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(LogSettings {
        flush_messages: 3,
        ..LogSettings::default()
    });
    let waits = |values: &[&str]| !log.put(batch(values)).unwrap().commit.ready();
    assert!(!waits(&["a"]));
    assert!(!waits(&["b"]));
    let before = disk.counters().syncs;
    assert!(waits(&["c"]));
    assert!(disk.counters().syncs > before);
    assert_eq!(log.offsets().high_watermark, 3);
    assert!(!waits(&["d"]));
}

fn put_all(log: &Log, batches: &[Vec<String>]) {
    for values in batches {
        let values: Vec<_> = values.iter().map(String::as_str).collect();
        log.put(batch(&values)).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn every_record_is_found_from_every_offset(
        batches in prop::collection::vec(prop::collection::vec("[a-z]{0,40}", 1..8), 1..30),
        segment_bytes in 400_u32..3000,
        index_interval_bytes in 0_u32..600,
        max_bytes in 1_usize..2000,
    ) {
        let dir = TestDir::new();
        let log = dir.log(LogSettings {
            segment_bytes,
            index_interval_bytes,
            ..LogSettings::default()
        });
        put_all(&log, &batches);
        let all: Vec<_> = batches.concat();
        prop_assert_eq!(log.offsets().end, all.len() as i64);
        for from in 0..all.len() as i64 {
            let fetched = log.get(from, max_bytes).unwrap();
            let batches: Vec<_> = Batches::new(fetched.records.clone()).map(Result::unwrap).collect();
            let first = &batches.first().unwrap().header;
            prop_assert!(first.base_offset <= from && from <= first.last_offset());
            prop_assert!(batches.len() == 1 || fetched.records.len() <= max_bytes);
            let values = crate::test_log::values_of(&fetched.records);
            let expected = &all[first.base_offset as usize..fetched.next_offset as usize];
            prop_assert_eq!(&values[..], expected);
        }
    }
}
