//! `dmi`: what the firmware says of the machine, out of `/sys/class/dmi/id`, read once: it changes
//! at a boot only.

use super::attribute::{existing, is_not_offered, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, ReadError};

static INFO: Desc = Desc::gauge(
    "node_dmi_info",
    "A metric with a constant '1' value labeled by bios_date, bios_release, bios_vendor, bios_version, \
     board_asset_tag, board_name, board_serial, board_vendor, board_version, chassis_asset_tag, \
     chassis_serial, chassis_vendor, chassis_version, product_family, product_name, product_serial, \
     product_sku, product_uuid, product_version, system_vendor if provided by DMI.",
);

/// Labels, and the files they are read from. Serial numbers are for root only, and left out
/// for others.
#[rustfmt::skip]
const LABELS: [(&str, &str); 20] = [
    ("bios_date", "bios_date"),
    ("bios_release", "bios_release"),
    ("bios_vendor", "bios_vendor"),
    ("bios_version", "bios_version"),
    ("board_asset_tag", "board_asset_tag"),
    ("board_name", "board_name"),
    ("board_serial", "board_serial"),
    ("board_vendor", "board_vendor"),
    ("board_version", "board_version"),
    ("chassis_asset_tag", "chassis_asset_tag"),
    ("chassis_serial", "chassis_serial"),
    ("chassis_vendor", "chassis_vendor"),
    ("chassis_version", "chassis_version"),
    ("product_family", "product_family"),
    ("product_name", "product_name"),
    ("product_serial", "product_serial"),
    ("product_sku", "product_sku"),
    ("product_uuid", "product_uuid"),
    ("product_version", "product_version"),
    ("system_vendor", "sys_vendor"),
];

struct Dmi {
    class: KeptTree,
    labels: Option<Vec<(&'static str, String)>>,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let class = setup.paths.sys_tree("class/dmi");
    Box::new(Dmi {
        class,
        labels: None,
    })
}

impl Collector for Dmi {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let labels = match self.labels.take() {
            Some(labels) => labels,
            None => read(&mut self.class)?,
        };
        let pairs: Vec<(&str, &str)> = labels
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let is_empty = pairs.is_empty();
        if !is_empty {
            families.put(&INFO, &pairs, 1.0);
        }
        self.labels = Some(labels);
        if is_empty {
            return Err(CollectError::NoData);
        }
        Ok(())
    }
}

fn read(class: &mut KeptTree) -> Result<Vec<(&'static str, String)>, ReadError> {
    let mut labels = Vec::new();
    // A machine without such firmware does not get one.
    let Some(_) = existing(class.devices())? else {
        return Ok(labels);
    };
    for (label, file) in LABELS {
        match text(class, "id", file) {
            Ok(value) => labels.push((label, value)),
            Err(error) if is_not_offered(&error) => {}
            Err(error) => return Err(error),
        }
    }
    // What was read is kept, the files need not stay open.
    class.close();
    Ok(labels)
}
