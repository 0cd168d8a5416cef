//! How many connections have each of some pair of texts, such as name and version of a client's
//! software: one gauge per pair, there as long as the pair has a connection.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mbean::{Attribute, Registry, Section};

/// Pairs that are told apart, as in Kafka: strangers choose them. Connections of further ones are
/// counted together, and told to nobody but our own metrics.
const PAIRS_MAX: usize = 100;

type Pair = (String, String);

/// The gauges of one listener.
#[derive(Clone)]
pub(super) struct Pairs(Arc<Shared>);

struct Shared {
    registry: Registry,
    /// Names of the two texts.
    properties: (&'static str, &'static str),
    listener: Arc<str>,
    description: &'static str,
    listed: Mutex<HashMap<Pair, Listed>>,
    unlisted: AtomicU64,
}

struct Listed {
    connections: Arc<AtomicU64>,
    /// Dropping it takes the gauge away.
    _section: Section,
}

/// A connection's place in the count of its pair; given back when dropped.
pub struct PairPlace {
    pairs: Pairs,
    /// `None` where it is one of too many.
    pair: Option<Pair>,
}

impl Pairs {
    pub fn new(
        registry: &Registry,
        properties: (&'static str, &'static str),
        listener: &Arc<str>,
        description: &'static str,
    ) -> Self {
        Self(Arc::new(Shared {
            registry: registry.clone(),
            properties,
            listener: Arc::clone(listener),
            description,
            listed: Mutex::default(),
            unlisted: AtomicU64::new(0),
        }))
    }

    /// Counts a connection until what is returned is dropped.
    pub fn enter(&self, first: &str, second: &str) -> PairPlace {
        let pair = (first.to_owned(), second.to_owned());
        let pairs = self.clone();
        let mut listed = self.lock();
        if let Some(known) = listed.get(&pair) {
            known.connections.fetch_add(1, Ordering::Relaxed);
        } else if listed.len() < PAIRS_MAX {
            listed.insert(pair.clone(), self.list(&pair));
        } else {
            self.0.unlisted.fetch_add(1, Ordering::Relaxed);
            drop(listed);
            return PairPlace { pairs, pair: None };
        }
        drop(listed);
        let pair = Some(pair);
        PairPlace { pairs, pair }
    }

    /// Connections whose pair is not among those that are told apart.
    pub fn unlisted(&self) -> u64 {
        self.0.unlisted.load(Ordering::Relaxed)
    }

    fn list(&self, (first, second): &Pair) -> Listed {
        let connections = Arc::new(AtomicU64::new(1));
        let section = self.0.registry.section();
        let (first_name, second_name) = self.0.properties;
        let name = super::socket_server()
            .with(first_name, first)
            .with(second_name, second)
            .with("listener", &self.0.listener)
            .with("networkProcessor", super::listener::PROCESSOR);
        section.attributes(name, vec![self.gauge(&connections)]);
        Listed {
            connections,
            _section: section,
        }
    }

    fn gauge(&self, connections: &Arc<AtomicU64>) -> Attribute {
        let connections = Arc::clone(connections);
        let read = move || connections.load(Ordering::Relaxed) as f64;
        Attribute::gauge("connections", self.0.description, read)
    }

    fn leave(&self, pair: Option<&Pair>) {
        let Some(pair) = pair else {
            self.0.unlisted.fetch_sub(1, Ordering::Relaxed);
            return;
        };
        let mut listed = self.lock();
        let before = listed
            .get(pair)
            .map(|known| known.connections.fetch_sub(1, Ordering::Relaxed));
        let last = if before == Some(1) {
            listed.remove(pair)
        } else {
            None
        };
        drop(listed);
        // Its section leaves the registry, under the registry's own lock.
        drop(last);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Pair, Listed>> {
        self.0.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for PairPlace {
    fn drop(&mut self) {
        self.pairs.leave(self.pair.as_ref());
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pairs").finish_non_exhaustive()
    }
}

impl fmt::Debug for PairPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PairPlace").field(&self.pair).finish()
    }
}

#[cfg(test)]
mod tests;
