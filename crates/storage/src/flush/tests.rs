//! What a sync covers, and what a failed one means.

use std::sync::Arc;

use crate::test_log::{NOW_MS, TestDir, batch, sequenced};
use crate::{AppendError, CommitError, Durability, FlushError, LogSettings, Operation};

fn sync() -> LogSettings {
    LogSettings {
        durability: Durability::Sync,
        ..LogSettings::default()
    }
}

#[test]
fn appends_that_wait_together_share_a_sync() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(sync());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    log.put(batch(&["first: makes the directory durable"]))
        .unwrap();
    let before = disk.counters().syncs;
    runtime.block_on(async {
        let held = log.0.flushing.lock().unwrap();
        let commits: Vec<_> = (0..100)
            .map(|_| log.put(batch(&["a"])).unwrap().commit)
            .collect();
        drop(held);
        for commit in commits {
            commit.wait().await.unwrap();
        }
    });
    assert_eq!(log.offsets().high_watermark, 101);
    let syncs = disk.counters().syncs - before;
    assert!((1..=2).contains(&syncs), "{syncs}");
}

#[test]
fn a_failed_sync_is_told_to_all_who_wait_and_ends_the_log() {
    let dir = TestDir::new();
    let log = dir.log(sync());
    let runtime = crate::test_log::runtime();
    log.put(batch(&["a"])).unwrap();
    dir.faults.fail_next(Operation::Sync, 1);
    let commit = log.put(batch(&["b"])).unwrap().commit;
    assert_eq!(runtime.block_on(commit.wait()), Err(CommitError));
    assert!(matches!(log.put(batch(&["c"])), Err(AppendError::Failed)));
    assert!(matches!(log.flush(NOW_MS), Err(FlushError::Unusable)));
    assert_eq!(log.values(0), ["a"]);
    assert!(log.close(NOW_MS).is_err());
}

#[test]
fn a_flush_moves_the_recovery_point_and_a_second_one_does_nothing() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(LogSettings::default());
    log.put(sequenced(1, 0, 0, &["a"])).unwrap();
    assert!(log.unflushed_bytes() > 0);
    log.flush(NOW_MS).unwrap();
    assert_eq!(log.unflushed_bytes(), 0);
    let before = disk.counters();
    log.flush(NOW_MS).unwrap();
    assert_eq!(disk.counters(), before);
    let names: Vec<_> = disk.list(&log.0.directory).unwrap().unwrap();
    assert!(
        names.contains(&"00000000000000000001.snapshot".to_owned()),
        "{names:?}"
    );
}

#[test]
fn flushes_are_due_by_time_and_after_a_roll() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings {
        flush_ms: 1000,
        segment_bytes: 150,
        ..LogSettings::default()
    });
    let flushed = |now_ms| {
        log.flush_if_due(now_ms).unwrap();
        log.unflushed_bytes() == 0
    };
    log.put(batch(&["a"])).unwrap();
    assert!(!flushed(NOW_MS + 999));
    assert!(flushed(NOW_MS + 1000));
    log.set_settings(Arc::new(LogSettings {
        flush_ms: i64::MAX,
        ..(*log.settings()).clone()
    }));
    log.put(batch(&["b"])).unwrap();
    assert!(!flushed(NOW_MS + 9000));
    log.put(batch(&["c"])).unwrap();
    assert!(flushed(NOW_MS + 9000));
}

#[test]
fn a_full_disk_delays_the_recovery_point_and_no_more() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings::default());
    log.put(sequenced(1, 0, 0, &["a"])).unwrap();
    dir.faults.limit_space(Some(0));
    assert!(matches!(log.flush(NOW_MS), Err(FlushError::File(e)) if e.storage_full()));
    assert!(log.unflushed_bytes() > 0);
    dir.faults.limit_space(None);
    log.flush_if_due(NOW_MS).unwrap();
    assert_eq!(log.unflushed_bytes(), 0);
    log.put(sequenced(1, 0, 1, &["b"])).unwrap();
}

#[test]
fn a_roll_has_the_old_segment_flushed_behind_it() {
    let dir = TestDir::new();
    let (_, (log, _)) = dir.recover(LogSettings {
        segment_bytes: 150,
        ..LogSettings::default()
    });
    crate::test_log::runtime().block_on(async {
        for value in ["a", "b", "c"] {
            log.put(batch(&[value])).unwrap();
        }
        let flushed = async {
            while log.unflushed_bytes() > 0 {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        let patience = std::time::Duration::from_secs(30);
        tokio::time::timeout(patience, flushed).await.unwrap();
    });
}

#[test]
fn a_synced_log_opens_on_a_full_disk_after_a_crash() {
    let dir = TestDir::new();
    {
        let log = dir.log(sync());
        log.put(sequenced(1, 0, 0, &["a"])).unwrap();
    }
    dir.faults.limit_space(Some(0));
    let log = dir.log(sync());
    assert_eq!(log.values(0), ["a"]);
    assert!(matches!(
        log.put(batch(&["b"])),
        Err(AppendError::StorageFull(_))
    ));
    dir.faults.limit_space(None);
    log.put(batch(&["c"])).unwrap();
    assert_eq!(log.values(0), ["a", "c"]);
}
