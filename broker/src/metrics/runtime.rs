//! How busy the threads are that serve connections and run handlers, which here are the same: the
//! workers of the runtime. A worker is idle while it is parked, waiting for something to do.
//!
//! Kafka has pools of network and of handler threads; their idle ratios are both this one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mbean::{Attribute, Counter, ObjectName, Registry, Scale, Section};

/// Kafka's rates look back so far.
const WINDOW_NS: u64 = 30_000_000_000;
/// Readings that are kept are at least so far apart, however often somebody asks.
const SPACING_NS: u64 = 4_000_000_000;

/// What the runtime says of one worker since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Worker {
    /// Nanoseconds in which it ran something.
    pub busy_ns: u64,
    /// How often it waited for something to do.
    pub parks: u64,
}

/// The workers' load.
#[derive(Debug)]
pub struct RuntimeLoad {
    seen: Arc<Mutex<Seen>>,
    /// `RequestHandlerAvgIdlePercent` and what Kafka splits it into.
    idle: [Counter; 3],
    selects: Counter,
    busy_ns: Counter,
    wait_ns: Counter,
    _section: Section,
}

/// When, and what the workers had done by then.
type Reading = (u64, Vec<Worker>);

/// What was read.
#[derive(Debug)]
struct Seen {
    /// Of the last half minute, the oldest first; never empty.
    kept: VecDeque<Reading>,
    last: Reading,
}

impl RuntimeLoad {
    /// Of so many workers, none of which has done anything at `now_ns`.
    pub fn new(registry: &Registry, workers: usize, now_ns: u64) -> Self {
        let section = registry.section();
        let first = (now_ns, vec![Worker::default(); workers]);
        let seen = Arc::new(Mutex::new(Seen {
            kept: VecDeque::from([first.clone()]),
            last: first,
        }));
        let pool = |name| {
            let name =
                ObjectName::new("kafka.server", "KafkaRequestHandlerPool").with("name", name);
            section.ratio_meter(name)
        };
        for worker in 0..workers {
            let name = ObjectName::new("kafka.network", "Processor")
                .with("name", "IdlePercent")
                .with("networkProcessor", &worker.to_string());
            let seen = Arc::clone(&seen);
            section.gauge(name, move || lock(&seen).idle_ratio(worker..worker + 1));
        }
        let all = Arc::clone(&seen);
        let name = ObjectName::new("kafka.network", "SocketServer");
        section.gauge(
            name.with("name", "NetworkProcessorAvgIdlePercent"),
            move || lock(&all).idle_ratio(0..workers),
        );
        Self {
            idle: [
                pool("RequestHandlerAvgIdlePercent"),
                pool("BrokerRequestHandlerAvgIdlePercent"),
                pool("ControllerRequestHandlerAvgIdlePercent"),
            ],
            seen,
            selects: Counter::default(),
            busy_ns: Counter::default(),
            wait_ns: Counter::default(),
            _section: section,
        }
    }

    /// Takes a reading.
    pub fn observe(&self, now_ns: u64, workers: Vec<Worker>) {
        let mut seen = lock(&self.seen);
        let (then_ns, before) = &seen.last;
        let elapsed = now_ns.saturating_sub(*then_ns);
        let count = workers.len().max(1) as u64;
        let grown = |of: fn(&Worker) -> u64| {
            let pairs = workers.iter().zip(before);
            pairs
                .map(|(now, then)| of(now).saturating_sub(of(then)))
                .sum::<u64>()
        };
        let busy = (grown(|w| w.busy_ns) / count).min(elapsed);
        let parks = grown(|w| w.parks);
        for idle in &self.idle {
            idle.add(elapsed - busy);
        }
        self.selects.add(parks);
        self.busy_ns.add(busy);
        self.wait_ns.add(elapsed - busy);
        seen.last = (now_ns, workers);
        seen.keep();
    }

