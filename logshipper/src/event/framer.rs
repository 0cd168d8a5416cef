//! Where events end. Keeps where it is in a file, and no bytes of it but the head of a line that is too long.
//!
//! An event of Kafka's begins with a timestamp in brackets, and what follows belongs to it: it is complete when the
//! next one begins, or when the file has not grown for a while. Lines of JSON, of the JVM's garbage collector and of
//! anything else are events by themselves; which it is, is seen at each line that says when it happened. An event of several lines that
//! would become too long goes on in another event, at a line's end; a line that is too long is cut.

use std::ops::ControlFlow;

use jiff::tz::TimeZone;
use memchr::memchr;

use super::stamp::{Clockwork, Minute, START_BYTES_MAX, Shape, Start};
use super::{CUT_MARK_BYTES_MAX, Event};
use crate::position::{FileKey, Span};

/// Lines of one event. A stack trace with its causes has some hundred; a dump of all threads, which is better
/// in parts, thousands.
pub const EVENT_LINES_MAX: usize = 5_000;

/// The shortest length limit: what is looked at of a line, and room for a mark.
pub const EVENT_BYTES_MIN: usize = 1024;

/// `\r\n`.
const LINE_END_BYTES_MAX: usize = 2;

/// How lines become events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiline {
    /// A line that begins as Kafka's do starts an event.
    Kafka,
    /// Each line is an event.
    None,
}

/// What is the same for all files of a sink.
#[derive(Clone, Debug)]
pub struct Framing {
    multiline: Multiline,
    zone: TimeZone,
    event_bytes_max: usize,
}

/// What is known of what follows the bytes of a [`Chunk`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// More may follow at once: what is unfinished waits.
    Open,
    /// The file ends here and has not grown for the flush time: whole lines are an event. A line without an end
    /// goes on waiting.
    Quiet,
    /// Nothing will ever follow: whatever is left is an event.
    Final,
}

/// Bytes of a file, from [`Framer::offset`] on.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// Of which file.
    pub file: FileKey,
    /// At least [`Framing::window_bytes`], or all that the file has.
    pub bytes: &'a [u8],
    /// What follows.
    pub ending: Ending,
    /// When the file was last written.
    pub modified_ms: i64,
}

/// Where a sink's reader is in one file. Small: there is one for each sink and file.
#[derive(Clone, Debug)]
pub struct Framer {
    offset: u64,
    look: Look,
    minute: Minute,
    /// The timestamp of the last line that had one.
    last_ms: Option<i64>,
    /// The line that is too long and in whose midst this is.
    long: Option<Box<Long>>,
}

/// What is known of a line that is longer than a window.
#[derive(Clone, Debug)]
struct Long {
    start: u64,
    timestamp_ms: i64,
    head: Vec<u8>,
    /// The last byte that was read of it, which may begin a line end of two.
    last: Option<u8>,
}

/// What the lines were like so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    /// Each for itself.
    Lines,
    /// Those without a timestamp belong to the event before them.
    Continued(Shape),
}

/// What is left of a chunk.
#[derive(Debug)]
struct Events<'a, 'b> {
    framer: &'a mut Framer,
    framing: &'a Framing,
    chunk: Chunk<'b>,
    /// What the framer has not passed.
    rest: &'b [u8],
    /// Whether an event starts with `rest`, where that has been looked at.
    ahead: Option<Option<Start>>,
}

impl Framing {
    /// `event_bytes_max` is at least [`EVENT_BYTES_MIN`].
    pub fn new(multiline: Multiline, zone: TimeZone, event_bytes_max: usize) -> Self {
        Self {
            multiline,
            zone,
            event_bytes_max: event_bytes_max.max(EVENT_BYTES_MIN),
        }
    }

    /// The longest text, with the mark of a cut.
    pub fn event_bytes_max(&self) -> usize {
        self.event_bytes_max
    }

    /// As much of `text` as is left of one that is cut; never ends within a character.
    fn head<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let mut end = self.event_bytes_max - CUT_MARK_BYTES_MAX;
        for _ in 0..3 {
            // A byte that goes on with a character before it.
            if text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
                end -= 1;
            }
        }
        text.get(..end).unwrap_or(text)
    }

    /// The least that has to be read at once, unless the file has less: the longest event, and enough
    /// behind it to see that it has ended.
    pub fn window_bytes(&self) -> usize {
        self.event_bytes_max + LINE_END_BYTES_MAX + START_BYTES_MAX
    }
}

impl Framer {
    /// A reader that begins there, at the beginning of a line.
    pub fn at(offset: u64) -> Self {
        Self {
            offset,
            look: Look::Lines,
            minute: Minute::default(),
            last_ms: None,
            long: None,
        }
    }

    /// Where the next chunk begins: behind the last event that was taken, and further on only in a line that is
    /// too long.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether bytes were consumed that are in no event yet, so that the file's end has to be told even if nothing
    /// more is there to be read.
    pub fn is_in_long_line(&self) -> bool {
        self.long.is_some()
    }

