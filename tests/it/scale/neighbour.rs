//! The well-behaved client beside the others: one append and one fetch after the other on a connection of its own, timed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use tests::deadline::Stopwatch;
use tests::messages::{append, create_topic, fetch};
use tests::{Broker, Wire, at_scale};

use super::gauge::{Spread, memory_mib};

const TOPIC: &str = "neighbour";
/// Pause between two rounds: it measures, and is no load.
const PAUSE: Duration = Duration::from_millis(2);
/// A request of no remarkable size.
const VALUE_BYTES: usize = 1_000;
/// How long the broker is measured alone.
const ALONE: Duration = Duration::from_secs(1);
/// A neighbour waits no longer than this at the 99th percentile, whatever goes on beside it: the bound of a busy machine, not of the broker.
const SERVED_WITHIN_MS: u64 = 250;
/// The same for the slice: whether it is served at all, for a debug build beside other tests and compilers says nothing about time.
const SLICE_SERVED_WITHIN_MS: u64 = 60_000;

/// A client that goes on until it is asked.
pub(super) struct Neighbour {
    going: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Duration>>,
}

impl Neighbour {
    pub(super) fn start(address: SocketAddr) -> Self {
        let going = Arc::new(AtomicBool::new(true));
        let on = Arc::clone(&going);
        let thread = std::thread::spawn(move || rounds(address, &on));
        Self { going, thread }
    }

    pub(super) fn times(self) -> Spread {
        self.going.store(false, Ordering::Relaxed);
        Spread::of(self.thread.join().expect("the neighbour was served"))
    }
}

#[expect(clippy::disallowed_methods, reason = "a measured client pauses")]
fn rounds(address: SocketAddr, on: &AtomicBool) -> Vec<Duration> {
    let mut wire = Wire::connect(address);
    let mut times = Vec::new();
    let value = "n".repeat(VALUE_BYTES);
    while on.load(Ordering::Relaxed) || times.is_empty() {
        let watch = Stopwatch::start();
        let offset = append(&mut wire, TOPIC, 0, &[&value]);
        assert!(fetch(&mut wire, TOPIC, 0, offset).error_code.is_none());
        times.push(watch.elapsed());
        std::thread::sleep(PAUSE);
    }
    times
}

/// A broker with the neighbour's topic.
pub(super) fn started(properties: &str) -> Broker {
    super::gauge::raise_open_files();
    let broker = Broker::start(properties);
    create_topic(&mut broker.connect(), TOPIC, 1, &[]);
    broker
}

fn served_within() -> Duration {
    Duration::from_millis(at_scale(SLICE_SERVED_WITHIN_MS, SERVED_WITHIN_MS))
}

/// Runs `rudeness` beside a neighbour and gives what it gives; prints the neighbour's times and the broker's memory before, during and after.
#[expect(
    clippy::disallowed_methods,
    reason = "the broker is measured alone for a while"
)]
pub(super) fn beside<T>(
    what: &str,
    broker: &mut Broker,
    rudeness: impl FnOnce(&mut Broker) -> T,
) -> T {
    let alone = Neighbour::start(broker.address());
    std::thread::sleep(ALONE);
    let alone = alone.times();
    let (before, _) = memory_mib(broker);
    let neighbour = Neighbour::start(broker.address());
    let watch = Stopwatch::start();
    let held = rudeness(broker);
    let took = watch.elapsed();
    let during = neighbour.times();
    let (resident, highest) = memory_mib(broker);
    println!(
        "{what}: {took:.1?}; neighbour alone {alone}; beside {during}; resident {before} MiB before, {resident} now, {highest} at most"
    );
    assert!(
        during.percentile(99) < served_within(),
        "{what}: the neighbour waited: {during}"
    );
    held
}

/// Nothing of it is a panic or a flood, and the broker lives and serves.
pub(super) fn recovered(what: &str, broker: &mut Broker) {
    let output = broker.output();
    assert!(!output.contains("panicked"), "{output}");
    assert!(
        broker.process().ended().is_none(),
        "{what}: the broker is dead: {output}"
    );
    let warnings: Vec<&str> = output
        .lines()
        .filter(|line| line.contains(" WARN ") || line.contains(" ERROR "))
        .collect();
    println!(
        "{what}: {} lines of log, of these warnings: {warnings:#?}",
        output.lines().count()
    );
    assert!(
        warnings.len() < 12,
        "{what}: the log is flooded: {warnings:#?}"
    );
    let after = Neighbour::start(broker.address()).times();
    assert!(
        after.percentile(50) < served_within(),
        "{what}: not served afterwards: {after}"
    );
}
