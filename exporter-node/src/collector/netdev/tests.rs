//! Messages of the kernel, lines of procfs, and the names that both come to.

use std::collections::HashMap;

use super::{Counts, addresses, links, merge, proc};

fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len() + 4).unwrap();
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn of<'a>(counts: &'a Counts, key: &str) -> Option<&'a u64> {
    counts
        .iter()
        .find(|(k, _)| *k == key)
        .map(|(_, value)| value)
}

#[test]
fn a_link_has_a_name_and_its_widest_counters() {
    let wide: Vec<u8> = (1..=25u64).flat_map(u64::to_ne_bytes).collect();
    let narrow: Vec<u8> = (101..=124u32).flat_map(u32::to_ne_bytes).collect();
    let mut message = vec![0; 16];
    message.extend(attribute(3, b"eth0\0"));
    message.extend(attribute(7, &narrow));
    let link = links::link(&message).unwrap();
    assert_eq!(
        (link.name.as_str(), of(&link.counts, "receive_nohandler")),
        ("eth0", Some(&124))
    );
    message.extend(attribute(23, &wide));
    let mut counts = links::link(&message).unwrap().counts;
    assert_eq!(of(&counts, "receive_bytes"), Some(&3));
    assert_eq!(counts.len(), 24);
    merge(&mut counts);
    assert_eq!(of(&counts, "receive_drop"), Some(&(7 + 16)));
    assert_eq!(of(&counts, "receive_frame"), Some(&(14 + 11 + 12 + 13)));
    assert_eq!(of(&counts, "transmit_carrier"), Some(&(18 + 17 + 20 + 21)));
    assert_eq!(counts.len(), 17);
    for end in 0..message.len() {
        links::link(&message[..end]);
    }
    assert_eq!(links::link(&[0; 16]), None);
}

#[test]
fn an_address_is_told_of_its_interface() {
    let names = HashMap::from([(2, "eth0".to_owned())]);
    let mut message = vec![2, 24, 0, 0];
    message.extend(2u32.to_ne_bytes());
    message.extend(attribute(1, &[10, 0, 0, 1]));
    message.extend(attribute(2, &[10, 0, 0, 2]));
    let mut families = crate::families::Families::default();
    addresses::address(&message, &names)
        .unwrap()
        .tell(&mut families);
    let mut text = Vec::new();
    families.write(exposition::Format::Text004, &mut text);
    let text = String::from_utf8(text).unwrap();
    let expected = "node_network_address_info{address=\"10.0.0.2\",device=\"eth0\",netmask=\"24\",scope=\"global\"} 1\n";
    assert!(text.ends_with(expected), "{text}");
    for end in 0..message.len() - 8 {
        assert_eq!(addresses::address(&message[..end], &names), None);
    }
}

#[test]
fn procfs_has_the_same_names_after_merging() {
    let line = "    lo: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16";
    let text = format!("a\nb\n{line}\n  eth0:1:{}", " 0".repeat(16));
    let mut devices = proc::parse(&text).unwrap();
    assert_eq!(devices[1].0, "eth0:1");
    let (name, counts) = &mut devices[0];
    merge(counts);
    let receive_drop = of(counts, "receive_drop");
    assert_eq!((name.as_str(), receive_drop), ("lo", Some(&4)));
    assert_eq!(of(counts, "transmit_errs"), Some(&11));
    assert_eq!(counts.len(), 16);
    for text in ["a\nb\nc\n", "a\nb\nlo: 1 2\n", "a\nb\nlo: x\n"] {
        assert!(proc::parse(text).is_err(), "{text:?}");
    }
    assert_eq!(proc::parse("").unwrap(), []);
}
