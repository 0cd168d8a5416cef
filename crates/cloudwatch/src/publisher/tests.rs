//! The whole way over the wire, to a stand-in of CloudWatch that is stricter than any emulator.

mod cbor;
mod strict;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws::{ClientConfig, CloudWatch};
use prometheus::Registry;
use service::Clock;
use service::admin::Health;
use service::flags::Values;
use service::shutdown::{Cause, channel};

use super::{Metrics, Publisher, next};
use crate::datum::{Datum, Unit, dimension};
use crate::level::Level;
use crate::queue::BATCHES_MAX;
use crate::settings::Settings;
use strict::{Fault, Strict};

const CLUSTER: &str = "demo";

/// `per_round` metrics with values that say in which round they were collected, for some rounds.
#[derive(Debug)]
struct Rounds {
    rounds: usize,
    per_round: usize,
    done: AtomicUsize,
    odd: fn(usize, &mut Vec<Datum>),
}

impl Metrics for Rounds {
    async fn collect(&self, level: Level) -> Vec<Datum> {
        let round = self.done.fetch_add(1, Ordering::Relaxed);
        if round >= self.rounds {
            return Vec::new();
        }
        let mut data: Vec<Datum> = (0..self.per_round)
            .map(|number| {
                Datum::new(
                    "MessagesInPerSec",
                    level,
                    Unit::CountPerSecond,
                    round as f64 + 0.5,
                )
                .with(dimension::CLUSTER_NAME, CLUSTER)
                .with(dimension::TOPIC, format!("topic-{number}"))
            })
            .collect();
        (self.odd)(round, &mut data);
        data
    }
}

fn publisher(
    settings: Settings,
    rounds: &Arc<Rounds>,
    client: CloudWatch,
    registry: &Registry,
) -> Publisher<Rounds> {
    let publisher = Publisher::new(
        settings,
        Arc::clone(rounds),
        registry,
        Clock::real(),
        &Health::default(),
    );
    Publisher {
        client: Some(client),
        ..publisher.unwrap()
    }
}

struct Ran {
    strict: Strict,
    registry: Registry,
    collected: usize,
}

impl Ran {
    fn counter(&self, family: &str, result: &str) -> usize {
        let gathered = self.registry.gather();
        let family = gathered
            .iter()
            .find(|found| found.name() == family)
            .unwrap();
        let metrics = family.get_metric().iter();
        let mut of_result = metrics.filter(|metric| metric.get_label()[0].value() == result);
        of_result.next().unwrap().get_counter().get_value() as usize
    }

    fn data(&self, result: &str) -> usize {
        self.counter("outrigger_cloudwatch_datums_total", result)
    }

    fn requests(&self, result: &str) -> usize {
        self.counter("outrigger_cloudwatch_requests_total", result)
    }
}

/// Publishes what `rounds` has to a service with these faults, until everything is either there or counted.
async fn publish(rounds: Rounds, faults: Vec<Fault>, max_metrics: usize) -> Ran {
    let strict = Strict::start(faults).await;
    let config = ClientConfig::fixed(strict.endpoint(), "us-east-1", "AKIA", "secret");
    let settings = Settings {
        level: Level::Topic,
        // Shorter than a flag allows: a test has no minutes.
        interval: Duration::from_millis(40),
        max_metrics,
        ..Settings::read(&mut Values::default())
    };
    let (registry, rounds) = (Registry::new(), Arc::new(rounds));
    let client = CloudWatch::new(&config, None);
    let publisher = publisher(settings, &rounds, client, &registry);
    let (trigger, signal) = channel();
    let running = tokio::spawn(publisher.run(signal));
    let ran = Ran {
        strict,
        registry,
        collected: rounds.rounds * rounds.per_round,
    };
    let is_over = || {
        let done = rounds.done.load(Ordering::Relaxed) > rounds.rounds;
        let counted: usize = ["sent", "rejected", "capped", "dropped"]
            .map(|result| ran.data(result))
            .iter()
            .sum();
        done && counted >= ran.collected
    };
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while !is_over() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.expect("everything ends somewhere");
    trigger.request(Cause::Internal);
    running.await.unwrap();
    assert_eq!(ran.strict.illegal(), Vec::<String>::new());
    ran
}

