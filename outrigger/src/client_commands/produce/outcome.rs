//! What became of the records: where they went, and whether one was lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use client::{ClientError, Delivery};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::client_commands::CommandError;
use crate::client_commands::progress::Progress;

/// Deliveries that are not looked at yet; the producer's buffer is the real bound.
const DELIVERIES_MAX: usize = 1 << 16;

/// Follows records to their end while others are still read.
pub(super) struct Collector {
    deliveries: mpsc::Sender<Delivery>,
    failed: Arc<AtomicBool>,
    task: JoinHandle<Outcome>,
}

/// The sum of all deliveries.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    written: u64,
    lost: u64,
    first_error: Option<ClientError>,
    partitions: BTreeMap<i32, Range>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Range {
    records: u64,
    first_offset: Option<i64>,
    last_offset: Option<i64>,
}

/// What `--json` prints.
#[derive(Serialize)]
pub(super) struct Summary {
    records: u64,
    lost: u64,
    bytes: u64,
    seconds: f64,
    partitions: BTreeMap<i32, Range>,
}

impl Collector {
    pub(super) fn start() -> Self {
        let (deliveries, mut incoming) = mpsc::channel::<Delivery>(DELIVERIES_MAX);
        let failed = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&failed);
        let task = tokio::spawn(async move {
            let mut outcome = Outcome::default();
            while let Some(delivery) = incoming.recv().await {
                outcome.add(delivery.await);
                if outcome.lost > 0 {
                    noted.store(true, Ordering::Relaxed);
                }
            }
            outcome
        });
        Self {
            deliveries,
            failed,
            task,
        }
    }

    /// Whether more records make sense: none was lost.
    pub(super) fn accepts(&self) -> bool {
        !self.failed.load(Ordering::Relaxed)
    }

    pub(super) async fn add(&mut self, delivery: Delivery) {
        // The task ends only after this end of the channel is gone.
        let _ = self.deliveries.send(delivery).await;
    }

    pub(super) async fn finish(self) -> Outcome {
        drop(self.deliveries);
        self.task.await.unwrap_or_default()
    }
}

impl Outcome {
    fn add(&mut self, delivered: Result<client::Delivered, ClientError>) {
        match delivered {
            Ok(delivered) => {
                self.written += 1;
                let range = self.partitions.entry(delivered.partition.0);
                let range = range.or_insert(Range {
                    records: 0,
                    first_offset: delivered.offset,
                    last_offset: None,
                });
                range.records += 1;
                range.last_offset = range.last_offset.max(delivered.offset);
            }
            Err(error) => {
                self.lost += 1;
                self.first_error.get_or_insert(error);
            }
        }
    }

    pub(super) fn summary(&self, progress: &Progress) -> Summary {
        Summary {
            records: self.written,
            lost: self.lost,
            bytes: progress.bytes,
            seconds: progress.seconds(),
            partitions: self.partitions.clone(),
        }
    }

    /// An error if a record was lost: the first one's.
    pub(super) fn into_result(self) -> Result<(), CommandError> {
        let Some(error) = self.first_error else {
            return Ok(());
        };
        let error = CommandError::from(error).report();
        let (lost, written) = (self.lost, self.written);
        Err(CommandError::Incomplete(format!(
            "{lost} records were not written ({written} were): {error}"
        )))
    }
}
