//! Who may open a data directory, and what of it outlives a stop.

use std::os::unix::fs::PermissionsExt;

use model::{TopicId, TopicName};

use super::deletion::{Aside, aside_name, parse_name};
use super::{Disk, DiskOptions, OpenDiskError};
use crate::LogSettings;
use crate::test_log::{NOW_MS, TestDir, batch, open, partition};

#[test]
fn a_second_broker_on_one_directory_is_refused_until_the_first_is_gone() {
    let dir = TestDir::new();
    let first = dir.disk();
    let second = Disk::open(&dir.path(), dir.options());
    assert!(matches!(second, Err(OpenDiskError::Locked(_))));
    drop(first);
    dir.disk();
}

#[test]
fn ids_are_kept_and_only_the_owner_may_read() {
    let dir = TestDir::new();
    let (cluster_id, directory_id) = {
        let disk = dir.disk();
        (disk.cluster_id().to_owned(), disk.directory_id().to_owned())
    };
    let options = DiskOptions {
        fresh_cluster_id: TopicId([9; 16]),
        ..dir.options()
    };
    let disk = Disk::open(&dir.path(), options).unwrap();
    assert_eq!(disk.cluster_id(), cluster_id);
    assert_eq!(disk.directory_id(), directory_id);
    assert_eq!(cluster_id, TopicId([1; 16]).to_string());
    let (log, _) = open(&disk, "t", 0, LogSettings::default());
    log.put(batch(&["secret"])).unwrap();
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(dir.path()), 0o700);
    assert_eq!(mode(dir.path().join("t-0")), 0o700);
    assert_eq!(mode(dir.path().join("t-0/00000000000000000000.log")), 0o600);
    assert_eq!(mode(dir.path().join("meta.properties")), 0o600);
}

#[test]
fn a_directory_that_is_not_ours_is_refused_with_a_reason() {
    let cases = [
        (
            "cluster.id=a\nnode.id=2\nversion=1\n",
            "belongs to node.id 2",
        ),
        ("cluster.id=a\nnode.id=1\nversion=2\n", "has format 2"),
        (
            "cluster.id=a\nnode.id=1\nversion=1\noutrigger.format.version=7\n",
            "has format 7",
        ),
        ("cluster.id=a\nversion=1\n", "node.id is missing"),
        ("node.id=1\nversion=1\n", "cluster.id is missing"),
        ("", "version is missing"),
    ];
    for (text, expected) in cases {
        let dir = TestDir::new();
        std::fs::create_dir_all(dir.path()).unwrap();
        std::fs::write(dir.path().join("meta.properties"), text).unwrap();
        let error = Disk::open(&dir.path(), dir.options()).unwrap_err();
        assert!(error.to_string().contains(expected), "{text:?}: {error}");
    }
}

#[test]
fn a_directory_that_kafka_formatted_is_taken() {
    let dir = TestDir::new();
    std::fs::create_dir_all(dir.path()).unwrap();
    let text = "#\n#Tue Nov 24 10:00:00 UTC 2026\ncluster.id=abc\ndirectory.id=def\nnode.id=1\nversion=1\n";
    std::fs::write(dir.path().join("meta.properties"), text).unwrap();
    assert_eq!(dir.disk().cluster_id(), "abc");
}

#[test]
fn a_damaged_checkpoint_is_named() {
    let dir = TestDir::new();
    drop(dir.disk());
    let path = dir.path().join("recovery-point-offset-checkpoint");
    std::fs::write(path, "0\n1\nt zero 5\n").unwrap();
    let error = Disk::open(&dir.path(), dir.options()).unwrap_err();
    assert!(error.to_string().contains("line 3"), "{error}");
}

#[test]
fn only_a_stop_with_every_log_closed_counts_as_clean() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(LogSettings::default());
    assert!(!disk.stopped_cleanly());
    assert!(!disk.close().unwrap());
    log.close(NOW_MS).unwrap();
    assert!(disk.close().unwrap());
    drop((disk, log));
    assert!(dir.disk().stopped_cleanly());
    // The mark is gone once somebody opened the directory.
    assert!(!dir.disk().stopped_cleanly());
}

