//! Many connections: idle ones, ones that claim large frames and stall, ones that drip.

use std::time::Duration;

use protocol::Request;
use tests::deadline::within;
use tests::{Broker, Wire, at_scale, eventually};

use super::gauge::memory_mib;
use super::neighbour::{beside, recovered, started};

/// What a stalled claim really sends.
const SENT_BYTES: usize = 60 << 10;
/// The claims: up to the limit of a frame.
const CLAIMED_BYTES: [i32; 3] = [64 << 20, 80 << 20, 100 << 20];
/// Most a broker grows by, whatever is claimed: its budget for requests (512 MiB) and as much again for what is under way.
const GROWTH_MIB: u64 = 1024;

#[test]
fn idle_connections() {
    idle(at_scale(1_000, 15_000));
}

fn idle(count: usize) {
    let what = format!("{count} idle connections");
    let mut broker = started("");
    let held: Vec<Wire> = beside(&what, &mut broker, |broker| {
        (0..count).map(|_| broker.connect()).collect()
    });
    beside(&format!("{what}, all open"), &mut broker, |broker| {
        await_files(broker, |files| files >= count);
        rest();
    });
    // Every one of them is there and served.
    for wire in held.into_iter().step_by(97) {
        answered(wire);
    }
    await_files(&mut broker, |files| files < 200);
    recovered(&what, &mut broker);
    println!(
        "{what}: {:?} MiB resident and at most, afterwards",
        memory_mib(&mut broker)
    );
}

fn answered(mut wire: Wire) {
    let call = tests::wire::encode(7, 3, &Request::ApiVersions(Default::default()));
    wire.send_bytes(&call);
    assert_eq!(wire.receive(protocol::ApiKey::ApiVersions, 3).0, 7);
}

fn await_files(broker: &mut Broker, wanted: impl Fn(usize) -> bool) {
    eventually("connections are taken and given back", || {
        wanted(broker.process().open_files()).then_some(())
    });
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time in which others are measured"
)]
fn rest() {
    std::thread::sleep(Duration::from_secs(2));
}

#[test]
fn claims_of_large_frames() {
    // The whole: as many as fit in the memory for requests, and as many as exhaust it.
    // The slice: half of the least budget, so that who makes no progress is cut off.
    let slice: &[(usize, &str)] = &[(1_000, "outrigger.requests.memory.bytes=104857600")];
    for (count, properties) in at_scale(slice, &[(3_000, ""), (12_000, "")]) {
        claims(*count, properties);
    }
}

/// `count` connections send the begin of a produce request and stall. They may be cut off once memory is short, and only then.
fn claims(count: usize, properties: &str) {
    let what = format!("{count} claims of 64 to 100 MiB");
    let mut broker = started(properties);
    let (before, _) = memory_mib(&mut broker);
    let mut body = vec![0, 0, 0, 9, 0, 0, 0, 1, 0xff, 0xff];
    body.resize(SENT_BYTES, 0);
    let held: Vec<Wire> = beside(&what, &mut broker, |broker| {
        let open = |index: usize| {
            let mut wire = broker.connect();
            wire.send_frame(CLAIMED_BYTES[index % CLAIMED_BYTES.len()], &body);
            wire
        };
        let held = (0..count).map(open).collect();
        rest();
        held
    });
    let (_, highest) = memory_mib(&mut broker);
    assert!(highest < before + GROWTH_MIB, "{what}: {highest} MiB");
    drop(held);
    await_files(&mut broker, |files| files < 200);
    recovered(&what, &mut broker);
    println!(
        "{what}: {:?} MiB resident and at most, afterwards",
        memory_mib(&mut broker)
    );
}

#[test]
fn slow_drip() {
    let count = at_scale(200, 5_000);
    let what = &format!("{count} connections that drip a byte at a time");
    let mut broker = started("");
    let call = tests::wire::encode(7, 3, &Request::ApiVersions(Default::default()));
    let drips: Vec<Wire> = beside(what, &mut broker, |broker| {
        let mut drips: Vec<Wire> = (0..count).map(|_| broker.connect()).collect();
        for byte in &call {
            for wire in &mut drips {
                wire.send_bytes(std::slice::from_ref(byte));
            }
        }
        drips
    });
    for mut wire in drips {
        assert_eq!(wire.receive(protocol::ApiKey::ApiVersions, 3).0, 7);
    }
    recovered(what, &mut broker);
}

#[test]
fn bytes_that_are_no_requests() {
    garbage(at_scale(300, 20_000));
}

/// Every API with forged counts, and other protocols; each must be closed or answered.
fn garbage(count: usize) {
    let what = format!("{count} connections with bytes that are no requests");
    let mut broker = started("");
    let silent = beside(&what, &mut broker, |broker| {
        (0..count).filter(|index| !ended(broker, *index)).count()
    });
    assert_eq!(
        silent, 0,
        "{what}: so many were neither closed nor answered"
    );
    await_files(&mut broker, |files| files < 200);
    let (_, highest) = memory_mib(&mut broker);
    assert!(highest < 300, "{what}: {highest} MiB");
    recovered(&what, &mut broker);
}

fn ended(broker: &Broker, index: usize) -> bool {
    const TAILS: [&[u8]; 5] = [
        b"\x7f\xff\xff\xff",
        b"\xff\xff\xff\xff\x0f",
        b"\x01\xff\xff\xff\xff\x0f\0\0\0\0",
        b"\0\0\0\0\0\0\0\0\0\0\x7f\xff\xff\xff\x7f\xff\xff\xff",
        b"\xff\xff\xff\xff\x07\x80\x80\x80\x80\x80",
    ];
    let mut wire = broker.connect();
    let bytes: Vec<u8> = match index % 8 {
        0 => b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(),
        1 => b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03aaaaaaaaaaaaaaaaaaaaaa".to_vec(),
        2 => b"\0\0\0\x01\0".to_vec(),
        3 => vec![0xff; 4096],
        _ => {
            let (key, version) = ((index / 8 % 93) as u8, (index / 8 / 93 % 18) as u8);
            let mut body = vec![0, key, 0, version, 0, 0, 0, 1, 0xff, 0xff, 0];
            body.extend_from_slice(TAILS[index % TAILS.len()]);
            let mut frame = (body.len() as u32).to_be_bytes().to_vec();
            frame.extend(body);
            frame
        }
    };
    let _ = wire.try_send_bytes(&bytes);
    // acks=0 has no answer, and then the connection stays: a call after it tells.
    let call = tests::wire::encode(7, 3, &Request::ApiVersions(Default::default()));
    let _ = wire.try_send_bytes(&call);
    within(Duration::from_secs(5), || Some(wire.receive_frame())).is_some()
}
