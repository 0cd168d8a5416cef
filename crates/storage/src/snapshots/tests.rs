//! The newest readable snapshot wins, and old ones go.

use super::{HEADER_BYTES, Snapshot, SnapshotError, Snapshots};
use crate::Crash;
use crate::test_log::TestDir;

#[test]
fn the_newest_snapshot_is_read_and_two_are_kept() {
    let dir = TestDir::new();
    let disk = dir.disk();
    let snapshots = Snapshots::open(&disk, "__cluster_metadata-0", "image").unwrap();
    assert_eq!(snapshots.newest().unwrap(), None);
    for offset in [5, 17, 1000] {
        snapshots.write(offset, &offset.to_be_bytes()).unwrap();
    }
    let newest = Snapshot {
        offset: 1000,
        payload: 1000_i64.to_be_bytes().to_vec(),
    };
    assert_eq!(snapshots.newest().unwrap(), Some(newest));
    assert_eq!(snapshots.offsets().unwrap(), [17, 1000]);
    let other = Snapshots::open(&disk, "__cluster_metadata-0", "other").unwrap();
    assert_eq!(other.newest().unwrap(), None);
}

#[test]
fn a_damaged_snapshot_gives_way_to_the_one_before_it() {
    let dir = TestDir::new();
    let disk = dir.disk();
    let snapshots = Snapshots::open(&disk, "s", "s").unwrap();
    snapshots.write(1, b"one").unwrap();
    snapshots.write(2, b"two").unwrap();
    let path = snapshots.path(2);
    let bytes = std::fs::read(&path).unwrap();
    for length in 0..bytes.len() {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert_eq!(snapshots.newest().unwrap().unwrap().payload, b"one");
    }
    let mut flipped = bytes.clone();
    flipped[HEADER_BYTES] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    assert_eq!(snapshots.newest().unwrap().unwrap().offset, 1);
}

#[test]
fn a_newer_format_is_refused_and_not_passed_over() {
    let dir = TestDir::new();
    let disk = dir.disk();
    let snapshots = Snapshots::open(&disk, "s", "s").unwrap();
    snapshots.write(1, b"one").unwrap();
    let path = snapshots.path(1);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[5] = 2;
    std::fs::write(&path, &bytes).unwrap();
    let newest = snapshots.newest();
    assert!(matches!(
        newest,
        Err(SnapshotError::NewerFormat { found: 2, .. })
    ));
}

#[test]
fn a_written_snapshot_survives_a_power_cut_whole() {
    let dir = TestDir::new();
    {
        let disk = dir.disk();
        let snapshots = Snapshots::open(&disk, "s", "s").unwrap();
        snapshots.write(1, b"one").unwrap();
        dir.faults.limit_space(Some(3));
        assert!(snapshots.write(2, b"two").is_err());
    }
    dir.crash(Crash::Dropped);
    let disk = dir.disk();
    let snapshots = Snapshots::open(&disk, "s", "s").unwrap();
    assert_eq!(snapshots.newest().unwrap().unwrap().payload, b"one");
}
