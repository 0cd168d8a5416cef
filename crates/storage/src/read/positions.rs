//! Where the readers of a log stopped: those that read in sequence need no index.

/// Readers remembered per log; one more than that looks up the index.
const POSITIONS_MAX: usize = 8;

#[derive(Clone, Copy, Debug, Default)]
struct Stop {
    offset: i64,
    segment: i64,
    /// 0 is an unused place: the start of a segment needs no remembering.
    position: u32,
}

/// The latest first.
#[derive(Debug, Default)]
pub(crate) struct ReadPositions([Stop; POSITIONS_MAX]);

impl ReadPositions {
    /// Where the batch at `offset` begins in the segment of that base offset.
    pub(super) fn find(&self, offset: i64, segment: i64) -> Option<u64> {
        let same = |s: &&Stop| s.offset == offset && s.segment == segment && s.position > 0;
        self.0.iter().find(same).map(|s| u64::from(s.position))
    }

    /// A reader that began at `from` stopped at `offset`.
    pub(super) fn remember(&mut self, from: i64, offset: i64, segment: i64, position: u64) {
        // Its last place is of no use any more; else the oldest one goes.
        let old = self
            .0
            .iter()
            .position(|s| s.offset == from && s.segment == segment);
        let at = old.unwrap_or(POSITIONS_MAX - 1);
        self.0[..=at].rotate_right(1);
        self.0[0] = Stop {
            offset,
            segment,
            // Segments are smaller than 2 GiB.
            position: position as u32,
        };
    }
}
