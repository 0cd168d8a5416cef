//! `dmmultipath`: disks that are reached by several paths, out of `/sys/block/dm-*`.

use super::attribute::{existing, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, list};

static INFO: Desc = Desc::gauge(
    "node_dmmultipath_device_info",
    "Non-numeric information about a DM-multipath device.",
);
static ACTIVE: Desc = Desc::gauge(
    "node_dmmultipath_device_active",
    "Whether the multipath device-mapper device is active (1) or suspended (0).",
);
static SIZE: Desc = Desc::gauge(
    "node_dmmultipath_device_size_bytes",
    "Size of the multipath device in bytes, read from /sys/block/<dm>/size.",
);
static PATHS: Desc = Desc::gauge(
    "node_dmmultipath_device_paths",
    "Number of paths for a multipath device.",
);
static PATHS_ACTIVE: Desc = Desc::gauge(
    "node_dmmultipath_device_paths_active",
    "Number of paths in active state (SCSI running or NVMe live) for a multipath device.",
);
static PATHS_FAILED: Desc = Desc::gauge(
    "node_dmmultipath_device_paths_failed",
    "Number of paths not in active state for a multipath device.",
);
static PATH_STATE: Desc = Desc::gauge(
    "node_dmmultipath_path_state",
    "Reports the underlying device state for a multipath path, as read from /sys/block/<dev>/device/state.",
);
const SECTOR_BYTES: f64 = 512.0;

struct DmMultipath {
    disks: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let disks = setup.paths.sys_tree("block");
    Box::new(DmMultipath { disks })
}

impl Collector for DmMultipath {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for disk in self.disks.devices()? {
            if !disk.starts_with("dm-") {
                continue;
            }
            let uuid = existing(text(&mut self.disks, &disk, "dm/uuid"))?.unwrap_or_default();
            if uuid.starts_with("mpath-") {
                self.device(&disk, &uuid, families)?;
            }
        }
        Ok(())
    }
}

impl DmMultipath {
    fn device(
        &mut self,
        disk: &str,
        uuid: &str,
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let name = text(&mut self.disks, disk, "dm/name")?;
        let is_suspended = self.number(disk, "dm/suspended")? == 1;
        let sectors = self.number(disk, "size")?;
        let labels = [("device", name.as_str()), ("sysfs_name", disk)];
        let [device, sysfs_name] = labels;
        families.put(&INFO, &[device, sysfs_name, ("uuid", uuid)], 1.0);
        families.put(&ACTIVE, &labels, f64::from(u8::from(!is_suspended)));
        families.put(&SIZE, &labels, sectors as f64 * SECTOR_BYTES);

        let paths = existing(list(&self.disks.root().join(disk).join("slaves")))?;
        let paths = paths.unwrap_or_default();
        let mut active = 0;
        for path in &paths {
            let state = text(&mut self.disks, path, "device/state")?;
            active += u32::from(matches!(state.as_str(), "running" | "live"));
            families.put(
                &PATH_STATE,
                &[device, ("path", path), ("state", &state)],
                1.0,
            );
        }
        let (paths, active) = (paths.len() as f64, f64::from(active));
        families.put(&PATHS, &labels, paths);
        families.put(&PATHS_ACTIVE, &labels, active);
        families.put(&PATHS_FAILED, &labels, paths - active);
        Ok(())
    }

    fn number(&mut self, disk: &str, attribute: &str) -> Result<u64, CollectError> {
        let text = text(&mut self.disks, disk, attribute)?;
        text.parse().map_err(|_| {
            let file = format_args!("block/{disk}/{attribute}");
            CollectError::malformed(file, "no number")
        })
    }
}
