//! THE FLAGS of this process: all are of some part of it.

use service::flags::{Flag, OWN, UNDELIVERED_FILE};

use crate::{cloudwatch_metrics, node, paths};

/// Every flag.
pub(super) fn all() -> Vec<&'static Flag> {
    let tables = [
        scrape::FLAGS,
        paths::FLAGS,
        OWN,
        &[&UNDELIVERED_FILE],
        cloudwatch::FLAGS,
        cloudwatch_metrics::FLAGS,
    ];
    let shared = tables.into_iter().flatten().copied();
    shared.chain(node::flags()).chain(otlp::flags()).collect()
}
