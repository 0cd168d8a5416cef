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
            let mut bytes = self.bytes();
            bytes[6] = bytes[6] & 0x0f | 0x40;
            bytes[8] = bytes[8] & 0x3f | 0x80;
            let id = TopicId(bytes);
            if !id.to_string().starts_with('-') {
                return id;
            }
        }
    }

    fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
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
    fn ids_differ_and_are_version_4() {
        let (one, two) = (Random.topic_id(), Random.topic_id());
        assert_ne!(one, two);
        assert_eq!(one.0[6] >> 4, 4);
    }
}
