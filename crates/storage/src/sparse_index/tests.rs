//! Searches see entries in memory and in the file as one.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::PENDING_MAX;
use crate::index::{OffsetEntry, OffsetIndex};
use crate::test_log::TestDir;

fn entry(n: u32) -> OffsetEntry {
    OffsetEntry {
        relative_offset: n * 10,
        position: n * 4096,
    }
}

fn floor(index: &OffsetIndex, key: i64) -> Option<OffsetEntry> {
    index
        .floor_pending(key)
        .or_else(|| index.persisted().floor(key).unwrap())
}

fn filled(dir: &TestDir, persisted: u32, pending: u32) -> OffsetIndex {
    let disk = dir.disk();
    let path: Arc<Path> = dir.path().into();
    let mut index = OffsetIndex::empty(&disk, &path, 0);
    (0..persisted).for_each(|n| index.append(entry(n)));
    index.persist().unwrap();
    (persisted..persisted + pending).for_each(|n| index.append(entry(n)));
    index
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_floor_is_the_last_entry_up_to_the_key(
        persisted in 0_u32..2000,
        pending in 0_u32..500,
        keys in prop::collection::vec(-5_i64..26_000, 20),
    ) {
        let dir = TestDir::new();
        let index = filled(&dir, persisted, pending);
        let count = persisted + pending;
        prop_assert_eq!(index.count(), count as usize);
        for key in keys {
            let expected = (0..count).map(entry).rfind(|e| i64::from(e.relative_offset) <= key);
            prop_assert_eq!(floor(&index, key), expected);
        }
    }

    #[test]
    fn truncation_keeps_the_entries_before(
        persisted in 0_u32..1500,
        pending in 0_u32..500,
        kept in 0_u32..2100,
    ) {
        let dir = TestDir::new();
        let mut index = filled(&dir, persisted, pending);
        index.truncate(|e| e.relative_offset < kept * 10).unwrap();
        let count = (persisted + pending).min(kept);
        prop_assert_eq!(index.count(), count as usize);
        prop_assert_eq!(index.last().unwrap(), count.checked_sub(1).map(entry));
        index.append(entry(5000));
        index.persist().unwrap();
        prop_assert_eq!(floor(&index, i64::MAX), Some(entry(5000)));
    }
}

#[test]
fn entries_wait_while_the_disk_is_full() {
    let dir = TestDir::new();
    let mut index = filled(&dir, 0, 10);
    dir.faults.limit_space(Some(0));
    (10..2 * PENDING_MAX as u32).for_each(|n| index.append(entry(n)));
    assert!(index.persist().is_err());
    assert_eq!(index.pending.len(), 2 * PENDING_MAX);
    assert_eq!(floor(&index, 105), Some(entry(10)));
    dir.faults.limit_space(None);
    index.persist().unwrap();
    assert_eq!(index.persisted as usize, 2 * PENDING_MAX);
    assert_eq!(floor(&index, 105), Some(entry(10)));
}

#[test]
fn a_half_entry_at_the_end_of_the_file_is_ignored() {
    let dir = TestDir::new();
    drop(filled(&dir, 3, 0));
    let file = dir.path().join("00000000000000000000.index");
    let mut bytes = std::fs::read(&file).unwrap();
    assert_eq!(bytes[8..16], [0, 0, 0, 10, 0, 0, 0x10, 0]);
    bytes.extend([0, 0, 0]);
    std::fs::write(&file, bytes).unwrap();
    let path: Arc<Path> = dir.path().into();
    let index = OffsetIndex::open(&dir.disk(), &path, 0).unwrap();
    assert_eq!(index.count(), 3);
    assert_eq!(index.last().unwrap(), Some(entry(2)));
}
