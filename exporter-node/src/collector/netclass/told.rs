//! The attributes of sysfs that netlink tells, too. What sysfs alone has right (`flags` without those
//! that netlink adds, `speed`, `duplex`, how address and name were assigned) is read there.

use crate::collector::netdev::Attributes;

/// The words of `operstate`, in the order of their numbers.
const OPERATIONAL: [&str; 7] = [
    "unknown",
    "notpresent",
    "down",
    "lowerlayerdown",
    "testing",
    "dormant",
    "up",
];

/// The text of an attribute; `None` where sysfs has to be asked.
pub(super) fn text<'a>(link: &'a Attributes, attribute: &str) -> Option<&'a str> {
    match attribute {
        "address" => Some(&link.address),
        "broadcast" => Some(&link.broadcast),
        "ifalias" => Some(link.alias.trim_ascii()),
        "operstate" => OPERATIONAL.get(usize::from(link.operational?)).copied(),
        _ => None,
    }
}

/// The number of an attribute, or that it has none; `None` where sysfs has to be asked.
pub(super) fn number(link: &Attributes, attribute: &str) -> Option<Option<i128>> {
    let wide = |number: Option<u32>| number.map(|number| Some(i128::from(number)));
    let narrow = |number: Option<u8>| number.map(|number| Some(i128::from(number)));
    match attribute {
        // Of one that does not run, sysfs refuses to tell these.
        "carrier" | "dormant" if !link.is_running => Some(None),
        "carrier" => narrow(link.carrier),
        "dormant" => narrow(Some(u8::from(link.is_dormant))),
        "carrier_changes" => wide(link.carrier_changes),
        "carrier_up_count" => wide(link.carrier_up),
        "carrier_down_count" => wide(link.carrier_down),
        "ifindex" => wide(Some(link.index)),
        // The kernel leaves it out where it is the interface itself.
        "iflink" => wide(link.link.or(Some(link.index))),
        "link_mode" => narrow(link.mode),
        "mtu" => wide(link.mtu),
        "netdev_group" => wide(link.group),
        "tx_queue_len" => wide(link.queue_length),
        "type" => wide(Some(u32::from(link.kind))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{number, text};
    use crate::collector::attribute::integer;
    use crate::collector::netclass::{NUMBERS, TEXTS};
    use crate::collector::netdev::{self, Attributes};

    /// This machine's interfaces, as the kernel tells of them in either way; nothing changes a test's
    /// network meanwhile.
    #[test]
    fn netlink_tells_what_sysfs_tells() {
        let mut compared = 0;
        for link in netdev::links(&mut None).unwrap() {
            let device = Path::new("/sys/class/net").join(&link.name);
            let read = |name: &str| std::fs::read_to_string(device.join(name)).ok();
            let index = read("ifindex").and_then(|text| integer(text.trim()));
            if index != Some(i128::from(link.attributes.index)) {
                continue;
            }
            for (_, attribute) in TEXTS {
                if let Some(told) = text(&link.attributes, attribute) {
                    let read = read(attribute).unwrap_or_default();
                    assert_eq!(told, read.trim(), "{} {attribute}", link.name);
                    compared += 1;
                }
            }
            for (attribute, _) in NUMBERS {
                if let Some(told) = number(&link.attributes, attribute) {
                    let read = read(attribute).and_then(|text| integer(text.trim()));
                    assert_eq!(told, read, "{} {attribute}", link.name);
                    compared += 1;
                }
            }
        }
        assert!(compared == 0 || compared >= TEXTS.len());
    }

    #[test]
    fn what_netlink_does_not_tell_is_asked_of_sysfs() {
        let nothing = Attributes::default();
        for (_, attribute) in ["operstate", "duplex"].map(|name| (name, name)) {
            assert_eq!(text(&nothing, attribute), None);
        }
        for attribute in [
            "flags",
            "speed",
            "mtu",
            "carrier_changes",
            "addr_assign_type",
        ] {
            assert_eq!(number(&nothing, attribute), None, "{attribute}");
        }
        assert_eq!(number(&nothing, "carrier"), Some(None));
        let strange = Attributes {
            operational: Some(7),
            is_running: true,
            ..Attributes::default()
        };
        assert_eq!(text(&strange, "operstate"), None);
        assert_eq!(number(&strange, "carrier"), None);
        assert_eq!(number(&strange, "dormant"), Some(Some(0)));
    }
}
