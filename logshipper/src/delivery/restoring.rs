//! Going on after a restart: which file an entry of the checkpoint is about, what of a file is not to be read
//! again, and batches that were named before the crash, which come back as they were.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use tracing::{info, warn};

use crate::batch::Batch;
use crate::delivery::filling::Closed;
use crate::delivery::progress::{FileProgress, Kept, Plan, UnmatchedPlan};
use crate::delivery::ranges::Ranges;
use crate::delivery::reading::Reading;
use crate::delivery::track::Track;
use crate::event::{Chunk, Ending, Framer};
use crate::input::{EndCause, Identity, LogFile, Read};
use crate::metrics::Cause;
use crate::position::{FileKey, Span};
use crate::sink::Origin;

impl Reading {
    /// Begins to follow a file, where the checkpoint says or at its beginning.
    pub(super) fn open(&mut self, key: FileKey) {
        let Some(file) = self.catalogue.file(key) else {
            return;
        };
        let (ranges, mut skip, kept) = self.restore(&file);
        skip.insert_all(&ranges);
        let destination = self.sink.destination(Origin {
            log: file.log(),
            file_id: file.file_id(),
        });
        let track = Track::new(
            Arc::clone(&file),
            self.number,
            ranges.low_water(),
            skip,
            destination,
        );
        {
            let mut state = self.progress.lock();
            let progress = FileProgress::new(file, ranges, kept);
            state.files.insert(key, progress);
            state.version += 1;
        }
        self.keeping.changed();
        self.tracks.insert(key, track);
        self.send_plans(false);
    }

    /// What is dealt with of a file, what plans hold of it, and what the checkpoint says.
    fn restore(&mut self, file: &Arc<LogFile>) -> (Ranges, Ranges, Option<Kept>) {
        let mut state = self.progress.lock();
        let (found, missing) = std::mem::take(&mut state.missing)
            .into_iter()
            .partition::<Vec<_>, _>(|missing| file.matches(&missing.entry.identity));
        state.missing = missing;
        let (mut ranges, mut planned) = (Ranges::default(), Ranges::default());
        for found in &found {
            self.resumed += 1;
            ranges.insert_all(&found.entry.ranges());
            for plan in state.unmatched_plans.values_mut() {
                for span in plan.spans.iter().filter(|span| span.file == found.number) {
                    planned.insert(span.start, span.end);
                    plan.matched.insert(found.number, file.key());
                }
            }
        }
        if found.is_empty() && self.is_first_start {
            ranges.insert(0, file.begin());
        }
        let kept = found.first().map(|found| Kept {
            // Of no size that there is, so that the next checkpoint looks at the file.
            stamp: (found.entry.identity.mark.offset, u64::MAX),
            identity: Arc::new(found.entry.identity.clone()),
        });
        (ranges, planned, kept)
    }

    /// Sends the batches of the checkpoint whose files are all there; all that can be made, if `is_last`.
    pub(super) fn send_plans(&mut self, is_last: bool) {
        let plans = {
            let mut state = self.progress.lock();
            let all = std::mem::take(&mut state.unmatched_plans);
            let (now, later) = all.into_iter().partition::<BTreeMap<_, _>, _>(|(_, plan)| {
                let mut files = plan.spans.iter().map(|span| span.file);
                is_last || files.all(|file| plan.matched.contains_key(&file))
            });
            state.unmatched_plans = later;
            now
        };
        for (name, plan) in plans {
            self.send_plan(name, &plan);
        }
    }

    fn send_plan(&mut self, name: Arc<str>, plan: &UnmatchedPlan) {
        let mut batch = Batch::new(Arc::clone(&plan.destination));
        let mut spans = Vec::new();
        let mut is_whole = true;
        for planned in &plan.spans {
            let Some(file) = plan.matched.get(&planned.file).copied() else {
                is_whole = false;
                continue;
            };
            let span = Span {
                file,
                start: planned.start,
                end: planned.end,
            };
            let end = self.read_again(span, &mut batch);
            is_whole &= end == span.end;
            spans.push(Span { end, ..span });
        }
        if batch.is_empty() {
            return;
        }
        info!(
            sink = &*self.name,
            name = &*name,
            events = batch.events().len(),
            is_whole,
            "sending again what was under way"
        );
        if is_whole {
            let destination = Arc::clone(&batch.destination);
            let plan = Plan { destination, spans };
            self.progress.lock().plans.insert(Arc::clone(&name), plan);
            batch.plan = Some(name);
        }
        // What is less than it was is something else, which gets a name of its own.
        let mut charge = self.budget.charge();
        charge.resize(batch.memory_bytes());
        self.send([Closed { batch, charge }]);
    }

    /// Adds the events of a span to a batch, and says up to where. What is gone is lost; what just cannot be read now
    /// is read with the rest of the file.
    fn read_again(&mut self, span: Span, batch: &mut Batch) -> u64 {
        let Some(mut track) = self.tracks.remove(&span.file) else {
            return span.start;
        };
        let back = track.reader.offset();
        track.reader.seek(span.start);
        batch.originate(span.file, track.file.log(), track.file.file_id());
        let mut blank = Vec::new();
        let before = batch.events().len();
        let (read_to, ended) = self.read_span(&mut track, span, batch, &mut blank);
        let done = {
            let mut state = self.progress.lock();
            let file = state.files.get_mut(&span.file);
            file.map_or(0, |file| {
                let events = batch.events().get(before..).unwrap_or_default();
                file.reopened(
                    Span {
                        end: read_to,
                        ..span
                    },
                    events,
                );
                file.read_to
            })
        };
        if let (Some(cause), true) = (ended, read_to < span.end) {
            self.lose(&track, Cause::of(cause), span.end - read_to);
            let start = read_to;
            blank.push(Span { start, ..span });
        }
        self.progress.settle(&blank, |_| 0);
        // There and back: the turn to unpack is not kept.
        track.reader.seek(span.start);
        track.reader.seek(back);
        if ended.is_none() && read_to < span.end {
            track.release(read_to, span.end, done);
        }
        self.tracks.insert(span.file, track);
        self.queue(span.file);
        read_to
    }

