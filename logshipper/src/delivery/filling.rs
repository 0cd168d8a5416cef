//! Batches while they are filled: one for each destination, closed when the sink takes no more in one request or
//! when its first event has waited long enough.
//!
//! It reads nothing and sends nothing, and is told the time.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::batch::{Batch, Limits};
use crate::delivery::budget::{Budget, Charge};
use crate::event::{CUT_MARK_BYTES_MAX, Event};
use crate::input::LogFile;

/// Batches whose memory is kept for the next ones.
const SPARE_MAX: usize = 4;
/// The largest memory that is kept.
const SPARE_BYTES_MAX: usize = 3 << 20;

/// A batch that is complete, and what it holds of the budget.
#[derive(Debug)]
pub struct Closed {
    /// The events.
    pub batch: Batch,
    /// Given back with it.
    pub charge: Charge,
}

/// Batches that came to their end, for their memory.
#[derive(Debug, Default)]
pub struct Spare(Mutex<Vec<Batch>>);

/// The batches that are open.
#[derive(Debug)]
pub struct Filling {
    limits: Limits,
    budget: Arc<Budget>,
    spare: Arc<Spare>,
    open: HashMap<Arc<str>, Open>,
    /// When the batches are due that were opened, in that order; some of them are closed by now.
    due: VecDeque<(u64, Arc<str>, u64)>,
    opened: u64,
}

/// A batch that is open. It is taken out while events of a file are added.
#[derive(Debug)]
pub struct Open {
    batch: Batch,
    charge: Charge,
    /// What the sink counts.
    bytes: usize,
    oldest_ms: i64,
    newest_ms: i64,
    number: u64,
    /// When it has waited long enough.
    due: u64,
    /// Whether that is noted: only of a batch that is kept open.
    is_noted: bool,
}

impl Filling {
    /// None yet.
    pub fn new(limits: Limits, budget: Arc<Budget>, spare: Arc<Spare>) -> Self {
        Self {
            limits,
            budget,
            spare,
            open: HashMap::new(),
            due: VecDeque::new(),
            opened: 0,
        }
    }

    /// The batch for this destination, to be given back by [`Filling::put`].
    pub fn take(&mut self, destination: &Arc<str>, now: u64) -> Open {
        match self.open.remove(destination) {
            Some(open) => open,
            None => self.begin(destination, now),
        }
    }

    /// Adds an event of a file; the batch that was full without it comes back.
    pub fn add(
        &mut self,
        open: &mut Open,
        file: &LogFile,
        event: &Event<'_>,
        now: u64,
    ) -> Option<Closed> {
        let full = self.add_event(open, event, now);
        if full.is_some() {
            Self::originate(open, file);
        }
        full
    }

    fn add_event(&mut self, open: &mut Open, event: &Event<'_>, now: u64) -> Option<Closed> {
        let full = match self.takes(open, event) {
            true => None,
            false => {
                let destination = Arc::clone(&open.batch.destination);
                let next = self.begin(&destination, now);
                Some(std::mem::replace(open, next).close())
            }
        };
        if open.batch.is_empty() {
            (open.oldest_ms, open.newest_ms) = (event.timestamp_ms, event.timestamp_ms);
        }
        open.bytes += self.size(event);
        open.oldest_ms = open.oldest_ms.min(event.timestamp_ms);
        open.newest_ms = open.newest_ms.max(event.timestamp_ms);
        open.batch.push(event);
        full
    }

    /// Says whose events are added next.
    pub fn originate(open: &mut Open, file: &LogFile) {
        open.batch.originate(file.key(), file.log(), file.file_id());
    }

    /// Keeps the batch until it is full or due; gives it back at once if it is full.
    pub fn put(&mut self, mut open: Open) -> Option<Closed> {
        if open.batch.is_empty() {
            self.spare.put(open.batch);
            return None;
        }
        if open.bytes >= self.bytes_max() || open.batch.events().len() >= self.limits.events_max {
            return Some(open.close());
        }
        open.charge.resize(open.batch.memory_bytes());
        if !open.is_noted {
            open.is_noted = true;
            let destination = Arc::clone(&open.batch.destination);
            self.due.push_back((open.due, destination, open.number));
        }
        self.open.insert(Arc::clone(&open.batch.destination), open);
        None
    }

    /// Those that are due at `now`.
    pub fn due(&mut self, now: u64) -> Vec<Closed> {
        let mut closed = Vec::new();
        while let Some((at, destination, number)) = self.due.front() {
            let is_open = self
                .open
                .get(destination)
                .is_some_and(|open| open.number == *number);
            if is_open && *at > now {
                break;
            }
            if is_open {
                closed.extend(self.open.remove(destination).map(Open::close));
            }
            self.due.pop_front();
        }
        closed
    }

    /// When the next is due.
    pub fn next_due(&self) -> Option<u64> {
        self.due.front().map(|(at, _, _)| *at)
    }

    /// The one that holds the most.
    pub fn largest(&mut self) -> Option<Closed> {
        let largest = self.open.values().max_by_key(|open| open.charge.bytes())?;
        let destination = Arc::clone(&largest.batch.destination);
        self.open.remove(&destination).map(Open::close)
    }

    /// All of them.
    pub fn all(&mut self) -> Vec<Closed> {
        self.due.clear();
        self.open.drain().map(|(_, open)| open.close()).collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    fn begin(&mut self, destination: &Arc<str>, now: u64) -> Open {
        self.opened += 1;
        let linger = self.limits.linger_ms.saturating_mul(1_000_000);
        Open {
            batch: self.spare.take(destination),
            charge: self.budget.charge(),
            bytes: 0,
            oldest_ms: 0,
            newest_ms: 0,
            number: self.opened,
            due: now.saturating_add(linger),
            is_noted: false,
        }
    }

    fn size(&self, event: &Event<'_>) -> usize {
        let mark = match event.cut_bytes {
            0 => 0,
            _ => CUT_MARK_BYTES_MAX,
        };
        event.text.len() + mark + self.limits.event_overhead_bytes
    }

    fn takes(&self, open: &Open, event: &Event<'_>) -> bool {
        let oldest = open.oldest_ms.min(event.timestamp_ms);
        let newest = open.newest_ms.max(event.timestamp_ms);
        open.batch.is_empty()
            || (open.batch.events().len() < self.limits.events_max
                && open.bytes + self.size(event) <= self.bytes_max()
                && newest.saturating_sub(oldest) <= self.limits.span_ms_max)
    }

    /// Two batches are to find room in the share.
    fn bytes_max(&self) -> usize {
        self.limits.bytes_max.min(self.budget.share() / 2)
    }
}

impl Open {
    fn close(mut self) -> Closed {
        self.charge.resize(self.batch.memory_bytes());
        Closed {
            batch: self.batch,
            charge: self.charge,
        }
    }
}

impl Spare {
    /// Keeps its memory, if there is room.
    pub fn put(&self, mut batch: Batch) {
        let mut spare = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE_MAX && batch.memory_bytes() <= SPARE_BYTES_MAX {
            batch.clear("".into());
            spare.push(batch);
        }
    }

    fn take(&self, destination: &Arc<str>) -> Batch {
        let spare = self.0.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match spare {
            Some(mut batch) => {
                batch.clear(Arc::clone(destination));
                batch
            }
            None => Batch::new(Arc::clone(destination)),
        }
    }
}

#[cfg(test)]
mod tests;
