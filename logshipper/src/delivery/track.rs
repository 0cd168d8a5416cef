//! One file as the reader of one sink follows it: where it is, which bytes it passes over, and whether the file
//! is quiet.
//!
//! It decides what a chunk is the end of; it reads nothing by itself.

use std::sync::Arc;

use crate::delivery::ranges::{Gap, Ranges};
use crate::event::{Ending, Framer};
use crate::input::{LogFile, Reader, State};

/// One file of one sink.
#[derive(Debug)]
pub struct Track {
    /// Which.
    pub file: Arc<LogFile>,
    /// Where it is read.
    pub reader: Reader,
    /// Where its events end.
    pub framer: Framer,
    /// Where its events go.
    pub destination: Arc<str>,
    /// Whether its turn will come without anything happening.
    pub is_queued: bool,
    /// What is not to be read: what is dealt with and what a plan holds.
    pub skip: Ranges,
    /// Whether it is read for the last time, so that whole lines at its end are an event.
    pub is_last_look: bool,
    /// Whether it could not be read when last tried.
    pub is_unreadable: bool,
    gap: Gap,
    quiet: Quiet,
}

/// Whether the end of a file is the end of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quiet {
    /// It grew, or there is nothing unfinished.
    No,
    /// Something is unfinished at this end, and whether it stays so will be seen.
    Waiting { end: u64 },
    /// It has not grown for long enough.
    Reached { end: u64 },
    /// That was told; what is unfinished now waits for more.
    Told { end: u64 },
}

/// What was read, and how it is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// How many of the bytes.
    pub bytes: usize,
    /// What follows them.
    pub ending: Ending,
}

impl Track {
    /// Begins where the first bytes are that are not to be passed over. `low_water` is what the sink has.
    pub fn new(
        file: Arc<LogFile>,
        sink: usize,
        low_water: u64,
        skip: Ranges,
        to: Arc<str>,
    ) -> Self {
        let mut reader = file.reader(sink, low_water);
        let gap = skip.gap_from(low_water);
        if gap.start != low_water {
            reader.seek(gap.start);
        }
        Self {
            file,
            reader,
            framer: Framer::at(gap.start),
            destination: to,
            is_queued: false,
            skip,
            is_last_look: false,
            is_unreadable: false,
            gap,
            quiet: Quiet::No,
        }
    }

    /// Of `read` bytes at the reader's offset, of which `is_end` says that no more were there, and `state` what was
    /// known of the file before.
    pub fn cut(&mut self, read: usize, is_end: bool, state: State) -> Cut {
        let offset = self.reader.offset();
        let end = offset.saturating_add(read as u64);
        if let Some(gap_end) = self.gap.end
            && gap_end <= end
        {
            let bytes = usize::try_from(gap_end.saturating_sub(offset)).unwrap_or(read);
            return Cut {
                bytes: bytes.min(read),
                ending: Ending::Final,
            };
        }
        let ending = match (is_end, state, self.quiet) {
            (false, _, _) => Ending::Open,
            (true, State::Final | State::Ended(_), _) => Ending::Final,
            (true, State::Live, Quiet::Reached { end: at }) if at == end => {
                self.quiet = Quiet::Told { end };
                Ending::Quiet
            }
            (true, State::Live, _) if self.is_last_look => Ending::Quiet,
            (true, State::Live, _) => Ending::Open,
        };
        Cut {
            bytes: read,
            ending,
        }
    }

    /// After so many bytes were consumed of those up to `end`, behind which nothing was: whether to look again
    /// after a while.
    pub fn waits(&mut self, end: u64) -> bool {
        let is_unfinished = self.reader.offset() < end || self.framer.is_in_long_line();
        let is_known = match self.quiet {
            Quiet::No => false,
            Quiet::Waiting { end: at } | Quiet::Reached { end: at } | Quiet::Told { end: at } => {
                at == end
            }
        };
        match (is_unfinished, is_known) {
            (false, _) => {
                self.quiet = Quiet::No;
                false
            }
            (true, true) => false,
            (true, false) => {
                self.quiet = Quiet::Waiting { end };
                true
            }
        }
    }

    /// The while is over. Whether there is something to be seen.
    pub fn has_waited(&mut self) -> bool {
        let Quiet::Waiting { end } = self.quiet else {
            return std::mem::take(&mut self.is_unreadable);
        };
        self.quiet = Quiet::Reached { end };
        true
    }

    /// Goes on behind what is passed over, if that is where it is. Whether it did.
    pub fn jump(&mut self) -> bool {
        let is_there = self.gap.end.is_some_and(|end| self.reader.offset() >= end);
        if is_there {
            self.gap = self.skip.gap_from(self.reader.offset());
            self.reader.seek(self.gap.start);
            self.framer = Framer::at(self.gap.start);
            self.quiet = Quiet::No;
        }
        is_there
    }

    /// Reads `start..end` after all, which was passed over, and then goes on behind `done`: what is below that was
    /// read or is passed over.
    pub fn release(&mut self, start: u64, end: u64, done: u64) {
        self.skip.insert(0, done);
        self.skip.remove(start, end);
        self.gap = self.skip.gap_from(start);
        self.reader.seek(self.gap.start);
        self.framer = Framer::at(self.gap.start);
        self.quiet = Quiet::No;
    }

    /// How many bytes up to `end` are neither read nor passed over.
    pub fn unread_below(&self, end: u64) -> u64 {
        let mut known = self.skip.clone();
        known.insert(0, self.reader.offset());
        known.missing_below(end)
    }
}
