//! Who is connected, and who has to go.
//!
//! Prometheus keeps its connection between scrapes, so idle ones are welcome while there is room. When
//! there is none, the one that has been idle longest makes room: it costs its owner a reconnect. When none is
//! idle, the one goes that has not read of its answer for longest: a stranger who opens many cannot keep anybody out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use service::Clock;
use tokio::sync::Notify;

/// Many scrapers, many times over; each costs a socket and a few kilobytes.
pub(crate) const CONNECTIONS_MAX: usize = 256;
/// From the request to the last byte that is handed to the connection: the longest a scraper may wait, and
/// some time to read what it asked for.
const REQUEST_MAX: Duration = Duration::from_secs(180);

/// Who takes nothing of an answer for so long does not read it, and goes where room is short.
pub(crate) const STALLED: Duration = Duration::from_secs(10);

/// All connections of a server.
#[derive(Clone, Debug)]
pub(crate) struct Connections {
    open: Arc<Mutex<Open>>,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    by_number: BTreeMap<u64, State>,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    since: Duration,
    close: Arc<Notify>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    /// A request is being worked on, and no byte of its answer was taken yet.
    Asked,
    /// The last piece of the answer was taken then.
    Sending(Duration),
}

/// A connection's place; dropping it gives the place back.
#[derive(Debug)]
pub(crate) struct Place {
    connections: Connections,
    number: u64,
    close: Arc<Notify>,
}

/// A request that is being answered; dropping it makes the connection idle.
#[derive(Debug)]
pub(crate) struct Busy {
    connections: Connections,
    number: u64,
}

impl Connections {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            open: Arc::default(),
            clock,
        }
    }

    /// A place for one more; when all are taken, the longest idle is told to go, else who
    /// reads nothing. `None` when all are busy.
    pub(crate) fn enter(&self) -> Option<Place> {
        let mut open = self.lock();
        if open.by_number.len() >= CONNECTIONS_MAX {
            let number = open.least_wanted(self.clock.monotonic())?;
            open.by_number.remove(&number)?.close.notify_one();
        }
        let number = open.next;
        open.next += 1;
        let close = Arc::new(Notify::new());
        let state = State {
            phase: Phase::Idle,
            since: self.clock.monotonic(),
            close: Arc::clone(&close),
        };
        open.by_number.insert(number, state);
        Some(Place {
            connections: self.clone(),
            number,
            close,
        })
    }

    #[cfg(test)]
    pub(crate) fn count(&self) -> usize {
        self.lock().by_number.len()
    }

    /// Tells those to go whose request takes too long: they do not read what they asked for.
    pub(crate) fn close_stuck(&self) {
        let now = self.clock.monotonic();
        let open = self.lock();
        for state in open.by_number.values() {
            if state.phase != Phase::Idle && now.saturating_sub(state.since) > REQUEST_MAX {
                state.close.notify_one();
            }
        }
    }

    /// Tells those to go who take nothing of their answers.
    pub(crate) fn close_stalled(&self) {
        let now = self.clock.monotonic();
        for state in self.lock().by_number.values() {
            if state.stalled_since(now).is_some() {
                state.close.notify_one();
            }
        }
    }

    fn enter_phase(&self, number: u64, phase: Phase) {
        let since = self.clock.monotonic();
        if let Some(state) = self.lock().by_number.get_mut(&number) {
            (state.phase, state.since) = (phase, since);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// The longest idle; where none is, the longest stalled.
    fn least_wanted(&self, now: Duration) -> Option<u64> {
        let states = || self.by_number.iter();
        let idle = states().filter(|(_, state)| state.phase == Phase::Idle);
        let idle = idle.min_by_key(|(_, state)| state.since);
        let stalled = states().filter(|(_, state)| state.stalled_since(now).is_some());
        let stalled = || stalled.min_by_key(|(_, state)| state.stalled_since(now));
        idle.or_else(stalled).map(|(number, _)| *number)
    }
}

impl State {
    fn stalled_since(&self, now: Duration) -> Option<Duration> {
        match self.phase {
            Phase::Sending(moved) => (now.saturating_sub(moved) >= STALLED).then_some(moved),
            Phase::Idle | Phase::Asked => None,
        }
    }
}

impl Place {
    /// Waits until the connection has to go.
    pub(crate) async fn closed(&self) {
        self.close.notified().await;
    }

    /// A request begins.
    pub(crate) fn busy(&self) -> Busy {
        self.connections.enter_phase(self.number, Phase::Asked);
        Busy {
            connections: self.connections.clone(),
            number: self.number,
        }
    }
}

impl Busy {
    /// A piece of the answer was taken.
    pub(crate) fn moved(&self) {
        let now = self.connections.clock.monotonic();
        if let Some(state) = self.connections.lock().by_number.get_mut(&self.number) {
            state.phase = Phase::Sending(now);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.lock().by_number.remove(&self.number);
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.connections.enter_phase(self.number, Phase::Idle);
    }
}

#[cfg(test)]
mod tests {
    use super::{CONNECTIONS_MAX, Connections, REQUEST_MAX, STALLED};
    use service::Clock;
    use std::time::Duration;

    #[tokio::test]
    async fn the_longest_idle_makes_room_and_the_busy_stay() {
        let (clock, hands) = Clock::manual(0);
        let connections = Connections::new(clock);
        let mut places = Vec::new();
        for _ in 0..CONNECTIONS_MAX {
            hands.advance(Duration::from_millis(1));
            places.push(connections.enter().unwrap());
        }
        let first_is_busy = places[0].busy();
        let newcomer = connections.enter().unwrap();
        places[1].closed().await;
        assert_eq!(connections.count(), CONNECTIONS_MAX);
        let _all_busy: Vec<_> = places[2..]
            .iter()
            .chain([&newcomer])
            .map(|place| place.busy())
            .collect();
        assert!(connections.enter().is_none());
        drop(first_is_busy);
        let _next = connections.enter().unwrap();
        places[0].closed().await;
        drop(places);
        assert_eq!(connections.count(), 2);
    }

    #[tokio::test]
    async fn who_reads_nothing_makes_room_and_who_waits_or_reads_stays() {
        let (clock, hands) = Clock::manual(0);
        let connections = Connections::new(clock);
        let places: Vec<_> = (0..CONNECTIONS_MAX)
            .map(|_| connections.enter().unwrap())
            .collect();
        let busy: Vec<_> = places.iter().map(|place| place.busy()).collect();
        // The first only waits for its collection, all others have begun to read.
        for busy in &busy[1..] {
            busy.moved();
        }
        hands.advance(STALLED - Duration::from_millis(1));
        assert!(connections.enter().is_none());
        for busy in &busy[2..] {
            busy.moved();
        }
        hands.advance(Duration::from_millis(1));
        let newcomer = connections.enter().unwrap();
        let _asked = newcomer.busy();
        places[1].closed().await;
        assert!(connections.enter().is_none());
        // Reading a little at a time does not lengthen the whole.
        hands.advance(REQUEST_MAX);
        busy[2].moved();
        connections.close_stuck();
        places[2].closed().await;
    }

    #[tokio::test]
    async fn who_does_not_read_has_to_go() {
        let (clock, hands) = Clock::manual(0);
        let connections = Connections::new(clock);
        let place = connections.enter().unwrap();
        let _busy = place.busy();
        hands.advance(REQUEST_MAX + Duration::from_secs(1));
        connections.close_stuck();
        place.closed().await;
    }
}
