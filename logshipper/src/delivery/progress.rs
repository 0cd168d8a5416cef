//! How far one sink is: for each file which bytes are dealt with, and what was read and is not. Shared by who
//! reads, who sends, who keeps checkpoints and who shows metrics.
//!
//! Nothing but [`Progress::settle`] moves a cursor.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::batch::BatchEvent;
use crate::checkpoint::{Entry, PlannedSpan};
use crate::delivery::ranges::Ranges;
use crate::input::LogFile;
use crate::position::{FileKey, Span};

/// How far one sink is, behind its lock.
#[derive(Debug, Default)]
pub struct Progress(Mutex<State>);

/// How far one sink is.
#[derive(Debug, Default)]
pub struct State {
    /// What is followed.
    pub files: BTreeMap<FileKey, FileProgress>,
    /// What was named before it was sent, and has not come back.
    pub plans: BTreeMap<Arc<str>, Plan>,
    /// What the checkpoint knows and no file was found for.
    pub missing: Vec<Missing>,
    /// Plans of the checkpoint whose files were not all found yet.
    pub unmatched_plans: BTreeMap<Arc<str>, UnmatchedPlan>,
    /// Of whose low-water mark the disk knows more than when the reader asked.
    moved: HashSet<FileKey>,
    /// Grows with each change that a checkpoint has to keep.
    pub version: u64,
}

/// A batch that was named before it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Where it goes.
    pub destination: Arc<str>,
    /// What it is made of.
    pub spans: Vec<Span>,
}

/// A plan of the checkpoint, whose spans name its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnmatchedPlan {
    /// Where it goes.
    pub destination: Arc<str>,
    /// What it is made of.
    pub spans: Vec<PlannedSpan>,
    /// Which files were found for the checkpoint's entries.
    pub matched: BTreeMap<usize, FileKey>,
}

/// An entry of the checkpoint that no file was found for.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// Its place in the checkpoint, which plans refer to.
    pub number: usize,
    /// What the checkpoint says.
    pub entry: Entry,
}

/// How far one sink is with one file.
#[derive(Debug)]
pub struct FileProgress {
    /// Which.
    pub file: Arc<LogFile>,
    /// What is dealt with.
    pub ranges: Ranges,
    /// The low-water mark that is on the disk: whoever removes a file, or closes one that was removed, goes by this,
    /// because after a crash it is read again from there.
    pub kept_to: u64,
    /// Up to where it was read.
    pub read_to: u64,
    /// Its size, where no more will come of it.
    pub ended_at: Option<u64>,
    /// Whether it is nowhere any more: until then the checkpoint knows it, so that nothing of it is sent again.
    pub is_gone: bool,
    /// What was read and is not below the low-water mark, by its first byte.
    pieces: BTreeMap<u64, Piece>,
    /// Events that were read and not settled.
    pub events_open: u64,
    /// Events that were read, and their bytes: how large one is.
    events_read: u64,
    bytes_read: u64,
    /// What the last checkpoint says of it.
    pub kept: Option<Kept>,
}

/// What a checkpoint says of a file.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The low-water mark and the size of which it says it.
    pub stamp: (u64, u64),
    /// What it says.
    pub identity: Arc<crate::input::Identity>,
}

/// What was read at once.
#[derive(Clone, Copy, Debug)]
struct Piece {
    end: u64,
    oldest_ms: i64,
}

/// What was read of a file at once, and made into events.
#[derive(Clone, Copy, Debug)]
pub struct PieceRead {
    /// Which bytes.
    pub span: Span,
    /// How many events.
    pub events: u64,
    /// The timestamp of the first.
    pub oldest_ms: i64,
}

impl Progress {
    /// As it is at the start, when no file has been looked at.
    pub fn restored(missing: Vec<Missing>, plans: BTreeMap<Arc<str>, UnmatchedPlan>) -> Self {
        Self(Mutex::new(State {
            missing,
            unmatched_plans: plans,
            ..State::default()
        }))
    }

    /// What it is now.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These bytes are dealt with, and so many of their events: a sink has them, or a file of dead letters, or
    /// they are counted as lost.
    pub fn settle(&self, spans: &[Span], events: impl Fn(FileKey) -> u64) {
        let mut state = self.lock();
        for span in spans {
            state.settle_one(*span);
        }
        let keys: HashSet<FileKey> = spans.iter().map(|span| span.file).collect();
        for key in keys {
            let count = events(key);
            if let Some(file) = state.files.get_mut(&key) {
                file.events_open = file.events_open.saturating_sub(count);
            }
        }
        state.version += 1;
    }

