//! Events that a stranger can repeat at will: some of each kind are recorded, the rest is counted
//! and told as one number when a minute is over.
//!
//! Each source (a principal, a network) has a share of its own, in kinds and in records, so that who
//! does very many things hides himself and nobody else. Memory is bounded: where a kind finds no
//! room it is counted with the others of its source, and a source that finds none with the other
//! sources.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long events of one source are counted together.
pub const WINDOW: Duration = Duration::from_secs(60);
/// Events of one kind that are recorded in a window: enough to see what somebody tries, and to
/// change a rule and try again.
pub const BURST: u64 = 10;
/// Events of one source that are recorded in a window: twenty kinds in full. What is beyond is
/// told in one line for each kind.
pub const RECORDS_PER_SOURCE_MAX: u64 = 200;
/// Kinds of one source that are told apart: an application that is denied on all of its topics has
/// each of them told.
pub const KINDS_PER_SOURCE_MAX: usize = 100;
/// Kinds of all sources that are told apart. At some hundred bytes each, a few megabytes.
pub const KINDS_MAX: usize = 10_000;
/// Sources that are told apart; each has a place for its kinds without room.
pub const SOURCES_MAX: usize = 10_000;
/// Of an IPv6 address, what one owner mostly has: it would be no trouble to come from all of them.
const IPV6_NETWORK_BITS: u32 = 64;

/// What was repeated, by source and kind.
#[derive(Debug)]
pub struct Repeats<S, K> {
    state: Mutex<State<S, K>>,
}

#[derive(Debug)]
struct State<S, K> {
    sources: HashMap<S, Source<K>>,
    /// Sources for which there was no room.
    others: Option<Source<K>>,
    /// Kinds of all sources.
    kinds: usize,
}

#[derive(Debug)]
struct Source<K> {
    began_ms: i64,
    recorded: u64,
    kinds: HashMap<K, Seen>,
    /// Kinds for which there was no room.
    others: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    recorded: u64,
    counted: u64,
}

/// What to do with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Record it.
    Record,
    /// It is counted.
    Count,
}

/// Events that were counted and not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Repeated<S, K> {
    /// None: sources for which there was no room.
    pub source: Option<S>,
    /// None: kinds for which there was no room.
    pub kind: Option<K>,
    /// How many.
    pub count: u64,
}

impl<S: Hash + Eq + Clone, K: Hash + Eq> Repeats<S, K> {
    /// Nothing seen yet.
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State {
                sources: HashMap::new(),
                others: None,
                kinds: 0,
            }),
        }
    }

    /// Notes one event.
    pub fn admit(&self, source: S, kind: K, now_ms: i64) -> Admission {
        let mut state = self.lock();
        let state = &mut *state;
        let has_room = state.sources.len() < SOURCES_MAX;
        let source = match state.sources.entry(source) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) if has_room => entry.insert(Source::new(now_ms)),
            Entry::Vacant(_) => {
                let others = state.others.get_or_insert_with(|| Source::new(now_ms));
                return admit(&mut others.others, &mut others.recorded);
            }
        };
        let has_room = source.kinds.len() < KINDS_PER_SOURCE_MAX && state.kinds < KINDS_MAX;
        let seen = match source.kinds.entry(kind) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) if has_room => {
                state.kinds += 1;
                entry.insert(Seen::default())
            }
            Entry::Vacant(_) => &mut source.others,
        };
        admit(seen, &mut source.recorded)
    }

    /// For a periodic caller: the events, of sources whose window is over, that were not recorded.
    /// They begin anew.
    pub fn drain(&self, now_ms: i64) -> Vec<Repeated<S, K>> {
        let window_ms = i64::try_from(WINDOW.as_millis()).unwrap_or(i64::MAX);
        let is_over = |began_ms: i64| now_ms.abs_diff(began_ms) >= window_ms.unsigned_abs();
        let mut state = self.lock();
        let mut over: Vec<(Option<S>, Source<K>)> = state
            .sources
            .extract_if(|_, source| is_over(source.began_ms))
            .map(|(name, source)| (Some(name), source))
            .collect();
        let others = state.others.take_if(|others| is_over(others.began_ms));
        over.extend(others.map(|others| (None, others)));
        state.kinds -= over.iter().map(|(_, s)| s.kinds.len()).sum::<usize>();
        drop(state);
        over.into_iter()
            .flat_map(|(name, source)| source.repeated(name))
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, State<S, K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Hash + Eq + Clone, K: Hash + Eq> Default for Repeats<S, K> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> Source<K> {
    fn new(now_ms: i64) -> Self {
        Self {
            began_ms: now_ms,
            recorded: 0,
            kinds: HashMap::new(),
            others: Seen::default(),
        }
    }

    fn repeated<S: Clone>(self, name: Option<S>) -> impl Iterator<Item = Repeated<S, K>> {
        let kinds = self
            .kinds
            .into_iter()
            .map(|(kind, seen)| (Some(kind), seen));
        let all = kinds.chain(std::iter::once((None, self.others)));
        all.filter(|(_, seen)| seen.counted > 0)
            .map(move |(kind, seen)| Repeated {
                source: name.clone(),
                kind,
                count: seen.counted,
            })
    }
}

fn admit(seen: &mut Seen, recorded: &mut u64) -> Admission {
    if seen.recorded < BURST && *recorded < RECORDS_PER_SOURCE_MAX {
        seen.recorded += 1;
        *recorded += 1;
        Admission::Record
    } else {
        seen.counted += 1;
        Admission::Count
    }
}

/// Whom an address stands for, as a source: itself, or its /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let mask = u128::MAX << (u128::BITS - IPV6_NETWORK_BITS);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
        address => address,
    }
}
