//! Hostile peers: whatever they send, others are served, memory stays bounded, nothing panics, and the log says it once.

use std::time::Duration;

use tests::deadline::Stopwatch;
use tests::messages::{append, create_topic, values_from};
use tests::{Broker, Wire, eventually};

/// A neighbour must be served within this, whatever goes on beside it.
const NEIGHBOUR_LIMIT: Duration = Duration::from_secs(2);
const MIB: u64 = 1 << 20;

/// Checks that a well-behaved client is served, and quickly.
fn neighbour_is_served(broker: &Broker, topic: &str) {
    let watch = Stopwatch::start();
    let mut wire = broker.connect();
    append(&mut wire, topic, 0, &["neighbour"]);
    assert!(
        watch.elapsed() < NEIGHBOUR_LIMIT,
        "a neighbour waited {:?}",
        watch.elapsed()
    );
}

fn started(properties: &str) -> Broker {
    let broker = Broker::start(properties);
    create_topic(&mut broker.connect(), "neighbour", 1, &[]);
    broker
}

/// Nothing in the output is a panic, and the broker lives.
fn unharmed(broker: &mut Broker) {
    let output = broker.output();
    assert!(!output.contains("panicked"), "{output}");
    assert!(
        broker.process().ended().is_none(),
        "the broker is dead: {output}"
    );
    neighbour_is_served(broker, "neighbour");
}

#[test]
fn frames_that_are_none() {
    let mut broker = started("");
    let forged: &[(&str, i32, &[u8])] = &[
        ("negative length", -1, b""),
        ("smallest length", i32::MIN, b""),
        ("empty frame", 0, b""),
        ("one byte", 1, b"\0"),
        ("seven bytes", 7, b"\0\x03\0\x0c\0\0\0"),
        ("largest length", i32::MAX, b"\0\x03\0\x0c\0\0\0\x01"),
        ("over the limit", 104_857_601, b"\0\0\0\x09\0\0\0\x01"),
    ];
    for (name, length, body) in forged {
        let mut wire = broker.connect();
        wire.send_frame(*length, body);
        assert!(
            wire.closes_within(Duration::from_secs(10)),
            "{name}: the connection stays open"
        );
        neighbour_is_served(&broker, "neighbour");
    }
    unharmed(&mut broker);
}

#[test]
fn forged_counts_and_lengths() {
    let mut broker = started("");
    // API key, version, body after a header with a null client id. The counts claim what never comes.
    let forged: &[(i16, i16, bool, &[u8])] = &[
        (3, 1, false, b"\x7f\xff\xff\xff"),
        (3, 1, false, b"\x80\0\0\0"),
        (3, 12, true, b"\xff\xff\xff\xff\x0f"),
        (19, 2, false, b"\x7f\xff\xff\xff\0\0"),
        (0, 9, true, b"\0\xff\xff\0\0\0\0\xff\xff\xff\xff\x0f"),
        (
            1,
            4,
            false,
            b"\xff\xff\xff\xff\0\0\0\0\0\0\0\0\x7f\xff\xff\xff\0\x7f\xff\xff\xff",
        ),
        (11, 0, false, b"\x7f\xffx"),
        (11, 6, true, b"\xff\xff\xff\xff\x07x"),
        (32, 4, true, b"\xfe\xff\xff\xff\x0f\x02"),
    ];
    for (key, version, flexible, tail) in forged {
        let mut body = Vec::new();
        body.extend_from_slice(&key.to_be_bytes());
        body.extend_from_slice(&version.to_be_bytes());
        body.extend_from_slice(&[0, 0, 0, 1, 0xff, 0xff]);
        body.extend_from_slice(if *flexible { &[0] } else { &[] });
        body.extend_from_slice(tail);
        let mut wire = broker.connect();
        wire.send_frame(i32::try_from(body.len()).unwrap(), &body);
        // Closed or answered with an error, never silence.
        let _ = wire.receive_frame();
    }
    let resident = broker.process().resident_bytes();
    assert!(resident < 200 * MIB, "{} MiB resident", resident / MIB);
    unharmed(&mut broker);
}

#[test]
fn memory_does_not_follow_claims() {
    let mut broker = started("");
    let before = broker.process().resident_bytes();
    let mut claimants: Vec<Wire> = (0..200).map(|_| broker.connect()).collect();
    for wire in &mut claimants {
        // A Produce frame of 64 MiB, of which a hundred bytes come.
        let mut head = vec![0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff];
        head.resize(100, 0);
        wire.send_frame(64 << 20, &head);
    }
    neighbour_is_served(&broker, "neighbour");
    let grown = broker.process().resident_bytes().saturating_sub(before);
    assert!(
        grown < 60 * MIB,
        "200 claims of 64 MiB grew the broker by {} MiB",
        grown / MIB
    );
    drop(claimants);
    unharmed(&mut broker);
}