    /// The files of whose low-water mark the disk knows more than when this was asked last, and what it knows.
    pub fn moved(&self) -> Vec<(FileKey, u64)> {
        let mut state = self.lock();
        let moved = std::mem::take(&mut state.moved);
        let marks = moved.into_iter().filter_map(|key| {
            let file = state.files.get(&key)?;
            Some((key, file.kept_to))
        });
        marks.collect()
    }
}

impl State {
    fn settle_one(&mut self, span: Span) {
        let Some(file) = self.files.get_mut(&span.file) else {
            return;
        };
        if file.ranges.insert(span.start, span.end) {
            let low_water = file.ranges.low_water();
            while let Some(first) = file.pieces.first_entry()
                && first.get().end <= low_water
            {
                first.remove();
            }
        }
    }

    /// These marks are on the disk.
    pub fn keep(&mut self, marks: &[(FileKey, u64)]) {
        for (key, mark) in marks {
            if let Some(file) = self.files.get_mut(key)
                && file.kept_to < *mark
            {
                file.kept_to = *mark;
                self.moved.insert(*key);
            }
        }
        let done = self
            .files
            .iter()
            .filter(|(_, file)| file.is_gone && file.is_settled());
        let done: Vec<_> = done.map(|(key, _)| *key).collect();
        for key in done {
            self.gone(key);
        }
    }

    /// The catalogue has forgotten a file: so does this, once all that was read of it is dealt with.
    pub fn gone(&mut self, key: FileKey) {
        let Some(file) = self.files.get_mut(&key) else {
            return;
        };
        file.is_gone = true;
        if file.is_settled() {
            self.files.remove(&key);
            self.version += 1;
        }
    }
}

impl FileProgress {
    /// Of a file of which so much is dealt with, and of which the checkpoint says this.
    pub fn new(file: Arc<LogFile>, ranges: Ranges, kept: Option<Kept>) -> Self {
        Self {
            file,
            read_to: ranges.low_water(),
            kept_to: kept.as_ref().map_or(0, |_| ranges.low_water()),
            ranges,
            ended_at: None,
            is_gone: false,
            pieces: BTreeMap::new(),
            events_open: 0,
            events_read: 0,
            bytes_read: 0,
            kept,
        }
    }

    /// Something was read.
    pub fn read(&mut self, piece: &PieceRead) {
        self.read_to = self.read_to.max(piece.span.end);
        self.events_open += piece.events;
        self.events_read += piece.events;
        self.bytes_read += piece.span.bytes();
        let (end, oldest_ms) = (piece.span.end, piece.oldest_ms);
        self.pieces
            .insert(piece.span.start, Piece { end, oldest_ms });
    }

    /// A span that a plan holds was read again, and these are its events.
    pub fn reopened(&mut self, span: Span, events: &[BatchEvent]) {
        if events.is_empty() {
            return;
        }
        let oldest_ms = events.first().map(|event| event.timestamp_ms);
        self.events_open += events.len() as u64;
        let piece = Piece {
            end: span.end,
            oldest_ms: oldest_ms.unwrap_or_else(|| self.file.modified_ms()),
        };
        self.pieces.insert(span.start, piece);
    }

    /// Whether everything that was read is dealt with, and nothing is to be read.
    pub fn is_settled(&self) -> bool {
        self.events_open == 0 && self.lag_bytes() == 0
    }

    /// How large it is: what can be delivered of it.
    pub fn size(&self) -> u64 {
        self.ended_at.unwrap_or_else(|| self.file.size())
    }

    /// How many bytes are not dealt with.
    pub fn lag_bytes(&self) -> u64 {
        self.ranges.missing_below(self.size())
    }

    /// How many events are not dealt with: what was read is known, the rest is guessed by how large events are.
    pub fn lag_events(&self) -> u64 {
        let unread = self.size().saturating_sub(self.read_to);
        let guessed = match self.bytes_read {
            0 => 0,
            bytes => {
                let guess = u128::from(unread) * u128::from(self.events_read) / u128::from(bytes);
                u64::try_from(guess).unwrap_or(u64::MAX)
            }
        };
        self.events_open.saturating_add(guessed)
    }

    /// When the oldest event happened that is not dealt with; `None` where all are.
    pub fn oldest_ms(&self) -> Option<i64> {
        if self.lag_bytes() == 0 {
            return None;
        }
        let first = self.pieces.first_key_value();
        let oldest = first.map(|(_, piece)| piece.oldest_ms);
        Some(oldest.unwrap_or_else(|| self.file.modified_ms()))
    }
}
