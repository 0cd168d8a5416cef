//! A fetch that waits on an empty partition returns with the append.

use std::sync::mpsc;
use std::time::Duration;

use tests::deadline::Stopwatch;
use tests::messages::{FETCH_VERSION, append, create_topic, fetch_request, fetched_records};
use tests::{Broker, Wire, at_scale};

use super::gauge::Spread;

/// How long the fetch would wait.
const WAIT_MS: i32 = 5_000;
/// Time for the fetch to reach the broker before the append.
const LEAD: Duration = Duration::from_millis(2);

#[test]
fn a_waiting_fetch_is_woken() {
    let times = measure(at_scale(100, 2_000));
    // The bar of 5 ms at p99 is the release build's; a busy machine in CI is held to less.
    let (percentile, bar_ms) = at_scale((50, 50), (99, 5));
    let limit = Duration::from_millis(bar_ms);
    assert!(times.percentile(percentile) < limit, "{times}");
}

/// From the moment before the append is sent to the moment after the fetch's answer is read.
#[expect(
    clippy::disallowed_methods,
    reason = "the fetch must wait before the append comes"
)]
fn measure(rounds: usize) -> Spread {
    let broker = Broker::start("");
    let mut producer = broker.connect();
    let mut consumer = broker.connect();
    let (asked, asks) = mpsc::channel::<(String, i64)>();
    let (woken, wakes) = mpsc::channel::<Stopwatch>();
    let reader = std::thread::spawn(move || {
        while let Ok((topic, offset)) = asks.recv() {
            let answer = consumer.call(FETCH_VERSION, fetch_request(&topic, 0, offset, WAIT_MS));
            let back = Stopwatch::start();
            assert_eq!(fetched_records(&answer.responses[0].partitions[0]).len(), 1);
            woken.send(back).expect("the test listens");
        }
    });
    let mut times = Vec::new();
    for round in 0..rounds {
        // An empty partition every time: its log has never been written, and then only to its end.
        let topic = format!("wake-{}", round / 100);
        let offset = i64::try_from(round % 100).expect("small");
        if offset == 0 {
            create_topic(&mut producer, &topic, 1, &[]);
        }
        asked
            .send((topic.clone(), offset))
            .expect("the reader lives");
        std::thread::sleep(LEAD);
        times.push(one(&mut producer, &topic, &wakes));
    }
    drop(asked);
    reader.join().expect("every fetch was answered");
    let times = Spread::of(times);
    println!("append to the answer of the waiting fetch: {times}");
    times
}

fn one(producer: &mut Wire, topic: &str, wakes: &mpsc::Receiver<Stopwatch>) -> Duration {
    let sent = Stopwatch::start();
    append(producer, topic, 0, &["wake"]);
    let back = wakes.recv().expect("the reader lives");
    // The answer may have come before the acknowledgement did.
    sent.elapsed().saturating_sub(back.elapsed())
}
