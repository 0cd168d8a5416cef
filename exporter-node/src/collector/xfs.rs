//! `xfs`: what each mounted XFS did, out of `/sys/fs/xfs/DEVICE/stats/stats`.
//!
//! A line there is a subject and its counters: `dir 3 2 1 52`.

use super::attribute::{existing, trimmed};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptTree;

/// Subjects, and their counters in the order of the kernel (fs/xfs/xfs_stats.h).
#[rustfmt::skip]
static SUBJECTS: &[(&str, &[Desc])] = &[
    ("extent_alloc", &[
        Desc::counter("node_xfs_extent_allocation_extents_allocated_total", "Number of extents allocated for a filesystem."),
        Desc::counter("node_xfs_extent_allocation_blocks_allocated_total", "Number of blocks allocated for a filesystem."),
        Desc::counter("node_xfs_extent_allocation_extents_freed_total", "Number of extents freed for a filesystem."),
        Desc::counter("node_xfs_extent_allocation_blocks_freed_total", "Number of blocks freed for a filesystem."),
    ]),
    ("abt", &[
        Desc::counter("node_xfs_allocation_btree_lookups_total", "Number of allocation B-tree lookups for a filesystem."),
        Desc::counter("node_xfs_allocation_btree_compares_total", "Number of allocation B-tree compares for a filesystem."),
        Desc::counter("node_xfs_allocation_btree_records_inserted_total", "Number of allocation B-tree records inserted for a filesystem."),
        Desc::counter("node_xfs_allocation_btree_records_deleted_total", "Number of allocation B-tree records deleted for a filesystem."),
    ]),
    ("blk_map", &[
        Desc::counter("node_xfs_block_mapping_reads_total", "Number of block map for read operations for a filesystem."),
        Desc::counter("node_xfs_block_mapping_writes_total", "Number of block map for write operations for a filesystem."),
        Desc::counter("node_xfs_block_mapping_unmaps_total", "Number of block unmaps (deletes) for a filesystem."),
        Desc::counter("node_xfs_block_mapping_extent_list_insertions_total", "Number of extent list insertions for a filesystem."),
        Desc::counter("node_xfs_block_mapping_extent_list_deletions_total", "Number of extent list deletions for a filesystem."),
        Desc::counter("node_xfs_block_mapping_extent_list_lookups_total", "Number of extent list lookups for a filesystem."),
        Desc::counter("node_xfs_block_mapping_extent_list_compares_total", "Number of extent list compares for a filesystem."),
    ]),
    ("bmbt", &[
        Desc::counter("node_xfs_block_map_btree_lookups_total", "Number of block map B-tree lookups for a filesystem."),
        Desc::counter("node_xfs_block_map_btree_compares_total", "Number of block map B-tree compares for a filesystem."),
        Desc::counter("node_xfs_block_map_btree_records_inserted_total", "Number of block map B-tree records inserted for a filesystem."),
        Desc::counter("node_xfs_block_map_btree_records_deleted_total", "Number of block map B-tree records deleted for a filesystem."),
    ]),
    ("dir", &[
        Desc::counter("node_xfs_directory_operation_lookup_total", "Number of file name directory lookups which miss the operating systems directory name lookup cache."),
        Desc::counter("node_xfs_directory_operation_create_total", "Number of times a new directory entry was created for a filesystem."),
        Desc::counter("node_xfs_directory_operation_remove_total", "Number of times an existing directory entry was created for a filesystem."),
        Desc::counter("node_xfs_directory_operation_getdents_total", "Number of times the directory getdents operation was performed for a filesystem."),
    ]),
    ("ig", &[
        Desc::counter("node_xfs_inode_operation_attempts_total", "Number of times the OS looked for an XFS inode in the inode cache."),
        Desc::counter("node_xfs_inode_operation_found_total", "Number of times the OS looked for and found an XFS inode in the inode cache."),
        Desc::counter("node_xfs_inode_operation_recycled_total", "Number of times the OS found an XFS inode in the cache, but could not use it as it was being recycled."),
        Desc::counter("node_xfs_inode_operation_missed_total", "Number of times the OS looked for an XFS inode in the cache, but did not find it."),
        Desc::counter("node_xfs_inode_operation_duplicates_total", "Number of times the OS tried to add a missing XFS inode to the inode cache, but found it had already been added by another process."),
        Desc::counter("node_xfs_inode_operation_reclaims_total", "Number of times the OS reclaimed an XFS inode from the inode cache to free memory for another purpose."),
        Desc::counter("node_xfs_inode_operation_attribute_changes_total", "Number of times the OS explicitly changed the attributes of an XFS inode."),
    ]),
    ("rw", &[
        Desc::counter("node_xfs_write_calls_total", "Number of write(2) system calls made to files in a filesystem."),
        Desc::counter("node_xfs_read_calls_total", "Number of read(2) system calls made to files in a filesystem."),
    ]),
    ("vnodes", &[
        Desc::counter("node_xfs_vnode_active_total", "Number of vnodes not on free lists for a filesystem."),
        Desc::counter("node_xfs_vnode_allocate_total", "Number of times vn_alloc called for a filesystem."),
        Desc::counter("node_xfs_vnode_get_total", "Number of times vn_get called for a filesystem."),
        Desc::counter("node_xfs_vnode_hold_total", "Number of times vn_hold called for a filesystem."),
        Desc::counter("node_xfs_vnode_release_total", "Number of times vn_rele called for a filesystem."),
        Desc::counter("node_xfs_vnode_reclaim_total", "Number of times vn_reclaim called for a filesystem."),
        Desc::counter("node_xfs_vnode_remove_total", "Number of times vn_remove called for a filesystem."),
    ]),
];

