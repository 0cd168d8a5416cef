//! The thread of a sink that reads: whoever has news is read in turn, a chunk at a time, into batches, as long as
//! the budget lasts. It sleeps when there is nothing to do.
//!
//! It never waits for the sink: what is full goes into a queue, and the budget is what bounds that.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use service::Clock;
use tokio::sync::mpsc::UnboundedSender;
use tracing::{debug, warn};

use crate::delivery::budget::Budget;
use crate::delivery::filling::{Closed, Filling};
use crate::delivery::keeping::Keeping;
use crate::delivery::progress::{PieceRead, Progress};
use crate::delivery::track::{Cut, Track};
use crate::delivery::wake::Wake;
use crate::event::{Chunk, Framing};
use crate::input::{Catalogue, Ended, Read, State};
use crate::metrics::{Cause, SinkFigures};
use crate::position::{FileKey, Span};
use crate::sink::Sink;

/// How long a file rests before what it ends with is an event.
const QUIET: Duration = Duration::from_millis(500);
/// How long a file that could not be read is left alone.
const UNREADABLE_PAUSE: Duration = Duration::from_secs(1);
/// The least that is read at once: with more, a processor's cache holds less of it.
const CHUNK_BYTES: usize = 256 << 10;

/// What reads for one sink.
pub struct Reading {
    pub(super) name: Arc<str>,
    pub(super) sink: Arc<dyn Sink>,
    /// Which of the readers of each file is this sink's.
    pub(super) number: usize,
    pub(super) catalogue: Arc<Catalogue>,
    pub(super) framing: Framing,
    pub(super) filling: Filling,
    pub(super) budget: Arc<Budget>,
    pub(super) wake: Arc<Wake>,
    pub(super) progress: Arc<Progress>,
    pub(super) keeping: Arc<Keeping>,
    pub(super) figures: Arc<SinkFigures>,
    pub(super) clock: Clock,
    pub(super) out: UnboundedSender<Closed>,
    /// Batches that were closed and have not come to their end.
    pub(super) outstanding: Arc<AtomicUsize>,
    /// Where a file begins that no checkpoint knows.
    pub(super) is_first_start: bool,
    pub(super) tracks: HashMap<FileKey, Track>,
    /// Files that the checkpoint knew.
    pub(super) resumed: usize,
    pub(super) is_settled: bool,
    /// Files of which no more will come, as long as they are there.
    pub(super) ended: HashSet<FileKey>,
    pub(super) buffer: Vec<u8>,
    pub(super) ready: VecDeque<FileKey>,
    /// Compressed files that wait until another is unpacked.
    pub(super) busy: Vec<FileKey>,
    /// When to look at files again that had something unfinished.
    pub(super) waiting: VecDeque<(u64, FileKey)>,
}

/// What a file's turn led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// There is more.
    More,
    /// Something has to happen first.
    Done,
    /// It is to be looked at again after a while.
    Waits(Duration),
    /// Another file is being unpacked.
    Busy,
    /// Nothing will come of it.
    Over,
}

impl Reading {
    /// Reads until it is told to stop; then everything that is open goes out.
    pub fn run(mut self) {
        self.changed(
            self.catalogue
                .files()
                .iter()
                .map(|file| file.key())
                .collect(),
        );
        self.settle_missing();
        self.tell_start();
        loop {
            let woken = match self.has_work() {
                true => self.wake.take(),
                false => self.wake.wait(self.pause()),
            };
            self.changed(woken.changed);
            if woken.is_stopping {
                break;
            }
            self.settle_missing();
            self.acknowledge();
            let now = self.now();
            let due = self.filling.due(now);
            self.send(due);
            self.wait_is_over(now);
            if self.budget.is_exhausted() {
                self.make_room();
            } else if let Some(key) = self.ready.pop_front() {
                self.turn(key);
            }
        }
        self.look_once_more();
        let open = self.filling.all();
        self.send(open);
    }

    /// What was written just before the end, as its writer was stopped a moment before. No more than a chunk of
    /// each file: a backlog is the next start's.
    fn look_once_more(&mut self) {
        let keys: Vec<FileKey> = self.tracks.keys().copied().collect();
        for key in keys {
            if self.budget.is_exhausted() {
                break;
            }
            if let Some(track) = self.tracks.get_mut(&key) {
                track.is_last_look = true;
            }
            self.turn(key);
        }
    }

    fn now(&self) -> u64 {
        self.clock.monotonic_nanos()
    }

