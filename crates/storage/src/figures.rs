//! Numbers that whoever watches a log wants to know, kept where they can be read without its lock.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// What a log is made of at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogFigures {
    /// Segments, the active one included.
    pub segments: usize,
    /// Idempotent producers that it remembers.
    pub producers: usize,
    /// Whether a sync or a repair failed, so that it takes no appends until a restart.
    pub failed: bool,
}

/// The same, written under the log's lock and read by anybody.
#[derive(Debug)]
pub(crate) struct Figures {
    segments: AtomicUsize,
    producers: AtomicUsize,
    failed: AtomicBool,
}

impl Figures {
    pub(crate) fn new(segments: usize, producers: usize) -> Self {
        Self {
            segments: segments.into(),
            producers: producers.into(),
            failed: AtomicBool::new(false),
        }
    }

    pub(crate) fn set_segments(&self, count: usize) {
        self.segments.store(count, Relaxed);
    }

    pub(crate) fn set_producers(&self, count: usize) {
        self.producers.store(count, Relaxed);
    }

    pub(crate) fn set_failed(&self) {
        self.failed.store(true, Relaxed);
    }

    pub(crate) fn load(&self) -> LogFigures {
        LogFigures {
            segments: self.segments.load(Relaxed),
            producers: self.producers.load(Relaxed),
            failed: self.failed.load(Relaxed),
        }
    }
}

/// Whoever wants to know how long things take brings the clock, for the crate reads none.
pub trait Stopwatch: Debug + Send + Sync {
    /// Nanoseconds since an arbitrary moment.
    fn nanos(&self) -> u64;
    /// A log was made durable, which took so long.
    fn flushed(&self, nanos: u64);
}

/// What it took to bring a client's records into the topic's codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// Records that were converted.
    pub records: u64,
    /// Memory that the converted batches took.
    pub bytes: u64,
    /// How long it took, validation included; 0 without a [`Stopwatch`].
    pub nanos: u64,
}

impl Conversion {
    /// Both together.
    pub fn sum(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let (Some(one), Some(other)) = (one, other) else {
            return one.or(other);
        };
        Some(Self {
            records: one.records + other.records,
            bytes: one.bytes + other.bytes,
            nanos: one.nanos + other.nanos,
        })
    }
}
