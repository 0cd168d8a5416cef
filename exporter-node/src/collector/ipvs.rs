//! `ipvs`: the kernel's load balancer, out of `/proc/net/ip_vs` and `/proc/net/ip_vs_stats`.

mod backends;

use std::collections::BTreeMap;

use service::flags::Flag;

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

use backends::{Backend, backends};

#[rustfmt::skip]
static TOTALS: [Desc; 5] = [
    Desc::counter("node_ipvs_connections_total", "The total number of connections made."),
    Desc::counter("node_ipvs_incoming_packets_total", "The total number of incoming packets."),
    Desc::counter("node_ipvs_outgoing_packets_total", "The total number of outgoing packets."),
    Desc::counter("node_ipvs_incoming_bytes_total", "The total amount of incoming data."),
    Desc::counter("node_ipvs_outgoing_bytes_total", "The total amount of outgoing data."),
];
static ACTIVE: Desc = Desc::gauge(
    "node_ipvs_backend_connections_active",
    "The current active connections by local and remote address.",
);
static INACTIVE: Desc = Desc::gauge(
    "node_ipvs_backend_connections_inactive",
    "The current inactive connections by local and remote address.",
);
static WEIGHT: Desc = Desc::gauge(
    "node_ipvs_backend_weight",
    "The current backend weight by local and remote address.",
);
const LABELS: [&str; 6] = [
    "local_address",
    "local_port",
    "remote_address",
    "remote_port",
    "proto",
    "local_mark",
];
const BACKEND_LABELS: Flag = Flag::text(
    "collector.ipvs.backend-labels",
    "local_address,local_port,remote_address,remote_port,proto,local_mark",
    "Comma separated list for IPVS backend stats labels",
);
/// The flags of this file.
pub(super) const FLAGS: &[&Flag] = &[&BACKEND_LABELS];

struct Ipvs {
    statistics: KeptFile,
    table: KeptFile,
    /// Of [`LABELS`], those that are told.
    labels: Vec<usize>,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let chosen = setup.values.text(&BACKEND_LABELS);
    let chosen: Vec<&str> = chosen.split(',').filter(|name| !name.is_empty()).collect();
    for unknown in chosen.iter().filter(|name| !LABELS.contains(name)) {
        let message = format!("unknown IPVS backend label \"{unknown}\"");
        setup.values.problem(&BACKEND_LABELS, message);
    }
    let is_chosen = |(_, name): &(usize, &str)| chosen.contains(name);
    let labels = LABELS.into_iter().enumerate().filter(is_chosen);
    Box::new(Ipvs {
        statistics: setup.paths.proc_file("net/ip_vs_stats"),
        table: setup.paths.proc_file("net/ip_vs"),
        labels: labels.map(|(at, _)| at).collect(),
    })
}

impl Collector for Ipvs {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let text = self.statistics.text()?;
        let totals = totals(&text).ok_or_else(|| {
            CollectError::malformed("net/ip_vs_stats", "no five hexadecimal totals in line 3")
        })?;
        for (desc, total) in TOTALS.iter().zip(totals) {
            families.put(desc, &[], total as f64);
        }
        let text = self.table.text()?;
        let backends = backends(&text)
            .ok_or_else(|| CollectError::malformed("net/ip_vs", "an address or a count is none"))?;
        // Labels that are not told make several servers one.
        let mut sums: BTreeMap<Vec<String>, [u64; 3]> = BTreeMap::new();
        for backend in &backends {
            let values = self.labels.iter().map(|at| value_of(backend, *at));
            let sum = sums.entry(values.collect()).or_default();
            let counts = [backend.active, backend.inactive, backend.weight];
            for (sum, count) in sum.iter_mut().zip(counts) {
                *sum = sum.saturating_add(count);
            }
        }
        for (values, counts) in &sums {
            let names = self.labels.iter().filter_map(|at| LABELS.get(*at).copied());
            let labels: Vec<(&str, &str)> = names.zip(values.iter().map(String::as_str)).collect();
            for (desc, count) in [&ACTIVE, &INACTIVE, &WEIGHT].into_iter().zip(counts) {
                families.put(desc, &labels, *count as f64);
            }
        }
        Ok(())
    }
}

fn value_of(backend: &Backend<'_>, label: usize) -> String {
    let address = |ip: Option<std::net::IpAddr>| ip.map(|ip| ip.to_string()).unwrap_or_default();
    match label {
        0 => address(backend.local_address),
        1 => backend.local_port.to_string(),
        2 => address(Some(backend.remote_address)),
        3 => backend.remote_port.to_string(),
        4 => backend.proto.to_owned(),
        _ => backend.local_mark.to_owned(),
    }
}

/// Two lines of titles, then the totals in hexadecimal, then rates.
fn totals(text: &str) -> Option<[u64; 5]> {
    let words = text.lines().nth(2)?.split_ascii_whitespace();
    let mut totals = [0; 5];
    if words.clone().count() != totals.len() {
        return None;
    }
    for (total, word) in totals.iter_mut().zip(words) {
        *total = u64::from_str_radix(word, 16).ok()?;
    }
    Some(totals)
}

#[cfg(test)]
mod tests {
    use super::totals;

    #[test]
    fn totals_are_hexadecimal() {
        let titles = "Total Incoming\nConns Packets\n";
        let two = format!("{titles} 16AA370 E33656E5 0 51D8C8883AB3 0\n\nConns/s\n1 2 3 4 5\n");
        let expected = [23_765_872, 3_811_989_221, 0, 89_991_519_156_915, 0];
        assert_eq!(totals(&two), Some(expected));
        assert_eq!(totals(titles), None);
        assert_eq!(totals(&format!("{titles} 1 2 3 4\n")), None);
        assert_eq!(totals(&format!("{titles} 1 2 3 4 x\n")), None);
    }
}
