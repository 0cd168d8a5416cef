//! What writing costs: the samples of a broker of 10,000 partitions, from families in both formats
//! and from rendered prefixes, and reading them back. Median of some rounds, CPU time of this thread's process.
//!
//! `cargo run --release -p exposition --example writing`

use std::fs;
use std::hint::black_box;

use exposition::{Family, Format, encode, parse, write_value};

const PARTITIONS: usize = 10_000;
const GAUGES: usize = 10;
const TOPICS: usize = 1_000;
const METERS: usize = 57;
const ROUNDS: usize = 41;
/// The scheduler accounts in nanoseconds there.
const SCHEDSTAT: &str = "/proc/thread-self/schedstat";

fn main() {
    let families = families();
    let samples: usize = families.iter().map(|family| family.samples.len()).sum();
    let mut out = Vec::new();
    for format in [Format::Text004, Format::OpenMetrics1] {
        let ms = median(|| {
            out.clear();
            encode(black_box(&families), format, &mut out);
        });
        println!(
            "{samples} samples from families, {format:?}: {ms:.2} ms, {} bytes",
            out.len()
        );
    }
    let prefixes = prefixes(&out);
    let ms = median(|| {
        out.clear();
        for (prefix, value) in black_box(&prefixes) {
            out.extend_from_slice(prefix);
            write_value(&mut out, *value);
            out.push(b'\n');
        }
    });
    println!(
        "{samples} samples from prefixes: {ms:.2} ms, {} bytes",
        out.len()
    );
    encode(&families, Format::Text004, {
        out.clear();
        &mut out
    });
    let text = String::from_utf8_lossy(&out);
    let ms = median(|| {
        let _ = black_box(parse(black_box(&text)));
    });
    println!("read back: {ms:.2} ms");
}

/// Whole numbers and fractions, as gauges and rates are.
fn families() -> Vec<Family> {
    let mut families = Vec::new();
    for gauge in 0..GAUGES {
        let mut family =
            Family::untyped(format!("kafka_cluster_Partition_Value{gauge}"), "A gauge");
        for partition in 0..PARTITIONS {
            let labels = vec![
                ("name".into(), "LogEndOffset".into()),
                ("topic".into(), format!("topic-{}", partition / 10).into()),
                ("partition".into(), (partition % 10).to_string().into()),
            ];
            family.push(labels, (partition * 7919) as f64);
        }
        families.push(family);
    }
    for meter in 0..METERS {
        let name = format!("kafka_server_BrokerTopicMetrics_Rate{meter}");
        let mut family = Family::untyped(name, "A rate");
        for topic in 0..TOPICS {
            let labels = vec![
                ("name".into(), "BytesInPerSec".into()),
                ("topic".into(), format!("topic-{topic}").into()),
            ];
            family.push(labels, (topic + meter) as f64 / 7.0);
        }
        families.push(family);
    }
    families
}

fn prefixes(exposition: &[u8]) -> Vec<(Vec<u8>, f64)> {
    let lines = exposition.split(|byte| *byte == b'\n');
    let samples = lines.filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let split = samples.filter_map(|line| {
        let at = line.iter().rposition(|byte| *byte == b' ')?;
        let (prefix, value) = line.split_at(at + 1);
        let value = String::from_utf8_lossy(value).parse().ok()?;
        Some((prefix.to_vec(), value))
    });
    split.collect()
}

fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<u64> = (0..ROUNDS)
        .map(|_| {
            let before = cpu_nanos();
            work();
            cpu_nanos() - before
        })
        .collect();
    times.sort_unstable();
    times
        .get(ROUNDS / 2)
        .map_or(f64::NAN, |nanos| *nanos as f64 / 1e6)
}

fn cpu_nanos() -> u64 {
    let text = fs::read_to_string(SCHEDSTAT).unwrap_or_default();
    let first = text.split_whitespace().next();
    first
        .and_then(|nanos| nanos.parse().ok())
        .unwrap_or_default()
}
