//! What became of the records: where they went, and whether one was lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use client::{ClientError, Delivery};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::client_commands::CommandError;
use crate::client_commands::progress;

/// Deliveries that are not looked at yet; the producer's buffer is the real bound.
const DELIVERIES_MAX: usize = 1 << 16;

/// Follows records to their end while others are still read.
pub(super) struct Collector {
    deliveries: mpsc::Sender<(Delivery, u64)>,
    failed: Arc<AtomicBool>,
    task: JoinHandle<Outcome>,
}

/// The sum of all deliveries.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    written: u64,
    /// Input of what was written.
    bytes: u64,
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
        let (deliveries, mut incoming) = mpsc::channel::<(Delivery, u64)>(DELIVERIES_MAX);
        let failed = Arc::new(AtomicBool::new(false));
        let noted = Arc::clone(&failed);
        let task = tokio::spawn(async move {
            let mut outcome = Outcome::default();
            while let Some((delivery, bytes)) = incoming.recv().await {
                outcome.add(delivery.await, bytes);
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

    /// Follows a record that came from so many bytes of input.
    pub(super) async fn add(&mut self, delivery: Delivery, bytes: usize) {
        // The task ends only after this end of the channel is gone.
        let _ = self.deliveries.send((delivery, bytes as u64)).await;
    }

    pub(super) async fn finish(self) -> Outcome {
        drop(self.deliveries);
        self.task.await.unwrap_or_default()
    }
}

impl Outcome {
    fn add(&mut self, delivered: Result<client::Delivered, ClientError>, bytes: u64) {
        match delivered {
            Ok(delivered) => {
                self.written += 1;
                self.bytes += bytes;
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

    /// What was written, for scripts.
    pub(super) fn summary(&self, seconds: f64) -> Summary {
        Summary {
            records: self.written,
            lost: self.lost,
            bytes: self.bytes,
            seconds,
            partitions: self.partitions.clone(),
        }
    }

    /// Whether anything was.
    pub(super) fn has_written(&self) -> bool {
        self.written > 0
    }

    /// What was written, for people; nothing where a record was lost, since the error counts both.
    pub(super) fn sentence(&self, seconds: f64) -> Option<String> {
        (self.lost == 0).then(|| progress::summary(self.written, self.bytes, seconds))
    }

    /// An error if a record was lost: the first one's.
    pub(super) fn into_result(self) -> Result<(), CommandError> {
        let Some(error) = self.first_error else {
            return Ok(());
        };
        let error = CommandError::from(error).report();
        let (lost, written) = (self.lost, self.written);
        let lost = match lost {
            1 => "1 record was".to_owned(),
            lost => format!("{lost} records were"),
        };
        let written = match written {
            0 => "none was".to_owned(),
            1 => "1 was".to_owned(),
            written => format!("{written} were"),
        };
        Err(CommandError::Incomplete(format!(
            "{lost} not written ({written}): {error}"
        )))
    }
}

#[cfg(test)]
mod tests {
    use client::{ClientError, Delivered};
    use model::PartitionIndex;

    use super::Outcome;

    #[test]
    fn what_is_counted_was_written() {
        let written = |offset| {
            Ok(Delivered {
                partition: PartitionIndex(0),
                offset: Some(offset),
            })
        };
        let mut outcome = Outcome::default();
        outcome.add(written(7), 3);
        let sentence = outcome.sentence(0.0);
        assert_eq!(sentence.as_deref(), Some("1 record, 3 B in 0.0 s"));

        let refused = || Err(ClientError::Invalid("too large".to_owned()));
        outcome.add(refused(), 1_000);
        assert_eq!(outcome.sentence(0.0), None);
        let summary = outcome.summary(0.0);
        assert_eq!((summary.records, summary.lost, summary.bytes), (1, 1, 3));
        let error = outcome.into_result().expect_err("one was lost").report();
        assert_eq!(error, "1 record was not written (1 was): too large");

        let mut outcome = Outcome::default();
        outcome.add(refused(), 5);
        outcome.add(refused(), 5);
        let error = outcome.into_result().expect_err("two were lost").report();
        assert_eq!(error, "2 records were not written (none was): too large");
    }
}
