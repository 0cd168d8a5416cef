//! Records on their way to the log, and what waits for them.
//!
//! A step pushes its records with an [`Outcome`]. The shell takes everything up to a size as one
//! append; meanwhile later steps queue up behind it. When the append is durable the outcomes of its
//! steps happen, in order; when it fails, those of everything queued fail with it, because later
//! steps may have built on earlier ones.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use model::GroupId;

use crate::classic::StaticReplacement;
use crate::command::OffsetFetch;
use crate::error::GroupError;
use crate::names::MemberId;
use crate::record::Record;
use crate::reply::{Left, OffsetTopic, Token};

/// What happens once the records of a step are durable, or are not.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The leader's assignment reaches the members.
    Assigned {
        group: GroupId,
        generation: i32,
        assignment: BTreeMap<MemberId, Bytes>,
    },
    /// Nobody waits.
    Background,
    /// An OffsetCommit is answered.
    Committed {
        token: Token,
        topics: Vec<OffsetTopic>,
    },
    /// A group came into being with its first member.
    Created { group: GroupId },
    /// A DeleteGroups is answered, or the groups come back.
    Deleted {
        token: Token,
        results: Vec<(GroupId, Result<(), GroupError>)>,
    },
    /// The cleanup gave up positions, perhaps with their group.
    Expired { group: GroupId },
    /// A stable OffsetFetch is answered.
    Fetched { token: Token, request: OffsetFetch },
    /// A LeaveGroup is answered.
    Left { token: Token, members: Vec<Left> },
    /// An OffsetDelete is answered.
    OffsetsDeleted {
        token: Token,
        topics: Vec<OffsetTopic>,
    },
    /// A returning static member is answered, or its old self comes back.
    StaticReplaced(Box<StaticReplacement>),
}

/// The records of one step.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) records: Vec<Record>,
    pub(crate) outcome: Outcome,
}

/// What one append stores: encoded keys and values, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppendBatch {
    /// Key and value; no value is a tombstone.
    pub records: Vec<(Bytes, Option<Bytes>)>,
}

/// The queue. The first `in_flight` entries are being appended.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    entries: VecDeque<Entry>,
    in_flight: usize,
}

impl Pending {
    pub(crate) fn push(&mut self, records: Vec<Record>, outcome: Outcome) {
        self.entries.push_back(Entry { records, outcome });
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The records that are not durable yet, oldest first.
    pub(crate) fn records(&self) -> impl Iterator<Item = &Record> {
        self.entries.iter().flat_map(|entry| &entry.records)
    }

    /// Starts an append of up to `bytes_max`, at least of one step; none while one is under way.
    pub(crate) fn start(&mut self, bytes_max: usize) -> Option<AppendBatch> {
        if self.in_flight > 0 || self.entries.is_empty() {
            return None;
        }
        let mut batch = AppendBatch::default();
        let mut bytes = 0;
        for entry in &self.entries {
            let encoded: Vec<_> = entry.records.iter().map(|r| (r.key(), r.value())).collect();
            bytes += encoded.iter().map(encoded_bytes).sum::<usize>();
            if self.in_flight > 0 && bytes > bytes_max {
                break;
            }
            batch.records.extend(encoded);
            self.in_flight += 1;
        }
        Some(batch)
    }

    /// Ends an append that became durable: its entries, and those behind it that store nothing.
    pub(crate) fn finish(&mut self) -> Vec<Entry> {
        let appended = std::mem::take(&mut self.in_flight);
        let behind = self.entries.iter().skip(appended);
        let ready = appended + behind.take_while(|entry| entry.records.is_empty()).count();
        self.entries.drain(..ready).collect()
    }

    /// Ends an append that failed: everything there is.
    pub(crate) fn fail(&mut self) -> Vec<Entry> {
        self.in_flight = 0;
        self.entries.drain(..).collect()
    }
}

fn encoded_bytes((key, value): &(Bytes, Option<Bytes>)) -> usize {
    key.len() + value.as_ref().map_or(0, Bytes::len)
}
