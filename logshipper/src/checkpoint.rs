//! What survives a crash: how far one sink is with each file, in one file of the state directory.
//!
//! ```text
//! {"version":1,"crc32":"0a1b2c3d","bytes":1234}\n      what the rest has to be
//! {"sink":…,"written_ms":…,"files":[…],"plans":[…]}\n
//! ```
//!
//! It is replaced as a whole, and the one before it is kept (`.1`): whatever happens, one of them can be read. It is written behind
//! what was acknowledged, never before, so that a loss of the newest costs duplicates and no event. It does not
//! decide what is acknowledged.

mod document;
mod store;

pub use document::{Checkpoint, Entry, Plan, PlannedSpan, Unreadable, VERSION};
pub use store::{Loaded, Store, StoreError, file_name};

#[cfg(test)]
mod tests;
