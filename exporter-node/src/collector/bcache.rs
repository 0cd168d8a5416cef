//! `bcache`: caches in front of slow disks, out of `/sys/fs/bcache/UUID`.
//!
//! ```text
//! UUID/tree_depth …                        the set
//! UUID/internal/btree_nodes …
//! UUID/bdev0/dirty_data, writeback_rate_debug, stats_total/cache_hits …   a disk
//! UUID/cache0/written, priority_stats …    a cache
//! ```

use service::flags::Flag;

use super::attribute::{existing, text};
use super::human::{Fraction, number, signed};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};

/// Attribute, what one of it is in the unit of the family, and the family.
type Value = (&'static str, f64, Desc);

#[rustfmt::skip]
static SET: [Value; 10] = [
    ("average_key_size", 1.0, Desc::gauge("node_bcache_average_key_size_sectors", "Average data per key in the btree (sectors).")),
    ("btree_cache_size", 1.0, Desc::gauge("node_bcache_btree_cache_size_bytes", "Amount of memory currently used by the btree cache.")),
    ("cache_available_percent", 1.0, Desc::gauge("node_bcache_cache_available_percent", "Percentage of cache device without dirty data, usable for writeback (may contain clean cached data).")),
    ("congested", 1.0, Desc::gauge("node_bcache_congested", "Congestion.")),
    ("root_usage_percent", 1.0, Desc::gauge("node_bcache_root_usage_percent", "Percentage of the root btree node in use (tree depth increases if too high).")),
    ("tree_depth", 1.0, Desc::gauge("node_bcache_tree_depth", "Depth of the btree.")),
    ("internal/active_journal_entries", 1.0, Desc::gauge("node_bcache_active_journal_entries", "Number of journal entries that are newer than the index.")),
    ("internal/btree_nodes", 1.0, Desc::gauge("node_bcache_btree_nodes", "Total nodes in the btree.")),
    ("internal/btree_read_average_duration_us", 1e-9, Desc::gauge("node_bcache_btree_read_average_duration_seconds", "Average btree read duration.")),
    ("internal/cache_read_races", 1.0, Desc::counter("node_bcache_cache_read_races_total", "Counts instances where while data was being read from the cache, the bucket was reused and invalidated - i.e. where the pointer was stale after the read completed.")),
];
#[rustfmt::skip]
static DISK: [Value; 7] = [
    ("dirty_data", 1.0, Desc::gauge("node_bcache_dirty_data_bytes", "Amount of dirty data for this backing device in the cache.")),
    ("stats_total/bypassed", 1.0, Desc::counter("node_bcache_bypassed_bytes_total", "Amount of IO (both reads and writes) that has bypassed the cache.")),
    ("stats_total/cache_hits", 1.0, Desc::counter("node_bcache_cache_hits_total", "Hits counted per individual IO as bcache sees them.")),
    ("stats_total/cache_misses", 1.0, Desc::counter("node_bcache_cache_misses_total", "Misses counted per individual IO as bcache sees them.")),
    ("stats_total/cache_bypass_hits", 1.0, Desc::counter("node_bcache_cache_bypass_hits_total", "Hits for IO intended to skip the cache.")),
    ("stats_total/cache_bypass_misses", 1.0, Desc::counter("node_bcache_cache_bypass_misses_total", "Misses for IO intended to skip the cache.")),
    ("stats_total/cache_miss_collisions", 1.0, Desc::counter("node_bcache_cache_miss_collisions_total", "Instances where data insertion from cache miss raced with write (data already present).")),
];
/// Since Linux 5.18 there is none.
static READAHEADS: Desc = Desc::counter(
    "node_bcache_cache_readaheads_total",
    "Count of times readahead occurred.",
);
/// Lines of `writeback_rate_debug`, what follows the number, and the family.
#[rustfmt::skip]
static WRITEBACK: [(&str, &str, Desc); 5] = [
    ("target:", "", Desc::gauge("node_bcache_dirty_target_bytes", "Current dirty data target threshold for this backing device in bytes.")),
    ("rate:", "/sec", Desc::gauge("node_bcache_writeback_rate", "Current writeback rate for this backing device in bytes.")),
    ("proportional:", "", Desc::gauge("node_bcache_writeback_rate_proportional_term", "Current result of proportional controller, part of writeback rate")),
    ("integral:", "", Desc::gauge("node_bcache_writeback_rate_integral_term", "Current result of integral controller, part of writeback rate")),
    ("change:", "/sec", Desc::gauge("node_bcache_writeback_change", "Last writeback rate change step for this backing device.")),
];
#[rustfmt::skip]
static CACHE: [Value; 3] = [
    ("io_errors", 1.0, Desc::gauge("node_bcache_io_errors", "Number of errors that have occurred, decayed by io_error_halflife.")),
    ("metadata_written", 1.0, Desc::counter("node_bcache_metadata_written_bytes_total", "Sum of all non data writes (btree writes and all other metadata).")),
    ("written", 1.0, Desc::counter("node_bcache_written_bytes_total", "Sum of all data that has been written to the cache.")),
];
#[rustfmt::skip]
static PRIORITIES: [(&str, &str, Desc); 2] = [
    ("Unused:", "%", Desc::gauge("node_bcache_priority_stats_unused_percent", "The percentage of the cache that doesn't contain any data.")),
    ("Metadata:", "%", Desc::gauge("node_bcache_priority_stats_metadata_percent", "Bcache's metadata overhead.")),
];
const PRIORITY_STATS: Flag = Flag::switch(
    "collector.bcache.priorityStats",
    false,
    "Expose expensive priority stats",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[&PRIORITY_STATS];

struct Bcache {
    sets: KeptTree,
    has_priorities: bool,
}

/// Part of a set, with the labels of what is told of it.
struct Part<'a> {
    set: &'a str,
    directory: &'a str,
    labels: &'a [(&'a str, &'a str)],
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Bcache {
        sets: setup.paths.sys_tree("fs/bcache"),
        has_priorities: setup.values.switch(&PRIORITY_STATS),
    })
}

