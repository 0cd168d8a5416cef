//! `mdadm`: software RAID, out of `/proc/mdstat` and `/sys/block/md*/md`.

mod mdstat;

use super::attribute::{existing, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptFile, KeptTree};

use mdstat::Array;
pub use mdstat::arrays;

static STATE: Desc = Desc::gauge("node_md_state", "Indicates the state of md-device.");
static DISKS: Desc = Desc::gauge(
    "node_md_disks",
    "Number of active/failed/spare disks of device.",
);
static DISKS_REQUIRED: Desc =
    Desc::gauge("node_md_disks_required", "Total number of disks of device.");
static BLOCKS: Desc = Desc::gauge("node_md_blocks", "Total number of blocks on device.");
static BLOCKS_SYNCED: Desc = Desc::gauge(
    "node_md_blocks_synced",
    "Number of blocks synced on device.",
);
static RAID_DISKS: Desc = Desc::gauge("node_md_raid_disks", "Number of raid disks on device.");
static DEGRADED: Desc = Desc::gauge("node_md_degraded", "Number of degraded disks on device.");

/// States that are told of, and how the parser calls them.
const STATES: [(&str, &str); 5] = [
    ("active", "active"),
    ("inactive", "inactive"),
    ("recovering", "recovering"),
    ("resync", "resyncing"),
    ("check", "checking"),
];
/// Levels of containers of other arrays, which have no disks of their own.
const CONTAINERS: [&str; 3] = ["container", "imsm", "ddf"];
/// Levels that can lose a disk.
const REDUNDANT: [&str; 5] = ["raid1", "raid4", "raid5", "raid6", "raid10"];

struct Mdadm {
    mdstat: KeptFile,
    disks: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(Mdadm {
        mdstat: setup.paths.proc_file("mdstat"),
        disks: setup.paths.sys_tree("block"),
    })
}

impl Collector for Mdadm {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.mdstat.text()?;
        let arrays = arrays(&text).map_err(|problem| CollectError::malformed("mdstat", problem))?;
        for array in &arrays {
            put(array, families);
        }
        for disk in existing(self.disks.devices())?.unwrap_or_default() {
            if disk.starts_with("md") {
                self.put_redundancy(&disk, families)?;
            }
        }
        Ok(())
    }
}

fn put(array: &Array<'_>, families: &mut Families) {
    let device = ("device", array.name);
    families.put(&DISKS_REQUIRED, &[device], array.disks_required as f64);
    let disks = [
        ("active", array.disks_active),
        ("failed", array.disks_failed),
        ("spare", array.disks_spare),
    ];
    for (state, count) in disks {
        families.put(&DISKS, &[device, ("state", state)], count as f64);
    }
    for (name, state) in STATES {
        let is_so = f64::from(u8::from(array.state == state));
        families.put(&STATE, &[device, ("state", name)], is_so);
    }
    families.put(&BLOCKS, &[device], array.blocks as f64);
    families.put(&BLOCKS_SYNCED, &[device], array.blocks_synced as f64);
}

impl Mdadm {
    fn put_redundancy(&mut self, disk: &str, families: &mut Families) -> Result<(), CollectError> {
        let Some(level) = existing(text(&mut self.disks, disk, "md/level"))? else {
            return Ok(());
        };
        let labels = [("device", disk)];
        if !level.is_empty() && !CONTAINERS.contains(&level.as_str()) {
            let disks = text(&mut self.disks, disk, "md/raid_disks")?;
            // While an array grows: `11 (10)`.
            let disks = disks.split(' ').next().unwrap_or_default();
            if let Ok(disks) = disks.parse::<u64>() {
                families.put(&RAID_DISKS, &labels, disks as f64);
            }
        }
        let degraded = match REDUNDANT.contains(&level.as_str()) {
            true => text(&mut self.disks, disk, "md/degraded")?,
            false => "0".to_owned(),
        };
        let degraded: u64 = degraded.parse().map_err(|_| {
            let file = format_args!("block/{disk}/md/degraded");
            CollectError::malformed(file, "no number")
        })?;
        families.put(&DEGRADED, &labels, degraded as f64);
        Ok(())
    }
}
