//! Objects of many events, as MSK makes them: what they are called and what is in them, wherever they are put.
//!
//! A name depends on nothing but the bytes of the logs that the object is made of, so that making it again does not make
//! another. It never overwrites: a name that something else has is left, and the next one taken.

mod body;
mod layout;
mod name;

pub use body::{Body, Compression};
pub use layout::{Layout, ROOT};
pub use name::{NAMES_MAX, Spans, hex, next};

use service::flags::{Flag, Values};

use crate::batch::Limits;

/// Events of an object; more only where they are short, and what is kept of each in memory counts then.
const EVENTS_MAX: usize = 100_000;
/// An object is in the folder of the hour of its first event: others of it are not much later.
const SPAN_MS_MAX: i64 = 3_600_000;
/// The least and the most bytes of an object, before compression: all of them are in memory.
const ROLL_BYTES: std::ops::RangeInclusive<usize> = 1024..=64 << 20;

/// When an object is finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roll {
    /// How long its first event waits for others.
    pub linger_ms: u64,
    /// Bytes before compression.
    pub bytes_max: usize,
}

impl Roll {
    /// Reads both flags.
    pub fn read(values: &mut Values, seconds: &Flag, bytes: &Flag) -> Self {
        let linger: u64 = values.parsed(seconds);
        let bytes_max = values.parsed(bytes);
        if !ROLL_BYTES.contains(&bytes_max) {
            let (least, most) = (ROLL_BYTES.start(), ROLL_BYTES.end());
            values.problem(bytes, format!("{bytes_max} is not in {least} to {most}"));
        }
        Self {
            linger_ms: linger.saturating_mul(1000),
            bytes_max,
        }
    }

    /// What a sink of objects takes.
    pub fn limits(self) -> Limits {
        Limits {
            events_max: EVENTS_MAX,
            bytes_max: self.bytes_max,
            event_overhead_bytes: 1,
            event_bytes_max: self.bytes_max.saturating_sub(1),
            span_ms_max: SPAN_MS_MAX,
            linger_ms: self.linger_ms,
        }
    }
}
