//! Whether one file is a copy of another that is followed, plain or compressed.
//!
//! A copy is not delivered: it waits in case the original is truncated or deleted, and then takes its place.
//! Taking a file for a copy that is none would lose it, so equality is never guessed from a few bytes, and
//! who could have been renamed instead of copied is none.

use std::sync::Arc;

use super::checkpoints::Content;
use super::tracked::Tracked;
use crate::input::descriptors::Descriptor;
use crate::input::file::LogFile;
use crate::input::identity::{HEAD_BYTES_MAX, MARK_BYTES_MAX};
use crate::input::log_name::Packing;
use crate::input::observation::{Facts, Named};
use crate::input::resolution::COMPARED_BYTES_MIN;

/// A plain file's bytes.
pub(super) struct PlainContent {
    pub(super) descriptor: Arc<Descriptor>,
    pub(super) size: u64,
}

impl Content for PlainContent {
    fn size(&self) -> u64 {
        self.size
    }

    fn bytes(&self, start: u64, end: u64) -> Option<Vec<u8>> {
        let length = end.checked_sub(start).filter(|_| end <= self.size)?;
        // Nobody compares more than this at once.
        let length = usize::try_from(length)
            .ok()
            .filter(|length| *length <= MARK_BYTES_MAX)?;
        let mut bytes = vec![0; length];
        let read = self.descriptor.read_at(start, &mut bytes).ok()?;
        (read == length).then_some(bytes)
    }
}

/// Whether this plain file could have been copied from that one, as far as names and ages tell. In a crash
/// loop each start writes the same banner into a new file: those were renamed, and are older than the file
/// that is written to now.
pub(super) fn may_be_copied(named: &Named, facts: &Facts, from: &Tracked) -> bool {
    let births = facts.node.birth_ns.zip(from.file.source().node.birth_ns);
    named.rotated
        && births.is_none_or(|(copy, original)| copy >= original)
        && (!from.named.rotated || from.is_lost() || facts.size >= HEAD_BYTES_MAX as u64)
}

/// Whether this content is the file's, or was when it was copied.
pub(super) fn is_copy(content: &impl Content, of: &Tracked) -> bool {
    let size = content.size();
    if size < COMPARED_BYTES_MIN || of.file.is_ended() {
        return false;
    }
    if of.is_lost() {
        return continues(content, &of.file);
    }
    match original(&of.file) {
        Some(original) => {
            let start = size.saturating_sub(MARK_BYTES_MAX as u64);
            let head = size.min(HEAD_BYTES_MAX as u64);
            size <= original.size
                && equal(content, &original, 0, head)
                && equal(content, &original, start, size)
        }
        // What is compressed is not unpacked to be compared: only what a reader remembers of its end.
        None => {
            of.file.is_unpacked_to(size)
                && of.file.size() == size
                && of.file.tails().iter().any(|tail| tail.offset == size)
                && continues(content, &of.file)
        }
    }
}

/// Whether this content has what was read of a file that cannot be read any more, and perhaps the rest.
pub(super) fn continues(content: &impl Content, of: &LogFile) -> bool {
    let head = of.head();
    let tails = of.tails();
    let compared = head.length.max(
        tails
            .iter()
            .map(|tail| tail.bytes().len() as u64)
            .max()
            .unwrap_or(0),
    );
    compared >= COMPARED_BYTES_MIN
        && content.head().is_some_and(|bytes| head.fits(&bytes))
        && tails.iter().all(|tail| {
            tail.offset <= content.size()
                && content
                    .bytes(tail.start(), tail.offset)
                    .is_some_and(|bytes| bytes == tail.bytes())
        })
}

/// The ranges of a compressed file that must be seen to know whether it is a copy.
pub(super) fn ranges_of(file: &LogFile) -> Vec<(u64, u64)> {
    file.tails()
        .iter()
        .map(|tail| (tail.start(), tail.offset))
        .collect()
}

/// The file's own bytes, while they are what they were.
fn original(file: &LogFile) -> Option<PlainContent> {
    let source = file.source();
    if source.packing != Packing::Plain {
        return None;
    }
    let descriptor = file.descriptor().ok()?;
    let size = file.size();
    Some(PlainContent { descriptor, size })
}

fn equal(one: &impl Content, two: &impl Content, start: u64, end: u64) -> bool {
    let one = one.bytes(start, end);
    one.is_some() && one == two.bytes(start, end)
}
