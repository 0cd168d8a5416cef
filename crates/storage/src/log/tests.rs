//! A log from its creation to its deletion.

use std::sync::Arc;

use model::LeaderEpoch;
use tokio::sync::Notify;

use crate::test_log::{NOW_MS, TestDir, batch, open, runtime, sequenced, values_of};
use crate::{AppendError, EpochEnd, LogOffsets, LogSettings, ReadError};

#[test]
fn appended_batches_are_read_back_with_their_offsets() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    let first = log.put(batch(&["a", "b"])).unwrap();
    let second = log.put(batch(&["c"])).unwrap();
    assert_eq!((first.base_offset, first.last_offset), (0, 1));
    assert_eq!((second.base_offset, second.last_offset), (2, 2));
    assert!(second.commit.ready());
    assert_eq!(
        log.offsets(),
        LogOffsets {
            start: 0,
            last_stable: 3,
            high_watermark: 3,
            end: 3
        }
    );
    assert_eq!(log.values(0), ["a", "b", "c"]);
    assert_eq!(log.values(2), ["c"]);
}

#[test]
fn a_log_goes_on_after_a_clean_stop_without_being_read() {
    let dir = TestDir::new();
    {
        let (disk, (log, recovery)) = dir.recover(LogSettings::default());
        assert!(recovery.created);
        log.put(batch(&["a"])).unwrap();
        log.close(NOW_MS).unwrap();
        assert!(matches!(log.put(batch(&["b"])), Err(AppendError::Closed)));
        disk.close().unwrap();
    }
    let (disk, (log, recovery)) = dir.recover(LogSettings::default());
    assert!(disk.stopped_cleanly());
    assert_eq!(recovery.checked_bytes, 0);
    log.put(batch(&["b"])).unwrap();
    assert_eq!(log.values(0), ["a", "b"]);
}

#[test]
fn a_watch_wakes_on_an_append_and_on_the_end_of_the_log() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    let notify = Arc::new(Notify::new());
    let watch = log.watch(&notify);
    log.put(batch(&["a"])).unwrap();
    runtime().block_on(notify.notified());
    log.delete(NOW_MS).unwrap();
    runtime().block_on(notify.notified());
    drop(watch);
    assert!(matches!(log.get(0, 100), Err(ReadError::Closed)));
}

#[test]
fn a_deleted_log_leaves_its_name_free_at_once_and_its_space_later() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(LogSettings::default());
    log.put(batch(&["old"])).unwrap();
    log.delete(NOW_MS).unwrap();
    let (new, recovery) = open(&disk, "t", 0, LogSettings::default());
    assert!(recovery.created);
    assert_eq!(new.values(0), [""; 0]);
    assert_eq!(disk.remove_deleted(NOW_MS + 59_999).unwrap(), 0);
    assert_eq!(disk.remove_deleted(NOW_MS + 60_000).unwrap(), 1);
    assert_eq!(disk.partitions().unwrap().len(), 1);
}

#[test]
fn an_interrupted_deletion_is_resumed_at_the_next_start() {
    let dir = TestDir::new();
    {
        let log = dir.log(LogSettings::default());
        log.delete(NOW_MS).unwrap();
    }
    let disk = dir.disk();
    assert_eq!(disk.remove_deleted(NOW_MS).unwrap(), 1);
    assert_eq!(disk.remove_deleted(i64::MAX).unwrap(), 0);
}

#[test]
fn epochs_tell_where_they_end_across_a_restart() {
    let dir = TestDir::new();
    let end = |epoch, end_offset| {
        Some(EpochEnd {
            epoch: LeaderEpoch(epoch),
            end_offset,
        })
    };
    {
        let log = dir.log(LogSettings::default());
        assert_eq!(log.epoch_end_offset(LeaderEpoch(0)), None);
        log.put(batch(&["a", "b"])).unwrap();
        log.begin_epoch(LeaderEpoch(3));
        log.put(batch(&["ignored epoch"])).unwrap();
    }
    let log = dir.log(LogSettings::default());
    assert_eq!(log.epoch_end_offset(LeaderEpoch(0)), end(0, 2));
    assert_eq!(log.epoch_end_offset(LeaderEpoch(2)), end(0, 2));
    assert_eq!(log.epoch_end_offset(LeaderEpoch(3)), end(3, 3));
    assert_eq!(log.epoch_end_offset(LeaderEpoch(4)), None);
    assert_eq!(log.epoch_of(1), Some(LeaderEpoch(0)));
}

#[test]
fn appends_reads_flushes_and_retention_go_on_side_by_side() {
    const WRITERS: i64 = 3;
    const BATCHES: i64 = 400;
    let dir = TestDir::new();
    let log = dir.log(LogSettings {
        segment_bytes: 2000,
        index_interval_bytes: 100,
        retention_bytes: Some(20_000),
        file_delete_delay_ms: 0,
        ..LogSettings::default()
    });
    let total = WRITERS * BATCHES * 2;
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let log = &log;
            scope.spawn(move || {
                for n in 0..BATCHES {
                    let set = sequenced(writer, 0, (n * 2) as i32, &["first", "second"]);
                    assert!(!log.put(set).unwrap().duplicate);
                }
            });
        }
        scope.spawn(|| {
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                log.apply_retention(NOW_MS).unwrap();
                log.flush(NOW_MS).unwrap();
                log.0.disk.remove_deleted(NOW_MS).unwrap();
            }
        });
        let mut next = 0;
        while next < total {
            match log.get(next, 700) {
                Ok(fetched) => {
                    let values = values_of(&fetched.records);
                    assert_eq!(values.len() as i64, fetched.next_offset - next);
                    assert!(values.chunks(2).all(|pair| pair == ["first", "second"]));
                    next = fetched.next_offset;
                }
                Err(ReadError::OffsetOutOfRange { offsets, .. }) => next = offsets.start,
                Err(error) => panic!("{error}"),
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    log.apply_retention(NOW_MS).unwrap();
    let offsets = log.offsets();
    assert_eq!((offsets.high_watermark, offsets.end), (total, total));
    assert!(offsets.start > 0 && log.size_bytes() < 24_000);
    drop(log);
    let log = dir.log(LogSettings::default());
    assert_eq!(log.offsets(), offsets);
    let last: Vec<_> = log.producers().iter().map(|p| p.last_sequence).collect();
    assert_eq!(last, vec![BATCHES as i32 * 2 - 1; WRITERS as usize]);
}
