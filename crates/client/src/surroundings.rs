//! What a client's configuration may ask of the machine: files, variables, the time. Handed in,
//! since only a process's shell reads them.

use std::io;
use std::path::Path;

/// Three functions of the machine. A file may hold a secret, so what is read is not kept.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    /// The content of a file.
    pub read: fn(&Path) -> io::Result<Vec<u8>>,
    /// An environment variable that is set and not empty.
    pub variable: fn(&str) -> Option<String>,
    /// Milliseconds since 1970-01-01 UTC.
    pub now_ms: fn() -> i64,
}
