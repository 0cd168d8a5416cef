//! Keys of a client metrics subscription (KIP-714).
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, int, list};

pub(super) const KEYS: &[Key] = &[
    int("interval.ms", "300000").doc("How often clients push their metrics."),
    list("match", "").doc("Selectors for the clients that are asked, as name=pattern."),
    list("metrics", "").doc("Names or prefixes of the metrics that are asked for."),
];
