//! How long to wait after failures: twice as long each time, and never all at the same moment.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(60);

/// The wait after this many failures in a row: from half to all of the doubled time.
pub(crate) fn wait(failures: u32, random: u64) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    let whole = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    whole.mul_f64(0.5 + 0.5 * fraction(random))
}

/// A place within `whole`.
pub(crate) fn place(whole: Duration, random: u64) -> Duration {
    whole.mul_f64(fraction(random))
}

/// From 0 to below 1.
fn fraction(random: u64) -> f64 {
    const BITS: u32 = 53;
    (random >> (64 - BITS)) as f64 / (1_u64 << BITS) as f64
}

/// A random number. Nothing secret hangs on it: it spreads requests.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::{FIRST, LONGEST, fraction, wait};

    #[test]
    fn waits_double_up_to_the_longest() {
        for (failures, most) in [
            (1, FIRST),
            (2, FIRST * 2),
            (5, FIRST * 16),
            (9, FIRST * 256),
            (10, LONGEST),
            (u32::MAX, LONGEST),
        ] {
            assert_eq!(wait(failures, 0), most / 2, "{failures}");
            let longest = wait(failures, u64::MAX);
            assert!(
                longest <= most && longest > most.mul_f64(0.999),
                "{failures}: {longest:?}"
            );
        }
        assert!(fraction(0) == 0.0 && fraction(u64::MAX) < 1.0);
    }
}
