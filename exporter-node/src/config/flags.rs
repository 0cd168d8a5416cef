//! THE FLAGS of this process, besides those of collectors, paths and `crates/scrape`.

use service::flags::Flag;

use crate::{cloudwatch_metrics, node, paths};

pub(super) const LOG_LEVEL: Flag = Flag::text(
    "log.level",
    "info",
    "Only log messages with the given severity or above: debug, info, warn or error",
);
pub(super) const ADMIN_LISTENER: Flag = Flag::text(
    "outrigger.admin.listener",
    "",
    "host:port for /healthz and /metrics of this process; empty is none",
);
pub(super) const ENDPOINTS_FILE: Flag = Flag::text(
    "outrigger.endpoints.file",
    "",
    "File that the bound addresses are written to once scrapes are answered",
);
pub(super) const LOG_DIR: Flag = Flag::text(
    "outrigger.log.dir",
    "",
    "Directory of exporter-node.log; empty writes to standard error",
);
pub(super) const UNDELIVERED_FILE: Flag = Flag::text(
    "outrigger.log.undelivered.file",
    "",
    "File in which `outrigger logshipper` says what it has delivered; rotated log files that it has not are kept as long as there is room",
);

const OURS: &[&Flag] = &[
    &LOG_LEVEL,
    &ADMIN_LISTENER,
    &ENDPOINTS_FILE,
    &LOG_DIR,
    &UNDELIVERED_FILE,
];

/// Every flag.
pub(super) fn all() -> Vec<&'static Flag> {
    let tables = [
        scrape::FLAGS,
        paths::FLAGS,
        OURS,
        cloudwatch::FLAGS,
        cloudwatch_metrics::FLAGS,
    ];
    let shared = tables.into_iter().flatten().copied();
    shared.chain(node::flags()).chain(otlp::flags()).collect()
}
