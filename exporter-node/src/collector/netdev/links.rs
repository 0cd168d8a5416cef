//! The kernel's table of interfaces.
//!
//! ```text
//! ifinfomsg: family u8 · 0 u8 · type u16 · index i32 · flags u32 · change u32 · attributes
//! ```

use std::io;

use super::Counts;
use crate::netlink::{Netlink, attributes, u16_at, u32_at, u64_at};

/// `RTM_GETLINK`
const GET_LINK: u16 = 18;
const INFO_BYTES: usize = 16;
/// `IFF_UP`
const FLAG_UP: u32 = 1;
/// `IFF_DORMANT`
const FLAG_DORMANT: u32 = 1 << 17;
const ADDRESS: u16 = 1;
const BROADCAST: u16 = 2;
const NAME: u16 = 3;
const MTU: u16 = 4;
const LINK: u16 = 5;
const STATS: u16 = 7;
const QUEUE_LENGTH: u16 = 13;
const OPERATIONAL: u16 = 16;
const MODE: u16 = 17;
const ALIAS: u16 = 20;
const STATS64: u16 = 23;
const GROUP: u16 = 27;
const CARRIER: u16 = 33;
const CARRIER_CHANGES: u16 = 35;
const CARRIER_UP: u16 = 47;
const CARRIER_DOWN: u16 = 48;

/// The counters in the order in which the kernel's structure has them.
const COLUMNS: &[&str] = &[
    "receive_packets",
    "transmit_packets",
    "receive_bytes",
    "transmit_bytes",
    "receive_errors",
    "transmit_errors",
    "receive_dropped",
    "transmit_dropped",
    "multicast",
    "collisions",
    "receive_length_errors",
    "receive_over_errors",
    "receive_crc_errors",
    "receive_frame_errors",
    "receive_fifo_errors",
    "receive_missed_errors",
    "transmit_aborted_errors",
    "transmit_carrier_errors",
    "transmit_fifo_errors",
    "transmit_heartbeat_errors",
    "transmit_window_errors",
    "receive_compressed",
    "transmit_compressed",
    "receive_nohandler",
];

/// What the kernel tells of one interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// What it has counted; empty where it counts nothing.
    pub counts: Counts,
    /// What else there is.
    pub attributes: Attributes,
}

/// The attributes of sysfs that netlink tells as well; `None` where this kernel does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes {
    /// `ifindex`
    pub index: u32,
    /// `type`
    pub kind: u16,
    /// Whether it has been started: the kernel tells `carrier` and `dormant` of those only.
    pub is_running: bool,
    /// `dormant`, of one that runs.
    pub is_dormant: bool,
    /// `iflink`
    pub link: Option<u32>,
    /// `address`, as sysfs writes it.
    pub address: String,
    /// `broadcast`
    pub broadcast: String,
    /// `ifalias`
    pub alias: String,
    /// `mtu`
    pub mtu: Option<u32>,
    /// `tx_queue_len`
    pub queue_length: Option<u32>,
    /// `netdev_group`
    pub group: Option<u32>,
    /// `operstate`, as its number.
    pub operational: Option<u8>,
    /// `link_mode`
    pub mode: Option<u8>,
    /// `carrier`
    pub carrier: Option<u8>,
    /// `carrier_changes`
    pub carrier_changes: Option<u32>,
    /// `carrier_up_count`
    pub carrier_up: Option<u32>,
    /// `carrier_down_count`
    pub carrier_down: Option<u32>,
}

/// Every interface.
pub fn read(netlink: &mut Netlink) -> io::Result<Vec<Link>> {
    let mut links = Vec::new();
    netlink.dump(GET_LINK, &[0; INFO_BYTES], |message| {
        links.extend(link(message));
    })?;
    Ok(links)
}

/// `None` where a message has no name.
pub fn link(message: &[u8]) -> Option<Link> {
    let flags = u32_at(message, 8)?;
    let mut told = Attributes {
        index: u32_at(message, 4)?,
        kind: u16_at(message, 2)?,
        is_running: flags & FLAG_UP != 0,
        is_dormant: flags & FLAG_DORMANT != 0,
        ..Attributes::default()
    };
    let mut name = None;
    let mut narrow = None;
    let mut wide = None;
    for (kind, value) in attributes(message.get(INFO_BYTES..)?) {
        let word = || u32_at(value, 0);
        let byte = || value.first().copied();
        match kind {
            ADDRESS => told.address = octets(value),
            BROADCAST => told.broadcast = octets(value),
            NAME => name = Some(text(value)),
            MTU => told.mtu = word(),
            LINK => told.link = word(),
            STATS => narrow = Some(value),
            QUEUE_LENGTH => told.queue_length = word(),
            OPERATIONAL => told.operational = byte(),
            MODE => told.mode = byte(),
            ALIAS => told.alias = text(value),
            STATS64 => wide = Some(value),
            GROUP => told.group = word(),
            CARRIER => told.carrier = byte(),
            CARRIER_CHANGES => told.carrier_changes = word(),
            CARRIER_UP => told.carrier_up = word(),
            CARRIER_DOWN => told.carrier_down = word(),
            _ => {}
        }
    }
    let at = |index: usize| match (wide, narrow) {
        (Some(wide), _) => u64_at(wide, index * 8),
        (None, Some(narrow)) => u32_at(narrow, index * 4).map(u64::from),
        (None, None) => None,
    };
    let columns = COLUMNS.iter().enumerate();
    let counts = columns.map_while(|(index, column)| Some((*column, at(index)?)));
    Some(Link {
        name: name?,
        counts: counts.collect(),
        attributes: told,
    })
}

/// An address as sysfs writes it: `02:00:5e:10:00:01`.
fn octets(value: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |number: u8| {
        DIGITS
            .get(usize::from(number & 15))
            .map(|byte| char::from(*byte))
    };
    let mut text = String::with_capacity(value.len() * 3);
    for byte in value {
        if !text.is_empty() {
            text.push(':');
        }
        text.extend(digit(byte >> 4));
        text.extend(digit(*byte));
    }
    text
}

/// Text that ends in a zero.
pub fn text(value: &[u8]) -> String {
    let end = value.iter().position(|byte| *byte == 0);
    let text = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}
