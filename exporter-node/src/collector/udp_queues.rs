//! `udp_queues`: memory that datagrams wait in, out of `/proc/net/udp` and `/proc/net/udp6`.
//!
//! For either the kernel walks through all places that a UDP socket of the machine may have, which are thousands: the
//! dearest files of a scrape. Where `/proc/net/sockstat` counts no such socket, nothing waits in one.

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static QUEUES: Desc = Desc::gauge(
    "node_udp_queues",
    "Number of allocated memory in the kernel for UDP datagrams in bytes.",
);

struct UdpQueues {
    tables: [Table; 2],
}

/// The sockets of one protocol.
struct Table {
    /// How many there are, in the line of `protocol`.
    sockstat: KeptFile,
    protocol: &'static str,
    sockets: KeptFile,
    ip: &'static str,
}

/// What waits to be sent, and to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Queues {
    tx: u64,
    rx: u64,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    let table = |sockstat, protocol, sockets, ip| Table {
        sockstat: setup.paths.proc_whole(sockstat),
        protocol,
        sockets: setup.paths.proc_short_lines(sockets),
        ip,
    };
    Box::new(UdpQueues {
        tables: [
            table("net/sockstat", "UDP:", "net/udp", "v4"),
            table("net/sockstat6", "UDP6:", "net/udp6", "v6"),
        ],
    })
}

impl Collector for UdpQueues {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let mut outcome = Err(CollectError::NoData);
        for table in &mut self.tables {
            let ip = table.ip;
            let queues = match table.queues() {
                Err(CollectError::NoData) => continue,
                queues => queues?,
            };
            families.put(&QUEUES, &[("queue", "tx"), ("ip", ip)], queues.tx as f64);
            families.put(&QUEUES, &[("queue", "rx"), ("ip", ip)], queues.rx as f64);
            outcome = Ok(());
        }
        outcome
    }
}

impl Table {
    fn queues(&mut self) -> Result<Queues, CollectError> {
        let sockstat = self.sockstat.text();
        if sockstat.is_ok_and(|text| has_none(&text, self.protocol)) {
            return Ok(Queues::default());
        }
        let text = self.sockets.text()?;
        sums(&text).ok_or_else(|| {
            let what = format_args!("net/udp of {}", self.ip);
            CollectError::malformed(what, "no queues in a line")
        })
    }
}

/// Whether the line of this protocol says so: `UDP: inuse 0 mem 0`.
fn has_none(sockstat: &str, protocol: &str) -> bool {
    let mut lines = sockstat.lines();
    let counts = lines.find_map(|line| line.strip_prefix(protocol));
    let mut words = counts.unwrap_or_default().split_ascii_whitespace();
    (words.next(), words.next()) == (Some("inuse"), Some("0"))
}

/// A title, then a socket a line with `TX:RX` in hexadecimal as its fifth column.
fn sums(text: &str) -> Option<Queues> {
    let mut sums = Queues::default();
    for line in text.lines().skip(1) {
        let (tx, rx) = line.split_ascii_whitespace().nth(4)?.split_once(':')?;
        let bytes = |digits| u64::from_str_radix(digits, 16).ok();
        sums.tx = sums.tx.saturating_add(bytes(tx)?);
        sums.rx = sums.rx.saturating_add(bytes(rx)?);
    }
    Some(sums)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Queues, Table, has_none, sums};
    use crate::paths::Paths;

    #[test]
    fn sockets_are_looked_through_where_there_are_some() {
        let machine = tempfile::tempdir().unwrap();
        let paths = Paths::below(machine.path());
        fs::create_dir_all(paths.proc("net")).unwrap();
        let mut table = Table {
            sockstat: paths.proc_whole("net/sockstat"),
            protocol: "UDP:",
            sockets: paths.proc_short_lines("net/udp"),
            ip: "v4",
        };
        table.queues().unwrap_err();
        fs::write(paths.proc("net/udp"), "title\n1 2 3 4 10:0 6\n").unwrap();
        for (sockstat, tx) in [
            (None, 16),
            (Some("UDPLITE: inuse 0\nUDP: inuse 0 mem 0\n"), 0),
            (Some("UDPLITE: inuse 0\nUDP: inuse 1 mem 0\n"), 16),
            (Some("UDP: \n"), 16),
        ] {
            if let Some(text) = sockstat {
                fs::write(paths.proc("net/sockstat"), text).unwrap();
            }
            let expected = Queues { tx, rx: 0 };
            assert_eq!(table.queues().unwrap(), expected, "{sockstat:?}");
        }
        assert!(has_none("UDP6: inuse 0\n", "UDP6:"));
        assert!(!has_none("UDP6: inuse 0\n", "UDP:"));
    }

    #[test]
    fn queues_are_summed() {
        let title = "sl local_address rem_address st tx_queue rx_queue tr\n";
        let socket = " 0: 00000000:0016 00000000:0000 0A 00000015:000000fF 00:00000000 0 0 0 1\n";
        let two = format!("{title}{socket}{socket}");
        assert_eq!(sums(&two), Some(Queues { tx: 42, rx: 510 }));
        assert_eq!(sums(title), Some(Queues::default()));
        assert_eq!(sums(""), Some(Queues::default()));
        for bad in [
            "t\n1 2 3 4 15 6\n",
            "t\n1 2 3 4 xx:1\n",
            "t\n1 2\n",
            "t\n\n",
        ] {
            assert_eq!(sums(bad), None, "{bad:?}");
        }
    }
}
