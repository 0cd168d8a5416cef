//! The kernel's table of addresses, off by default.
//!
//! ```text
//! ifaddrmsg: family u8 · prefix u8 · flags u8 · scope u8 · index u32 · attributes
//! ```

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::links;
use crate::families::{Desc, Families};
use crate::netlink::{Netlink, attributes, u32_at};

/// `RTM_GETLINK` and `RTM_GETADDR`
const GET_LINK: u16 = 18;
const GET_ADDRESS: u16 = 22;
const LINK_INFO_BYTES: usize = 16;
const INFO_BYTES: usize = 8;
const LINK_NAME: u16 = 3;
const ADDRESS: u16 = 1;
const LOCAL: u16 = 2;

const INFO: Desc = Desc::gauge(
    "node_network_address_info",
    "node network address by device",
);

/// One address of an interface.
#[derive(Debug, PartialEq, Eq)]
pub struct Address {
    /// The interface's name.
    pub device: String,
    address: IpAddr,
    prefix: u8,
}

/// Every address of every interface.
pub fn read(netlink: &mut Netlink) -> io::Result<Vec<Address>> {
    let mut names = HashMap::new();
    netlink.dump(GET_LINK, &[0; LINK_INFO_BYTES], |message| {
        let found = message.get(LINK_INFO_BYTES..).unwrap_or_default();
        let name = attributes(found).find(|(kind, _)| *kind == LINK_NAME);
        if let (Some(index), Some((_, name))) = (u32_at(message, 4), name) {
            names.insert(index, links::text(name));
        }
    })?;
    let mut found = Vec::new();
    netlink.dump(GET_ADDRESS, &[0; INFO_BYTES], |message| {
        found.extend(address(message, &names));
    })?;
    Ok(found)
}

/// `None` where a message has no address, or one of an interface that has no name any more.
pub fn address(message: &[u8], names: &HashMap<u32, String>) -> Option<Address> {
    let prefix = *message.get(1)?;
    let device = names.get(&u32_at(message, 4)?)?.clone();
    let mut address = None;
    for (kind, value) in attributes(message.get(INFO_BYTES..)?) {
        // Of a point-to-point link the local one is ours, the other the peer's.
        match kind {
            LOCAL => address = ip(value),
            ADDRESS if address.is_none() => address = ip(value),
            _ => {}
        }
    }
    Some(Address {
        device,
        address: address?,
        prefix,
    })
}

fn ip(value: &[u8]) -> Option<IpAddr> {
    if let Ok(bytes) = <[u8; 4]>::try_from(value) {
        return Some(Ipv4Addr::from(bytes).into());
    }
    let bytes = <[u8; 16]>::try_from(value).ok()?;
    Some(Ipv6Addr::from(bytes).into())
}

impl Address {
    /// Tells of it.
    pub fn tell(&self, families: &mut Families) {
        let labels = [
            ("address", &*self.address.to_string()),
            ("device", &self.device),
            ("netmask", &self.prefix.to_string()),
            ("scope", scope(self.address)),
        ];
        families.put(&INFO, &labels, 1.0);
    }
}

/// As upstream names it.
fn scope(address: IpAddr) -> &'static str {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || (v4.octets().starts_with(&[224, 0, 0])),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.segments()[0] & 0xff0f == 0xff02,
    };
    let interface_local = match address {
        IpAddr::V4(_) => false,
        IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff01,
    };
    let is_broadcast = matches!(address, IpAddr::V4(v4) if v4.is_broadcast());
    if address.is_loopback() || link_local {
        "link-local"
    } else if interface_local {
        "interface-local"
    } else if address.is_unspecified() || address.is_multicast() || is_broadcast {
        ""
    } else {
        "global"
    }
}
