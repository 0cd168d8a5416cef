//! `udp_queues`: memory that datagrams wait in, out of `/proc/net/udp` and `/proc/net/udp6`.

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::file::KeptFile;

static QUEUES: Desc = Desc::gauge(
    "node_udp_queues",
    "Number of allocated memory in the kernel for UDP datagrams in bytes.",
);

struct UdpQueues {
    tables: [(KeptFile, &'static str); 2],
}

/// What waits to be sent, and to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Queues {
    tx: u64,
    rx: u64,
}

pub(super) fn open(setup: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(UdpQueues {
        tables: [
            (setup.paths.proc_short_lines("net/udp"), "v4"),
            (setup.paths.proc_short_lines("net/udp6"), "v6"),
        ],
    })
}

impl Collector for UdpQueues {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let mut outcome = Err(CollectError::NoData);
        for (table, ip) in &mut self.tables {
            let text = match table.text().map_err(CollectError::from) {
                Err(CollectError::NoData) => continue,
                text => text?,
            };
            let queues = sums(&text).ok_or_else(|| {
                CollectError::malformed(format_args!("net/udp of {ip}"), "no queues in a line")
            })?;
            families.put(&QUEUES, &[("queue", "tx"), ("ip", ip)], queues.tx as f64);
            families.put(&QUEUES, &[("queue", "rx"), ("ip", ip)], queues.rx as f64);
            outcome = Ok(());
        }
        outcome
    }
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
    use super::{Queues, sums};

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
