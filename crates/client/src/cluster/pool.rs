//! Open connections by address and lane. One that failed is replaced at its next use.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::connection::Connection;
use crate::{ClientError, Settings};

/// What a connection is for. Kafka serves one request of a connection at a time, so what waits
/// at the broker must not stand before what does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// Short questions and answers.
    Control,
    /// Fetches, which are held back until there is data.
    Fetch,
    /// Joining a group, which is held back until all members have come.
    Group,
    /// Produce requests.
    Produce,
}

/// A place for one connection. Its lock is held while it is opened, so that it is opened once.
type Slot = Arc<tokio::sync::Mutex<Option<Connection>>>;

#[derive(Default)]
pub(super) struct Pool {
    slots: Mutex<HashMap<(String, Lane), Slot>>,
}

impl Pool {
    pub(super) async fn connection(
        &self,
        settings: &Settings,
        address: &str,
        lane: Lane,
    ) -> Result<Connection, ClientError> {
        let slot = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = slots.entry((address.to_owned(), lane)).or_default();
            Arc::clone(slot)
        };
        let mut slot = slot.lock().await;
        if let Some(connection) = slot.as_ref().filter(|connection| connection.is_open()) {
            return Ok(connection.clone());
        }
        let connection = Connection::open(settings, address).await?;
        *slot = Some(connection.clone());
        Ok(connection)
    }
}
