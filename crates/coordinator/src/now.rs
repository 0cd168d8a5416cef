//! What time it is, in the two senses that matter.

/// A moment. The shell reads both clocks; nothing in this crate does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since 1970-01-01 UTC. It may jump, and only dates what is stored.
    pub wall_ms: i64,
    /// Milliseconds of a clock that never jumps: deadlines count on it.
    pub monotonic_ms: i64,
}