struct Xfs {
    filesystems: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let filesystems = setup.paths.sys_tree("fs/xfs");
    Box::new(Xfs { filesystems })
}

impl Collector for Xfs {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for device in existing(self.filesystems.devices())?.unwrap_or_default() {
            // Beside the filesystems lies the sum of all.
            if device == "stats" {
                continue;
            }
            let Some(bytes) = existing(self.filesystems.read(&device, "stats/stats"))? else {
                continue;
            };
            let labels = [("device", device.as_str())];
            let put = |desc: &Desc, count| families.put(desc, &labels, f64::from(count));
            each(&trimmed(bytes), put).ok_or_else(|| {
                let file = format_args!("fs/xfs/{device}/stats/stats");
                CollectError::malformed(file, "a subject lacks a counter of 32 bits")
            })?;
        }
        Ok(())
    }
}

/// Subjects and counters that are not in the table are newer than it, or of no use.
fn each(text: &str, mut put: impl FnMut(&Desc, u32)) -> Option<()> {
    for line in text.lines() {
        let mut words = line.split_ascii_whitespace();
        let subject = words.next().unwrap_or_default();
        let Some((_, counters)) = SUBJECTS.iter().find(|(name, _)| *name == subject) else {
            continue;
        };
        for desc in *counters {
            put(desc, words.next()?.parse().ok()?);
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn counters_stand_in_the_order_of_the_kernel() {
        let check = |text: &str, expected: Option<&str>| {
            let mut told = String::new();
            let result = each(text, |desc, count| {
                let name = desc.name.trim_start_matches("node_xfs_");
                told.push_str(&format!("{name}={count} "));
            });
            assert_eq!(result.map(|()| told.as_str()), expected, "{text:?}");
        };
        check(
            "rw 28 1\n",
            Some("write_calls_total=28 read_calls_total=1 "),
        );
        check("xpc 3571712 3568056 0\n\nnew 1\n", Some(""));
        check("rw 28\n", None);
        check("rw 28 4294967296\n", None);
        check("rw 28 x\n", None);
    }
}
