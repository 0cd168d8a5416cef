//! THE FLAGS of this process, besides those of the sinks, which are in `sink/table.rs`.

use service::flags::{Flag, LOG_LEVEL, OWN};

use crate::sink::table::SINKS;

pub(super) const INPUT: Flag = Flag::list(
    "input",
    &[],
    "Files to follow, as a pattern with *, ?, [..], {a,b} and **; files beside them that were rotated or compressed (server.log.1, server.log.2.gz) are followed, too, those that are there at the first start only with --from beginning; may be repeated",
);
pub(super) const EXCLUDE: Flag = Flag::list(
    "exclude",
    &[],
    "Files not to follow although --input names them; may be repeated",
);
pub(super) const STATE_DIR: Flag = Flag::text(
    "state-dir",
    "",
    "Directory of checkpoints and dead letters, one for each shipper; it is made if it is not there",
);
pub(super) const SINK: Flag = Flag::list(
    "sink",
    &[],
    "Where events go, as KIND:TARGET (the kinds are below); may be repeated",
);
pub(super) const LOGGING_INFO: Flag = Flag::text(
    "logging-info",
    "",
    "Amazon MSK's LoggingInfo as a JSON file: adds the sinks that are enabled in it",
);
pub(super) const FROM: Flag = Flag::text(
    "from",
    "beginning",
    "Where files begin that are there at the first start: beginning or end; a sink that is added later begins at their beginning",
);
pub(super) const CLUSTER_NAME: Flag = Flag::text(
    "cluster-name",
    "",
    "Name of the cluster in streams, keys and prefixes; empty is this machine's name",
);
pub(super) const CLUSTER_UUID: Flag = Flag::text(
    "cluster-uuid",
    "",
    "The cluster's UUID behind its name, as in Amazon MSK's keys; empty leaves it out where that can be",
);
pub(super) const BROKER_ID: Flag = Flag::text(
    "broker-id",
    "1",
    "Which broker of the cluster writes these logs",
);
pub(super) const ACCOUNT: Flag = Flag::text(
    "account",
    "000000000000",
    "AWS account in the keys of objects",
);
pub(super) const REGION: Flag = Flag::text(
    "region",
    "",
    "AWS region; empty is where the SDK's search leads: AWS_REGION, profiles, the instance",
);
pub(super) const ROLE_ARN: Flag = Flag::text(
    "role-arn",
    "",
    "AWS role to assume with the credentials that are found",
);
pub(super) const ENDPOINT_URL: Flag = Flag::text(
    "endpoint-url",
    "",
    "Another endpoint for all of AWS, such as LocalStack's http://127.0.0.1:4566",
);
pub(super) const MULTILINE: Flag = Flag::text(
    "multiline",
    "kafka",
    "kafka: a line that begins with a timestamp starts an event, and stack traces below it belong to it; none: \
     each line is an event",
);
pub(super) const TIME_ZONE: Flag = Flag::text(
    "time-zone",
    "",
    "IANA name of the zone of timestamps in the logs; empty is this machine's",
);
pub(super) const MAX_EVENT_BYTES: Flag = Flag::text(
    "max-event-bytes",
    "262144",
    "The longest event; what is beyond is cut, marked and counted",
);
pub(super) const MEMORY_BYTES: Flag = Flag::text(
    "memory-bytes",
    "25165824",
    "Events in memory, shared equally by the sinks",
);
pub(super) const MAX_OPEN_FILES: Flag = Flag::text(
    "max-open-files",
    "4096",
    "Log files that are kept open at once",
);
pub(super) const WHEN_BEHIND: Flag = Flag::text(
    "when-behind",
    "hold",
    "Deleted files that are not delivered: hold keeps them open and on disk, release gives them up and counts",
);
pub(super) const HELD_BYTES_MAX: Flag = Flag::text(
    "held-bytes-max",
    "1073741824",
    "Bytes of deleted files that are held; beyond, the oldest are given up and counted",
);
pub(super) const GRACE_SECONDS: Flag = Flag::text(
    "grace-seconds",
    "10",
    "How long a shipper that is stopped goes on sending what it has read",
);
pub(super) const DEAD_LETTER_BYTES_MAX: Flag = Flag::text(
    "dead-letter-bytes-max",
    "268435456",
    "Size of the files of dead letters of a sink; beyond, the oldest are removed and counted",
);
pub(super) const REQUESTS_MAX: Flag = Flag::text(
    "requests-max",
    "4",
    "The most requests of a sink at once; it begins with one",
);
pub(super) const UNDELIVERED_FILE: Flag = Flag::text(
    "undelivered-file",
    "",
    "File that says how much of each log was delivered, for a log writer that keeps the rest",
);
/// What decides where sinks lead.
const TARGETS: &[&Flag] = &[
    &SINK,
    &CLUSTER_NAME,
    &CLUSTER_UUID,
    &BROKER_ID,
    &ACCOUNT,
    &REGION,
    &ROLE_ARN,
    &ENDPOINT_URL,
];

/// What nobody can do without: first in the help.
const FIRST: &[&Flag] = &[&INPUT, &EXCLUDE, &STATE_DIR];

const OURS: &[&Flag] = &[
    &LOGGING_INFO,
    &FROM,
    &MULTILINE,
    &TIME_ZONE,
    &MAX_EVENT_BYTES,
    &MEMORY_BYTES,
    &MAX_OPEN_FILES,
    &WHEN_BEHIND,
    &HELD_BYTES_MAX,
    &GRACE_SECONDS,
    &DEAD_LETTER_BYTES_MAX,
    &REQUESTS_MAX,
    &UNDELIVERED_FILE,
];

/// Every flag, in the order of the help.
pub(super) fn all() -> Vec<&'static Flag> {
    let ours = FIRST.iter().chain(TARGETS).chain(OURS).chain(OWN);
    ours.copied()
        .chain(of_sinks())
        .chain(otlp::flags())
        .collect()
}

/// Those that say where sinks lead, and what `replay` has besides.
pub(super) fn targets() -> Vec<&'static Flag> {
    TARGETS
        .iter()
        .copied()
        .chain([&LOG_LEVEL])
        .chain(of_sinks())
        .collect()
}

fn of_sinks() -> impl Iterator<Item = &'static Flag> {
    SINKS.iter().flat_map(|kind| (kind.flags)())
}
