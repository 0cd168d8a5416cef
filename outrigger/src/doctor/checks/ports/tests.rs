//! The kernel's tables of sockets, and whose ports are in the way.

use super::table::{Listening, listening};
use super::{Facts, Holder, Wanted, judge, overlap};
use crate::doctor::verdict::Level;
use std::collections::BTreeSet;
use std::net::IpAddr;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

#[test]
#[cfg(target_endian = "little")]
fn the_kernels_tables_are_read() {
    let text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2384 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4242 1 0 100 0 0 10 0
   1: 0100007F:2384 0100007F:D431 01 00000000:00000000 02:00000000 00000000     0        0 77 1
   2: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 1000 0 9 2 0
   3: XX:1F90 0:0 0A 0:0 00:0 0 1000 0 9 2 0
   4: 0100007F\n";
    let expected = [
        Listening {
            address: "127.0.0.1:9092".parse().expect("an address"),
            inode: 4242,
        },
        Listening {
            address: "[::1]:8080".parse().expect("an address"),
            inode: 9,
        },
    ];
    assert_eq!(listening(text), expected);
}

#[test]
fn an_address_for_all_overlaps_every_one() {
    #[rustfmt::skip]
    let cases = [
        ("127.0.0.1", "127.0.0.1", true),
        ("127.0.0.1", "127.0.0.2", false),
        ("0.0.0.0", "10.0.0.1", true),
        ("10.0.0.1", "0.0.0.0", true),
        ("127.0.0.1", "::", true),
        ("127.0.0.1", "::ffff:127.0.0.1", true),
        ("::1", "0.0.0.0", false),
        ("::1", "127.0.0.1", false),
    ];
    for (wanted, bound, expected) in cases {
        assert_eq!(overlap(ip(wanted), ip(bound)), expected, "{wanted} {bound}");
    }
}

fn wanted(port: u16) -> Wanted {
    Wanted {
        key: "--set broker.listeners=…".to_owned(),
        host: "127.0.0.1".to_owned(),
        port,
        addresses: Ok(vec![ip("127.0.0.1")]),
    }
}

fn held(port: u16, holder: Option<(u32, &str)>) -> (Listening, Option<Holder>) {
    let address = (ip("127.0.0.1"), port).into();
    let listening = Listening { address, inode: 1 };
    let holder = holder.map(|(pid, name)| Holder {
        pid,
        name: name.to_owned(),
    });
    (listening, holder)
}

#[test]
fn a_port_that_another_has_is_a_problem_and_its_holder_is_named() {
    let unusable = Wanted {
        addresses: Err("not an address of this machine".to_owned()),
        ..wanted(9000)
    };
    let facts = Facts {
        wanted: vec![
            wanted(9092),
            wanted(9094),
            wanted(9096),
            wanted(9098),
            wanted(80),
            unusable,
        ],
        listening: vec![
            held(9094, Some((7, "java"))),
            held(9096, None),
            held(9098, Some((8, "outrigger"))),
        ],
        own: BTreeSet::from([8]),
        first: 1024,
        configured: true,
    };
    let verdicts = judge(&facts);
    let found: Vec<_> = verdicts
        .iter()
        .map(|v| (v.level, v.found.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            (Level::Ok, "free: 9092; 1 held by this instance"),
            (Level::Problem, "port 9094 is held by java (pid 7)"),
            (
                Level::Problem,
                "port 9096 is held by a process of another user or container (`sudo ss -ltnp` names it)"
            ),
            (Level::Problem, "port 80 is an administrator's"),
            (
                Level::Problem,
                "127.0.0.1 cannot be bound: not an address of this machine"
            ),
        ]
    );
}

#[test]
fn free_ports_are_never_missing() {
    for (configured, text) in [(true, "any free ports"), (false, "configuration")] {
        let facts = Facts {
            configured,
            ..Facts::default()
        };
        let verdicts = judge(&facts);
        assert_eq!(verdicts[0].level, Level::Ok);
        assert!(verdicts[0].found.contains(text));
    }
}
