//! How often each error code was written into a frame, which is what Kafka's `ErrorsPerSec` counts.

use crate::ErrorCode;

/// Codes of one frame. The one that says that there was no error costs no memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorCounts {
    none: u32,
    others: Vec<(ErrorCode, u32)>,
}

impl ErrorCounts {
    /// Counts one code.
    pub fn add(&mut self, code: ErrorCode) {
        if code.is_none() {
            self.none += 1;
        } else {
            self.add_times(code, 1);
        }
    }

    /// Counts what was written elsewhere.
    pub fn merge(&mut self, other: &Self) {
        self.none += other.none;
        for &(code, times) in &other.others {
            self.add_times(code, times);
        }
    }

    /// How often [`ErrorCode::NONE`] was written.
    pub fn none(&self) -> u32 {
        self.none
    }

    /// The other codes, and how often each was written.
    pub fn others(&self) -> &[(ErrorCode, u32)] {
        &self.others
    }

    // A frame has few different codes, so that a list is the fastest map.
    fn add_times(&mut self, code: ErrorCode, times: u32) {
        match self.others.iter_mut().find(|(known, _)| *known == code) {
            Some((_, count)) => *count += times,
            None => self.others.push((code, times)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorCounts;
    use crate::ErrorCode;

    #[test]
    fn codes_are_counted_by_kind_and_merged() {
        let mut counts = ErrorCounts::default();
        for code in [0, 0, 3, 6, 3] {
            counts.add(ErrorCode(code));
        }
        let mut other = ErrorCounts::default();
        other.add(ErrorCode(6));
        other.add(ErrorCode(0));
        counts.merge(&other);
        assert_eq!(counts.none(), 3);
        assert_eq!(counts.others(), [(ErrorCode(3), 2), (ErrorCode(6), 2)]);
    }
}
