//! `netdev`: what each network interface has received and sent.
//!
//! By netlink, as upstream: the kernel's own table has columns that `/proc/net/dev` lacks or adds up.

mod addresses;
mod links;
mod proc;

use service::flags::Flag;

pub(super) use links::{Attributes, Link};

use super::{CollectError, Collector, Round, Setup};
use crate::families::Families;
use crate::file::{KeptFile, KeptTree};
use crate::filter::DeviceFilter;
use crate::netlink::{Netlink, Protocol};

const INCLUDE: Flag = Flag::text(
    "collector.netdev.device-include",
    "",
    "Regexp of net devices to include (mutually exclusive to device-exclude)",
);
const EXCLUDE: Flag = Flag::text(
    "collector.netdev.device-exclude",
    "",
    "Regexp of net devices to exclude (mutually exclusive to device-include)",
);
const WHITELIST: Flag = Flag::renamed("collector.netdev.device-whitelist", &INCLUDE);
const BLACKLIST: Flag = Flag::renamed("collector.netdev.device-blacklist", &EXCLUDE);
const NETLINK: Flag = Flag::switch(
    "collector.netdev.netlink",
    true,
    "Use netlink to gather stats instead of /proc/net/dev",
);
const ADDRESS_INFO: Flag = Flag::switch(
    "collector.netdev.address-info",
    false,
    "Collect address-info for every device",
);
const DETAILED: Flag = Flag::switch(
    "collector.netdev.enable-detailed-metrics",
    false,
    "Use (incompatible) metric names that provide more detailed stats",
);
const LABEL_IFALIAS: Flag =
    Flag::switch("collector.netdev.label-ifalias", false, "Add ifAlias label");

/// The flags of this collector.
pub const FLAGS: &[&Flag] = &[
    &INCLUDE,
    &EXCLUDE,
    &WHITELIST,
    &BLACKLIST,
    &NETLINK,
    &ADDRESS_INFO,
    &DETAILED,
    &LABEL_IFALIAS,
];

struct Netdev {
    source: Source,
    filter: DeviceFilter,
    detailed: bool,
    /// Where addresses are told, too.
    with_addresses: bool,
    /// Where the alias is a label.
    aliases: Option<KeptTree>,
    socket: Option<Netlink>,
    round: Round,
}

enum Source {
    Netlink,
    Proc(KeptFile),
}

/// What one interface has counted: upstream's key and the value.
type Counts = Vec<(&'static str, u64)>;

/// Makes the collector.
pub fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let source = match setup.values.switch(&NETLINK) {
        true => Source::Netlink,
        false => Source::Proc(setup.paths.proc_file("net/dev")),
    };
    let with_alias = setup.values.switch(&LABEL_IFALIAS);
    Box::new(Netdev {
        source,
        filter: DeviceFilter::read(setup.values, &INCLUDE, &EXCLUDE),
        detailed: setup.values.switch(&DETAILED),
        with_addresses: setup.values.switch(&ADDRESS_INFO),
        aliases: with_alias.then(|| setup.paths.sys_tree("class/net")),
        socket: None,
        round: setup.round.clone(),
    })
}

impl Collector for Netdev {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let devices = match &mut self.source {
            Source::Netlink => {
                // `netclass` has asked, where it is on.
                let links = match self.round.take_links() {
                    Some(links) => links,
                    None => links(&mut self.socket)?,
                };
                let counted = links.into_iter();
                let counted = counted.filter(|link| !link.counts.is_empty());
                counted.map(|link| (link.name, link.counts)).collect()
            }
            Source::Proc(file) => proc::parse(&file.text()?)?,
        };
        if let Some(aliases) = &mut self.aliases {
            // Closes what belongs to interfaces that have gone.
            aliases.devices()?;
        }
        let mut name = String::new();
        let mut help = String::new();
        for (device, mut counts) in devices {
            if self.filter.ignores(&device) {
                continue;
            }
            if !self.detailed {
                merge(&mut counts);
            }
            let alias = self.aliases.as_mut();
            let alias = alias.map(|tree| tree.line(&device, "ifalias").unwrap_or_default());
            let mut labels = vec![("device", &*device)];
            labels.extend(alias.map(|alias| ("ifalias", alias)));
            for (key, value) in counts {
                name.clear();
                name.extend(["node_network_", key, "_total"]);
                help.clear();
                help.extend(["Network device statistic ", key, "."]);
                let kind = exposition::Kind::Counter;
                families.put_named(kind, &name, &help, &labels, value as f64);
            }
        }
        if self.with_addresses {
            for address in ask(&mut self.socket, addresses::read)? {
                if !self.filter.ignores(&address.device) {
                    address.tell(families);
                }
            }
        }
        Ok(())
    }
}

/// The kernel's table of interfaces.
pub(super) fn links(kept: &mut Option<Netlink>) -> Result<Vec<Link>, CollectError> {
    ask(kept, links::read)
}

/// Asks over the socket that is open, or a new one; one that failed is not used again.
fn ask<T>(
    kept: &mut Option<Netlink>,
    question: impl Fn(&mut Netlink) -> std::io::Result<T>,
) -> Result<T, CollectError> {
    let system = |source| CollectError::System {
        what: "netlink",
        source,
    };
    let mut socket = match kept.take() {
        Some(socket) => socket,
        None => Netlink::open(Protocol::Route).map_err(system)?,
    };
    let mut answer = question(&mut socket);
    if matches!(&answer, Err(error) if error.kind() == std::io::ErrorKind::Interrupted) {
        socket = Netlink::open(Protocol::Route).map_err(system)?;
        answer = question(&mut socket);
    }
    let answer = answer.map_err(system)?;
    *kept = Some(socket);
    Ok(answer)
}

/// The names that `/proc/net/dev` has made known, each with what counts as it: the first is what is
/// renamed, the others are added to it.
const MERGED: &[(&str, &[&str])] = &[
    ("receive_errs", &["receive_errors"]),
    (
        "receive_drop",
        &["receive_dropped", "receive_missed_errors"],
    ),
    ("receive_fifo", &["receive_fifo_errors"]),
    (
        "receive_frame",
        &[
            "receive_frame_errors",
            "receive_length_errors",
            "receive_over_errors",
            "receive_crc_errors",
        ],
    ),
    ("receive_multicast", &["multicast"]),
    ("transmit_errs", &["transmit_errors"]),
    ("transmit_drop", &["transmit_dropped"]),
    ("transmit_fifo", &["transmit_fifo_errors"]),
    ("transmit_colls", &["collisions"]),
    (
        "transmit_carrier",
        &[
            "transmit_carrier_errors",
            "transmit_aborted_errors",
            "transmit_heartbeat_errors",
            "transmit_window_errors",
        ],
    ),
];

fn merge(counts: &mut Counts) {
    for (name, parts) in MERGED {
        let (Some(first), Some(_)) = (parts.first(), counts.first()) else {
            continue;
        };
        if !counts.iter().any(|(key, _)| key == first) {
            continue;
        }
        let is_part = |key: &str| parts.contains(&key);
        let of_parts = counts.iter().filter(|(key, _)| is_part(key));
        let sum = of_parts.fold(0u64, |sum, (_, value)| sum.wrapping_add(*value));
        counts.retain(|(key, _)| !is_part(key));
        counts.push((name, sum));
    }
}

#[cfg(test)]
mod tests;
