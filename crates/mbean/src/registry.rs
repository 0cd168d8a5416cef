//! All beans of a process, in sections; whoever owns the registry ticks it and serves its snapshots.
//!
//! It is a value made at the start and handed down. Locks are taken where beans are made and where
//! they are read, never where something is recorded.

pub(crate) mod attribute;
pub(crate) mod bean;
pub(crate) mod collection;
pub(crate) mod kind;
pub(crate) mod section;

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::mem;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::reading::rates::Rates;
use crate::reading::seconds_between;
use crate::wire::Known;
use crate::wire::encode::{Encoder, Head};
use collection::{Collection, Memory};
use kind::BeanKind;
use section::{Section, Shared};

/// The beans of a process. Clones are the same registry.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    process: String,
    instance: u64,
    born_ns: u64,
    /// The clock at the last tick, `born_ns` before the first.
    ticked_ns: AtomicU64,
    next_id: AtomicU64,
    sections: Mutex<BTreeMap<u64, Arc<Shared>>>,
    collections: Mutex<Vec<Arc<dyn Collection>>>,
    /// What the last snapshot counted.
    yammer: AtomicUsize,
    kafka: AtomicUsize,
    /// Held by whoever reads, so that there is one at a time.
    reader: Mutex<Reader>,
}

#[derive(Default)]
struct Reader {
    /// Grows with every change of names.
    change: u64,
    memories: Vec<Memory>,
}

impl Registry {
    /// A registry that begins at this reading of a monotonic clock, in nanoseconds.
    pub fn new(monotonic_ns: u64) -> Self {
        Self::of("", monotonic_ns)
    }

    /// The same, for a process with a name, which its snapshots carry.
    pub fn of(process: &str, monotonic_ns: u64) -> Self {
        Self(Arc::new(Inner {
            process: process.to_owned(),
            // A process that starts again must not be taken for the one before.
            instance: RandomState::new().build_hasher().finish(),
            born_ns: monotonic_ns,
            ticked_ns: AtomicU64::new(monotonic_ns),
            next_id: AtomicU64::new(1),
            sections: Mutex::default(),
            collections: Mutex::default(),
            yammer: AtomicUsize::new(0),
            kafka: AtomicUsize::new(0),
            reader: Mutex::default(),
        }))
    }

    /// A new group of beans.
    pub fn section(&self) -> Section {
        let section = Section::new(self.clone(), self.next_id());
        let shared = Arc::clone(section.shared());
        lock(&self.0.sections).insert(shared.id, shared);
        section
    }

    /// Gauges that somebody else keeps, for as long as the registry lives.
    pub fn collection(&self, collection: Box<dyn Collection>) {
        lock(&self.0.collections).push(Arc::from(collection));
    }

    /// Brings rates and percentiles up to date; the owner calls it every 5 s. A call that comes
    /// late, or never, is made up for by the next.
    pub fn tick(&self, monotonic_ns: u64) {
        let _reader = lock(&self.0.reader);
        let ticked_ns = self.ticked_ns();
        if monotonic_ns <= ticked_ns {
            return;
        }
        for section in self.sections() {
            let mut state = section.state();
            let state = &mut *state;
            for bean in &mut state.beans {
                state.dirty |= bean.appear(ticked_ns);
                bean.tick(monotonic_ns);
            }
        }
        self.0.ticked_ns.store(monotonic_ns, Ordering::Relaxed);
    }

    /// All values, and the names of those sections that changed since what the reader knows.
    pub fn snapshot(&self, since: Option<Known>, monotonic_ns: u64) -> Vec<u8> {
        let mut reader = lock(&self.0.reader);
        let Reader { change, memories } = &mut *reader;
        let since = since
            .filter(|known| known.instance == self.0.instance && known.change <= *change)
            .map_or(0, |known| known.change);
        let head = Head {
            process: &self.0.process,
            instance: self.0.instance,
            since,
            uptime: seconds_between(self.0.born_ns, monotonic_ns),
        };
        let mut encoder = Encoder::new(&head);
        let ticked_ns = self.ticked_ns();
        let mut values = Vec::new();
        let (mut yammer, mut kafka) = (0, 0);
        for section in self.sections() {
            let mut state = section.state();
            let state = &mut *state;
            for bean in &mut state.beans {
                state.dirty |= bean.appear(ticked_ns) | bean.refresh();
            }
            if mem::take(&mut state.dirty) {
                *change += 1;
                state.number = *change;
            }
            values.clear();
            for bean in &mut state.beans {
                let rows = values.len();
                bean.read(monotonic_ns, &mut values);
                match bean.kind() {
                    BeanKind::Attributes => kafka += values.len() - rows,
                    _ => yammer += usize::from(bean.is_shown()),
                }
            }
            let names = (state.number > since).then_some(state.beans.as_slice());
            encoder.section(section.id, state.number, names, &values);
        }
        let collections: Vec<_> = lock(&self.0.collections).clone();
        memories.resize_with(collections.len(), Memory::default);
        for (collection, memory) in collections.iter().zip(memories) {
            let mut next_id = || self.next_id();
            let mut emit = |rows: collection::Emitted<'_>| {
                yammer += rows.values.len();
                encoder.rows(&rows);
            };
            memory.read(&**collection, since, change, &mut next_id, &mut emit);
        }
        self.0.yammer.store(yammer, Ordering::Relaxed);
        self.0.kafka.store(kafka, Ordering::Relaxed);
        encoder.finish(*change)
    }

    /// How many of Yammer's metrics and how many of Kafka's own (attributes, each one) the last
    /// snapshot showed: `yammer-metrics-count` and `kafka-metrics-count`.
    pub fn counts(&self) -> (usize, usize) {
        let counts = [&self.0.yammer, &self.0.kafka];
        let [yammer, kafka] = counts.map(|count| count.load(Ordering::Relaxed));
        (yammer, kafka)
    }

    pub(crate) fn remove(&self, id: u64) {
        let removed = lock(&self.0.sections).remove(&id);
        // What its gauges hold may hold a section in turn: it goes when the lock is free.
        drop(removed);
    }

    /// The rates of a meter that is made now: before the first tick that moment is known.
    pub(crate) fn fresh_rates(&self) -> Rates {
        let ticked_ns = self.ticked_ns();
        if ticked_ns == self.0.born_ns {
            Rates::born(ticked_ns)
        } else {
            Rates::appeared(ticked_ns)
        }
    }

    /// The clock at the last tick, or at the start.
    pub(crate) fn ticked_ns(&self) -> u64 {
        self.0.ticked_ns.load(Ordering::Relaxed)
    }

    fn next_id(&self) -> u64 {
        self.0.next_id.fetch_add(1, Ordering::Relaxed)
    }

    fn sections(&self) -> Vec<Arc<Shared>> {
        lock(&self.0.sections).values().cloned().collect()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registry({})", self.0.process)
    }
}

/// What a reader or a maker of beans holds is whole again when it is let go, panic or not.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
