//! Searches by time across batches and segments.

use model::LeaderEpoch;
use proptest::prelude::*;
use records::BatchBuilder;

use crate::test_log::{NOW_MS, TestDir, batch_at, runtime};
use crate::{Log, LogSettings, TimestampedOffset};

fn find(log: &Log, timestamp_ms: i64) -> Option<(i64, i64)> {
    let found = runtime().block_on(log.offset_for_timestamp(timestamp_ms));
    found
        .unwrap()
        .map(|found| (found.offset, found.timestamp_ms))
}

fn greatest(log: &Log) -> Option<(i64, i64)> {
    let found = runtime().block_on(log.max_timestamp()).unwrap();
    found.map(|found| (found.offset, found.timestamp_ms))
}

#[test]
fn an_empty_log_has_no_time() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    assert_eq!(find(&log, 0), None);
    assert_eq!(greatest(&log), None);
}

#[test]
fn a_found_record_tells_its_epoch_and_deleted_ones_are_not_found() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    log.put(batch_at(NOW_MS, &["a", "b", "c"])).unwrap();
    let found = runtime()
        .block_on(log.offset_for_timestamp(NOW_MS))
        .unwrap();
    let expected = TimestampedOffset {
        offset: 0,
        timestamp_ms: NOW_MS,
        leader_epoch: LeaderEpoch(0),
    };
    assert_eq!(found, Some(expected));
    log.delete_records_before(2, NOW_MS).unwrap();
    assert_eq!(find(&log, 0), Some((2, NOW_MS)));
    assert_eq!(find(&log, NOW_MS + 1), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_first_record_at_or_after_a_time_is_found(
        batches in prop::collection::vec(prop::collection::vec(0_i64..1000, 1..5), 1..40),
        segment_bytes in 200_u32..2000,
        index_interval_bytes in 0_u32..500,
        targets in prop::collection::vec(-1_i64..1001, 10),
        reopen: bool,
    ) {
        let dir = TestDir::new();
        let settings = LogSettings { segment_bytes, index_interval_bytes, ..LogSettings::default() };
        let mut log = dir.log(settings.clone());
        for times in &batches {
            let mut builder = BatchBuilder::new();
            for time in times {
                builder.append(*time, None, None, &[]).unwrap();
            }
            log.put(builder.build().unwrap()).unwrap();
        }
        if reopen {
            log.close(NOW_MS).unwrap();
            log.0.disk.close().unwrap();
            drop(log);
            log = dir.log(settings);
        }
        let all: Vec<_> = batches.concat();
        for target in targets {
            let expected = all.iter().position(|time| *time >= target);
            prop_assert_eq!(find(&log, target), expected.map(|at| (at as i64, all[at])));
        }
        let max = all.iter().max().unwrap();
        let first = all.iter().position(|time| time == max).unwrap();
        prop_assert_eq!(greatest(&log).map(|(_, time)| time), Some(*max));
        prop_assert_eq!(greatest(&log).map(|(offset, _)| offset), Some(first as i64));
    }
}
