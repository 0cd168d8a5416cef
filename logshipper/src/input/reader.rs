//! What is new in a file, for one sink.
//!
//! After each read the bytes before the offset are compared with what they were, so that a file that was truncated
//! and refilled meanwhile is noticed however large it is now. Not before: it may happen during the read.

use std::io;
use std::sync::Arc;

use super::descriptors::Descriptor;
use super::file::{EndCause, LogFile, State};
use super::log_name::Packing;
use super::packing::is_passing;
use super::position::{OVERLAP_BYTES, Tail};
use unpacked::Unpacked;

mod unpacked;

pub(super) use unpacked::PackedBytes;

/// What came of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// So many bytes.
    Bytes(usize),
    /// There is nothing more at the moment.
    End,
    /// It is compressed, and the sink is reading another compressed file: ask again when that is done.
    Busy,
    /// Nothing will come any more.
    Ended(Ended),
}

/// The end of a file of which not everything could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Why.
    pub cause: EndCause,
    /// What was not read of what was once seen: a lower bound of what is lost.
    pub unread_at_least: u64,
}

/// What a reader of a compressed file does while another of its sink's has the turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Awaited,
    Skipped,
}

/// Reads one file for one sink.
#[derive(Debug)]
pub struct Reader {
    file: Arc<LogFile>,
    sink: usize,
    tail: Tail,
    /// The file's version before the last read, if that met the end.
    seen: Option<u64>,
    unpacked: Option<Unpacked>,
    /// Whether the sink's turn to unpack is this reader's.
    has_turn: bool,
    /// Whether it met the broken end of a compressed file.
    is_broken: bool,
}

impl Reader {
    pub(super) fn new(file: Arc<LogFile>, sink: usize, offset: u64) -> Self {
        let tail = file
            .begin_at(offset)
            .unwrap_or_else(|| tail_before(&file, offset));
        if let Some(position) = file.positions.get(sink) {
            position.attach(tail);
        }
        Self {
            file,
            sink,
            tail,
            seen: None,
            unpacked: None,
            has_turn: false,
            is_broken: false,
        }
    }

    /// The file.
    pub fn file(&self) -> &Arc<LogFile> {
        &self.file
    }

    /// Where the next read begins: behind what was consumed.
    pub fn offset(&self) -> u64 {
        self.tail.offset
    }

    /// Whether a read may give something that the last one did not. Costs nothing.
    pub fn has_news(&self) -> bool {
        self.seen.is_none_or(|seen| seen != self.file.version())
    }

    /// The next read begins here. What was delivered stays delivered.
    pub fn seek(&mut self, offset: u64) {
        if offset == self.tail.offset {
            return;
        }
        self.leave_unpacking();
        self.is_broken = false;
        self.seen = None;
        self.tail = tail_before(&self.file, offset);
        if let Some(position) = self.file.positions.get(self.sink) {
            position.moved(self.tail);
        }
    }

    /// Everything before was delivered to the sink.
    pub fn acked(&self, low_water: u64) {
        if let Some(position) = self.file.positions.get(self.sink) {
            position.acknowledge(low_water);
        }
    }

    /// Reads up to `max` bytes behind what was consumed; `buffer` then holds those and nothing else.
    pub fn read(&mut self, buffer: &mut Vec<u8>, max: usize) -> io::Result<Read> {
        self.look(buffer, max, Turn::Awaited)
    }

    /// The same, but never [`Read::Busy`]. For one reader of a sink at a time, because decoders take memory.
    pub fn read_now(&mut self, buffer: &mut Vec<u8>, max: usize) -> io::Result<Read> {
        self.look(buffer, max, Turn::Skipped)
    }

    fn look(&mut self, buffer: &mut Vec<u8>, max: usize, turn: Turn) -> io::Result<Read> {
        let version = self.file.version();
        if self.is_broken {
            buffer.clear();
            self.seen = Some(version);
            return Ok(self.broken_end());
        }
        if let State::Ended(cause) = self.file.state() {
            buffer.clear();
            self.seen = Some(version);
            self.leave_unpacking();
            return Ok(Read::Ended(Ended {
                cause,
                unread_at_least: self.file.unread_at_least(self.offset()),
            }));
        }
        let missing = self.file.missing_behind(self.offset());
        if missing > 0 {
            buffer.clear();
            self.seen = Some(version);
            return Ok(Read::Ended(Ended {
                cause: EndCause::Truncated,
                unread_at_least: missing,
            }));
        }
        buffer.resize(max, 0);
        let read = match self.file.source().packing {
            Packing::Plain => {
                self.leave_unpacking();
                self.read_plain(buffer)
            }
            packing => self.read_packed(packing, buffer, turn),
        };
        let filled = match read {
            Ok(Read::Bytes(filled)) => filled,
            Ok(_) | Err(_) => 0,
        };
        buffer.truncate(filled);
        if read.is_err() {
            self.file.fail();
        }
        let more = filled == max || matches!(read, Ok(Read::Busy));
        self.seen = (!more).then_some(version);
        read
    }

