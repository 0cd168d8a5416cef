//! `btrfs`: space and commits of each mounted Btrfs, out of `/sys/fs/btrfs/UUID`.
//!
//! Upstream also asks every mount by ioctl for errors and unused space of its devices
//! (`node_btrfs_device_errors_total`, `_device_unused_bytes`). No safe call is known for those, and
//! they are left out.

use super::attribute::{existing, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};

static INFO: Desc = Desc::gauge("node_btrfs_info", "Filesystem information");
static RESERVE: Desc = Desc::gauge(
    "node_btrfs_global_rsv_size_bytes",
    "Size of global reserve.",
);
static RESERVED: Desc = Desc::gauge(
    "node_btrfs_reserved_bytes",
    "Amount of space reserved for a data type",
);
static USED: Desc = Desc::gauge(
    "node_btrfs_used_bytes",
    "Amount of used space by a layout/data type",
);
static SIZE: Desc = Desc::gauge(
    "node_btrfs_size_bytes",
    "Amount of space allocated for a layout/data type",
);
static RATIO: Desc = Desc::gauge(
    "node_btrfs_allocation_ratio",
    "Data allocation ratio for a layout/data type",
);
static DEVICE_SIZE: Desc = Desc::gauge(
    "node_btrfs_device_size_bytes",
    "Size of a device that is part of the filesystem.",
);
/// Names in `commit_stats`, what one of them is in the unit of the family, and the family.
#[rustfmt::skip]
static COMMITS: [(&str, f64, Desc); 4] = [
    ("commits", 1.0, Desc::counter("node_btrfs_commits_total", "The total number of commits that have occurred.")),
    ("last_commit_ms", 1000.0, Desc::gauge("node_btrfs_last_commit_seconds", "Duration of the most recent commit, in seconds.")),
    ("max_commit_ms", 1000.0, Desc::gauge("node_btrfs_max_commit_seconds", "Duration of the slowest commit, in seconds.")),
    ("total_commit_ms", 1000.0, Desc::counter("node_btrfs_commit_seconds_total", "Sum of the duration of all commits, in seconds.")),
];
const TYPES: [&str; 3] = ["data", "metadata", "system"];
const SECTOR_BYTES: f64 = 512.0;

struct Btrfs {
    filesystems: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let filesystems = setup.paths.sys_tree("fs/btrfs");
    Box::new(Btrfs { filesystems })
}

impl Collector for Btrfs {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for name in existing(self.filesystems.devices())?.unwrap_or_default() {
            // Beside the filesystems lies `features`.
            if name.contains('-') {
                self.filesystem(&name, families)?;
            }
        }
        Ok(())
    }
}

impl Btrfs {
    fn filesystem(&mut self, name: &str, families: &mut Families) -> Result<(), CollectError> {
        let label = self.text(name, "label")?;
        let uuid = match self.text(name, "metadata_uuid")? {
            uuid if uuid.is_empty() => name.to_owned(),
            uuid => uuid,
        };
        let labels = [("uuid", uuid.as_str())];
        families.put(&INFO, &[labels[0], ("label", &label)], 1.0);
        let reserve = self.number(name, "allocation/global_rsv_size")?;
        families.put(&RESERVE, &labels, reserve);

        let commits = self.text(name, "commit_stats")?;
        for (subject, unit, desc) in &COMMITS {
            let count = commit_stat(&commits, subject).ok_or_else(|| {
                CollectError::malformed(format_args!("fs/btrfs/{name}/commit_stats"), "no number")
            })?;
            families.put(desc, &labels, count as f64 / unit);
        }
        let devices = list(&self.filesystems.root().join(name).join("devices"))?;
        for kind in TYPES {
            self.allocation(name, &uuid, kind, devices.len(), families)?;
        }
        for device in devices {
            let sectors = self.number(name, &format!("devices/{device}/size"))?;
            let labels = [labels[0], ("device", device.as_str())];
            families.put(&DEVICE_SIZE, &labels, sectors * SECTOR_BYTES);
        }
        Ok(())
    }

    fn allocation(
        &mut self,
        name: &str,
        uuid: &str,
        kind: &str,
        devices: usize,
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let directory = format!("allocation/{kind}");
        let labels = [("uuid", uuid), ("block_group_type", kind)];
        let reserved = self.number(name, &format!("{directory}/bytes_reserved"))?;
        families.put(&RESERVED, &labels, reserved);
        let path = self.filesystems.root().join(name).join(&directory);
        for layout in list(&path)? {
            if !path.join(&layout).is_dir() {
                continue;
            }
            let labels = [labels[0], labels[1], ("mode", layout.as_str())];
            let used = self.number(name, &format!("{directory}/{layout}/used_bytes"))?;
            families.put(&USED, &labels, used);
            let size = self.number(name, &format!("{directory}/{layout}/total_bytes"))?;
            families.put(&SIZE, &labels, size);
            families.put(&RATIO, &labels, ratio(&layout, devices));
        }
        Ok(())
    }

    /// Older kernels lack some files, which then say nothing.
    fn text(&mut self, name: &str, attribute: &str) -> Result<String, CollectError> {
        let text = existing(text(&mut self.filesystems, name, attribute))?;
        Ok(text.unwrap_or_default())
    }

    fn number(&mut self, name: &str, attribute: &str) -> Result<f64, CollectError> {
        let number: u64 = self.text(name, attribute)?.parse().unwrap_or(0);
        Ok(number as f64)
    }
}

/// 0 where the kernel does not count (before Linux 6.0).
fn commit_stat(text: &str, subject: &str) -> Option<u64> {
    let words = text.lines().map(|line| line.split_ascii_whitespace());
    let mut of_subject = words.filter_map(|mut words| {
        (words.next() == Some(subject)).then(|| words.next().unwrap_or_default())
    });
    match of_subject.next() {
        None => Some(0),
        Some(count) => count.parse().ok(),
    }
}

/// How much room of the devices a byte takes.
fn ratio(layout: &str, devices: usize) -> f64 {
    let devices = devices as f64;
    match layout {
        "single" | "raid0" => 1.0,
        "dup" | "raid1" | "raid10" => 2.0,
        "raid1c3" => 3.0,
        "raid1c4" => 4.0,
        "raid5" => devices / (devices - 1.0),
        "raid6" => devices / (devices - 2.0),
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::{commit_stat, ratio};

    #[test]
    fn commits_are_counted_since_linux_6() {
        let text = "commits 258051\nlast_commit_ms 1000\n";
        assert_eq!(commit_stat(text, "last_commit_ms"), Some(1000));
        assert_eq!(commit_stat(text, "max_commit_ms"), Some(0));
        assert_eq!(commit_stat("commits x\n", "commits"), None);
        assert_eq!(commit_stat("commits\n", "commits"), None);
    }

    #[test]
    fn redundancy_takes_room() {
        assert_eq!(ratio("raid5", 4), 4.0 / 3.0);
        assert_eq!(ratio("raid1", 2), 2.0);
        assert_eq!(ratio("new", 2), 0.0);
    }
}