fn none(_: usize, _: &mut Vec<Datum>) {}

/// Each collected value is there once: by topic and value.
fn once(ran: &Ran) -> BTreeMap<(String, u64), usize> {
    let mut found = BTreeMap::new();
    for datum in ran.strict.taken() {
        let topic = datum
            .dimensions
            .get(dimension::TOPIC)
            .cloned()
            .unwrap_or_default();
        for (value, count) in datum.values {
            *found.entry((topic.clone(), value.to_bits())).or_default() += count as usize;
        }
    }
    found
}

#[tokio::test]
async fn what_is_collected_arrives_once_whatever_the_service_does() {
    for faults in [
        vec![],
        vec![Fault::Throttled, Fault::Throttled],
        vec![Fault::ServerError, Fault::None, Fault::ServerError],
        vec![Fault::Dropped, Fault::Dropped],
        vec![
            Fault::Slow,
            Fault::Throttled,
            Fault::Dropped,
            Fault::ServerError,
            Fault::None,
        ],
    ] {
        let bad = faults
            .iter()
            .filter(|fault| !matches!(fault, Fault::None | Fault::Slow))
            .count();
        let rounds = Rounds {
            rounds: 3,
            per_round: 1500,
            done: AtomicUsize::new(0),
            odd: none,
        };
        let ran = publish(rounds, faults.clone(), usize::MAX).await;
        let once = once(&ran);
        assert_eq!(
            (once.len(), once.values().max()),
            (4500, Some(&1)),
            "{faults:?}"
        );
        assert_eq!(
            (ran.data("sent"), ran.data("dropped")),
            (4500, 0),
            "{faults:?}"
        );
        let failed = ["throttled", "server_error", "unanswered"].map(|result| ran.requests(result));
        assert_eq!(failed.iter().sum::<usize>(), bad, "{faults:?}");
        let timestamps = ran.strict.taken();
        let timestamps: std::collections::BTreeSet<_> =
            timestamps.iter().map(|datum| datum.timestamp_ms).collect();
        assert_eq!(timestamps.len(), 3, "each round has a period of its own");
    }
}

#[tokio::test]
async fn a_request_is_refused_whole_and_only_the_datum_at_fault_is_lost() {
    let odd: fn(usize, &mut Vec<Datum>) = |round, data| {
        if round == 1 {
            data[700] = Datum::new(strict::REFUSED, Level::Basic, Unit::Count, 1.0);
        }
    };
    let rounds = Rounds {
        rounds: 2,
        per_round: 1000,
        done: AtomicUsize::new(0),
        odd,
    };
    let ran = publish(rounds, vec![], usize::MAX).await;
    let once = once(&ran);
    assert_eq!((once.len(), once.values().max()), (1999, Some(&1)));
    assert_eq!(
        (ran.data("sent"), ran.data("rejected"), ran.data("dropped")),
        (1999, 1, 0)
    );
}

#[tokio::test]
async fn what_would_be_refused_is_not_sent_and_many_values_are_cut() {
    fn odd(_: usize, data: &mut Vec<Datum>) {
        for value in [f64::NAN, f64::INFINITY, 1e300] {
            data.push(Datum::new("Bad", Level::Basic, Unit::Count, value));
        }
        data.push(Datum::new("Ä", Level::Basic, Unit::Count, 1.0));
        data.push(Datum::new("Long", Level::Basic, Unit::Count, 1.0).with("x", "v".repeat(1025)));
        data.extend(
            (0..400)
                .map(|value| Datum::new("Many", Level::Basic, Unit::Count, f64::from(value % 200))),
        );
    }
    let rounds = Rounds {
        rounds: 1,
        per_round: 1,
        done: AtomicUsize::new(0),
        odd,
    };
    let ran = publish(rounds, vec![], usize::MAX).await;
    assert_eq!(ran.data("illegal"), 5);
    let many: Vec<_> = ran
        .strict
        .taken()
        .into_iter()
        .filter(|datum| datum.name == "Many")
        .collect();
    let counts: f64 = many
        .iter()
        .flat_map(|datum| &datum.values)
        .map(|(_, count)| count)
        .sum();
    assert_eq!((many.len(), counts), (2, 400.0));
}

