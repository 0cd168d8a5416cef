//! THE TABLE of exclusions: rule, place, and why it does not hold there.

pub(super) const EXCLUSIONS: &[(&str, &str, &str)] = &[];
