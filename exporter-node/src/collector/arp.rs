//! `arp`: entries of the ARP table by device, out of `/proc/net/arp`.
//!
//! Not by netlink, as upstream does by default: the file is the answer to the same question, costs
//! one read, and follows `--path.procfs`.

use std::collections::BTreeMap;

use service::flags::Flag;

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;
use crate::filter::DeviceFilter;

static ENTRIES: Desc = Desc::gauge("node_arp_entries", "ARP entries by device");

const INCLUDE: Flag = Flag::text(
    "collector.arp.device-include",
    "",
    "Regexp of arp devices to include (mutually exclusive to device-exclude)",
);
const EXCLUDE: Flag = Flag::text(
    "collector.arp.device-exclude",
    "",
    "Regexp of arp devices to exclude (mutually exclusive to device-include)",
);
const NETLINK: Flag = Flag::switch(
    "collector.arp.netlink",
    false,
    "Gather statistics by netlink: not there, /proc/net/arp says the same",
);

/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[&INCLUDE, &EXCLUDE, &NETLINK];

struct Arp {
    table: KeptFile,
    devices: DeviceFilter,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    if setup.values.switch(&NETLINK) {
        let message = "is not there: the collector reads /proc/net/arp, which says the same";
        setup.values.problem(&NETLINK, message);
    }
    Box::new(Arp {
        table: setup.paths.proc_short_lines("net/arp"),
        devices: DeviceFilter::read(setup.values, &INCLUDE, &EXCLUDE),
    })
}

impl Collector for Arp {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.table.text()?;
        let entries = entries(&text).ok_or_else(|| {
            CollectError::malformed(
                "net/arp",
                "a line has neither six columns nor a title's nine",
            )
        })?;
        for (device, count) in entries {
            if !self.devices.ignores(device) {
                families.put(&ENTRIES, &[("device", device)], f64::from(count));
            }
        }
        Ok(())
    }
}

/// Counts lines by their last column. The title has nine words, an entry six.
fn entries(text: &str) -> Option<BTreeMap<&str, u32>> {
    let mut devices = BTreeMap::new();
    for line in text.lines() {
        let mut columns = line.split_ascii_whitespace();
        match columns.clone().count() {
            0 | 9 => {}
            6 => *devices.entry(columns.nth(5)?).or_insert(0) += 1,
            _ => return None,
        }
    }
    Some(devices)
}

#[cfg(test)]
mod tests {
    use super::entries;

    #[test]
    fn entries_are_counted_by_device() {
        let title = "IP address HW type Flags HW address Mask Device\n";
        let entry = "192.0.2.1 0x1 0x2 cc:aa:dd:ee:aa:bb * eth0\n";
        let two = format!("{title}{entry}{entry}");
        let count = |text| entries(text).map(|devices| devices.into_iter().collect::<Vec<_>>());
        assert_eq!(count(title), Some(Vec::new()));
        assert_eq!(count(&two), Some(vec![("eth0", 2)]));
        assert_eq!(count("192.0.2.1 0x1 0x2 cc:aa:dd:ee:aa:bb *\n"), None);
    }
}
