//! What waits to be sent, oldest first. When there is no room for what is new, the oldest goes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::batch::Batch;

/// Fifty minutes of up to a thousand metrics; a batch is some hundred kilobytes.
pub(crate) const BATCHES_MAX: usize = 50;

/// The queue; clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Queue(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    batches: Mutex<VecDeque<Batch>>,
    filled: Notify,
}

impl Queue {
    /// Adds what is new. What had to go for it is returned.
    pub(crate) fn push(&self, new: VecDeque<Batch>) -> Vec<Batch> {
        let mut batches = self.lock();
        batches.extend(new);
        let excess = batches.len().saturating_sub(BATCHES_MAX);
        let gone = batches.drain(..excess).collect();
        drop(batches);
        self.0.filled.notify_one();
        gone
    }

    /// Puts back what was taken and not sent: it is the oldest. It is returned when there is no room.
    pub(crate) fn put_back(&self, batch: Batch) -> Option<Batch> {
        let mut batches = self.lock();
        if batches.len() >= BATCHES_MAX {
            return Some(batch);
        }
        batches.push_front(batch);
        None
    }

    /// The oldest, if there is one.
    pub(crate) fn take(&self) -> Option<Batch> {
        self.lock().pop_front()
    }

    /// Waits until something was added.
    pub(crate) async fn filled(&self) {
        self.0.filled.notified().await;
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Batch>> {
        self.0
            .batches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{BATCHES_MAX, Queue};
    use crate::batch::Batch;
    use aws::cloudwatch::Datum;

    fn batch(number: usize) -> Batch {
        Batch {
            data: vec![Datum {
                name: number.to_string(),
                dimensions: Vec::new(),
                unit: "Count",
                timestamp_ms: 0,
                values: vec![(1.0, 1.0)],
                is_high_resolution: false,
            }],
        }
    }

    #[test]
    fn the_oldest_goes_when_there_is_no_room() {
        let queue = Queue::default();
        assert!(queue.push((0..BATCHES_MAX).map(batch).collect()).is_empty());
        assert_eq!(queue.put_back(batch(99)), Some(batch(99)));
        assert_eq!(
            queue.push([batch(100), batch(101)].into()),
            [batch(0), batch(1)]
        );
        let taken = queue.take().unwrap();
        assert_eq!(taken, batch(2));
        assert_eq!(queue.put_back(taken), None);
        assert_eq!((queue.len(), queue.take()), (BATCHES_MAX, Some(batch(2))));
    }
}
