//! What became of a batch, from what became of its records.

use aws::{Failure, RecordFailure};

use super::packing::Record;
use crate::sink::client::{class, trouble};
use crate::sink::{Outcome, Rejection, Trouble, TroubleClass};

/// The answers so far.
#[derive(Debug, Default)]
pub struct Answers {
    delivered: usize,
    remaining: Vec<usize>,
    /// Those of the remaining that may have arrived.
    doubtful: usize,
    trouble: Option<Trouble>,
}

impl Answers {
    /// Whether another request is worth its while.
    pub fn may_go_on(&self) -> bool {
        self.trouble.is_none()
    }

    /// The events of records that were not sent.
    pub fn left(&mut self, events: impl IntoIterator<Item = usize>) {
        self.remaining.extend(events);
    }

    /// A request was answered, or not. `sent` are the events of its records.
    pub fn add(
        &mut self,
        service: &str,
        sent: Vec<Vec<usize>>,
        answer: Result<Vec<Option<RecordFailure>>, Failure>,
    ) {
        let each = match answer {
            Ok(each) => each,
            Err(failure) => {
                let trouble = trouble(&failure);
                if trouble.class.is_doubtful() {
                    self.doubtful += sent.iter().map(Vec::len).sum::<usize>();
                }
                self.trouble = Some(trouble);
                return self.left(sent.into_iter().flatten());
            }
        };
        let records = sent.len();
        let mut failed: Vec<RecordFailure> = Vec::new();
        for (events, failure) in sent.into_iter().zip(each) {
            match failure {
                None => self.delivered += events.len(),
                Some(failure) => {
                    failed.push(failure);
                    self.left(events);
                }
            }
        }
        // The one that says to go slower counts for all.
        let throttled = |failure: &&RecordFailure| class(failure.kind) == TroubleClass::Throttled;
        let Some(worst) = failed.iter().find(throttled).or(failed.first()) else {
            return;
        };
        self.trouble = Some(Trouble::new(
            class(worst.kind),
            format!(
                "{service} refuses {} of {records} records for now ({})",
                failed.len(),
                worst.code
            ),
        ));
    }

    /// The outcome; `too_large` are the events that no record can hold.
    pub fn outcome(mut self, too_large: Vec<usize>) -> Outcome {
        let Some(mut trouble) = self.trouble else {
            let rejected = too_large.into_iter();
            return Outcome::Delivered {
                rejected: rejected.map(|event| (event, Rejection::Invalid)).collect(),
            };
        };
        trouble.doubtful = Some(self.doubtful);
        if self.delivered == 0 {
            return Outcome::Failed(trouble);
        }
        // They are told when there is nothing else to tell.
        self.remaining.extend(too_large);
        self.remaining.sort_unstable();
        Outcome::Partial {
            remaining: self.remaining,
            trouble,
        }
    }
}

impl Record {
    /// What is sent, and the events of each.
    pub fn split<T>(
        records: Vec<Self>,
        of: impl Fn(Vec<u8>, String) -> T,
    ) -> (Vec<T>, Vec<Vec<usize>>) {
        let each = records.into_iter();
        each.map(|record| (of(record.data, record.key), record.events))
            .unzip()
    }
}

#[cfg(test)]
mod tests;
