//! What udev found out about a device when it appeared: read once, and again when udev writes the
//! file anew.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rustix::fs::stat;

use super::Disk;
use crate::families::{Desc, Families};
use crate::file::read_once;
use crate::paths::Paths;

/// udev's data of one device is some hundred lines.
const BYTES_MAX: usize = 256 << 10;

const INFO: Desc = Desc::gauge("node_disk_info", "Info of /sys/block/<block_device>.");
const FILESYSTEM: Desc = Desc::gauge("node_disk_filesystem_info", "Info about disk filesystem.");
const MAPPER: Desc = Desc::gauge(
    "node_disk_device_mapper_info",
    "Info about disk device mapper.",
);
const ATA: &[(&str, Desc)] = &[
    (
        "ID_ATA_WRITE_CACHE",
        Desc::gauge("node_disk_ata_write_cache", "ATA disk has a write cache."),
    ),
    (
        "ID_ATA_WRITE_CACHE_ENABLED",
        Desc::gauge(
            "node_disk_ata_write_cache_enabled",
            "ATA disk has its write cache enabled.",
        ),
    ),
    (
        "ID_ATA_ROTATION_RATE_RPM",
        Desc::gauge(
            "node_disk_ata_rotation_rate_rpm",
            "ATA disk rotation rate in RPMs (0 for SSDs).",
        ),
    ),
];

/// The properties of all devices.
#[derive(Debug)]
pub struct Udev {
    directory: PathBuf,
    devices: BTreeMap<(u32, u32), Properties>,
    round: u64,
}

#[derive(Debug, Default)]
struct Properties {
    /// Inode, time and length of the file that was read: udev replaces it.
    seen: Option<(u64, i64, i64, i64)>,
    values: BTreeMap<String, String>,
    round: u64,
}

impl Udev {
    /// Reads nothing yet.
    pub fn open(paths: &Paths) -> Self {
        Self {
            directory: paths.udev_data.clone(),
            devices: BTreeMap::new(),
            round: 0,
        }
    }

    /// Tells of a disk; where udev knows nothing of it, its labels are empty.
    pub(super) fn tell(&mut self, disk: &Disk<'_>, rotational: &str, families: &mut Families) {
        let (major, minor) = (disk.major.to_string(), disk.minor.to_string());
        let path = self.directory.join(format!("b{major}:{minor}"));
        let device = self.devices.entry((disk.major, disk.minor)).or_default();
        device.round = self.round;
        device.refresh(path);
        let of = |name: &str| device.values.get(name).map_or("", String::as_str);
        let serials = ["SCSI_IDENT_SERIAL", "ID_SERIAL_SHORT", "ID_SERIAL"];
        let serial = serials.map(of).into_iter().find(|text| !text.is_empty());
        let labels = [
            ("device", disk.device),
            ("major", &major),
            ("minor", &minor),
            ("model", of("ID_MODEL")),
            ("path", of("ID_PATH")),
            ("revision", of("ID_REVISION")),
            ("rotational", rotational),
            ("serial", serial.unwrap_or_default()),
            ("wwn", of("ID_WWN")),
        ];
        families.put(&INFO, &labels, 1.0);
        if !of("ID_FS_TYPE").is_empty() {
            let labels = [
                ("device", disk.device),
                ("type", of("ID_FS_TYPE")),
                ("usage", of("ID_FS_USAGE")),
                ("uuid", of("ID_FS_UUID")),
                ("version", of("ID_FS_VERSION")),
            ];
            families.put(&FILESYSTEM, &labels, 1.0);
        }
        if !of("DM_NAME").is_empty() {
            let labels = [
                ("device", disk.device),
                ("lv_layer", of("DM_LV_LAYER")),
                ("lv_name", of("DM_LV_NAME")),
                ("name", of("DM_NAME")),
                ("uuid", of("DM_UUID")),
                ("vg_name", of("DM_VG_NAME")),
            ];
            families.put(&MAPPER, &labels, 1.0);
        }
        if !of("ID_ATA").is_empty() {
            for (property, desc) in ATA {
                if let Ok(value) = of(property).parse::<f64>() {
                    families.put(desc, &[("device", disk.device)], value);
                }
            }
        }
    }

    /// Ends a round: devices that were not told of in it are forgotten.
    pub fn forget_gone(&mut self) {
        let round = self.round;
        self.devices.retain(|_, device| device.round == round);
        self.round += 1;
    }
}

impl Properties {
    fn refresh(&mut self, path: PathBuf) {
        let found = stat(&path).ok();
        let found = found.map(|file| {
            (
                file.st_ino,
                file.st_mtime,
                file.st_mtime_nsec as i64,
                file.st_size,
            )
        });
        if found == self.seen {
            return;
        }
        let text = read_once(&path, BYTES_MAX).unwrap_or_default();
        self.values = properties(&String::from_utf8_lossy(&text));
        self.seen = found;
    }
}

/// The lines `E:NAME=VALUE`.
pub fn properties(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("E:"));
    let pairs = lines.filter_map(|line| line.split_once('='));
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
