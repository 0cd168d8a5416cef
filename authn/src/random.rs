//! Random ids of this process, from the system's generator.

use crate::mechanism::{Random, SystemRandom};

/// A fresh id of a connection: a UUID of version 4, as logs and IAM answers show it.
pub fn connection_id() -> [u8; 16] {
    let mut bytes = [0; 16];
    // The generator of the system fails only before the machine has booted.
    let _ = SystemRandom.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

/// A correlation id that nobody can foresee, so that no client can answer a barrier itself.
pub fn correlation_id() -> i32 {
    let mut bytes = [0; 4];
    let _ = SystemRandom.fill(&mut bytes);
    i32::from_be_bytes(bytes)
}
