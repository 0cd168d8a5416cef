//! Each trouble of a disk, and that looking at one makes nothing.

use super::{Facts, judge, read, size};
use crate::doctor::verdict::Level;

fn good() -> Facts {
    Facts {
        path: "/var/lib/outrigger".into(),
        exists: true,
        ephemeral: false,
        is_directory: true,
        is_writable: true,
        mode: 0o700,
        kind: "ext4".into(),
        options: "rw,relatime".into(),
        free: 50 << 30,
        total: 100 << 30,
        inodes_free: 1_000_000,
        inodes: 2_000_000,
    }
}

#[test]
fn each_trouble_of_a_disk_is_told_by_its_weight() {
    type Change = fn(&mut Facts);
    #[rustfmt::skip]
    let cases: [(Change, Level, &str); 18] = [
        (|_| {}, Level::Ok, "50 GiB free of 100 GiB (ext4), writable"),
        (|f| f.is_directory = false, Level::Problem, "is a file"),
        (|f| f.is_writable = false, Level::Problem, "cannot be written"),
        (|f| f.mode = 0o777, Level::Problem, "mode 777"),
        (|f| { f.mode = 0o777; f.exists = false; }, Level::Ok, "writable"),
        (|f| { f.mode = 0o1777; f.ephemeral = true; }, Level::Ok, "writable"),
        (|f| f.mode = 0o770, Level::Ok, "writable"),
        (|f| f.free = 1 << 20, Level::Problem, "1 MiB free"),
        (|f| f.free = 1 << 30, Level::Warning, "1 GiB free"),
        (|f| f.free = 4 << 30, Level::Warning, "4 GiB free"),
        (|f| f.inodes_free = 10, Level::Problem, "10 files more"),
        (|f| f.inodes_free = 10_000, Level::Warning, "10000 files more"),
        (|f| { f.inodes = 0; f.inodes_free = 0; }, Level::Ok, "writable"),
        (|f| f.kind = "tmpfs".into(), Level::Warning, "when the machine stops"),
        (|f| { f.kind = "tmpfs".into(); f.ephemeral = true; }, Level::Ok, "writable"),
        (|f| f.kind = "nfs4".into(), Level::Warning, "network file system"),
        (|f| f.kind = "virtiofs".into(), Level::Warning, "shares a host's folder"),
        (|f| f.options = "rw,nobarrier".into(), Level::Warning, "mounted with nobarrier"),
    ];
    for (change, level, text) in cases {
        let mut facts = good();
        change(&mut facts);
        let verdicts = judge(&facts);
        assert_eq!(verdicts.len(), 1, "{verdicts:?}");
        assert_eq!(verdicts[0].level, level, "{verdicts:?}");
        assert!(verdicts[0].found.contains(text), "{verdicts:?}");
    }
}

#[test]
fn a_directory_that_is_not_there_yet_is_judged_by_what_is_above() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let facts = read(&temporary.path().join("a/b"), false).expect("read");
    assert_eq!(facts.path, temporary.path());
    assert!(!facts.exists && facts.is_directory && facts.total > 0);
    assert!(!temporary.path().join("a").exists(), "nothing is made");
}

#[test]
fn sizes_are_for_people() {
    for (bytes, text) in [(0, "0 MiB"), (3 << 20, "3 MiB"), (5 << 30, "5 GiB")] {
        assert_eq!(size(bytes), text);
    }
}