    fn has_work(&self) -> bool {
        match self.budget.is_exhausted() {
            true => self.can_make_room(),
            false => !self.ready.is_empty(),
        }
    }

    /// How long nothing is due; `None` where nothing will be.
    fn pause(&self) -> Option<Duration> {
        let waiting = self.waiting.front().map(|(at, _)| *at);
        let next = [self.filling.next_due(), waiting]
            .into_iter()
            .flatten()
            .min()?;
        Some(Duration::from_nanos(next.saturating_sub(self.now())))
    }

    /// Nothing is under way that would give bytes back by itself.
    fn can_make_room(&self) -> bool {
        self.outstanding.load(Ordering::Acquire) == 0 && !self.filling.is_empty()
    }

    fn make_room(&mut self) {
        if self.can_make_room() {
            let largest = self.filling.largest();
            self.send(largest);
        }
    }

    pub(super) fn send(&self, closed: impl IntoIterator<Item = Closed>) {
        for closed in closed {
            self.outstanding.fetch_add(1, Ordering::AcqRel);
            if self.out.send(closed).is_err() {
                // The sender is gone; so is this thread soon, and nothing of it was acknowledged.
                self.outstanding.fetch_sub(1, Ordering::AcqRel);
            }
        }
    }

    fn changed(&mut self, keys: HashSet<FileKey>) {
        for key in keys {
            if self.catalogue.file(key).is_none() {
                self.close(key);
                continue;
            }
            if self.ended.contains(&key) {
                continue;
            }
            if !self.tracks.contains_key(&key) {
                self.open(key);
            }
            match self.tracks.get(&key).map(|track| track.file.state()) {
                // What is lost is counted at once, whether or not there is room to read.
                Some(State::Ended(_)) => self.turn(key),
                _ => self.queue(key),
            }
        }
    }

    pub(super) fn queue(&mut self, key: FileKey) {
        if let Some(track) = self.tracks.get_mut(&key)
            && !track.is_queued
            && track.reader.has_news()
        {
            track.is_queued = true;
            self.ready.push_back(key);
        }
    }

    /// The catalogue has forgotten a file.
    fn close(&mut self, key: FileKey) {
        if let Some(track) = self.tracks.remove(&key) {
            let size = track.file.size();
            let lost = track.unread_below(size);
            if lost > 0 {
                self.lose(&track, Cause::Vanished, lost);
            }
            self.end(key, track.reader.offset());
        }
        self.ended.remove(&key);
        self.progress.lock().gone(key);
        self.unpack_next();
    }

    /// No more will come of a file, which may be there still.
    fn end(&mut self, key: FileKey, at: u64) {
        self.ended.insert(key);
        let mut state = self.progress.lock();
        if let Some(file) = state.files.get_mut(&key) {
            file.ended_at = Some(at);
        }
        state.version += 1;
        drop(state);
        self.keeping.changed();
    }

    pub(super) fn lose(&self, track: &Track, cause: Cause, bytes: u64) {
        self.figures.lost(cause, bytes);
        let path = track.file.path();
        warn!(
            sink = &*self.name,
            path = %path.display(),
            bytes,
            cause = cause.name(),
            "bytes of a log are lost: they were gone before they could be read"
        );
    }

    /// Tells the catalogue how far the sink is, as far as the disk knows.
    fn acknowledge(&mut self) {
        for (key, low_water) in self.progress.moved() {
            if let Some(track) = self.tracks.get(&key) {
                track.reader.acked(low_water);
            }
        }
    }

    fn wait_is_over(&mut self, now: u64) {
        while let Some((at, key)) = self.waiting.front().copied()
            && at <= now
        {
            self.waiting.pop_front();
            let Some(track) = self.tracks.get_mut(&key) else {
                continue;
            };
            let is_worth_a_look = track.has_waited() || track.reader.has_news();
            if is_worth_a_look && !track.is_queued {
                track.is_queued = true;
                self.ready.push_back(key);
            }
        }
    }