    /// The first `count` bytes of what was read last need not be read again.
    pub fn consume(&mut self, buffer: &[u8], count: usize) {
        let consumed = buffer.get(..count).unwrap_or(buffer);
        self.tail = self.tail.extended(consumed);
        if let Some(unpacked) = self.unpacked.as_mut() {
            unpacked.consume(consumed.len());
            // The turn is passed on at once: nobody may ask again when there is nothing more.
            if let Some(end) = unpacked.is_over() {
                self.finish_unpacking(end);
            }
        }
        if let Some(position) = self.file.positions.get(self.sink) {
            position.moved(self.tail);
        }
    }

    fn read_plain(&self, buffer: &mut [u8]) -> io::Result<Read> {
        if self.file.is_suspected() {
            return Ok(Read::End);
        }
        let descriptor = match self.file.descriptor() {
            Ok(descriptor) => descriptor,
            // It moved or is gone: the rescan, which was asked for, will tell.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Read::End),
            Err(error) => return Err(error),
        };
        let read = descriptor.read_once(self.tail.offset, buffer)?;
        if !self.is_what_it_was(&descriptor)? {
            self.file.suspect();
            return Ok(Read::End);
        }
        match read {
            0 => Ok(Read::End),
            new => Ok(Read::Bytes(new)),
        }
    }

    fn is_what_it_was(&self, descriptor: &Descriptor) -> io::Result<bool> {
        let expected = self.tail.bytes();
        if expected.is_empty() {
            // Nothing was read; what is known of the file is how it begins.
            return self.file.begins_as_known(descriptor);
        }
        let mut before = [0; OVERLAP_BYTES];
        let before = before.get_mut(..expected.len()).unwrap_or_default();
        let read = descriptor.read_at(self.tail.start(), before)?;
        Ok(read == expected.len() && before == expected)
    }

    fn read_packed(&mut self, packing: Packing, buffer: &mut [u8], turn: Turn) -> io::Result<Read> {
        let source = self.file.source();
        if self.unpacked.is_none() && self.file.is_unpacked_to(self.offset()) {
            return Ok(Read::End);
        }
        if self
            .unpacked
            .as_ref()
            .is_none_or(|unpacked| !unpacked.is_of(&source))
        {
            self.leave_unpacking();
            let descriptor = match self.file.descriptor() {
                Ok(descriptor) => descriptor,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Read::End),
                Err(error) => return Err(error),
            };
            self.has_turn = self.file.shared.begin_unpacking(self.sink);
            if !self.has_turn && turn == Turn::Awaited {
                return Ok(Read::Busy);
            }
            self.unpacked = Some(Unpacked::new(source, packing, descriptor, self.tail)?);
        }
        let Some(unpacked) = self.unpacked.as_mut() else {
            return Ok(Read::Busy);
        };
        match unpacked.read(buffer) {
            Ok(0) => {
                let end = unpacked.end();
                self.finish_unpacking(Ok(end));
                Ok(Read::End)
            }
            Ok(read) => Ok(Read::Bytes(read)),
            Err(error) if is_passing(&error) => {
                self.leave_unpacking();
                Err(error)
            }
            Err(error) => {
                self.finish_unpacking(Err(error));
                Ok(self.broken_end())
            }
        }
    }

    fn finish_unpacking(&mut self, end: io::Result<u64>) {
        self.leave_unpacking();
        match end {
            Ok(size) => self.file.unpacked_to(size),
            // The next read meets it again, and tells.
            Err(error) if is_passing(&error) => self.seen = None,
            Err(error) => {
                self.is_broken = true;
                self.seen = None;
                self.file
                    .shared
                    .unreadable_archive(&self.file, self.sink, &error);
            }
        }
    }

    fn broken_end(&self) -> Read {
        Read::Ended(Ended {
            cause: EndCause::Unreadable,
            unread_at_least: self.file.unread_behind_break(self.offset()),
        })
    }

    fn leave_unpacking(&mut self) {
        self.unpacked = None;
        if std::mem::take(&mut self.has_turn) {
            self.file.shared.end_unpacking(self.sink);
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.leave_unpacking();
    }
}

/// What stands before an offset, read now; nothing is read of a file that was truncated.
fn tail_before(file: &LogFile, offset: u64) -> Tail {
    let blank = Tail::blank(offset);
    if offset == 0 || file.is_ended() || file.source().packing != Packing::Plain {
        return blank;
    }
    let Ok(descriptor) = file.descriptor() else {
        return blank;
    };
    let length = offset.min(OVERLAP_BYTES as u64);
    let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
    let read = descriptor.read_at(offset - length, &mut bytes);
    file.check(&descriptor);
    match read {
        Ok(read) if read == bytes.len() => Tail::blank(offset - length).extended(&bytes),
        _ => blank,
    }
}
