//! THE FLAGS of this process, besides those of `crates/scrape`.

use service::flags::{Flag, OWN, UNDELIVERED_FILE};

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
const OURS: &[&Flag] = &[&SOURCE, &SOURCE_TIMEOUT, &RULES, &LEVEL, &UNDELIVERED_FILE];

/// Every flag.
pub(super) fn all() -> Vec<&'static Flag> {
    let shared = scrape::FLAGS
        .iter()
        .chain(cloudwatch::FLAGS)
        .chain(OURS)
        .chain(OWN)
        .copied();
    shared.chain(otlp::flags()).collect()
}
