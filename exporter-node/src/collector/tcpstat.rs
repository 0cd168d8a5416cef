//! `tcpstat`: TCP sockets by state and what they have queued, asked over netlink: a table of
//! procfs would be one line of text for each socket.

use super::{CollectError, Collector, Setup};
use crate::families::{Desc, Families};
use crate::netlink::{Netlink, Protocol, u32_at};

static STATES: Desc = Desc::gauge("node_tcp_connection_states", "Number of connection states.");

/// `SOCK_DIAG_BY_FAMILY`
const BY_FAMILY: u16 = 20;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// `struct inet_diag_req_v2`
const REQUEST_BYTES: usize = 56;
/// Every state that has a number; 0 has none, 12 (new SYN_RECV) is told as 3.
const ALL_STATES: u32 = 0xfff;
/// The kernel's numbers (include/net/tcp_states.h).
const NAMES: [&str; 12] = [
    "unknown",
    "established",
    "syn_sent",
    "syn_recv",
    "fin_wait1",
    "fin_wait2",
    "time_wait",
    "close",
    "close_wait",
    "last_ack",
    "listen",
    "closing",
];
/// Where `struct inet_diag_msg` has the state, and the queued bytes.
const STATE_AT: usize = 1;
const RECEIVED_AT: usize = 56;
const TO_SEND_AT: usize = 60;

struct TcpStat {
    netlink: Option<Netlink>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Sums {
    states: [u64; NAMES.len()],
    received: u64,
    to_send: u64,
    sockets: u64,
}

pub(super) fn open(_: &mut Setup<'_>) -> Box<dyn Collector> {
    Box::new(TcpStat { netlink: None })
}

impl Collector for TcpStat {
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        // A socket that failed is dropped, as answers may still be under way to it.
        let mut netlink = match self.netlink.take() {
            Some(netlink) => netlink,
            None => Netlink::open(Protocol::SocketDiagnostics).map_err(refused)?,
        };
        let mut sums = Sums::default();
        for family in [AF_INET, AF_INET6] {
            let add = |message: &[u8]| sums.add(message);
            let result = netlink.dump(BY_FAMILY, &request(family), add);
            match (family, result) {
                // A kernel without IPv6 has none.
                (AF_INET6, Err(error)) if error.kind() == std::io::ErrorKind::NotFound => {}
                (_, result) => result.map_err(refused)?,
            }
        }
        self.netlink = Some(netlink);
        sums.put(families);
        Ok(())
    }
}

impl Sums {
    fn add(&mut self, message: &[u8]) {
        let queued = |at| u64::from(u32_at(message, at).unwrap_or(0));
        let state = usize::from(message.get(STATE_AT).copied().unwrap_or(0));
        let known = if state < NAMES.len() { state } else { 0 };
        if let Some(count) = self.states.get_mut(known) {
            *count += 1;
        }
        self.received += queued(RECEIVED_AT);
        self.to_send += queued(TO_SEND_AT);
        self.sockets += 1;
    }

    /// States that no socket is in are not told of, as upstream has it.
    fn put(&self, families: &mut Families) {
        let states = NAMES.iter().copied().zip(self.states);
        let mut put = |state, value: u64| families.put(&STATES, &[("state", state)], value as f64);
        states
            .filter(|(_, count)| *count > 0)
            .for_each(|(name, count)| put(name, count));
        if self.sockets > 0 {
            put("rx_queued_bytes", self.received);
            put("tx_queued_bytes", self.to_send);
        }
    }
}

fn request(family: u8) -> [u8; REQUEST_BYTES] {
    let mut bytes = [0; REQUEST_BYTES];
    if let Some((head, _)) = bytes.split_first_chunk_mut::<8>() {
        let [a, b, c, d] = ALL_STATES.to_ne_bytes();
        *head = [family, IPPROTO_TCP, 0, 0, a, b, c, d];
    }
    bytes
}

fn refused(source: std::io::Error) -> CollectError {
    CollectError::System {
        what: "netlink's table of sockets",
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::{AF_INET, BY_FAMILY, NAMES, Sums, request};
    use crate::netlink::{Netlink, Protocol};

    #[test]
    fn the_kernel_tells_of_our_sockets() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port().to_be_bytes();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let mut netlink = Netlink::open(Protocol::SocketDiagnostics).unwrap();
        let mut sums = Sums::default();
        let ours = |message: &[u8]| {
            if message[4..6] == port || message[6..8] == port {
                sums.add(message);
            }
        };
        netlink.dump(BY_FAMILY, &request(AF_INET), ours).unwrap();
        drop(stream);
        let state = |name| sums.states[NAMES.iter().position(|n| *n == name).unwrap()];
        assert_eq!(
            (state("listen"), state("established"), sums.sockets),
            (1, 2, 3)
        );
        assert_eq!(sums.received, 1, "one connection waits to be accepted");
    }

    #[test]
    fn a_message_that_is_cut_off_is_a_socket_of_no_known_state() {
        let mut sums = Sums::default();
        sums.add(&[]);
        sums.add(&[2, 200]);
        assert_eq!((sums.states[0], sums.sockets, sums.received), (2, 2, 0));
    }
}