#[test]
fn other_protocols_on_the_port() {
    let mut broker = started("");
    let foreign: &[&[u8]] = &[
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n",
        &[0xff; 4096],
        &[0; 4096],
    ];
    for bytes in foreign {
        let mut wire = broker.connect();
        let _ = wire.try_send_bytes(bytes);
        assert!(
            wire.closes_within(Duration::from_secs(10)),
            "{:?} keeps its connection",
            String::from_utf8_lossy(&bytes[..8])
        );
    }
    unharmed(&mut broker);
}

#[test]
fn a_slow_drip_holds_nobody_up() {
    let mut broker = started("");
    let request = tests::wire::encode(1, 3, &protocol::Request::ApiVersions(Default::default()));
    let mut drips: Vec<Wire> = (0..100).map(|_| broker.connect()).collect();
    for byte in request.iter() {
        for wire in &mut drips {
            wire.send_bytes(std::slice::from_ref(byte));
        }
    }
    neighbour_is_served(&broker, "neighbour");
    // Each gets its answer in the end: slow is not wrong.
    for wire in &mut drips {
        assert_eq!(wire.receive(protocol::ApiKey::ApiVersions, 3).0, 1);
    }
    unharmed(&mut broker);
}

#[test]
fn idle_connections_cost_little() {
    let mut broker = started("");
    let before = broker.process().resident_bytes();
    let idle: Vec<Wire> = (0..800).map(|_| broker.connect()).collect();
    neighbour_is_served(&broker, "neighbour");
    let grown = broker.process().resident_bytes().saturating_sub(before);
    assert!(
        grown < 40 * MIB,
        "{} idle connections cost {} MiB",
        idle.len(),
        grown / MIB
    );
    drop(idle);
    eventually(
        "the descriptors of closed connections are given back",
        || (broker.process().open_files() < 200).then_some(()),
    );
    unharmed(&mut broker);
}

#[test]
fn idle_connections_are_closed() {
    let broker = started("connections.max.idle.ms=500");
    let mut wire = broker.connect();
    assert!(
        wire.closes_within(Duration::from_secs(20)),
        "an idle connection stays open"
    );
}

#[test]
fn the_connection_limits_hold() {
    for (limit, counted) in [("max.connections=8", 8), ("max.connections.per.ip=8", 8)] {
        let broker = Broker::start(limit);
        let mut open: Vec<Wire> = Vec::new();
        let mut refused = 0;
        for _ in 0..counted + 6 {
            let mut wire = broker.connect();
            let ask =
                tests::wire::encode(1, 3, &protocol::Request::ApiVersions(Default::default()));
            let answered = wire.try_send_bytes(&ask).is_ok() && wire.receive_frame().is_some();
            if answered {
                open.push(wire)
            } else {
                refused += 1
            }
        }
        assert_eq!((open.len(), refused), (counted, 6), "{limit}");
        drop(open);
        eventually("closed connections make room", || {
            let mut wire = Wire::try_connect(broker.address()).ok()?;
            let ask =
                tests::wire::encode(1, 3, &protocol::Request::ApiVersions(Default::default()));
            (wire.try_send_bytes(&ask).is_ok() && wire.receive_frame().is_some()).then_some(())
        });
    }
}

#[test]
fn floods_are_summed_up_in_the_log() {
    let mut broker = started("");
    for _ in 0..2000 {
        let mut wire = broker.connect();
        wire.send_frame(-1, b"flood");
    }
    unharmed(&mut broker);
    let lines = broker.output().lines().count();
    assert!(lines < 200, "2,000 bad frames wrote {lines} lines of log");
}

#[test]
fn a_reader_that_never_reads_is_bounded() {
    let mut broker = started("");
    let mut wire = broker.connect();
    let value = "x".repeat(900_000);
    for _ in 0..20 {
        append(&mut wire, "neighbour", 0, &[&value]);
    }
    let before = broker.process().resident_bytes();
    let mut deaf: Vec<Wire> = (0..10).map(|_| broker.connect()).collect();
    for wire in &mut deaf {
        for correlation_id in 0..50 {
            let mut fetch = tests::messages::fetch_request("neighbour", 0, 0, 0);
            fetch.topics[0].partitions[0].partition_max_bytes = 50 << 20;
            let bytes = tests::wire::encode(correlation_id, 12, &protocol::Request::Fetch(fetch));
            wire.send_bytes(&bytes);
        }
    }
    neighbour_is_served(&broker, "neighbour");
    let grown = broker.process().resident_bytes().saturating_sub(before);
    // 500 answers of 18 MB each would be 9 GB.
    assert!(
        grown < 600 * MIB,
        "readers that never read grew the broker by {} MiB",
        grown / MIB
    );
    assert!(
        values_from(&mut wire, "neighbour", 0, 20)
            .iter()
            .all(|value| value == "neighbour")
    );
    drop(deaf);
    unharmed(&mut broker);
}