    /// Reads a chunk of a file.
    fn turn(&mut self, key: FileKey) {
        let Some(mut track) = self.tracks.remove(&key) else {
            return;
        };
        track.is_queued = false;
        let turn = self.read(&mut track);
        let pause = match turn {
            Turn::More => {
                track.is_queued = true;
                self.ready.push_back(key);
                None
            }
            Turn::Done => None,
            Turn::Waits(pause) => Some(pause),
            Turn::Busy => {
                self.busy.push(key);
                // Mostly its turn comes sooner; this is for the case that nobody passes it on.
                Some(QUIET)
            }
            Turn::Over => {
                self.end(key, track.reader.offset());
                drop(track);
                return self.unpack_next();
            }
        };
        if let Some(pause) = pause {
            let pause = u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX);
            let at = self.now().saturating_add(pause);
            self.waiting.push_back((at, key));
        }
        self.tracks.insert(key, track);
        if !matches!(turn, Turn::More | Turn::Busy) {
            self.unpack_next();
        }
    }

    /// A file came to its end for now: if it was the one that was unpacked, the next may be.
    fn unpack_next(&mut self) {
        for key in std::mem::take(&mut self.busy) {
            self.queue(key);
        }
    }

    fn read(&mut self, track: &mut Track) -> Turn {
        let max = self.framing.window_bytes().max(CHUNK_BYTES);
        let state = track.file.state();
        let read = match track.reader.read(&mut self.buffer, max) {
            Ok(Read::Bytes(read)) => read,
            Ok(Read::End) => 0,
            Ok(Read::Busy) => return Turn::Busy,
            Ok(Read::Ended(ended)) => {
                self.ended(track, ended);
                return Turn::Over;
            }
            Err(error) => {
                debug!(path = %track.file.path().display(), %error, "cannot read");
                self.figures.unreadable(&track.file.path(), &error);
                track.is_unreadable = true;
                return Turn::Waits(UNREADABLE_PAUSE);
            }
        };
        let end = track.reader.offset().saturating_add(read as u64);
        let is_end = read < max;
        let cut = track.cut(read, is_end, state);
        if read > 0 || track.framer.is_in_long_line() {
            self.frame(track, cut);
        }
        // Something may have become known of it by the reading itself.
        if track.jump() || !is_end || track.reader.has_news() {
            return Turn::More;
        }
        match track.waits(end) {
            true => Turn::Waits(QUIET),
            false => Turn::Done,
        }
    }

    /// Makes events of the bytes that were read.
    fn frame(&mut self, track: &mut Track, cut: Cut) {
        let now = self.now();
        let file = Arc::clone(&track.file);
        let mut open = self.filling.take(&track.destination, now);
        Filling::originate(&mut open, &file);
        let (filling, mut full) = (&mut self.filling, Vec::new());
        let mut tally = Tally::default();
        let chunk = Chunk {
            file: file.key(),
            bytes: self.buffer.get(..cut.bytes).unwrap_or_default(),
            ending: cut.ending,
            modified_ms: file.modified_ms(),
        };
        let consumed = track.framer.frame(&self.framing, chunk, |event| {
            match event.text.is_empty() {
                true => tally.blank.push(event.span),
                false => full.extend(filling.add(&mut open, &file, &event, now)),
            }
            tally.add(
                event.span,
                event.timestamp_ms,
                event.cut_bytes,
                event.text.is_empty(),
            );
            ControlFlow::Continue(())
        });
        full.extend(self.filling.put(open));
        track.reader.consume(&self.buffer, consumed);
        self.tell(&tally);
        self.send(full);
    }

    /// Says what was read, before any of it can come to its end.
    fn tell(&self, tally: &Tally) {
        if let Some(span) = tally.span {
            let mut state = self.progress.lock();
            if let Some(file) = state.files.get_mut(&span.file) {
                file.read(&PieceRead {
                    span,
                    events: tally.events,
                    oldest_ms: tally.oldest_ms,
                });
            }
        }
        if !tally.blank.is_empty() {
            self.progress.settle(&tally.blank, |_| 0);
            self.keeping.changed();
        }
        if tally.cut_bytes > 0 {
            self.figures.lost(Cause::EventCut, tally.cut_bytes);
        }
    }

    fn ended(&self, track: &Track, ended: Ended) {
        let size = track.reader.offset().saturating_add(ended.unread_at_least);
        let lost = track.unread_below(size);
        if lost > 0 {
            self.lose(track, Cause::of(ended.cause), lost);
        }
    }
}

/// What a chunk came to.
#[derive(Debug, Default)]
struct Tally {
    span: Option<Span>,
    events: u64,
    oldest_ms: i64,
    cut_bytes: u64,
    blank: Vec<Span>,
}

impl Tally {
    fn add(&mut self, span: Span, timestamp_ms: i64, cut_bytes: u64, is_blank: bool) {
        match &mut self.span {
            Some(all) => all.end = span.end,
            None => (self.span, self.oldest_ms) = (Some(span), timestamp_ms),
        }
        self.events += u64::from(!is_blank);
        self.cut_bytes += cut_bytes;
    }
}
