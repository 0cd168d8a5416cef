//! What goes, what stays, and in which order.

use crate::test_log::{NOW_MS, TestDir, batch, batch_at};
use crate::{Log, LogSettings, RetentionError};

/// One record per segment, a millisecond apart.
fn filled(dir: &TestDir, settings: LogSettings) -> Log {
    let log = dir.log(LogSettings {
        segment_bytes: batch(&["0"]).len() as u32,
        ..settings
    });
    for n in 0..5 {
        log.put(batch_at(NOW_MS + n, &[&n.to_string()])).unwrap();
    }
    log
}

#[test]
fn old_segments_go() {
    let dir = TestDir::new();
    let settings = LogSettings {
        retention_ms: Some(10),
        ..LogSettings::default()
    };
    let log = filled(&dir, settings);
    let cases = [
        (NOW_MS + 10, 0, 0),
        (NOW_MS + 12, 2, 2),
        (NOW_MS + 100, 3, 5),
    ];
    for (now_ms, gone, start) in cases {
        assert_eq!(log.apply_retention(now_ms).unwrap(), gone);
        assert_eq!(log.offsets().start, start);
    }
    // All of it went, and the log goes on where it was.
    assert_eq!(log.size_bytes(), 0);
    assert_eq!(log.put(batch(&["n"])).unwrap().base_offset, 5);
    drop(log);
    let log = dir.log(LogSettings::default());
    assert_eq!(log.offsets().start, 5);
    assert_eq!(log.values(5), ["n"]);
}

#[test]
fn segments_beyond_the_size_go() {
    let one = batch(&["0"]).len() as u64;
    let cases = [
        (5 * one, 0),
        (5 * one - 1, 0),
        (4 * one, 1),
        (one, 4),
        (0, 5),
    ];
    for (bytes, gone) in cases {
        let dir = TestDir::new();
        let log = filled(
            &dir,
            LogSettings {
                retention_bytes: Some(bytes),
                retention_ms: None,
                ..LogSettings::default()
            },
        );
        assert_eq!(log.apply_retention(NOW_MS).unwrap(), gone, "{bytes}");
        assert_eq!(log.size_bytes(), one * (5 - gone as u64));
        assert_eq!(log.apply_retention(NOW_MS).unwrap(), 0, "{bytes}");
    }
}

#[test]
fn without_bounds_all_stays() {
    let dir = TestDir::new();
    let log = filled(
        &dir,
        LogSettings {
            retention_ms: None,
            ..LogSettings::default()
        },
    );
    assert_eq!(log.apply_retention(i64::MAX).unwrap(), 0);
    assert_eq!(log.values(0).len(), 5);
}

#[test]
fn files_go_after_their_delay_and_after_a_restart() {
    let dir = TestDir::new();
    let count = |suffix: &str| {
        std::fs::read_dir(dir.path().join("t-0"))
            .unwrap()
            .filter(|e| {
                e.as_ref()
                    .unwrap()
                    .file_name()
                    .to_string_lossy()
                    .ends_with(suffix)
            })
            .count()
    };
    let log = filled(&dir, LogSettings::default());
    log.delete_records_before(2, NOW_MS).unwrap();
    assert_eq!((count(".log"), count(".log.deleted")), (3, 2));
    log.0.disk.remove_deleted(NOW_MS + 59_999).unwrap();
    assert_eq!(count(".log.deleted"), 2);
    log.0.disk.remove_deleted(NOW_MS + 60_000).unwrap();
    assert_eq!(count(".log.deleted"), 0);
    log.delete_records_before(3, NOW_MS).unwrap();
    assert_eq!(count(".log.deleted"), 1);
    drop(log);
    dir.log(LogSettings::default());
    assert_eq!((count(".log"), count(".deleted")), (2, 0));
}

#[test]
fn deleted_records_stay_deleted_after_a_power_cut() {
    let dir = TestDir::new();
    {
        let log = dir.log(LogSettings::default());
        log.put(batch(&["a", "b", "c"])).unwrap();
        log.flush(NOW_MS).unwrap();
        assert_eq!(log.delete_records_before(2, NOW_MS).unwrap(), 2);
        assert_eq!(log.delete_records_before(1, NOW_MS).unwrap(), 2);
        let refused = log.delete_records_before(4, NOW_MS).unwrap_err();
        assert!(matches!(
            refused,
            RetentionError::OffsetOutOfRange { offset: 4, .. }
        ));
    }
    dir.crash(crate::Crash::Dropped);
    let log = dir.log(LogSettings::default());
    assert_eq!(log.offsets().start, 2);
}

#[test]
fn a_reader_of_a_segment_that_goes_is_told_the_new_start() {
    let dir = TestDir::new();
    let log = filled(&dir, LogSettings::default());
    log.delete_records_before(5, NOW_MS).unwrap();
    let error = log.get(0, 100).unwrap_err().to_string();
    assert_eq!(error, "offset 0 is outside the log, which holds 5 to 5");
}

#[test]
fn silent_producers_go_with_retention() {
    let dir = TestDir::new();
    let log = dir.log(LogSettings {
        producer_expiration_ms: 1000,
        ..LogSettings::default()
    });
    log.put(crate::test_log::sequenced(1, 0, 0, &["a"]))
        .unwrap();
    log.apply_retention(NOW_MS + 999).unwrap();
    assert_eq!(log.producers().len(), 1);
    log.apply_retention(NOW_MS + 1000).unwrap();
    assert_eq!(log.producers().len(), 0);
    log.put(crate::test_log::sequenced(1, 0, 8, &["b"]))
        .unwrap();
}

#[test]
fn on_a_full_disk_deleting_records_still_frees_space() {
    let dir = TestDir::new();
    let log = filled(&dir, LogSettings::default());
    dir.faults.limit_space(Some(0));
    let refused = log.delete_records_before(3, NOW_MS).unwrap_err();
    assert!(matches!(refused, RetentionError::File(e) if e.storage_full()));
    assert_eq!(log.0.disk.remove_deleted(NOW_MS + 60_000).unwrap(), 9);
    dir.faults.limit_space(None);
    log.0.disk.checkpoint().unwrap();
    assert_eq!(log.delete_records_before(3, NOW_MS).unwrap(), 3);
    drop(log);
    assert_eq!(dir.log(LogSettings::default()).offsets().start, 3);
}
