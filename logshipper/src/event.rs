//! Events of a log: a line, or a line and the stack trace below it. From the bytes of a file to texts with
//! spans and timestamps.
//!
//! A [`Framer`] keeps no bytes: whoever reads a file reads from [`Framer::offset`], and what an unfinished event
//! has is read again. It opens nothing, reads no clock and drops nothing: each byte is in exactly one span.

pub mod framer;
pub mod line;
pub mod stamp;
mod zone;

pub use framer::{Chunk, Ending, Framer, Framing, Multiline};
pub use line::{Level, Line};

use std::fmt;

use crate::position::Span;

/// An event on its way from the file to a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// What it takes in the file, line ends and all: the spans of a file's events adjoin.
    pub span: Span,
    /// When it happened: what its line says, otherwise what the event before it said, otherwise when
    /// the file was last written.
    pub timestamp_ms: i64,
    /// Its lines without the line ends behind them, at most [`Framing::event_bytes_max`] together with the mark of
    /// a cut, which [`Batch::push`](crate::batch::Batch::push) writes. Empty where the span holds nothing but blank lines:
    /// nothing is sent then, and the span is acknowledged as it is.
    pub text: &'a [u8],
    /// Bytes that the length limit took from it.
    pub cut_bytes: u64,
}

/// The most bytes of a [`CutMark`].
pub const CUT_MARK_BYTES_MAX: usize = " [cut: 18446744073709551615 bytes]".len();

/// What stands behind a text that was cut: ` [cut: 17 bytes]`.
#[derive(Clone, Copy, Debug)]
pub struct CutMark(pub u64);

impl fmt::Display for CutMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " [cut: {} bytes]", self.0)
    }
}
