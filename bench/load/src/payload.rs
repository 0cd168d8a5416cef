//! Message values: a 24-byte stamp, then filler of a chosen compressibility.
//!
//!     run id (8) | sequence number (8) | intended send time, ns since the run's epoch (8) | filler
//!
//! All three are little-endian. A value shorter than the stamp carries none.

use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const STAMP_BYTES: usize = 24;
/// Ready-made values, enough of them that a compressor cannot match one with the one before.
const VARIANTS: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) run: u64,
    pub(crate) sequence: u64,
    pub(crate) intended_ns: u64,
}

impl Stamp {
    fn bytes(self) -> [u8; STAMP_BYTES] {
        let mut out = [0; STAMP_BYTES];
        let words = [self.run, self.sequence, self.intended_ns];
        for (slot, word) in out.chunks_exact_mut(8).zip(words) {
            slot.copy_from_slice(&word.to_le_bytes());
        }
        out
    }

    pub(crate) fn read(value: &[u8]) -> Option<Self> {
        let (run, rest) = value.split_first_chunk()?;
        let (sequence, rest) = rest.split_first_chunk()?;
        let (intended_ns, _) = rest.split_first_chunk()?;
        Some(Self {
            run: u64::from_le_bytes(*run),
            sequence: u64::from_le_bytes(*sequence),
            intended_ns: u64::from_le_bytes(*intended_ns),
        })
    }
}

/// Identifies this run in the values it writes.
pub(crate) fn run_id() -> u64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    since_epoch.as_nanos() as u64 ^ (u64::from(std::process::id()) << 48)
}

/// A ring of ready-made values, stamped in place just before each send.
pub(crate) struct Payloads {
    ring: Vec<Vec<u8>>,
    next: usize,
}

impl Payloads {
    pub(crate) fn new(size: usize, compressible_percent: u8, seed: u64) -> Self {
        let mut state = seed | 1;
        let mut word = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let random = size - size * usize::from(compressible_percent) / 100;
        let ring = (0..VARIANTS)
            .map(|_| {
                let mut value: Vec<u8> = Vec::with_capacity(size + 8);
                while value.len() < random {
                    value.extend_from_slice(&word().to_le_bytes());
                }
                value.truncate(random);
                value.resize(size, b'k');
                value
            })
            .collect();
        Self { ring, next: 0 }
    }

    /// The next value, carrying the stamp where it is long enough to.
    pub(crate) fn stamped(&mut self, stamp: Stamp) -> &[u8] {
        let index = self.next;
        self.next = (index + 1) % VARIANTS;
        let value = &mut self.ring[index];
        if let Some(head) = value.first_chunk_mut() {
            *head = stamp.bytes();
        }
        value
    }
}

#[cfg(test)]
mod tests;
