//! What the catalogue, its files and their readers share.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

use super::descriptors::Descriptors;
use super::figures::Counters;
use super::file::{EndCause, LogFile};
use super::poke::Poke;

/// What the catalogue, its files and their readers share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) descriptors: Descriptors,
    pub(super) counters: Counters,
    pub(super) poke: Poke,
    /// Whether each sink is unpacking a file: one at a time, because a decoder takes up to 8 MiB.
    unpacking: Box<[AtomicBool]>,
}

impl Shared {
    pub(super) fn new(open_files_max: usize, sinks: usize) -> Self {
        Self {
            descriptors: Descriptors::new(open_files_max),
            counters: Counters::default(),
            poke: Poke::default(),
            unpacking: (0..sinks).map(|_| AtomicBool::new(false)).collect(),
        }
    }

    /// Takes the sink's turn to unpack; false while another of its readers has it.
    pub(super) fn begin_unpacking(&self, sink: usize) -> bool {
        self.unpacking
            .get(sink)
            .is_some_and(|taken| !taken.swap(true, Ordering::AcqRel))
    }

    /// A sink's reader met the broken end of a compressed file: what came out of it so far is all there will
    /// be for that sink. The others may not be as far.
    pub(super) fn unreadable_archive(&self, file: &LogFile, sink: usize, error: &io::Error) {
        if file.broke(sink) {
            Counters::count(&self.counters.unreadable_archives);
            tracing::warn!(
                path = %file.path().display(),
                %error,
                "a compressed log cannot be read to its end; what could be read is delivered"
            );
        }
        if !file.is_ended() && file.is_broken_for_all() {
            file.end(EndCause::Unreadable);
            self.poke.all();
        }
    }

    pub(super) fn end_unpacking(&self, sink: usize) {
        if let Some(taken) = self.unpacking.get(sink) {
            taken.store(false, Ordering::Release);
        }
    }
}
