//! Many logs stopped at once.

use crate::test_log::{NOW_MS, TestDir, batch, open, sequenced};
use crate::{AppendError, Crash, LogSettings, Operation};

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
fn a_failed_sync_of_all_leaves_no_mark() {
    let dir = TestDir::new();
    {
        let disk = dir.disk();
        let logs: Vec<_> = (0..COUNT)
            .map(|index| open(&disk, "t", index, LogSettings::default()).0)
            .collect();
        for log in &logs {
            log.put(sequenced(1, 0, 0, &["a"])).unwrap();
        }
        dir.faults.fail_next(Operation::Sync, 1);
        disk.close_logs(&logs, NOW_MS);
        assert!(!disk.close().unwrap());
    }
    let disk = dir.disk();
    let (log, _) = open(&disk, "t", 0, LogSettings::default());
    assert_eq!(log.values(0), ["a"]);
}
