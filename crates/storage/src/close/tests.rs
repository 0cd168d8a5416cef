//! Many logs stopped at once.

use std::sync::Arc;

use model::{LeaderEpoch, TopicId};

use crate::test_log::{NOW_MS, TestDir, batch, open, sequenced};
use crate::{AppendError, AppendOrigin, Crash, Log, LogSettings, Operation};

const COUNT: i32 = 100;

#[test]
fn many_logs_share_a_sync_and_nothing_is_read_at_the_next_start() {
    let dir = TestDir::new();
    {
        let disk = dir.disk();
        let logs: Vec<_> = (0..COUNT)
            .map(|index| open(&disk, "t", index, LogSettings::default()).0)
            .collect();
        for log in &logs {
            log.put(sequenced(1, 0, 0, &["a"])).unwrap();
        }
        let before = disk.counters().syncs;
        disk.close_logs(&logs, NOW_MS);
        assert_eq!(disk.counters().syncs, before + 1);
        assert!(matches!(
            logs[0].put(batch(&["b"])),
            Err(AppendError::Closed)
        ));
        assert!(disk.close().unwrap());
    }
    dir.crash(Crash::Dropped);
    let disk = dir.disk();
    assert!(disk.stopped_cleanly());
    for index in 0..COUNT {
        let (log, recovery) = open(&disk, "t", index, LogSettings::default());
        assert_eq!(recovery.checked_bytes, 0);
        assert_eq!(log.values(0), ["a"]);
        assert!(log.put(sequenced(1, 0, 0, &["a"])).unwrap().duplicate);
    }
}

#[test]
fn where_the_sync_of_all_fails_each_log_is_synced_alone() {
    let dir = TestDir::new();
    {
        let disk = dir.disk();
        let logs: Vec<_> = (0..COUNT)
            .map(|index| open(&disk, "t", index, LogSettings::default()).0)
            .collect();
        for log in &logs {
            log.put(batch(&["a"])).unwrap();
        }
        dir.faults.fail_next(Operation::Sync, 1);
        disk.close_logs(&logs, NOW_MS);
        assert!(disk.close().unwrap());
    }
    dir.crash(Crash::Dropped);
    let disk = dir.disk();
    for index in 0..COUNT {
        let (log, _) = open(&disk, "t", index, LogSettings::default());
        assert_eq!(log.values(0), ["a"]);
    }
}

#[test]
fn a_log_that_cannot_be_synced_leaves_no_mark() {
    let dir = TestDir::new();
    {
        let disk = dir.disk();
        let logs: Vec<_> = (0..COUNT)
            .map(|index| open(&disk, "t", index, LogSettings::default()).0)
            .collect();
        for log in &logs {
            log.put(sequenced(1, 0, 0, &["a"])).unwrap();
        }
        dir.faults.fail_next(Operation::Sync, 2);
        disk.close_logs(&logs, NOW_MS);
        assert!(!disk.close().unwrap());
    }
    let disk = dir.disk();
    let (log, _) = open(&disk, "t", 0, LogSettings::default());
    assert_eq!(log.values(0), ["a"]);
}

#[test]
fn quiet_logs_are_flushed_and_busy_ones_are_left_alone() {
    let dir = TestDir::new();
    let disk = dir.disk();
    let logs: Vec<_> = (0..COUNT)
        .map(|index| open(&disk, "t", index, LogSettings::default()).0)
        .collect();
    for log in &logs {
        log.put(batch(&["a"])).unwrap();
    }
    let later = NOW_MS + 60_000;
    let busy = &logs[7];
    busy.append(batch(&["b"]), AppendOrigin::Client, LeaderEpoch(0), later)
        .unwrap();
    let unflushed = || logs.iter().filter(|log| log.unflushed_bytes() > 0).count();
    disk.flush_quiet(&logs, later - 1).unwrap();
    assert_eq!(unflushed(), COUNT as usize);
    let before = disk.counters().syncs;
    disk.flush_quiet(&logs, later).unwrap();
    assert_eq!(unflushed(), 1);
    assert!(busy.unflushed_bytes() > 0);
    assert_eq!(disk.counters().syncs, before + 1);
}

#[test]
fn deleting_a_log_that_was_set_aside_spares_the_topic_that_has_its_name_now() {
    let dir = TestDir::new();
    let disk = dir.disk();
    let (old, _) = open(&disk, "t", 0, LogSettings::default());
    let settings = Arc::new(LogSettings::default());
    let partition = old.partition().clone();
    let (new, recovery) = Log::open(&disk, partition, TopicId([9; 16]), settings, NOW_MS).unwrap();
    assert!(recovery.created);
    new.put(batch(&["kept"])).unwrap();
    old.delete(NOW_MS).unwrap();
    drop((old, new));
    assert_eq!(disk.partitions().unwrap().len(), 1);
    disk.remove_deleted(i64::MAX).unwrap();
    let settings = Arc::new(LogSettings::default());
    let partition = disk.partitions().unwrap().remove(0);
    let (again, recovery) =
        Log::open(&disk, partition, TopicId([9; 16]), settings, NOW_MS).unwrap();
    assert!(!recovery.created);
    assert_eq!(again.values(0), ["kept"]);
}
