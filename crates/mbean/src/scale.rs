//! What a recorded integer is multiplied with to become the MBean's value.

/// A factor: values are recorded in the finest unit and read in Kafka's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale(f64);

impl Scale {
    /// As recorded.
    pub const ONE: Self = Self(1.0);
    /// Recorded in nanoseconds, read in milliseconds.
    pub const NANOS_AS_MILLIS: Self = Self(1e-6);
    /// Recorded in nanoseconds, read in seconds.
    pub const NANOS_AS_SECONDS: Self = Self(1e-9);
    /// Recorded in milliseconds, read in seconds.
    pub const MILLIS_AS_SECONDS: Self = Self(1e-3);

    /// Any other factor.
    pub const fn factor(factor: f64) -> Self {
        Self(factor)
    }

    pub(crate) fn of(self, value: f64) -> f64 {
        value * self.0
    }
}

impl Default for Scale {
    fn default() -> Self {
        Self::ONE
    }
}
