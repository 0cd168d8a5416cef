//! How long to wait before a crashed process is started again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(10);
/// A process that ran this long was well: its next crash is a first one again.
const WELL_AFTER: Duration = Duration::from_secs(60);

/// The crashes in a row of one process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Backoff {
    crashes: u32,
}

impl Backoff {
    /// Notes a crash after the process ran for `ran`, and gives the pause before the next start.
    pub(super) fn crashed(self, ran: Duration) -> (Self, Duration) {
        let crashes = if ran >= WELL_AFTER { 0 } else { self.crashes };
        let pause = FIRST
            .saturating_mul(2_u32.saturating_pow(crashes))
            .min(LONGEST);
        (
            Self {
                crashes: crashes.saturating_add(1),
            },
            pause,
        )
    }

    /// Crashes since the process was last well.
    pub(super) fn crashes(self) -> u32 {
        self.crashes
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn pauses_double_up_to_a_limit_and_begin_again_after_a_good_run() {
        let mut backoff = Backoff::default();
        let mut pauses_ms = Vec::new();
        for ran_s in [3_600, 0, 1, 59, 0, 0, 0, 0, 0, 60, 0] {
            let (next, pause) = backoff.crashed(Duration::from_secs(ran_s));
            backoff = next;
            pauses_ms.push(pause.as_millis());
        }
        let expected = [
            100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000, 100, 200,
        ];
        assert_eq!(pauses_ms, expected);
        assert_eq!(backoff.crashes(), 2);
    }
}