#[tokio::test]
async fn the_cap_and_the_queue_leave_out_what_they_count() {
    let rounds = Rounds {
        rounds: 2,
        per_round: 50,
        done: AtomicUsize::new(0),
        odd: none,
    };
    let ran = publish(rounds, vec![], 20).await;
    assert_eq!(
        (ran.data("sent"), ran.data("capped"), once(&ran).len()),
        (40, 60, 40)
    );

    // A service that takes nothing: the queue keeps the newest, and at the end the rest is counted.
    let rounds = Rounds {
        rounds: BATCHES_MAX + 10,
        per_round: 3,
        done: AtomicUsize::new(0),
        odd: none,
    };
    let collected = rounds.rounds * rounds.per_round;
    let strict = Strict::start(vec![Fault::ServerError; 10_000]).await;
    let config = ClientConfig::fixed(strict.endpoint(), "us-east-1", "AKIA", "secret");
    let settings = Settings {
        level: Level::Topic,
        interval: Duration::from_millis(2),
        ..Settings::read(&mut Values::default())
    };
    let (registry, rounds) = (Registry::new(), Arc::new(rounds));
    let client = CloudWatch::new(&config, None);
    let publisher = publisher(settings, &rounds, client, &registry);
    let (trigger, signal) = channel();
    let running = tokio::spawn(publisher.run(signal));
    while rounds.done.load(Ordering::Relaxed) <= rounds.rounds {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let ran = Ran {
        strict,
        registry,
        collected,
    };
    // One may be under way, in neither queue nor count.
    assert!(
        ran.data("dropped") >= collected - 3 * (BATCHES_MAX + 1),
        "{}",
        ran.data("dropped")
    );
    trigger.request(Cause::Internal);
    running.await.unwrap();
    assert_eq!((ran.data("sent"), ran.data("dropped")), (0, collected));
}

#[tokio::test]
async fn what_is_queued_at_the_end_is_sent() {
    let strict = Strict::start(vec![Fault::Slow]).await;
    let config = ClientConfig::fixed(strict.endpoint(), "us-east-1", "AKIA", "secret");
    let settings = Settings {
        level: Level::Topic,
        max_metrics: usize::MAX,
        interval: Duration::from_millis(5),
        ..Settings::read(&mut Values::default())
    };
    let rounds = Rounds {
        rounds: 5,
        per_round: 10,
        done: AtomicUsize::new(0),
        odd: none,
    };
    let (registry, rounds) = (Registry::new(), Arc::new(rounds));
    let client = CloudWatch::new(&config, None);
    let publisher = publisher(settings, &rounds, client, &registry);
    let (trigger, signal) = channel();
    let running = tokio::spawn(publisher.run(signal));
    while rounds.done.load(Ordering::Relaxed) <= rounds.rounds {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    trigger.request(Cause::Internal);
    running.await.unwrap();
    let ran = Ran {
        strict,
        registry,
        collected: 50,
    };
    assert_eq!((ran.data("sent"), once(&ran).len()), (50, 50));
}

#[test]
fn each_period_is_asked_for_once() {
    let minute = Duration::from_secs(60);
    let offset = Duration::from_secs(20);
    let seconds = |seconds: i64| seconds * 1000;
    for (now, last, begin, wait) in [
        (0, None, 0, 20),
        (20, None, 0, 0),
        (21, None, 60, 59),
        (20, Some(0), 60, 60),
        (79, Some(0), 60, 1),
        (81, Some(0), 120, 59),
        (1_000, Some(0), 1_020, 40),
        // Set back a little: the same period does not come again.
        (70, Some(120), 180, 130),
        // Set back by an hour.
        (3_600, Some(7_200), 3_600, 20),
    ] {
        let found = next(seconds(now), minute, offset, last.map(seconds));
        assert_eq!(
            found,
            (seconds(begin), Duration::from_secs(wait)),
            "{now} {last:?}"
        );
    }
}
