//! A look into a compressed file: how it begins, and, if that resembles something, what stands at the
//! places that tell whether it is that.
//!
//! It goes in steps, because unpacking a large file takes longer than a rescan may.

use std::fmt;
use std::io;
use std::sync::Arc;

use super::checkpoints::Content;
use crate::input::descriptors::Descriptor;
use crate::input::identity::{HEAD_BYTES_MAX, MARK_BYTES_MAX};
use crate::input::log_name::Packing;
use crate::input::packing::Unpacker;
use crate::input::reader::PackedBytes;

/// What is unpacked in one step.
const STEP_BYTES: usize = 4 << 20;
const BUFFER_BYTES: usize = 64 * 1024;

/// A look into a compressed file.
pub(super) struct Probe {
    unpacker: Unpacker<PackedBytes>,
    head: Vec<u8>,
    wanted: Vec<(u64, u64, Vec<u8>)>,
    last: Vec<u8>,
    at: u64,
    is_whole: bool,
}

impl Probe {
    /// Looks at how it begins.
    pub(super) fn start(packing: Packing, descriptor: Arc<Descriptor>) -> io::Result<Self> {
        let mut unpacker = Unpacker::new(packing, PackedBytes::new(descriptor))?;
        let mut head = vec![0; HEAD_BYTES_MAX];
        let filled = unpacker.fill(&mut head)?;
        head.truncate(filled);
        Ok(Self {
            unpacker,
            at: filled as u64,
            is_whole: filled < HEAD_BYTES_MAX,
            last: head.clone(),
            wanted: Vec::new(),
            head,
        })
    }

    /// How it begins.
    pub(super) fn begins(&self) -> &[u8] {
        &self.head
    }

    /// Looks further, for these ranges; false when there is more.
    pub(super) fn step(&mut self, ranges: impl FnOnce() -> Vec<(u64, u64)>) -> io::Result<bool> {
        if self.wanted.is_empty() {
            let most = MARK_BYTES_MAX as u64;
            let ranges = ranges()
                .into_iter()
                .filter(|(start, end)| end.saturating_sub(*start) <= most);
            self.wanted = ranges
                .map(|(start, end)| (start, end, Vec::new()))
                .collect();
            let head = self.head.clone();
            self.capture(0, &head);
        }
        let mut buffer = vec![0; BUFFER_BYTES];
        for _ in 0..STEP_BYTES / BUFFER_BYTES {
            if self.is_whole {
                break;
            }
            let filled = self.unpacker.fill(&mut buffer)?;
            let bytes = buffer.get(..filled).unwrap_or_default();
            self.capture(self.at, bytes);
            self.remember(bytes);
            self.at = self.at.saturating_add(filled as u64);
            self.is_whole = filled < buffer.len();
        }
        Ok(self.is_whole)
    }

    fn capture(&mut self, at: u64, bytes: &[u8]) {
        let end_of_bytes = at.saturating_add(bytes.len() as u64);
        for (start, end, captured) in &mut self.wanted {
            let from = start.saturating_add(captured.len() as u64);
            if from >= at && from < end_of_bytes && from < *end {
                let begin = usize::try_from(from - at).unwrap_or(usize::MAX);
                let finish = usize::try_from((*end).min(end_of_bytes) - at).unwrap_or(usize::MAX);
                captured.extend_from_slice(bytes.get(begin..finish).unwrap_or_default());
            }
        }
    }

    fn remember(&mut self, bytes: &[u8]) {
        self.last.extend_from_slice(bytes);
        let excess = self.last.len().saturating_sub(MARK_BYTES_MAX);
        self.last.drain(..excess);
    }
}

impl Content for Probe {
    fn size(&self) -> u64 {
        self.at
    }

    fn bytes(&self, start: u64, end: u64) -> Option<Vec<u8>> {
        let within = |at: u64, bytes: &[u8]| {
            let from = usize::try_from(start.checked_sub(at)?).ok()?;
            let to = usize::try_from(end.checked_sub(at)?).ok()?;
            bytes.get(from..to).map(<[u8]>::to_vec)
        };
        let last_at = self.at.saturating_sub(self.last.len() as u64);
        within(0, &self.head)
            .or_else(|| within(last_at, &self.last))
            .or_else(|| {
                self.wanted
                    .iter()
                    .find(|(from, to, bytes)| {
                        (*from, *to) == (start, end) && bytes.len() as u64 == end - start
                    })
                    .map(|(_, _, bytes)| bytes.clone())
            })
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Probe")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}