    /// Gives the events of `chunk` to `take`, which may stop behind any of them. Answers how many bytes were consumed; if
    /// none, there is nothing to do until the file has grown or is quiet.
    pub fn frame<F>(&mut self, framing: &Framing, chunk: Chunk<'_>, mut take: F) -> usize
    where
        F: FnMut(Event<'_>) -> ControlFlow<()>,
    {
        let begin = self.offset;
        let mut events = Events {
            rest: chunk.bytes,
            framer: self,
            framing,
            chunk,
            ahead: None,
        };
        let mut flow = ControlFlow::Continue(());
        if events.framer.long.is_some() {
            flow = events.skip(&mut take);
        }
        while flow.is_continue() {
            let Some(event) = events.line() else { break };
            flow = take(event);
        }
        usize::try_from(self.offset - begin).unwrap_or(usize::MAX)
    }

    fn clockwork<'c>(&self, framing: &'c Framing) -> Clockwork<'c> {
        Clockwork {
            zone: &framing.zone,
            before_ms: self.last_ms,
        }
    }
}

impl<'b> Events<'_, 'b> {
    /// The event that begins with `rest`.
    #[inline]
    fn line(&mut self) -> Option<Event<'b>> {
        let blank = blank_bytes(self.rest);
        let line = self.rest.get(blank..).unwrap_or_default();
        // It is of the line that `rest` begins with.
        let ahead = self.ahead.take().filter(|_| blank == 0);
        if blank > 0 && self.is_full() && line.len() < self.framing.window_bytes() {
            // They would take the room in which the end of the event behind them is seen.
            let timestamp_ms = self.timestamp_ms();
            return Some(self.pass(blank, timestamp_ms, &[], 0));
        }
        let Some(line_bytes) = self.line_bytes(line) else {
            return self.unfinished(blank, line);
        };
        let first = line.get(..line_bytes).unwrap_or(line);
        match ahead {
            Some(start) => self.see(start),
            None => self.first(first),
        }
        let timestamp_ms = self.timestamp_ms();
        let text = without_ends(first);
        if text.len() > self.framing.event_bytes_max {
            let head = self.framing.head(text);
            let cut_bytes = text.len() - head.len();
            return Some(self.pass(blank + line_bytes, timestamp_ms, head, cut_bytes as u64));
        }
        let is_continued = self.framing.multiline == Multiline::Kafka
            && matches!(self.framer.look, Look::Continued(_));
        if !is_continued {
            return Some(self.pass(blank + line_bytes, timestamp_ms, text, 0));
        }
        let bytes = self.continued(line, line_bytes)?;
        let text = without_ends(line.get(..bytes).unwrap_or(line));
        Some(self.pass(blank + bytes, timestamp_ms, text, 0))
    }

    /// Looks at the first line of an event that no line before it led to.
    fn first(&mut self, line: &[u8]) {
        let mut start = self.start(line);
        if start.is_none() && self.framer.look == Look::Lines && line.first() == Some(&b'{') {
            start = self
                .framer
                .minute
                .member(self.framer.clockwork(self.framing), line);
        }
        self.see(start);
    }

    /// Whether `line` starts an event in such a file.
    #[inline]
    fn start(&mut self, line: &[u8]) -> Option<Start> {
        let clockwork = self.framer.clockwork(self.framing);
        let start = self.framer.minute.start(clockwork, line)?;
        // Where timestamps stand in brackets, a line that begins with a date is part of a message.
        let is_text =
            start.shape == Shape::Bare && self.framer.look == Look::Continued(Shape::Bracket);
        (!is_text).then_some(start)
    }

    #[inline]
    fn see(&mut self, start: Option<Start>) {
        let Some(start) = start else { return };
        self.framer.last_ms = Some(start.timestamp_ms);
        self.framer.look = match start.shape {
            Shape::Single => Look::Lines,
            shape => Look::Continued(shape),
        };
    }

    /// How long the first line of `line` is, with its end; `None` where that cannot be said yet.
    #[inline]
    fn line_bytes(&self, line: &[u8]) -> Option<usize> {
        match memchr(b'\n', line) {
            Some(end) => Some(end + 1),
            None if self.chunk.ending == Ending::Final && !line.is_empty() => Some(line.len()),
            None => None,
        }
    }

    /// Whether all is there that is needed to see where the next event ends.
    #[inline]
    fn is_full(&self) -> bool {
        self.rest.len() >= self.framing.window_bytes()
    }

    /// What to do where there is no whole line behind `blank` bytes of blank lines.
    #[cold]
    fn unfinished(&mut self, blank: usize, line: &[u8]) -> Option<Event<'b>> {
        let is_full = self.is_full();
        if blank > 0 && (is_full || self.chunk.ending != Ending::Open) {
            let timestamp_ms = self.timestamp_ms();
            return Some(self.pass(blank, timestamp_ms, &[], 0));
        }
        if is_full {
            self.first(line);
            self.framer.long = Some(Box::new(Long {
                start: self.framer.offset,
                timestamp_ms: self.timestamp_ms(),
                head: self.framing.head(line).to_vec(),
                last: line.last().copied(),
            }));
            self.advance(line.len());
        }
        None
    }

    /// How many bytes of `lines` are one event, whose first line takes `first` of them; `None` where that
    /// cannot be said yet.
    #[inline]
    fn continued(&mut self, lines: &[u8], first: usize) -> Option<usize> {
        let mut end = first;
        for _ in 1..EVENT_LINES_MAX {
            let next = lines.get(end..).unwrap_or_default();
            let start = match self.framer.minute.same_minute(next) {
                Some(start) => Some(start),
                None => match self.decided(next) {
                    Some(head) => self.start(head),
                    None => return self.unless_open(end),
                },
            };
            if start.is_some() || next.is_empty() {
                self.ahead = start.map(Some);
                return Some(end);
            }
            let Some(bytes) = self.line_bytes(next) else {
                // Its text would be longer with what there is of the line.
                if lines.len() > self.framing.event_bytes_max + 1 {
                    return Some(end);
                }
                return self.unless_open(end);
            };
            let text = without_ends(lines.get(..end + bytes).unwrap_or(lines));
            // Blank lines are no text, but take room in the window.
            let is_long = end + bytes > self.framing.event_bytes_max + LINE_END_BYTES_MAX;
            if is_long || text.len() > self.framing.event_bytes_max {
                self.ahead = Some(None);
                return Some(end);
            }
            end += bytes;
        }
        Some(end)
    }

    /// The head of a line, if there is enough of it to see whether it starts an event.
    fn decided<'c>(&self, line: &'c [u8]) -> Option<&'c [u8]> {
        let head = line.get(..START_BYTES_MAX).unwrap_or(line);
        match memchr(b'\n', head) {
            Some(end) => head.get(..end),
            None if head.len() == START_BYTES_MAX => Some(head),
            None => (self.chunk.ending == Ending::Final).then_some(head),
        }
    }

    fn unless_open(&self, end: usize) -> Option<usize> {
        (self.chunk.ending != Ending::Open).then_some(end)
    }

    /// Goes on in a line that is longer than a window.
    #[cold]
    fn skip<F>(&mut self, take: &mut F) -> ControlFlow<()>
    where
        F: FnMut(Event<'_>) -> ControlFlow<()>,
    {
        let rest = self.rest;
        let end = memchr(b'\n', rest);
        let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
        self.advance(text.len() + usize::from(end.is_some()));
        let Some(mut long) = self.framer.long.take() else {
            return ControlFlow::Continue(());
        };
        long.last = text.last().copied().or(long.last);
        if end.is_none() && self.chunk.ending != Ending::Final {
            self.framer.long = Some(long);
            return ControlFlow::Break(());
        }
        let end_bytes = match (end, long.last) {
            (None, _) => 0,
            (Some(_), Some(b'\r')) => 2,
            (Some(_), _) => 1,
        };
        let span = Span {
            file: self.chunk.file,
            start: long.start,
            end: self.framer.offset,
        };
        let text_bytes = span.bytes().saturating_sub(end_bytes);
        take(Event {
            span,
            timestamp_ms: long.timestamp_ms,
            text: &long.head,
            cut_bytes: text_bytes.saturating_sub(long.head.len() as u64),
        })
    }

    #[inline]
    fn timestamp_ms(&self) -> i64 {
        self.framer.last_ms.unwrap_or(self.chunk.modified_ms)
    }

    /// Makes an event of the next `bytes` and goes behind them.
    #[inline]
    fn pass(
        &mut self,
        bytes: usize,
        timestamp_ms: i64,
        text: &'b [u8],
        cut_bytes: u64,
    ) -> Event<'b> {
        let start = self.framer.offset;
        self.advance(bytes);
        Event {
            span: Span {
                file: self.chunk.file,
                start,
                end: self.framer.offset,
            },
            timestamp_ms,
            text,
            cut_bytes,
        }
    }

    #[inline]
    fn advance(&mut self, bytes: usize) {
        self.framer.offset += bytes as u64;
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}

/// How many bytes of line ends `bytes` begins with. The head of one that is not whole yet is none.
#[inline]
fn blank_bytes(bytes: &[u8]) -> usize {
    let mut blank = 0;
    loop {
        match bytes.get(blank..) {
            Some([b'\n', ..]) => blank += 1,
            Some([b'\r', b'\n', ..]) => blank += 2,
            _ => return blank,
        }
    }
}

/// `lines` without the line ends behind them.
#[inline]
fn without_ends(mut lines: &[u8]) -> &[u8] {
    while let Some(rest) = lines.strip_suffix(b"\n") {
        lines = rest.strip_suffix(b"\r").unwrap_or(rest);
    }
    lines
}

#[cfg(test)]
mod tests;
