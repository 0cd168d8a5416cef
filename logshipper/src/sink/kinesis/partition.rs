//! What the shard of a record is chosen by.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::batch::{Batch, BatchEvent};
use crate::position::FileKey;
use crate::sink::Origin;
use crate::sink::records::Keys;

/// A key's most bytes: 256 characters are allowed, of which the names of logs have none beyond ASCII.
pub(super) const KEY_BYTES_MAX: usize = 256;
/// A key must not be empty.
const NO_KEY: &str = "-";
/// 2^128 divided by the golden ratio, odd: its multiples spread evenly, however many there are.
const STEP: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// The choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Partition {
    /// All shards alike.
    #[default]
    Random,
    /// A log stays on one shard, through its rotations.
    Log,
    /// A file of a log does.
    File,
    /// All shards one after the other, by explicit hash keys.
    RoundRobin,
    /// Everything on the shard of this text.
    Text(String),
}

/// The keys of a batch's events.
pub(super) struct PartitionKeys<'a> {
    partition: &'a Partition,
    batch: &'a Batch,
    known: HashMap<FileKey, String>,
}

/// Places among the hash keys.
#[derive(Debug, Default)]
pub(super) struct HashKeys(AtomicU64);

impl std::str::FromStr for Partition {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "random" => Ok(Self::Random),
            "log" => Ok(Self::Log),
            "file" => Ok(Self::File),
            "round-robin" => Ok(Self::RoundRobin),
            text => match text.strip_prefix("text:") {
                Some(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) => {
                    Ok(Self::Text(key.to_owned()))
                }
                Some(_) => Err("has no text of 1 to 256 bytes"),
                None => Err("is none of random, log, file, round-robin and text:TEXT"),
            },
        }
    }
}

impl Partition {
    /// The keys of the events of a batch.
    pub(super) fn keys<'a>(&'a self, batch: &'a Batch) -> PartitionKeys<'a> {
        PartitionKeys {
            partition: self,
            batch,
            known: HashMap::new(),
        }
    }

    /// Whether shards are chosen by explicit hash keys.
    pub(super) fn is_round_robin(&self) -> bool {
        *self == Self::RoundRobin
    }
}

impl Keys for PartitionKeys<'_> {
    fn group(&self, index: usize) -> Option<FileKey> {
        match self.partition {
            Partition::Random | Partition::RoundRobin | Partition::Text(_) => None,
            Partition::Log | Partition::File => {
                self.batch.events().get(index).map(|event| event.span.file)
            }
        }
    }

    fn key(&mut self, index: usize) -> String {
        let Some(event) = self.batch.events().get(index) else {
            return NO_KEY.to_owned();
        };
        match self.partition {
            Partition::Random | Partition::RoundRobin => self.place(event),
            Partition::Log => self.known(event, |origin| cut(origin.log)),
            Partition::File => self.known(event, |origin| cut(origin.file_id)),
            Partition::Text(text) => text.clone(),
        }
    }
}

impl PartitionKeys<'_> {
    /// A number that the event's place gives: always the same for the same event.
    fn place(&self, event: &BatchEvent) -> String {
        let origin = self.batch.origin(event.span.file);
        let mut hasher = DefaultHasher::new();
        origin.map(|origin| origin.file_id).hash(&mut hasher);
        event.span.start.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }

    fn known(&mut self, event: &BatchEvent, of: impl Fn(Origin<'_>) -> String) -> String {
        let file = event.span.file;
        let key = self.known.entry(file).or_insert_with(|| {
            let key = self.batch.origin(file).map(of).unwrap_or_default();
            if key.is_empty() {
                NO_KEY.to_owned()
            } else {
                key
            }
        });
        key.clone()
    }
}

fn cut(text: &str) -> String {
    let mut end = KEY_BYTES_MAX.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

impl HashKeys {
    /// The next place, in decimal.
    pub(super) fn next(&self) -> String {
        let number = self.0.fetch_add(1, Ordering::Relaxed);
        STEP.wrapping_mul(u128::from(number)).to_string()
    }
}

#[cfg(test)]
mod tests;