#[test]
fn offsets_of_a_deleted_log_are_never_taken_for_those_of_its_successor() {
    let dir = TestDir::new();
    {
        let (disk, (log, _)) = dir.recover(LogSettings::default());
        for _ in 0..3 {
            log.put(batch(&["old"])).unwrap();
        }
        log.flush(NOW_MS).unwrap();
        log.delete_records_before(2, NOW_MS).unwrap();
        disk.checkpoint().unwrap();
        log.delete(NOW_MS).unwrap();
        let (log, _) = open(&disk, "t", 0, LogSettings::default());
        log.put(batch(&["new"])).unwrap();
        // And the process is killed.
    }
    let (_, (log, recovery)) = dir.recover(LogSettings::default());
    assert_eq!(log.offsets().start, 0);
    assert_eq!(log.values(0), ["new"]);
    assert!(recovery.checked_bytes > 0);
}

#[test]
fn names_of_directories() {
    let names = [
        ("t-0", Some(("t", 0))),
        ("a-b.c-12", Some(("a-b.c", 12))),
        ("t-00", None),
        ("t-+1", None),
        ("t--1", Some(("t-", 1))),
        ("t", None),
        ("-0", None),
        ("t-0.0123-delete", None),
        ("lost+found", None),
    ];
    for (name, expected) in names {
        let expected = expected.map(|(topic, index)| partition(topic, index));
        assert_eq!(parse_name(name), expected, "{name}");
    }
    let long = TopicName::new(&"x".repeat(249)).unwrap();
    let name = aside_name(
        &partition(long.as_str(), 123_456),
        TopicId([255; 16]),
        Aside::Deleted,
    );
    assert_eq!(name.len(), 255);
    assert!(name.ends_with("-123456.ffffffffffffffffffffffffffffffff-delete"));
}

/// Descriptors of this process on files below `dir`.
fn descriptors(dir: &TestDir) -> usize {
    let root = dir.path();
    std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|fd| std::fs::read_link(fd.ok()?.path()).ok())
        .filter(|target| target.starts_with(&root))
        .count()
}

#[test]
fn many_logs_share_a_few_descriptors() {
    let dir = TestDir::new();
    let options = || DiskOptions {
        open_files_max: 100,
        faults: None,
        stopwatch: None,
        ..dir.options()
    };
    let count = 1000;
    {
        let disk = Disk::open(&dir.path(), options()).unwrap();
        let logs: Vec<_> = (0..count)
            .map(|index| open(&disk, "t", index, LogSettings::default()).0)
            .collect();
        // The lock, and nothing for idle logs.
        assert_eq!(descriptors(&dir), 1);
        for log in &logs {
            log.put(batch(&["a"])).unwrap();
        }
        assert!(disk.open_files() <= 100);
        assert!(descriptors(&dir) <= 101);
        for log in logs.iter().step_by(100) {
            log.put(batch(&["b"])).unwrap();
            assert_eq!(log.values(0), ["a", "b"]);
        }
        assert!(descriptors(&dir) <= 101);
    }
    let disk = Disk::open(&dir.path(), options()).unwrap();
    assert_eq!(disk.partitions().unwrap().len(), count as usize);
    for index in 0..count {
        let (log, recovery) = open(&disk, "t", index, LogSettings::default());
        assert_eq!(log.offsets().end, 1 + i64::from(index % 100 == 0));
        assert_eq!(recovery.truncated_bytes, 0);
    }
}

#[test]
fn a_stray_directory_keeps_its_bytes_for_ever_and_its_name_is_free() {
    let dir = TestDir::new();
    let (disk, (log, _)) = dir.recover(LogSettings::default());
    log.put(batch(&["mine"])).unwrap();
    log.close(NOW_MS).unwrap();
    let id = TopicId([3; 16]);
    let aside = disk.set_stray_aside(log.partition(), id).unwrap();
    assert!(disk.partitions().unwrap().is_empty());
    assert_eq!(disk.remove_deleted(i64::MAX).unwrap(), 0);
    let bytes = std::fs::read(aside.join("00000000000000000000.log")).unwrap();
    assert!(bytes.windows(4).any(|word| word == b"mine"));
    let (_, recovery) = open(&disk, "t", 0, LogSettings::default());
    assert!(recovery.created);
}
