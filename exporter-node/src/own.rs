//! What this process says of itself among the machine's metrics: node_exporter's build and the
//! `process_*` of a client library. There is no Go, so nothing of `go_*`.

use std::sync::Arc;

use prometheus::Registry;
use rustix::process::{Resource, getrlimit};
use service::admin::Health;

use crate::collector::Round;
use crate::families::{Desc, Families};
use crate::file::{Descriptors, KeptFile};

const BUILD: Desc = Desc::gauge(
    "node_exporter_build_info",
    "A metric with a constant '1' value labeled by version, revision, branch, goversion from which \
     node_exporter was built, and the goos and goarch for the build.",
);
const ADDRESS_SPACE_MAX: Desc = Desc::gauge(
    "process_virtual_memory_max_bytes",
    "Maximum amount of virtual memory available in bytes.",
);
const RECEIVED: Desc = Desc::counter(
    "process_network_receive_bytes_total",
    "Number of bytes received by the process over the network.",
);
const SENT: Desc = Desc::counter(
    "process_network_transmit_bytes_total",
    "Number of bytes sent by the process over the network.",
);

/// What this process says of itself.
#[derive(Debug)]
pub struct Own {
    /// `process_*` alone.
    process: Registry,
    /// Of the network that this process sees, whatever `--path.procfs` is: upstream takes the bytes
    /// of the whole namespace for its own.
    netstat: KeptFile,
}

impl Own {
    /// Reads nothing yet.
    ///
    /// # Errors
    /// Metrics contradict each other.
    pub fn new(health: &Health) -> Result<Self, prometheus::Error> {
        let process = Registry::new();
        service::process_metrics::register(&process, health)?;
        let netstat = KeptFile::whole(
            "/proc/self/net/netstat".into(),
            Arc::<Descriptors>::default(),
        );
        Ok(Self { process, netstat })
    }

    /// Puts it all; what collectors have read in this round is not read again.
    pub fn put(&mut self, families: &mut Families, round: &Round) {
        families.put(&BUILD, &build_labels(), 1.0);
        for family in service::families(&self.process) {
            if !family.name.starts_with("process_") {
                continue;
            }
            for sample in &family.samples {
                families.put_named(family.kind, &family.name, &family.help, &[], sample.value);
            }
        }
        let limit = getrlimit(Resource::As).current;
        families.put(&ADDRESS_SPACE_MAX, &[], limit.unwrap_or(u64::MAX) as f64);
        let read = || octets(&self.netstat.text().ok()?);
        if let Some((received, sent)) = round.octets().or_else(read) {
            families.put(&RECEIVED, &[], received);
            families.put(&SENT, &[], sent);
        }
    }
}

/// Upstream's labels; what a build of ours has not is empty.
fn build_labels() -> [(&'static str, &'static str); 7] {
    [
        ("branch", ""),
        ("goarch", architecture()),
        ("goos", std::env::consts::OS),
        ("goversion", ""),
        ("revision", ""),
        ("tags", "outrigger"),
        ("version", service::build_info::VERSION),
    ]
}

/// The architecture in Go's words.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// `InOctets` and `OutOctets` of `IpExt`: a line of names, then one of values.
pub(crate) fn octets(netstat: &str) -> Option<(f64, f64)> {
    let mut lines = netstat
        .lines()
        .filter_map(|line| line.strip_prefix("IpExt:"));
    let (names, values) = (lines.next()?, lines.next()?);
    let of = |name: &str| {
        let mut pairs = names
            .split_ascii_whitespace()
            .zip(values.split_ascii_whitespace());
        let (_, value) = pairs.find(|(found, _)| *found == name)?;
        value.parse::<f64>().ok()
    };
    Some((of("InOctets")?, of("OutOctets")?))
}

#[cfg(test)]
mod tests {
    use super::octets;

    #[test]
    fn octets_stand_below_their_names() {
        let text =
            "TcpExt: A InOctets\nTcpExt: 1 2\nIpExt: InNoRoutes InOctets OutOctets\nIpExt: 0 7 9\n";
        assert_eq!(octets(text), Some((7.0, 9.0)));
        for text in [
            "",
            "IpExt: InOctets\n",
            "IpExt: InOctets OutOctets\nIpExt: 1\n",
            "IpExt: InOctets\nIpExt: x\n",
        ] {
            assert_eq!(octets(text), None, "{text:?}");
        }
    }
}