impl Collector for Bcache {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for set in existing(self.sets.devices())?.unwrap_or_default() {
            if !set.contains('-') {
                continue;
            }
            let uuid = ("uuid", set.as_str());
            let part = Part {
                set: &set,
                directory: "",
                labels: &[uuid],
            };
            self.values(&part, &SET, families)?;
            for directory in list(&self.sets.root().join(&set))? {
                let numbered = |kind| {
                    let number = directory.strip_prefix(kind).unwrap_or_default();
                    number.starts_with(|c: char| c.is_ascii_digit())
                };
                let part = |label| [uuid, (label, directory.as_str())];
                let (labels, is_disk) = match (numbered("bdev"), numbered("cache")) {
                    (true, _) => (part("backing_device"), true),
                    (_, true) => (part("cache_device"), false),
                    _ => continue,
                };
                let part = Part {
                    set: &set,
                    directory: &directory,
                    labels: &labels,
                };
                match is_disk {
                    true => self.disk(&part, families)?,
                    false => self.cache(&part, families)?,
                }
            }
        }
        Ok(())
    }
}

impl Bcache {
    fn disk(&mut self, part: &Part<'_>, families: &mut Families) -> Result<(), CollectError> {
        self.values(part, &DISK, families)?;
        let readaheads = self.value(part, "stats_total/cache_readaheads")?;
        if readaheads > 0.0 {
            families.put(&READAHEADS, part.labels, readaheads);
        }
        self.lines(part, "writeback_rate_debug", &WRITEBACK, families)
    }

    fn cache(&mut self, part: &Part<'_>, families: &mut Families) -> Result<(), CollectError> {
        self.values(part, &CACHE, families)?;
        match self.has_priorities {
            true => self.lines(part, "priority_stats", &PRIORITIES, families),
            false => Ok(()),
        }
    }

    fn values(
        &mut self,
        part: &Part<'_>,
        values: &[Value],
        families: &mut Families,
    ) -> Result<(), CollectError> {
        for (attribute, unit, desc) in values {
            families.put(desc, part.labels, self.value(part, attribute)? * unit);
        }
        Ok(())
    }

    /// 0 where this kernel does not have it.
    fn value(&mut self, part: &Part<'_>, attribute: &str) -> Result<f64, CollectError> {
        let file = part.file(attribute);
        match existing(text(&mut self.sets, part.set, &file))? {
            None => Ok(0.0),
            Some(text) => number(&text, Fraction::Of1024).ok_or_else(|| part.malformed(attribute)),
        }
    }

    fn lines(
        &mut self,
        part: &Part<'_>,
        attribute: &str,
        lines: &[(&str, &str, Desc)],
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let text = text(&mut self.sets, part.set, &part.file(attribute))?;
        for (start, end, desc) in lines {
            let value = match text.lines().find_map(|line| line.strip_prefix(start)) {
                None => 0.0,
                Some(rest) => {
                    let word = rest.trim().trim_end_matches(end);
                    signed(word, Fraction::Of1024).ok_or_else(|| part.malformed(attribute))?
                }
            };
            families.put(desc, part.labels, value);
        }
        Ok(())
    }
}

impl Part<'_> {
    fn file(&self, attribute: &str) -> String {
        match self.directory {
            "" => attribute.to_owned(),
            directory => format!("{directory}/{attribute}"),
        }
    }

    fn malformed(&self, attribute: &str) -> CollectError {
        let file = format!("fs/bcache/{}/{}", self.set, self.file(attribute));
        CollectError::malformed(file, "no number")
    }
}
