//! Events that a sink does not take, ever: kept as lines of JSON beside the checkpoints, for people to look at and
//! for `replay`.
//!
//! ```text
//! {"version":1,"sink":"cloudwatch-logs:kafka","reason":"too_old","why":"…","file_id":"…","path":"…","log":"server.log",
//!  "offset":17,"end":42,"timestamp_ms":…,"written_ms":…,"destination":"…","text":"…"}        or "base64":"…"
//! ```
//!
//! Whoever writes one acknowledges the event only when this has reached the disk. It decides nothing about events.

mod files;
mod letter;

pub use files::{DeadLetters, Written};
pub use letter::{Letter, Malformed};

#[cfg(test)]
mod tests;
