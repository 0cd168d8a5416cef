//! Producer ids: handed out once each, also over restarts.
//!
//! A block of ids is taken from the metadata at a time, so that most calls touch no disk; what is
//! left of a block at a stop is never used.

use std::ops::Range;

use authz::Permit;
use model::ProducerId;
use tokio::sync::Mutex;

use crate::broker::Broker;
use crate::metadata::{CommitError, Image, MetadataRecord};

/// Ids in one block, as in Kafka.
const BLOCK: i64 = 1000;

/// The block in use.
#[derive(Debug)]
pub struct ProducerIds(Mutex<Range<i64>>);

/// No block can be taken: the metadata cannot be stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no producer id can be given out: {0}")]
pub struct NoProducerId(String);

impl ProducerIds {
    /// No block yet.
    pub fn new() -> Self {
        Self(Mutex::new(0..0))
    }

    /// An id that nobody had.
    pub async fn next(
        &self,
        broker: &Broker,
        permit: Permit,
        now_ms: i64,
    ) -> Result<ProducerId, NoProducerId> {
        let mut block = self.0.lock().await;
        if let Some(id) = block.next() {
            return Ok(ProducerId(id));
        }
        *block = take_block(broker, permit, now_ms)
            .await
            .map_err(|e| NoProducerId(e.to_string()))?;
        block
            .next()
            .map(ProducerId)
            .ok_or_else(|| NoProducerId("all ids are used up".to_owned()))
    }
}

async fn take_block(
    broker: &Broker,
    permit: Permit,
    now_ms: i64,
) -> Result<Range<i64>, CommitError<std::convert::Infallible>> {
    let decide = |image: &Image| {
        let first = image.next_producer_id;
        let next = first.saturating_add(BLOCK);
        Ok((vec![MetadataRecord::ProducerIds { next }], first..next))
    };
    broker.commit(permit, now_ms, decide).await
}
