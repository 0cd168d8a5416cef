//! `netclass`: the attributes of each network interface in `/sys/class/net`.
//!
//! node_exporter opens 30 files per interface in each scrape, which is a third of its cost. Here they
//! stay open, and most are not read: one answer of netlink tells the same of all interfaces, where
//! sysfs is that of this process's network.

mod told;

use std::collections::HashMap;
use std::io::ErrorKind;

use exposition::Kind;
use regex::Regex;
use service::flags::Flag;

use super::netdev::{self, Attributes, Link};
use super::{CollectError, Collector, Round, Setup, attribute};
use crate::families::{Desc, Families};
use crate::file::KeptTree;
use crate::filter::pattern;
use crate::netlink::Netlink;

const IGNORED: Flag = Flag::text(
    "collector.netclass.ignored-devices",
    "^$",
    "Regexp of net devices to ignore for netclass collector",
);
const IGNORE_INVALID_SPEED: Flag = Flag::switch(
    "collector.netclass.ignore-invalid-speed",
    false,
    "Ignore devices where the speed is invalid",
);
const NETLINK: Flag = Flag::switch(
    "collector.netclass.netlink",
    false,
    "Use netlink to gather stats; not here, as open files cost less",
)
.hidden();

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[&IGNORED, &IGNORE_INVALID_SPEED, &NETLINK];

const UP: Desc = Desc::gauge(
    "node_network_up",
    "Value is 1 if operstate is 'up', 0 otherwise.",
);
const INFO: Desc = Desc::gauge(
    "node_network_info",
    "Non-numeric data from /sys/class/net/<iface>, value is always 1.",
);

/// Texts, as labels of `node_network_info`.
const TEXTS: [(&str, &str); 5] = [
    ("address", "address"),
    ("broadcast", "broadcast"),
    ("duplex", "duplex"),
    ("ifalias", "ifalias"),
    ("operstate", "operstate"),
];
const FLAGS_AT: &str = "flags";
const SPEED_AT: &str = "speed";
/// Numbers: the attribute and upstream's family.
const NUMBERS: &[(&str, Desc)] = &[
    (
        "addr_assign_type",
        Desc::gauge(
            "node_network_address_assign_type",
            "Network device property: address_assign_type",
        ),
    ),
    (
        "carrier",
        Desc::gauge("node_network_carrier", "Network device property: carrier"),
    ),
    (
        "carrier_changes",
        Desc::counter(
            "node_network_carrier_changes_total",
            "Network device property: carrier_changes_total",
        ),
    ),
    (
        "carrier_up_count",
        Desc::counter(
            "node_network_carrier_up_changes_total",
            "Network device property: carrier_up_changes_total",
        ),
    ),
    (
        "carrier_down_count",
        Desc::counter(
            "node_network_carrier_down_changes_total",
            "Network device property: carrier_down_changes_total",
        ),
    ),
    (
        "dev_id",
        Desc::gauge(
            "node_network_device_id",
            "Network device property: device_id",
        ),
    ),
    (
        "dormant",
        Desc::gauge("node_network_dormant", "Network device property: dormant"),
    ),
    (
        FLAGS_AT,
        Desc::gauge("node_network_flags", "Network device property: flags"),
    ),
    (
        "ifindex",
        Desc::gauge("node_network_iface_id", "Network device property: iface_id"),
    ),
    (
        "iflink",
        Desc::gauge(
            "node_network_iface_link",
            "Network device property: iface_link",
        ),
    ),
    (
        "link_mode",
        Desc::gauge(
            "node_network_iface_link_mode",
            "Network device property: iface_link_mode",
        ),
    ),
    (
        "mtu",
        Desc::gauge(
            "node_network_mtu_bytes",
            "Network device property: mtu_bytes",
        ),
    ),
    (
        "name_assign_type",
        Desc::gauge(
            "node_network_name_assign_type",
            "Network device property: name_assign_type",
        ),
    ),
    (
        "netdev_group",
        Desc::gauge(
            "node_network_net_dev_group",
            "Network device property: net_dev_group",
        ),
    ),
    (
        SPEED_AT,
        Desc::gauge(
            "node_network_speed_bytes",
            "Network device property: speed_bytes",
        ),
    ),
    (
        "tx_queue_len",
        Desc::gauge(
            "node_network_transmit_queue_length",
            "Network device property: transmit_queue_length",
        ),
    ),
    (
        "type",
        Desc::gauge(
            "node_network_protocol_type",
            "Network device property: protocol_type",
        ),
    ),
];

struct Netclass {
    devices: KeptTree,
    ignored: Option<Regex>,
    ignore_invalid_speed: bool,
    /// Where sysfs may tell of the network that netlink tells of.
    netlink: Option<Asked>,
    round: Round,
}

