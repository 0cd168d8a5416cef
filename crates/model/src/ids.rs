//! Integers with a meaning. Each wraps the width that the Kafka protocol gives it.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($repr:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $repr);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// `node.id` of a broker; -1 means none.
    BrokerId(i32)
);
id!(
    /// Epoch of a partition's leader (KIP-101); -1 means unknown.
    LeaderEpoch(i32)
);
id!(
    /// Position of a record in a partition.
    Offset(i64)
);
id!(
    /// Index of a partition in its topic, from 0.
    PartitionIndex(i32)
);
id!(
    /// Id of an idempotent or transactional producer (KIP-98); -1 means none.
    ProducerId(i64)
);
id!(
    /// Epoch of a producer id (KIP-98); -1 means none.
    ProducerEpoch(i16)
);

impl ProducerId {
    /// What a batch of a producer without idempotence carries.
    pub const NONE: Self = Self(-1);
}
