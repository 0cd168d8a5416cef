//! Bytes of answers that are written and not yet sent: bounded over all connections.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use crate::connections::Connections;

/// Eight answers of 10,000 partitions at once; those who share a collection share its bytes.
const UNSENT_BYTES_MAX: usize = 256 << 20;

/// What all answers together hold.
#[derive(Clone, Debug)]
pub(crate) struct Unsent {
    bytes: Arc<Mutex<usize>>,
    connections: Connections,
}

/// There is no room; who does not read has been told to go.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NoRoom;

/// A body that gives its room back when the last who sends it is done.
#[derive(Debug)]
struct Body {
    bytes: Vec<u8>,
    size: usize,
    unsent: Unsent,
}

impl Unsent {
    pub(crate) fn new(connections: Connections) -> Self {
        Self {
            bytes: Arc::default(),
            connections,
        }
    }

    /// Counts a body as long as it is held. One alone may have any size.
    pub(crate) fn hold(&self, bytes: Vec<u8>) -> Result<Bytes, NoRoom> {
        let size = bytes.capacity();
        let mut held = self.lock();
        let sum = held.saturating_add(size);
        if *held > 0 && sum > UNSENT_BYTES_MAX {
            drop(held);
            self.connections.close_stalled();
            return Err(NoRoom);
        }
        *held = sum;
        drop(held);
        Ok(Bytes::from_owner(Body {
            bytes,
            size,
            unsent: self.clone(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut held = self.unsent.lock();
        *held = held.saturating_sub(self.size);
    }
}

#[cfg(test)]
mod tests {
    use super::{NoRoom, UNSENT_BYTES_MAX, Unsent};
    use crate::connections::{Connections, STALLED};
    use service::Clock;

    #[tokio::test]
    async fn what_is_not_sent_is_bounded_and_who_does_not_read_has_to_go() {
        let (clock, hands) = Clock::manual(0);
        let connections = Connections::new(clock);
        let unsent = Unsent::new(connections.clone());
        // Capacity without a byte written: the system gives no memory for it.
        let body = |size| Vec::with_capacity(size);
        let all = unsent.hold(body(UNSENT_BYTES_MAX + 1)).unwrap();
        let place = connections.enter().unwrap();
        let busy = place.busy();
        busy.moved();
        hands.advance(STALLED);
        assert_eq!(unsent.hold(body(1)), Err(NoRoom));
        place.closed().await;
        let shared = all.clone();
        drop(all);
        assert_eq!(unsent.hold(body(1)), Err(NoRoom));
        drop(shared);
        let _half = unsent.hold(body(UNSENT_BYTES_MAX / 2)).unwrap();
        let _other = unsent.hold(body(UNSENT_BYTES_MAX / 2)).unwrap();
        assert_eq!(unsent.hold(body(1)), Err(NoRoom));
    }
}
