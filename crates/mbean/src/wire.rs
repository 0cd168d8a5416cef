//! The wire form of a snapshot: what `/mbeans` of a process answers, and an exporter reads.
//!
//! ```text
//! "OMBN"  version u8
//! process string   instance u64   since varint   uptime f64   change u64   sections u32
//! section: id varint   number varint   rows varint
//!          named u8 (0: its names are those known at `since`; 1: beans varint, then each bean)
//!          rows × f64
//! bean:    kind u8   domain text   properties varint × (key text, value text)
//!          Text: what it says, text
//!          Attributes: varint × (name text, description text, kind u8, Text: what it says, text)
//! text:    varint 2·length and that many bytes, or varint 2·n+1: the n-th text that was written so
//! ```
//! Numbers of fixed size are little-endian; a varint has 7 bits per byte, the lowest first. A
//! section whose names changed has a number above `since`; one that is not there any more is gone.

mod decode;
pub(crate) mod encode;
mod known;
mod mirror;
mod tags;

pub use decode::{Bean, DecodeError, Section, Snapshot, decode};
pub use known::Known;
pub use mirror::{Mirror, MirrorError, MirroredSection};

/// The media type of a snapshot.
pub const CONTENT_TYPE: &str = "application/vnd.outrigger.mbeans";

const MAGIC: &[u8; 4] = b"OMBN";
const VERSION: u8 = 1;

#[cfg(test)]
mod tests;