#[derive(Default)]
struct Asked {
    socket: Option<Netlink>,
    /// The interfaces that are the same in sysfs, by their names, with their indices.
    same: HashMap<String, u32>,
}

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    if setup.values.switch(&NETLINK) {
        let message = "is not offered: the attributes of sysfs, kept open, cost less; remove it";
        setup.values.problem(&NETLINK, message);
    }
    Box::new(Netclass {
        devices: setup.paths.sys_tree("class/net"),
        ignored: pattern(setup.values, &IGNORED),
        ignore_invalid_speed: setup.values.switch(&IGNORE_INVALID_SPEED),
        netlink: setup.paths.is_own_sysfs().then(Asked::default),
        round: setup.round.clone(),
    })
}

impl Collector for Netclass {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let devices = self.devices.devices()?;
        let links = self.links();
        let links_of = links.as_deref().unwrap_or_default();
        for device in &devices {
            let ignored = self.ignored.as_ref();
            if !ignored.is_some_and(|pattern| pattern.is_match(device)) {
                let link = links_of.iter().find(|link| link.name == *device);
                self.tell(device, link.map(|link| &link.attributes), families)?;
            }
        }
        if let Some(links) = links {
            self.round.put_links(links);
        }
        Ok(())
    }
}

impl Netclass {
    /// What netlink tells, where that is what sysfs tells: all interfaces have the same index and
    /// address there. A container may have the machine's sysfs and a network of its own.
    fn links(&mut self) -> Option<Vec<Link>> {
        let asked = self.netlink.as_mut()?;
        let links = netdev::links(&mut asked.socket).ok()?;
        asked
            .same
            .retain(|name, _| links.iter().any(|link| link.name == *name));
        for link in &links {
            let Attributes { index, address, .. } = &link.attributes;
            if asked.same.get(&link.name) == Some(index) {
                continue;
            }
            // Another one may have taken the name, and the files that are open are the old one's.
            self.devices.close_device(&link.name);
            let is_same = self.devices.number(&link.name, "ifindex") == Some(*index)
                && self.devices.line(&link.name, "address") == Some(address);
            if !is_same {
                asked.same.clear();
                return None;
            }
            asked.same.insert(link.name.clone(), *index);
        }
        Some(links)
    }

    fn tell(
        &mut self,
        device: &str,
        link: Option<&Attributes>,
        families: &mut Families,
    ) -> Result<(), CollectError> {
        let mut texts: [String; TEXTS.len()] = Default::default();
        let mut found = false;
        for ((_, attribute), text) in TEXTS.iter().zip(&mut texts) {
            let value = match link.and_then(|link| told::text(link, attribute)) {
                Some(value) => Some(value.to_owned()),
                None => self.attribute(device, attribute)?,
            };
            if let Some(value) = value {
                *text = value;
                found = true;
            }
        }
        // No interface: `bonding_masters` is a file, and what was unplugged has gone.
        if !found {
            return Ok(());
        }
        let mut admin = "unknown";
        for (attribute, desc) in NUMBERS {
            let value = match link.and_then(|link| told::number(link, attribute)) {
                Some(value) => value,
                None => self
                    .attribute(device, attribute)?
                    .and_then(|text| attribute::integer(&text)),
            };
            let Some(mut value) = value else {
                continue;
            };
            if *attribute == FLAGS_AT {
                admin = if value & 1 == 1 { "up" } else { "down" };
            }
            if *attribute == SPEED_AT {
                if value < 0 && self.ignore_invalid_speed {
                    continue;
                }
                value = value.saturating_mul(1_000_000) / 8;
            }
            families.put(desc, &[("device", device)], value as f64);
        }
        let [address, broadcast, duplex, ifalias, operstate] = texts.each_ref().map(String::as_str);
        let up = f64::from(u8::from(operstate == "up"));
        families.put_named(Kind::Gauge, UP.name, UP.help, &[("device", device)], up);
        let labels = [
            ("address", address),
            ("adminstate", admin),
            ("broadcast", broadcast),
            ("device", device),
            ("duplex", duplex),
            ("ifalias", ifalias),
            ("operstate", operstate),
        ];
        families.put(&INFO, &labels, 1.0);
        Ok(())
    }

    /// `None` where the device has no such attribute, or does not tell it: a link that is down has
    /// no speed. `bonding_masters`, a file among the devices, has none at all.
    fn attribute(&mut self, device: &str, name: &str) -> Result<Option<String>, CollectError> {
        match attribute::offered(&mut self.devices, device, name) {
            Err(error) if error.source.kind() == ErrorKind::NotADirectory => Ok(None),
            found => Ok(found?),
        }
    }
}