    /// Up to where the span could be read, and why it ended if no more will come of it.
    fn read_span(
        &mut self,
        track: &mut Track,
        span: Span,
        batch: &mut Batch,
        blank: &mut Vec<Span>,
    ) -> (u64, Option<EndCause>) {
        let mut framer = Framer::at(span.start);
        let mut ended = None;
        while track.reader.offset() < span.end {
            let left = usize::try_from(span.end - track.reader.offset()).unwrap_or(usize::MAX);
            // A chunk that is not the last has to hold a whole event.
            let most = self.framing.window_bytes().max(1 << 20);
            let read = match track.reader.read_now(&mut self.buffer, left.min(most)) {
                Ok(Read::Bytes(read)) => read,
                Ok(Read::Ended(end)) => {
                    ended = Some(end.cause);
                    break;
                }
                Ok(Read::End | Read::Busy) | Err(_) => break,
            };
            let chunk = Chunk {
                file: span.file,
                bytes: self.buffer.get(..read).unwrap_or_default(),
                ending: match read == left {
                    true => Ending::Final,
                    false => Ending::Open,
                },
                modified_ms: track.file.modified_ms(),
            };
            let consumed = framer.frame(&self.framing, chunk, |event| {
                match event.text.is_empty() {
                    true => blank.push(event.span),
                    false => batch.push(&event),
                }
                ControlFlow::Continue(())
            });
            if consumed == 0 {
                break;
            }
            track.reader.consume(&self.buffer, consumed);
        }
        // Behind the last event: the head of a line that is not whole is read again.
        let events = batch.events().iter().rev();
        let of_file = events
            .map(|event| event.span)
            .find(|last| last.file == span.file);
        let last = of_file.into_iter().chain(blank.last().copied());
        let read_to = last
            .map(|last| last.end)
            .filter(|end| *end <= span.end)
            .max();
        (read_to.unwrap_or(span.start).max(span.start), ended)
    }

    /// Once every file was compared with the checkpoint: what no file was found for is gone, and what was not
    /// delivered of it is lost.
    pub(super) fn settle_missing(&mut self) {
        if self.is_settled || !self.catalogue.settled() {
            return;
        }
        self.is_settled = true;
        let now_ms = self.clock.now_ms();
        let mut lost = Vec::new();
        {
            let mut state = self.progress.lock();
            for missing in &mut state.missing {
                let entry = &mut missing.entry;
                if entry.missing_since_ms.is_none() {
                    entry.missing_since_ms = Some(now_ms);
                    let bytes = entry.ranges().missing_below(entry.identity.size);
                    lost.push((entry.identity.clone(), bytes));
                }
            }
            state
                .missing
                .retain(|missing| is_remembered(missing.entry.missing_since_ms, now_ms));
            let excess = state.missing.len().saturating_sub(MISSING_MAX);
            state.missing.drain(..excess);
            state.version += 1;
        }
        lost.retain(|(_, bytes)| *bytes > 0);
        self.tell_missing(&lost);
        self.send_plans(true);
    }

    /// What is there, but not to be followed any more, is not lost.
    fn tell_missing(&self, missing: &[(Identity, u64)]) {
        let identities: Vec<&Identity> = missing.iter().map(|(identity, _)| identity).collect();
        let unwanted = self.catalogue.are_unwanted(&identities);
        let (mut files, mut bytes_unwanted) = (0_usize, 0_u64);
        for ((identity, bytes), is_unwanted) in missing.iter().zip(unwanted) {
            if is_unwanted {
                files += 1;
                bytes_unwanted = bytes_unwanted.saturating_add(*bytes);
                continue;
            }
            self.figures.lost(Cause::Vanished, *bytes);
            warn!(
                sink = &*self.name,
                path = identity.path,
                bytes,
                "a log is gone of which not everything was delivered: it was removed while nobody followed it"
            );
        }
        if files > 0 {
            info!(
                sink = &*self.name,
                files,
                bytes = bytes_unwanted,
                "logs are there of which not everything was delivered, but `input` and `exclude` leave them out now: \
                 they are delivered from where they were if they are named again within a day"
            );
        }
    }

    /// Says what there is to do.
    pub(super) fn tell_start(&self) {
        let state = self.progress.lock();
        let behind: u64 = state.files.values().map(FileProgress::lag_bytes).sum();
        info!(
            sink = &*self.name,
            files = state.files.len(),
            bytes_behind = behind,
            resumed = self.resumed,
            "following"
        );
    }
}

/// How long an entry is kept that no file was found for: a file system that was not mounted comes back.
const MISSING_KEPT_MS: i64 = 24 * 3600 * 1000;
/// How many of them are kept.
const MISSING_MAX: usize = 10_000;

fn is_remembered(since_ms: Option<i64>, now_ms: i64) -> bool {
    since_ms.is_none_or(|since_ms| now_ms.saturating_sub(since_ms) < MISSING_KEPT_MS)
}
