//! `/proc/net/tcp` and `/proc/net/tcp6`: which sockets listen.
//!
//!     sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
//!      0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1234 …
//!
//! An address is printed as 32-bit numbers of this machine's byte order, a port as a number.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// `TCP_LISTEN` of the kernel.
const LISTEN: &str = "0A";

/// A socket that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Listening {
    pub(super) address: SocketAddr,
    pub(super) inode: u64,
}

/// Those of a table; lines that are none are left out.
pub(super) fn listening(text: &str) -> Vec<Listening> {
    text.lines().filter_map(line).collect()
}

fn line(line: &str) -> Option<Listening> {
    let mut words = line.split_ascii_whitespace();
    let address = words.nth(1)?;
    let state = words.nth(1)?;
    // Behind the state: queues, timer, retransmissions, user, time-out.
    let inode = words.nth(5)?.parse().ok()?;
    (state == LISTEN).then_some(())?;
    let (ip, port) = address.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let address = SocketAddr::new(ip_of(ip)?, port);
    Some(Listening { address, inode })
}

fn ip_of(hex: &str) -> Option<IpAddr> {
    match hex.len() {
        8 => Some(Ipv4Addr::from(word(hex)?).into()),
        32 => {
            let mut octets = [0; 16];
            for (i, chunk) in octets.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&word(hex.get(8 * i..8 * i + 8)?)?);
            }
            Some(Ipv6Addr::from(octets).into())
        }
        _ => None,
    }
}

fn word(hex: &str) -> Option<[u8; 4]> {
    Some(u32::from_str_radix(hex, 16).ok()?.to_ne_bytes())
}
