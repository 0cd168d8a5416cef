//! Random ids, from the system's generator.

use model::TopicId;

/// A source of random bytes.
#[derive(Clone, Copy, Debug)]
pub struct Random;

impl Random {
    /// A fresh uuid as Kafka draws them: version 4, never zero, and never with a dash in front,
    /// which command lines would take for an option.
    pub fn topic_id(self) -> TopicId {
        loop {
            let mut bytes: [u8; 16] = self.bytes();
            bytes[6] = bytes[6] & 0x0f | 0x40;
            bytes[8] = bytes[8] & 0x3f | 0x80;
            let id = TopicId(bytes);
            if !id.to_string().starts_with('-') {
                return id;
            }
        }
    }

    /// Puts things in an order that nobody can guess.
    pub fn shuffle<T>(self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            let other = u64::from_be_bytes(self.bytes()) % (last as u64 + 1);
            // At most `last`.
            things.swap(last, usize::try_from(other).unwrap_or(last));
        }
    }

    /// Bytes that nobody can guess.
    pub fn bytes<const N: usize>(self) -> [u8; N] {
        let mut bytes = [0; N];
        let mut filled = 0;
        while filled < bytes.len() {
            // The call fails only where the kernel lacks it (before Linux 3.17) or is interrupted.
            let flags = rustix::rand::GetRandomFlags::empty();
            filled += rustix::rand::getrandom(&mut bytes[filled..], flags).unwrap_or(0);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn a_shuffle_keeps_everything_and_moves_something() {
        let mut things: Vec<usize> = (0..100).collect();
        Random.shuffle(&mut things);
        assert!(!things.is_sorted(), "one chance in 100!");
        things.sort_unstable();
        assert!(things.into_iter().eq(0..100));
    }

    #[test]
    fn ids_differ_and_are_version_4() {
        let (one, two) = (Random.topic_id(), Random.topic_id());
        assert_ne!(one, two);
        assert_eq!(one.0[6] >> 4, 4);
    }
}
