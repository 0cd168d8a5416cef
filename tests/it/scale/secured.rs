//! Many idle connections through authn, half with a certificate and half with a password: what each costs in both processes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use protocol::messages::metadata::MetadataRequest;
use tests::login::ScramUser;
use tests::process::status;
use tests::tls::{self, Shown};
use tests::{Up, Wire, at_scale, eventually};

use super::gauge::raise_open_files;

/// Most that authn may keep for an idle connection: rustls' state of a session, that of the relay, and the task;
/// 13 KiB were measured. Buffers are there only while bytes are under way.
const AUTHN_BYTES_EACH: u64 = 20 << 10;
/// The same for the broker, which keeps no TLS; 12 KiB were measured.
const BROKER_BYTES_EACH: u64 = 16 << 10;
/// What grows once, whoever comes: thread stacks, caches of the allocator, the metrics of both ways in.
const ONCE_BYTES: u64 = 32 << 20;
/// Logins under way at a time: two processors do them all.
const CLIENTS: usize = 4;

#[test]
fn idle_secured_connections() {
    let count = at_scale(600, 8_000);
    raise_open_files();
    let up = Up::start(&["--set", "authn.outrigger.preauth.connections.per.ip=4096"]);
    let [authn, broker] = ["authn", "broker"].map(|name| pid(&up, name));
    let warm = all_kinds(&up, 2 * CLIENTS);
    drop(warm);
    let before = [authn, broker].map(resident_bytes);
    let held = all_kinds(&up, count);
    let after = [authn, broker].map(resident_bytes);
    let costs = [("authn", AUTHN_BYTES_EACH), ("broker", BROKER_BYTES_EACH)];
    for (index, (name, each_max)) in costs.into_iter().enumerate() {
        let grown = after[index].saturating_sub(before[index]);
        let each = grown / count as u64;
        println!(
            "{count} idle secured connections: {name} {} MiB before, {} MiB with them, {each} bytes each",
            before[index] >> 20,
            after[index] >> 20
        );
        assert!(
            grown < ONCE_BYTES + each_max * count as u64,
            "{name} grew by {grown} bytes"
        );
    }
    // Every one of them is there and served.
    for mut wire in held.into_iter().step_by(37) {
        let answer = wire.call(12, MetadataRequest::default());
        assert_eq!(answer.brokers.len(), 1);
    }
    eventually("connections are given back", || {
        let places = std::fs::read_dir(format!("/proc/{broker}/fd"));
        (places.map_or(0, Iterator::count) < 200).then_some(())
    });
    assert!(all_kinds(&up, 2).len() == 2);
}

/// So many clients that have logged in and been answered once.
fn all_kinds(up: &Up, count: usize) -> Vec<Wire> {
    let next = AtomicUsize::new(0);
    let (known, unknown) = (
        tls::config(up, Shown::Certificate),
        tls::config(up, Shown::Nothing),
    );
    std::thread::scope(|scope| {
        let connect = || {
            let mut user = ScramUser::of_up(up);
            let mut held = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return held;
                }
                let mut wire = match index % 2 {
                    0 => tls::connect(up.address("tls"), &known),
                    _ => scram(up, &unknown, &mut user),
                };
                wire.call(12, MetadataRequest::default());
                held.push(wire);
            }
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(connect)).collect();
        let all = clients
            .into_iter()
            .flat_map(|client| client.join().expect("every client is let in"));
        all.collect()
    })
}

fn scram(up: &Up, config: &Arc<rustls::ClientConfig>, user: &mut ScramUser) -> Wire {
    let mut wire = tls::connect(up.address("scram"), config);
    assert!(user.log_in(&mut wire).error_code.is_none());
    wire
}

fn pid(up: &Up, name: &str) -> u32 {
    u32::try_from(up.pid_of(name).expect(name)).expect("a pid")
}

fn resident_bytes(pid: u32) -> u64 {
    status(pid, "VmRSS") * 1024
}
