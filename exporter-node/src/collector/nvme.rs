//! `nvme`: NVMe controllers and their namespaces, out of `/sys/class/nvme`.

use super::attribute::{offered, text};
use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::{KeptTree, ReadError, list};

static INFO: Desc = Desc::gauge(
    "node_nvme_info",
    "Non-numeric data from /sys/class/nvme/<device>, value is always 1.",
);
static NAMESPACE_INFO: Desc = Desc::gauge(
    "node_nvme_namespace_info",
    "Information about NVMe namespaces. Value is always 1",
);
static CAPACITY: Desc = Desc::gauge(
    "node_nvme_namespace_capacity_bytes",
    "Capacity of the NVMe namespace in bytes. Computed as namespace_size * namespace_logical_block_size",
);
static SIZE: Desc = Desc::gauge(
    "node_nvme_namespace_size_bytes",
    "Size of the NVMe namespace in bytes. Available in /sys/class/nvme/<device>/<namespace>/size",
);
static USED: Desc = Desc::gauge(
    "node_nvme_namespace_used_bytes",
    "Used space of the NVMe namespace in bytes. Available in /sys/class/nvme/<device>/<namespace>/nuse",
);
static BLOCK_SIZE: Desc = Desc::gauge(
    "node_nvme_namespace_logical_block_size_bytes",
    "Logical block size of the NVMe namespace in bytes. Usually 4Kb. Available in /sys/class/nvme/<device>/<namespace>/queue/logical_block_size",
);

/// Labels of the controller after its name, and their attributes.
const LABELS: [(&str, &str); 5] = [
    ("firmware_revision", "firmware_rev"),
    ("model", "model"),
    ("serial", "serial"),
    ("state", "state"),
    ("cntlid", "cntlid"),
];

struct Nvme {
    controllers: KeptTree,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let controllers = setup.paths.sys_tree("class/nvme");
    Box::new(Nvme { controllers })
}

impl Collector for Nvme {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        for device in self.controllers.devices()? {
            let mut values = Vec::with_capacity(LABELS.len());
            for (label, attribute) in LABELS {
                values.push((label, text(&mut self.controllers, &device, attribute)?));
            }
            let mut labels = vec![("device", device.as_str())];
            labels.extend(values.iter().map(|(label, value)| (*label, value.as_str())));
            families.put(&INFO, &labels, 1.0);
            for name in list(&self.controllers.root().join(&device))? {
                if let Some(id) = namespace_id(&name) {
                    self.namespace(&device, &name, id, families)?;
                }
            }
        }
        Ok(())
    }
}

impl Nvme {
    fn namespace(
        &mut self,
        device: &str,
        name: &str,
        id: &str,
        families: &mut Families,
    ) -> Result<(), ReadError> {
        let mut read = |file| text(&mut self.controllers, device, &format!("{name}/{file}"));
        // What is no number counts as 0, as upstream has it.
        let number = |text: String| text.parse::<u64>().unwrap_or(0);
        let used = number(read("nuse")?);
        let size = number(read("size")?);
        let block = number(read("queue/logical_block_size")?);
        let state = offered(&mut self.controllers, device, &format!("{name}/ana_state"))?;
        let state = state.as_deref().unwrap_or("unknown");

        let labels = [("device", device), ("nsid", id)];
        let info = [("device", device), ("nsid", id), ("ana_state", state)];
        families.put(&NAMESPACE_INFO, &info, 1.0);
        let bytes = |blocks: u64| blocks.wrapping_mul(block) as f64;
        families.put(&CAPACITY, &labels, bytes(size));
        families.put(&SIZE, &labels, bytes(size));
        families.put(&USED, &labels, bytes(used));
        families.put(&BLOCK_SIZE, &labels, block as f64);
        Ok(())
    }
}

/// `nvme0n1` is namespace 1. Paths of one with many (`nvme0c1n1`) are none of their own.
fn namespace_id(name: &str) -> Option<&str> {
    let (controller, id) = name.strip_prefix("nvme")?.split_once('n')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    (is_number(controller) && is_number(id)).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::namespace_id;

    #[test]
    fn namespaces_are_numbered() {
        let cases = [
            ("nvme0n1", Some("1")),
            ("nvme12n34", Some("34")),
            ("nvme0c1n1", None),
            ("nvme0", None),
            ("nvmen1", None),
            ("nvme0n", None),
            ("nvme0n1p1", None),
            ("power", None),
        ];
        for (name, expected) in cases {
            assert_eq!(namespace_id(name), expected, "{name}");
        }
    }
}
