//! THE FLAGS of this process, besides those of `crates/scrape`.

use service::flags::Flag;

pub(super) const SOURCE: Flag = Flag::list(
    "source",
    &[],
    "Where MBeans are read: native:FILE (the endpoints file of a process of Outrigger) or native:http://HOST:PORT (its \
     admin address); may be repeated, and the first one wins",
);
pub(super) const SOURCE_TIMEOUT: Flag = Flag::text(
    "source.timeout",
    "8s",
    "How long a source may take; a scraper's own time-out may be shorter",
);
pub(super) const RULES: Flag = Flag::list(
    "rules",
    &["msk"],
    "What metrics are called: msk, strimzi, confluent, kafka-exporter, or a rule file of jmx_exporter; may be repeated, \
     and the first one is the default. All are served by ?dialect=NAME, a file by its name without its ending",
);
pub(super) const LEVEL: Flag = Flag::text(
    "level",
    "partition",
    "What is shown where a scrape has no ?level=: basic, enhanced, topic or partition, which is everything",
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
    "Directory of exporter-jmx.log; empty writes to standard error",
);
pub(super) const UNDELIVERED_FILE: Flag = Flag::text(
    "outrigger.log.undelivered.file",
    "",
    "File in which `outrigger logshipper` says what it has delivered; rotated log files that it has not are kept as long as there is room",
);

const OURS: &[&Flag] = &[
    &SOURCE,
    &SOURCE_TIMEOUT,
    &RULES,
    &LEVEL,
    &ADMIN_LISTENER,
    &ENDPOINTS_FILE,
    &LOG_DIR,
    &UNDELIVERED_FILE,
];

/// Every flag.
pub(super) fn all() -> Vec<&'static Flag> {
    let shared = scrape::FLAGS
        .iter()
        .chain(cloudwatch::FLAGS)
        .chain(OURS)
        .copied();
    shared.chain(otlp::flags()).collect()
}
