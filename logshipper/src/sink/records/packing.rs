//! Puts the events of a batch into records, and records into requests, within the limits of a service.

use super::aggregation::Aggregation;
use super::envelope::Envelope;
use super::kpl::Aggregate;
use crate::batch::Batch;
use crate::position::FileKey;

/// The partition keys of a batch's events.
pub trait Keys {
    /// The file whose events only share a record with each other; `None` where all may.
    fn group(&self, index: usize) -> Option<FileKey>;

    /// The key of a record that begins with that event.
    fn key(&mut self, index: usize) -> String;
}

/// The service has none.
#[derive(Clone, Copy, Debug)]
pub struct NoKeys;

impl Keys for NoKeys {
    fn group(&self, _: usize) -> Option<FileKey> {
        None
    }

    fn key(&mut self, _: usize) -> String {
        String::new()
    }
}

/// The limits, and how it is done.
#[derive(Clone, Debug)]
pub struct Packing {
    /// How events are written.
    pub envelope: Envelope,
    /// How many a record holds.
    pub aggregation: Aggregation,
    /// Whether an event that has a record for itself ends with a line end too.
    pub ends_lines: bool,
    /// Records of a request.
    pub records_max: usize,
    /// Bytes of a record, with its key.
    pub record_bytes_max: usize,
    /// Bytes of a request, with all keys.
    pub request_bytes_max: usize,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What is in it.
    pub data: Vec<u8>,
    /// The partition key; empty where the service has none.
    pub key: String,
    /// The events in it: indices into [`Batch::events`].
    pub events: Vec<usize>,
}

/// All events of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packed {
    /// Mostly one. Events that grew when they were written may need more.
    pub requests: Vec<Vec<Record>>,
    /// Events that no record can hold.
    pub too_large: Vec<usize>,
}

/// A record that may take more.
struct Open {
    group: Option<FileKey>,
    key: String,
    content: Content,
    events: Vec<usize>,
}

enum Content {
    Lines(Vec<u8>),
    Kpl(Aggregate),
}

impl Packing {
    /// Packs a batch.
    pub fn pack(&self, batch: &Batch, keys: &mut dyn Keys) -> Packed {
        let mut records = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut packed = Packed::default();
        let mut written = Vec::new();
        for (index, event) in batch.events().iter().enumerate() {
            written.clear();
            self.envelope.write(batch, event, &mut written);
            if self.ends_lines || self.aggregation == Aggregation::Lines {
                written.push(b'\n');
            }
            let group = keys.group(index);
            let mut open_ones = open.iter_mut();
            let mut found = open_ones.find(|open| open.group == group);
            if let Some(found) = &mut found
                && found.bytes_with(written.len()) <= self.record_bytes_max
            {
                found.push(index, &written);
                continue;
            }
            let key = keys.key(index);
            if self.alone(&key, written.len()) > self.record_bytes_max {
                packed.too_large.push(index);
                continue;
            }
            if self.aggregation == Aggregation::None {
                let (data, events) = (written.clone(), vec![index]);
                records.push(Record { data, key, events });
                continue;
            }
            let mut new = self.open(group, key);
            new.push(index, &written);
            match found {
                Some(full) => records.push(std::mem::replace(full, new).close()),
                None => open.push(new),
            }
        }
        records.extend(open.into_iter().map(Open::close));
        packed.requests = self.requests(records);
        packed
    }

    fn open(&self, group: Option<FileKey>, key: String) -> Open {
        let content = match self.aggregation {
            Aggregation::Kpl => Content::Kpl(Aggregate::new(&key)),
            _ => Content::Lines(Vec::new()),
        };
        Open {
            group,
            key,
            content,
            events: Vec::new(),
        }
    }

    /// What an event takes that has a record for itself.
    fn alone(&self, key: &str, written: usize) -> usize {
        match self.aggregation {
            Aggregation::Kpl => key.len() + Aggregate::new(key).bytes_with(written),
            _ => key.len() + written,
        }
    }

    fn requests(&self, records: Vec<Record>) -> Vec<Vec<Record>> {
        let mut requests: Vec<Vec<Record>> = Vec::new();
        let mut bytes = 0;
        for record in records {
            let more = record.data.len() + record.key.len();
            match requests.last_mut() {
                Some(last)
                    if last.len() < self.records_max && bytes + more <= self.request_bytes_max =>
                {
                    bytes += more;
                    last.push(record);
                }
                _ => {
                    bytes = more;
                    requests.push(vec![record]);
                }
            }
        }
        requests
    }
}

impl Open {
    fn bytes_with(&self, written: usize) -> usize {
        let content = match &self.content {
            Content::Lines(lines) => lines.len() + written,
            Content::Kpl(aggregate) => aggregate.bytes_with(written),
        };
        self.key.len() + content
    }

    fn push(&mut self, index: usize, written: &[u8]) {
        self.events.push(index);
        match &mut self.content {
            Content::Lines(lines) => lines.extend_from_slice(written),
            Content::Kpl(aggregate) => aggregate.push(written),
        }
    }

    fn close(self) -> Record {
        let data = match self.content {
            Content::Lines(lines) => lines,
            Content::Kpl(aggregate) => aggregate.finish(),
        };
        Record {
            data,
            key: self.key,
            events: self.events,
        }
    }
}

#[cfg(test)]
mod tests;
