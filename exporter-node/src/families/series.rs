//! Which series of a family a round has already told: an exposition that has one twice is refused as a whole by
//! Prometheus, and a file that repeats a line must not cost the samples of all the others.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// The series of a family, as numbers of 64 bits.
#[derive(Debug, Default)]
pub(super) struct SeriesSet {
    seen: HashSet<u64, BuildHasherDefault<Given>>,
}

/// Takes the number as it is: it is mixed already.
#[derive(Debug, Default)]
struct Given(u64);

impl SeriesSet {
    /// Whether the series is new.
    pub(super) fn insert<'a>(
        &mut self,
        suffix: &str,
        labels: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> bool {
        let mut sum = 0u64;
        for (name, value) in labels {
            // Labels have no order.
            sum = sum.wrapping_add(finished(mixed(mixed(1, name.as_bytes()), value.as_bytes())));
        }
        let number = finished(mixed(sum, suffix.as_bytes()));
        self.seen.insert(number)
    }
}

fn mixed(seed: u64, bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x517c_c1b7_2722_0a95;
    let mut number = seed ^ (bytes.len() as u64);
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        for (place, byte) in word.iter_mut().zip(chunk) {
            *place = *byte;
        }
        number = (number.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(FACTOR);
    }
    number
}

/// Every bit depends on every bit (SplitMix64's last step).
fn finished(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

impl Hasher for Given {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = mixed(self.0, bytes);
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::SeriesSet;

    #[test]
    fn a_series_is_its_suffix_and_labels_in_any_order() {
        let mut set = SeriesSet::default();
        type Case = (&'static str, &'static [(&'static str, &'static str)], bool);
        let cases: [Case; 9] = [
            ("", &[], true),
            ("", &[], false),
            ("_sum", &[], true),
            ("", &[("a", "b")], true),
            ("", &[("a", "b"), ("c", "d")], true),
            ("", &[("c", "d"), ("a", "b")], false),
            ("", &[("a", "d"), ("c", "b")], true),
            ("", &[("ab", "")], true),
            ("", &[("a", "b")], false),
        ];
        for (suffix, labels, is_new) in cases {
            assert_eq!(
                set.insert(suffix, labels.iter().copied()),
                is_new,
                "{suffix} {labels:?}"
            );
        }
    }
}
