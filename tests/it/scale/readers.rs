//! Clients that ask for much and take nothing: their answers are the broker's memory.

use protocol::Request;
use tests::messages::{append, create_topic, fetch_request};
use tests::wire::encode;
use tests::{Broker, Wire, at_scale, eventually};

use super::gauge::memory_mib;
use super::neighbour::{beside, recovered, started};

/// Data there is to ask for: more than one answer may carry.
const RECORDS: usize = 60;
const RECORD_BYTES: usize = 1_000_000;
/// How many fetches a client pipelines.
const PIPELINED: i32 = 64;
/// The budget for requests and answers in these tests.
const BUDGET_MIB: u64 = 128;
/// What the broker may hold beyond its budget: one answer that was under way when the budget was spent, per core, and its own.
const BEYOND_MIB: u64 = 320;

#[test]
fn deaf_readers() {
    deaf("deaf readers", at_scale(8, 500), 0, 1);
}

#[test]
fn deaf_readers_that_wait() {
    // Each reads all there is, finds it too little, and waits: few, because each costs that read.
    deaf("deaf readers that wait", 2, 30_000, i32::MAX);
}

fn deaf(what: &str, connections: usize, wait_ms: i32, min_bytes: i32) {
    let mut broker = started(&format!(
        "outrigger.requests.memory.bytes={}",
        BUDGET_MIB << 20
    ));
    fill(&broker);
    let (before, _) = memory_mib(&mut broker);
    let held: Vec<Wire> = beside(what, &mut broker, |broker| {
        let held = (0..connections)
            .map(|_| ask(broker, wait_ms, min_bytes))
            .collect();
        rest();
        held
    });
    let (_, highest) = memory_mib(&mut broker);
    assert!(
        highest < before + BUDGET_MIB + BEYOND_MIB,
        "{what}: {highest} MiB"
    );
    drop(held);
    eventually("their memory is given back", || {
        (broker.process().open_files() < 100).then_some(())
    });
    recovered(what, &mut broker);
    println!(
        "{what}: {:?} MiB resident and at most, afterwards",
        memory_mib(&mut broker)
    );
}

fn fill(broker: &Broker) {
    let mut wire = broker.connect();
    create_topic(&mut wire, "large", 1, &[]);
    let value = "x".repeat(RECORD_BYTES);
    for _ in 0..RECORDS {
        append(&mut wire, "large", 0, &[&value]);
    }
}

fn ask(broker: &Broker, wait_ms: i32, min_bytes: i32) -> Wire {
    let mut wire = broker.connect();
    for correlation_id in 0..PIPELINED {
        let mut fetch = fetch_request("large", 0, 0, wait_ms);
        fetch.min_bytes = min_bytes;
        fetch.max_bytes = i32::MAX;
        fetch.topics[0].partitions[0].partition_max_bytes = i32::MAX;
        let _ = wire.try_send_bytes(&encode(correlation_id, 12, &Request::Fetch(fetch)));
    }
    wire
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time in which memory would grow"
)]
fn rest() {
    std::thread::sleep(std::time::Duration::from_secs(2));
}
