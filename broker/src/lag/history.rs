//! Where the end of one partition was at which time, so that an offset leads to the time at which
//! its record was written.
//!
//! ```text
//! end      4        4        9        9        20
//! time     0 ────── 5        10 ───── 20       25
//!          └ one sample ┘    └ one sample ┘
//! ```
//! Offset 4 was written between 5 and 10, so were 5 to 8; 9 to 19 between 20 and 25.

use std::collections::VecDeque;

/// Samples of a partition: ten minutes, as long as its end moves all the time, and then ever
/// coarser ones that go further back.
const SAMPLES_MAX: usize = 120;

/// The samples of one partition, the oldest first.
#[derive(Debug, Default)]
pub struct History(VecDeque<Sample>);

/// An end, and when it was seen first and last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sample {
    end: i64,
    first_ms: i64,
    last_ms: i64,
}

impl History {
    /// The partition ends there now.
    pub fn observe(&mut self, now_ms: i64, end: i64) {
        if let Some(last) = self.0.back_mut()
            && last.end >= end
        {
            last.last_ms = now_ms.max(last.last_ms);
            return;
        }
        self.0.push_back(Sample {
            end,
            first_ms: now_ms,
            last_ms: now_ms,
        });
        if self.0.len() > SAMPLES_MAX {
            self.thin_out();
        }
    }

    /// When the record at `offset` was written; none where it was there before the first sample, or
    /// is not there yet.
    pub fn written_at(&self, offset: i64) -> Option<i64> {
        let after = self.0.partition_point(|sample| sample.end <= offset);
        let (before, after) = (self.0.get(after.checked_sub(1)?)?, self.0.get(after)?);
        // As if all between the two samples had come at one pace.
        let share = (offset - before.end) as f64 / (after.end - before.end) as f64;
        let between_ms = (after.first_ms - before.last_ms) as f64;
        Some(before.last_ms + (share * between_ms) as i64)
    }

    /// When the first sample was taken.
    pub fn since_ms(&self) -> Option<i64> {
        self.0.front().map(|sample| sample.first_ms)
    }

    /// Drops every second sample of the older half, but for the first.
    fn thin_out(&mut self) {
        let older = self.0.len() / 2;
        let mut at = 0;
        self.0.retain(|_| {
            let keep = at >= older || at % 2 == 0;
            at += 1;
            keep
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{History, SAMPLES_MAX};

    fn history(samples: &[(i64, i64)]) -> History {
        let mut history = History::default();
        for &(now_ms, end) in samples {
            history.observe(now_ms, end);
        }
        history
    }

    #[test]
    fn an_offset_was_written_between_the_samples_around_it() {
        let history = history(&[(0, 4), (5, 4), (10, 9), (20, 9), (25, 20)]);
        let cases = [
            (3, None),
            (4, Some(5)),
            (8, Some(9)),
            (9, Some(20)),
            (19, Some(24)),
            (20, None),
        ];
        for (offset, expected) in cases {
            assert_eq!(history.written_at(offset), expected, "{offset}");
        }
        assert_eq!(history.since_ms(), Some(0));
    }

    #[test]
    fn an_end_that_goes_back_is_no_news() {
        let history = history(&[(0, 4), (10, 8), (20, 6), (30, 10)]);
        assert_eq!(history.written_at(8), Some(20));
    }

    #[test]
    fn nothing_is_known_before_the_first_sample() {
        assert_eq!(History::default().written_at(0), None);
        assert_eq!(history(&[(5, 3)]).written_at(2), None);
    }

    #[test]
    fn an_old_history_gets_coarser_and_stays_bounded() {
        let mut long = History::default();
        for tick in 0..10_000 {
            long.observe(tick * 1000, tick * 10);
        }
        assert!(long.0.len() <= SAMPLES_MAX);
        assert_eq!(long.since_ms(), Some(0));
        for offset in [1, 5_000, 50_000, 99_000, 99_980] {
            let written_ms = long.written_at(offset).unwrap();
            let truth_ms = offset * 100;
            assert!(
                (written_ms - truth_ms).abs() <= 1000,
                "{offset}: {written_ms}"
            );
        }
    }
}