    /// The attributes that Kafka has of the threads of each processor.
    pub fn attributes(&self) -> Vec<Attribute> {
        let average = |name: &'static str, what: &'static str, time: &Counter| {
            let (time, selects) = (time.clone(), self.selects.clone());
            Attribute::gauge(name, what, move || {
                time.count() as f64 / selects.count().max(1) as f64
            })
        };
        let ratio = Scale::NANOS_AS_SECONDS;
        vec![
            Attribute::rate(
                "select-rate",
                "Waits for something to do, per second",
                &self.selects,
            ),
            Attribute::total("select-total", "Waits for something to do", &self.selects),
            Attribute::rate("io-ratio", "Share of time in work", &self.busy_ns).scaled(ratio),
            average(
                "io-time-ns-avg",
                "Mean time of work between waits",
                &self.busy_ns,
            ),
            Attribute::total("io-time-ns-total", "Time in work", &self.busy_ns),
            Attribute::rate("io-wait-ratio", "Share of time in waits", &self.wait_ns).scaled(ratio),
            average("io-wait-time-ns-avg", "Mean time of a wait", &self.wait_ns),
            Attribute::total("io-wait-time-ns-total", "Time in waits", &self.wait_ns),
        ]
    }
}

impl Seen {
    fn keep(&mut self) {
        let now_ns = self.last.0;
        let kept_ns = self.kept.back().map_or(0, |(at_ns, _)| *at_ns);
        if now_ns.saturating_sub(kept_ns) >= SPACING_NS {
            self.kept.push_back(self.last.clone());
        }
        let is_old = |reading: &Reading| now_ns.saturating_sub(reading.0) > WINDOW_NS;
        while self.kept.len() > 1 && self.kept.front().is_some_and(is_old) {
            self.kept.pop_front();
        }
    }

    /// The share of time in which these workers waited, over the readings that are kept.
    fn idle_ratio(&self, workers: std::ops::Range<usize>) -> f64 {
        let Some((then_ns, then)) = self.kept.front() else {
            return 1.0;
        };
        let (now_ns, now) = &self.last;
        let elapsed = now_ns.saturating_sub(*then_ns) as f64 * workers.len() as f64;
        if elapsed <= 0.0 {
            return 1.0;
        }
        let busy = workers.filter_map(|at| Some(now.get(at)?.busy_ns - then.get(at)?.busy_ns));
        (1.0 - busy.sum::<u64>() as f64 / elapsed).clamp(0.0, 1.0)
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use mbean::Registry;

    use super::{RuntimeLoad, Worker, lock};

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_worker_is_idle_while_it_is_not_busy() {
        let load = RuntimeLoad::new(&Registry::new(0), 2, 0);
        assert_eq!(lock(&load.seen).idle_ratio(0..2), 1.0);
        let busy = |busy_ns| Worker { busy_ns, parks: 10 };
        load.observe(5 * SECOND, vec![busy(5 * SECOND), busy(0)]);
        assert_eq!(lock(&load.seen).idle_ratio(0..1), 0.0);
        assert_eq!(lock(&load.seen).idle_ratio(1..2), 1.0);
        assert_eq!(lock(&load.seen).idle_ratio(0..2), 0.5);
        assert_eq!(load.idle[0].count(), 5 * SECOND / 2);
        assert_eq!(load.selects.count(), 20);
    }

    #[test]
    fn what_lies_longer_back_than_the_window_is_forgotten() {
        let load = RuntimeLoad::new(&Registry::new(0), 1, 0);
        let busy_ns = 5 * SECOND;
        for tick in 1..=8 {
            load.observe(tick * 5 * SECOND, vec![Worker { busy_ns, parks: 1 }]);
        }
        assert_eq!(lock(&load.seen).idle_ratio(0..1), 1.0);
    }

    #[test]
    fn who_asks_often_sees_as_far_back() {
        let load = RuntimeLoad::new(&Registry::new(0), 1, 0);
        for tenth in 1..=100 {
            let worker = Worker {
                busy_ns: (tenth * SECOND / 10).min(5 * SECOND),
                parks: 1,
            };
            load.observe(tenth * SECOND / 10, vec![worker]);
        }
        assert_eq!(lock(&load.seen).idle_ratio(0..1), 0.5);
        assert!(lock(&load.seen).kept.len() < 5);
        assert_eq!(load.idle[0].count(), 5 * SECOND);
    }
}
