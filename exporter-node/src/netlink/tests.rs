//! The kernel itself, and datagrams that it never sends.

use std::io::ErrorKind;

use super::{Netlink, Part, Protocol, attributes, read_part, request, u32_at};

const RTM_GETLINK: u16 = 18;
const IFLA_IFNAME: u16 = 3;
/// `struct ifinfomsg`
const LINK_BYTES: usize = 16;

#[test]
fn the_kernel_lists_its_interfaces_again_and_again() {
    let mut netlink = Netlink::open(Protocol::Route).unwrap();
    for _ in 0..3 {
        let mut names = Vec::new();
        let payload = [0; LINK_BYTES];
        let each = |message: &[u8]| {
            let name = attributes(&message[LINK_BYTES..]).find(|(kind, _)| *kind == IFLA_IFNAME);
            names.push(String::from_utf8(name.unwrap().1.to_vec()).unwrap());
        };
        netlink.dump(RTM_GETLINK, &payload, each).unwrap();
        assert!(names.contains(&"lo\0".to_owned()), "{names:?}");
    }
}

#[test]
fn what_the_kernel_refuses_is_an_error() {
    let mut netlink = Netlink::open(Protocol::SocketDiagnostics).unwrap();
    let error = netlink.dump(20, &[], |_| ()).unwrap_err();
    assert!(error.raw_os_error().is_some(), "{error}");
}

fn message(kind: u16, flags: u16, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = request(kind, sequence, payload);
    bytes[6..8].copy_from_slice(&flags.to_ne_bytes());
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

#[test]
fn a_datagram_is_read_message_by_message() {
    let check = |datagram: &[u8], expected: Result<(Part, &[&[u8]]), ErrorKind>| {
        let mut told: Vec<Vec<u8>> = Vec::new();
        let part = read_part(datagram, 7, &mut |payload| told.push(payload.to_vec()));
        let found = part.map(|part| (part, told)).map_err(|error| error.kind());
        let expected = expected
            .map(|(part, payloads)| (part, payloads.iter().map(|bytes| bytes.to_vec()).collect()));
        assert_eq!(found, expected, "{datagram:?}");
    };
    let one = message(16, 2, 7, b"abcde");
    let done = message(3, 2, 7, &[0; 4]);
    check(&[], Ok((Part::More, &[])));
    check(&one, Ok((Part::More, &[b"abcde"])));
    check(
        &[one.clone(), one.clone()].concat(),
        Ok((Part::More, &[b"abcde", b"abcde"])),
    );
    check(&[one.clone(), done].concat(), Ok((Part::Last, &[b"abcde"])));
    check(&message(16, 2, 6, b"stale"), Ok((Part::More, &[])));
    check(&message(16, 0x12, 7, b"abcd"), Err(ErrorKind::Interrupted));
    check(
        &message(2, 0, 7, &(-1i32).to_ne_bytes()),
        Err(ErrorKind::PermissionDenied),
    );
    check(
        &message(2, 0, 7, &0i32.to_ne_bytes()),
        Err(ErrorKind::InvalidData),
    );
    for cut in 1..one.len() - 3 {
        check(&one[..cut], Err(ErrorKind::InvalidData));
    }
    for length in [0u32, 15, u32::MAX] {
        let mut wrong = one.clone();
        wrong[..4].copy_from_slice(&length.to_ne_bytes());
        check(&wrong, Err(ErrorKind::InvalidData));
    }
}

#[test]
fn attributes_end_where_they_are_cut_off() {
    let bytes = [8u16.to_ne_bytes(), 3u16.to_ne_bytes()].concat();
    let bytes = [bytes, 5u32.to_ne_bytes().to_vec()].concat();
    let two = [bytes.clone(), bytes].concat();
    let numbers = |bytes: &[u8]| {
        let values = attributes(bytes).map(|(kind, value)| (kind, u32_at(value, 0)));
        values.collect::<Vec<_>>()
    };
    assert_eq!(numbers(&two), [(3, Some(5)), (3, Some(5))]);
    assert_eq!(numbers(&two[..12]), [(3, Some(5))]);
    assert_eq!(numbers(&[0, 0, 0, 0]), []);
    assert_eq!(numbers(&[1]), []);
}
