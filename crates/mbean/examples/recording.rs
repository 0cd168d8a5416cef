//! What one recorded event costs, in nanoseconds, with one thread and with two that record the same;
//! beside the counters and histograms of the `prometheus` crate. `cargo xtask bench metrics` runs it.
//!
//! The smallest of many short rounds counts: on a busy machine all others measure the neighbours.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use mbean::{Counter, Histogram, Recent};

const ROUNDS: usize = 60;
const EVENTS: u64 = 200_000;

fn main() {
    let (counter, histogram, recent) =
        (Counter::default(), Histogram::default(), Recent::default());
    let int_counter =
        prometheus::core::GenericCounter::<prometheus::core::AtomicU64>::new("a", "a");
    let buckets = prometheus::HistogramOpts::new("b", "b");
    let peer = prometheus::Histogram::with_opts(buckets);
    println!("event                        1 thread  2 threads  (ns)");
    row("mbean counter", &|_| counter.inc());
    row("mbean histogram", &|n| {
        histogram.record(1000 + (n * 7919) % 65_536)
    });
    row("mbean recent", &|n| recent.record(n));
    if let Ok(int_counter) = int_counter {
        row("prometheus IntCounter", &|_| int_counter.inc());
    }
    if let Ok(peer) = peer {
        row("prometheus Histogram", &|n| peer.observe((n % 10) as f64));
    }
    row("nothing", &|n| {
        black_box(n);
    });
}

fn row(name: &str, event: &(dyn Fn(u64) + Sync)) {
    println!("{name:28} {:8.2} {:10.2}", best(1, event), best(2, event));
}

/// The best round of all threads, which run at once.
fn best(threads: usize, event: &(dyn Fn(u64) + Sync)) -> f64 {
    let together = Barrier::new(threads);
    let rounds = thread::scope(|scope| {
        let run = || {
            let mut best = f64::MAX;
            for _ in 0..ROUNDS {
                together.wait();
                best = best.min(round(event));
            }
            best
        };
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        handles
            .into_iter()
            .filter_map(|handle| handle.join().ok())
            .collect::<Vec<_>>()
    });
    rounds.into_iter().fold(0.0, f64::max)
}

#[expect(clippy::disallowed_methods, reason = "it measures real time")]
fn round(event: &(dyn Fn(u64) + Sync)) -> f64 {
    let start = Instant::now();
    for n in 0..EVENTS {
        event(black_box(n));
    }
    start.elapsed().as_nanos() as f64 / EVENTS as f64
}
