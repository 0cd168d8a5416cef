//! Limits of a read, and what happens at the edges of the log.

use crate::test_log::{NOW_MS, TestDir, batch, runtime};
use crate::{
    Durability, FirstBatch, Log, LogSettings, Operation, READ_BYTES_MAX, ReadError, ScanError, Upto,
};

fn read(log: &Log, from: i64, max_bytes: usize, upto: Upto, first: FirstBatch) -> (usize, i64) {
    let read = runtime().block_on(log.read(from, max_bytes, upto, first));
    let fetched = read.unwrap();
    (fetched.records.len(), fetched.next_offset)
}

#[test]
fn the_first_batch_comes_whole_or_not_at_all() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    let one = batch(&["0123456789"]).len();
    for _ in 0..3 {
        log.put(batch(&["0123456789"])).unwrap();
    }
    let watermark = Upto::HighWatermark;
    let cases = [
        (0, 0, FirstBatch::Always, (one, 1)),
        (0, 1, FirstBatch::Always, (one, 1)),
        (0, one - 1, FirstBatch::IfItFits, (0, 0)),
        (0, one, FirstBatch::IfItFits, (one, 1)),
        (0, 2 * one + 1, FirstBatch::IfItFits, (2 * one, 2)),
        (1, usize::MAX, FirstBatch::Always, (2 * one, 3)),
        (3, usize::MAX, FirstBatch::Always, (0, 3)),
    ];
    for (from, max_bytes, first, expected) in cases {
        let got = read(&log, from, max_bytes, watermark, first);
        assert_eq!(got, expected, "{from} {max_bytes} {first:?}");
    }
}

#[test]
fn a_batch_larger_than_a_read_comes_whole() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings {
        max_message_bytes: 8 << 20,
        ..LogSettings::default()
    });
    let large = "x".repeat(READ_BYTES_MAX * 3);
    log.put(batch(&["a"])).unwrap();
    log.put(batch(&[&large])).unwrap();
    assert_eq!(log.values(0), ["a", large.as_str()]);
}

#[test]
fn offsets_outside_the_log_are_named() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    log.put(batch(&["a", "b", "c"])).unwrap();
    log.put(batch(&["d"])).unwrap();
    log.delete_records_before(2, NOW_MS).unwrap();
    for offset in [-1, 0, 1, 5, i64::MAX] {
        let error = log.get(offset, 100).unwrap_err();
        let out_of_range =
            |e| matches!(e, ReadError::OffsetOutOfRange { offset: o, .. } if o == offset);
        assert!(out_of_range(error), "{offset}");
    }
    // The batch still has the records before the start; consumers skip them.
    assert_eq!(log.values(2), ["a", "b", "c", "d"]);
    assert_eq!(log.get(4, 100).unwrap().log_start, 2);
}

#[test]
fn only_what_is_committed_is_read_below_the_high_watermark() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings {
        durability: Durability::Sync,
        ..LogSettings::default()
    });
    log.put(batch(&["a"])).unwrap();
    dir.faults.fail_next(Operation::Sync, 1);
    log.put(batch(&["b"])).unwrap();
    let offsets = log.offsets();
    assert_eq!((offsets.high_watermark, offsets.end), (1, 2));
    let always = FirstBatch::Always;
    let one = batch(&["a"]).len();
    assert_eq!(
        read(&log, 0, usize::MAX, Upto::HighWatermark, always),
        (one, 1)
    );
    assert_eq!(
        read(&log, 0, usize::MAX, Upto::LastStable, always),
        (one, 1)
    );
    assert_eq!(read(&log, 0, usize::MAX, Upto::End, always), (2 * one, 2));
    assert_eq!(
        read(&log, 1, usize::MAX, Upto::HighWatermark, always),
        (0, 1)
    );
}

#[test]
fn a_sequential_reader_and_one_at_the_tail_need_no_index() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(LogSettings::default());
    let mut next = 0;
    let mut tail = log.get(0, usize::MAX).unwrap().next_offset;
    let one = batch(&["value"]).len() as u64;
    for _ in 0..50 {
        log.put(batch(&["value"])).unwrap();
        let before = disk.counters().bytes_read;
        tail = log.get(tail, usize::MAX).unwrap().next_offset;
        assert_eq!(disk.counters().bytes_read - before, one);
        let before = disk.counters().bytes_read;
        next = log.get(next, one as usize).unwrap().next_offset;
        assert!(disk.counters().bytes_read - before <= one);
    }
    assert_eq!((next, tail), (50, 50));
}

#[test]
fn a_damaged_segment_is_named_with_the_place() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    log.put(batch(&["a"])).unwrap();
    log.put(batch(&["b"])).unwrap();
    let path = dir.path().join("t-0/00000000000000000000.log");
    let good = std::fs::read(&path).unwrap();
    let mut bad = good.clone();
    bad[good.len() / 2 + 8..good.len() / 2 + 12].fill(0xff);
    std::fs::write(&path, &bad).unwrap();
    // What comes before it is still served.
    let first = log.get(0, usize::MAX).unwrap();
    assert_eq!(first.next_offset, 1);
    let corrupt = |e: &ReadError| matches!(e, ReadError::Io(ScanError::Corrupt { .. }));
    let error = log.get(1, usize::MAX).unwrap_err();
    assert!(corrupt(&error), "{error}");
    assert!(
        error
            .to_string()
            .contains("t-0/00000000000000000000.log is corrupt at byte")
    );
    std::fs::write(&path, &good[..good.len() / 2 + 10]).unwrap();
    let error = log.get(1, usize::MAX).unwrap_err();
    assert!(corrupt(&error), "{error}");
}

#[test]
fn reads_go_on_while_the_device_fails_for_one() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    log.put(batch(&["a"])).unwrap();
    dir.faults.fail_next(Operation::Read, 2);
    let failed = log.get(0, 100).unwrap_err();
    assert!(matches!(failed, ReadError::Io(ScanError::Io { .. })));
    assert_eq!(log.values(0), ["a"]);
}

#[test]
fn where_the_page_cache_cannot_be_asked_reads_take_the_other_way() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(LogSettings::default());
    disk.disable_resident_reads();
    for value in ["a", "b", "c"] {
        log.put(batch(&[value])).unwrap();
    }
    assert_eq!(log.values(0), ["a", "b", "c"]);
    assert_eq!(log.values(1), ["b", "c"]);
}
