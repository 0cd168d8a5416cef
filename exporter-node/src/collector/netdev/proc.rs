//! `/proc/net/dev`, for those who turn netlink off.
//!
//! ```text
//! Inter-|   Receive                            |  Transmit
//!  face |bytes packets errs drop fifo frame compressed multicast|bytes … colls carrier compressed
//!     lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16
//! ```

use super::Counts;
use crate::collector::{CollectError, number};

const COLUMNS: [&str; 16] = [
    "receive_bytes",
    "receive_packets",
    "receive_errors",
    "receive_dropped",
    "receive_fifo",
    "receive_frame",
    "receive_compressed",
    "receive_multicast",
    "transmit_bytes",
    "transmit_packets",
    "transmit_errors",
    "transmit_dropped",
    "transmit_fifo",
    "transmit_colls",
    "transmit_carrier",
    "transmit_compressed",
];

/// Every interface with what it counts.
pub fn parse(text: &str) -> Result<Vec<(String, Counts)>, CollectError> {
    let mut devices = Vec::new();
    for line in text.lines().skip(2) {
        // An alias has a colon of its own.
        let Some((device, values)) = line.rsplit_once(':') else {
            let problem = format!("\"{line}\" has no colon");
            return Err(CollectError::malformed("net/dev", problem));
        };
        let mut counts = Counts::new();
        let mut values = values.split_ascii_whitespace();
        for column in COLUMNS {
            let value = number("net/dev", values.next().unwrap_or_default())?;
            counts.push((column, value));
        }
        devices.push((device.trim().to_owned(), counts));
    }
    Ok(devices)
}
