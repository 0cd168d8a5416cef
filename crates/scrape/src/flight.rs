//! One piece of work for all who ask for the same while it is done.
//!
//! The work is a task of its own: whoever asked first may leave. It ends when all have left, and nothing is
//! kept once it is done.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What is being worked on.
#[derive(Debug)]
pub(crate) struct Flights<K, V>(Arc<Mutex<ByKey<K, V>>>);

/// Where those who wait are told: as many as have subscribed.
type ByKey<K, V> = HashMap<K, watch::Sender<Option<V>>>;

/// A place among those who wait for one result.
#[derive(Debug)]
pub(crate) struct Ticket<V> {
    result: watch::Receiver<Option<V>>,
    /// Whether somebody else had asked before.
    pub(crate) is_shared: bool,
}

/// There is as much work at once as may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

/// Takes the work off the list however it ends.
struct Listed<K: Eq + Hash, V> {
    flights: Flights<K, V>,
    /// `None` when it is off.
    key: Option<K>,
}

impl<K, V> Flights<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Joins the work on `key`, or begins it unless `limit` others are under way (0: no limit).
    pub(crate) fn join<F>(
        &self,
        key: K,
        limit: usize,
        work: impl FnOnce() -> F,
    ) -> Result<Ticket<V>, Full>
    where
        F: Future<Output = V> + Send + 'static,
    {
        let mut flights = self.lock();
        if let Some(result) = flights.get(&key) {
            return Ok(Ticket {
                result: result.subscribe(),
                is_shared: true,
            });
        }
        if limit > 0 && flights.len() >= limit {
            return Err(Full);
        }
        let (sender, result) = watch::channel(None);
        flights.insert(key.clone(), sender.clone());
        drop(flights);
        let mut listed = Listed {
            flights: Self(Arc::clone(&self.0)),
            key: Some(key),
        };
        let work = work();
        // The handle is not needed: the result tells when it ends, and the runtime ends it.
        drop(service::spawn::task("collect", async move {
            let mut work = std::pin::pin!(work);
            let value = loop {
                tokio::select! {
                    value = work.as_mut() => break value,
                    () = sender.closed() => if listed.leave_if_alone() {
                        return;
                    },
                }
            };
            drop(listed);
            sender.send_replace(Some(value));
        }));
        Ok(Ticket {
            result,
            is_shared: false,
        })
    }
}

impl<K, V> Flights<K, V> {
    fn lock(&self) -> MutexGuard<'_, ByKey<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Listed<K, V> {
    /// Takes it off unless somebody waits again: joining happens under the same lock.
    fn leave_if_alone(&mut self) -> bool {
        let mut flights = self.flights.lock();
        let Some(key) = &self.key else {
            return true;
        };
        if flights
            .get(key)
            .is_some_and(|told| told.receiver_count() > 0)
        {
            return false;
        }
        flights.remove(key);
        self.key = None;
        true
    }
}

impl<K: Eq + Hash, V> Drop for Listed<K, V> {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            self.flights.lock().remove(key);
        }
    }
}

impl<V: Clone> Ticket<V> {
    /// The result; `None` when the work panicked.
    pub(crate) async fn wait(mut self) -> Option<V> {
        self.result.wait_for(Option::is_some).await.ok()?.clone()
    }
}

#[cfg(test)]
mod tests;
