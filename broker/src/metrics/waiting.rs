//! `kafka.server:type=DelayedOperationPurgatory`: what waits, for a flush or for data.

use mbean::{Counter, ObjectName, Registry, Section};

/// Operations that are under way but cannot be answered yet.
#[derive(Debug)]
pub struct Waiting {
    /// Fetches that wait for data.
    pub fetch: Purgatory,
    /// Produces that wait for a flush.
    pub produce: Purgatory,
    /// `DelayedFetchMetrics`: consumers whose wait ended without enough data.
    consumer_expired: Counter,
    follower_expired: Counter,
    _section: Section,
}

/// Waiting operations of one kind, and the partitions that they watch: both as what came and what
/// went, so that no two threads write one number.
#[derive(Clone, Debug, Default)]
pub struct Purgatory {
    operations: Level,
    watched: Level,
}

/// How many of something there are now.
#[derive(Clone, Debug, Default)]
pub struct Level {
    came: Counter,
    went: Counter,
}

/// One operation that waits, until it is dropped.
#[derive(Debug)]
pub struct Delayed {
    purgatory: Purgatory,
    watched: u64,
}

impl Level {
    /// So many more.
    pub fn add(&self, n: u64) {
        self.came.add(n);
    }

    /// So many fewer.
    pub fn remove(&self, n: u64) {
        self.went.add(n);
    }

    /// How many there are.
    pub fn now(&self) -> u64 {
        // In this order: what goes came earlier.
        let went = self.went.count();
        self.came.count().saturating_sub(went)
    }
}

impl Waiting {
    /// Nothing waits.
    pub fn new(registry: &Registry) -> Self {
        let section = registry.section();
        let purgatory = |operation: &str| {
            let purgatory = Purgatory::default();
            let gauge = |name, level: &Level| {
                let name = ObjectName::new("kafka.server", "DelayedOperationPurgatory")
                    .with("name", name)
                    .with("delayedOperation", operation);
                let level = level.clone();
                section.gauge(name, move || level.now() as f64);
            };
            gauge("NumDelayedOperations", &purgatory.operations);
            gauge("PurgatorySize", &purgatory.watched);
            purgatory
        };
        let (fetch, produce) = (purgatory("Fetch"), purgatory("Produce"));
        let expired = |fetcher| {
            let name = ObjectName::new("kafka.server", "DelayedFetchMetrics")
                .with("name", "ExpiresPerSec")
                .with("fetcherType", fetcher);
            section.lazy_meter(name)
        };
        Self {
            fetch,
            produce,
            consumer_expired: expired("consumer"),
            follower_expired: expired("follower"),
            _section: section,
        }
    }

    /// A fetch waited as long as it may.
    pub fn fetch_expired(&self, by_follower: bool) {
        match by_follower {
            true => self.follower_expired.inc(),
            false => self.consumer_expired.inc(),
        }
    }
}

impl Purgatory {
    /// An operation begins to wait for so many partitions.
    pub fn enter(&self, watched: usize) -> Delayed {
        let watched = watched as u64;
        self.operations.add(1);
        self.watched.add(watched);
        Delayed {
            purgatory: self.clone(),
            watched,
        }
    }
}

impl Drop for Delayed {
    fn drop(&mut self) {
        self.purgatory.operations.remove(1);
        self.purgatory.watched.remove(self.watched);
    }
}

#[cfg(test)]
mod tests {
    use super::Purgatory;

    #[test]
    fn what_waits_is_counted_until_it_is_answered() {
        let purgatory = Purgatory::default();
        let first = purgatory.enter(2);
        let second = purgatory.enter(3);
        assert_eq!(
            (purgatory.operations.now(), purgatory.watched.now()),
            (2, 5)
        );
        drop(first);
        assert_eq!(
            (purgatory.operations.now(), purgatory.watched.now()),
            (1, 3)
        );
        drop(second);
        assert_eq!(
            (purgatory.operations.now(), purgatory.watched.now()),
            (0, 0)
        );
    }
}
