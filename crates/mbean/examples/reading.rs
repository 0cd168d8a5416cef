//! What reading costs: a tick, a snapshot, decoding it, and the memory of a registry, for a broker
//! of 1,000 topics with 10 partitions each and all of Kafka's request metrics in use.
//! `cargo xtask bench metrics` runs it.

use std::fs;
use std::thread;
use std::time::Instant;

use mbean::wire::{Mirror, decode};
use mbean::{Collection, Counter, Histogram, ObjectName, Registry, Rows, Scale, Section};

const TOPICS: u64 = 1_000;
const PARTITIONS: u64 = 10;
const APIS: usize = 90;
const HISTOGRAMS: [&str; 9] = ["A", "B", "C", "D", "E", "F", "G", "H", "I"];
const METERS: [&str; 10] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J"];
const GAUGES: [&str; 10] = METERS;
const SECOND: u64 = 1_000_000_000;

fn main() {
    let before = resident_kib();
    let registry = Registry::of("example", 0);
    let topics: Vec<_> = (0..TOPICS).map(|n| topic(&registry, n)).collect();
    let apis: Vec<_> = (0..APIS).map(|n| api(&registry, n)).collect();
    registry.collection(Box::new(Partitions));
    println!("registered: {} KiB", resident_kib() - before);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| record(&topics, &apis));
        }
    });
    println!("recorded by two threads: {} KiB", resident_kib() - before);
    registry.tick(5 * SECOND);
    println!("after a tick: {} KiB", resident_kib() - before);

    let mut mirror = Mirror::default();
    let first = timed("first snapshot", || registry.snapshot(None, 6 * SECOND));
    println!("  {} bytes", first.len());
    let snapshot = timed("  decoded", || decode(&first));
    timed("  applied", || {
        snapshot.map(|snapshot| mirror.apply(snapshot))
    })
    .ok();
    println!(
        "  {} values",
        mirror.sections().map(|s| s.values.len()).sum::<usize>()
    );
    for round in 0..3 {
        let now = (10 + 5 * round) * SECOND;
        record(&topics, &apis);
        timed("tick", || registry.tick(now));
        let next = timed("snapshot", || registry.snapshot(mirror.known(), now));
        println!("  {} bytes", next.len());
        let snapshot = timed("  decoded", || decode(&next));
        timed("  applied", || {
            snapshot.map(|snapshot| mirror.apply(snapshot))
        })
        .ok();
    }
}

fn topic(registry: &Registry, n: u64) -> (Section, Vec<Counter>) {
    let section = registry.section();
    let name = |meter| {
        let name = ObjectName::new("kafka.server", "BrokerTopicMetrics");
        name.with("name", meter)
            .with("topic", &format!("topic-{n}"))
    };
    let meters = METERS.map(|meter| section.lazy_meter(name(meter)));
    (section, meters.to_vec())
}

fn api(registry: &Registry, n: usize) -> (Section, Vec<Histogram>) {
    let section = registry.section();
    let name = |histogram| {
        let name = ObjectName::new("kafka.network", "RequestMetrics");
        name.with("name", histogram)
            .with("request", &format!("Api{n}"))
    };
    let scale = Scale::NANOS_AS_MILLIS;
    let histograms = HISTOGRAMS.map(|histogram| section.histogram(name(histogram), scale));
    (section, histograms.to_vec())
}

/// Values over ten octaves, as times of requests are.
fn record(topics: &[(Section, Vec<Counter>)], apis: &[(Section, Vec<Histogram>)]) {
    topics
        .iter()
        .flat_map(|(_, meters)| meters)
        .for_each(Counter::inc);
    for histogram in apis.iter().flat_map(|(_, histograms)| histograms) {
        (0..200).for_each(|n| histogram.record(20_000 + n * n * 500));
    }
}

struct Partitions;

impl Collection for Partitions {
    fn read(&self, rows: &mut Rows<'_>) {
        for topic in 0..TOPICS {
            if rows.section(topic, 0) {
                for partition in 0..PARTITIONS {
                    for gauge in GAUGES {
                        let name = ObjectName::new("kafka.log", "Log").with("name", gauge);
                        let name = name.with("topic", &format!("topic-{topic}"));
                        rows.gauge(name.with("partition", &partition.to_string()));
                    }
                }
            }
            (0..PARTITIONS * GAUGES.len() as u64).for_each(|n| rows.value(n as f64));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "it measures real time")]
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what}: {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    result
}

fn resident_kib() -> u64 {
    let pages = fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| {
        text.split(' ')
            .nth(1)
            .and_then(|word| word.parse::<u64>().ok())
    });
    pages.unwrap_or(0) * 4
}
