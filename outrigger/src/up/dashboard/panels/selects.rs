//! The samples that the panels ask for, by short names.

use super::super::panel::Source::{self, Jmx, Node};
use super::super::panel::Test::{Any, Has, Is, Lacks, Not};
use super::super::panel::{Select, TESTS, Test};

const TOPIC_METRICS: &str = "kafka_server_BrokerTopicMetrics_Count";
const REQUEST_COUNT: &str = "kafka_network_RequestMetrics_Count";
const LAG: &str = "kafka_consumer_group_ConsumerLagMetrics_Value";
const CPU: &str = "node_cpu_seconds_total";
const NOTHING: (&str, Test) = ("", Any);
/// Filesystems that hold nobody's data for long.
const PSEUDO: Test = Not(&["tmpfs", "ramfs", "squashfs", "devtmpfs"]);

/// Every sample of a family.
pub(super) const fn all(source: Source, family: &'static str, by: &'static str) -> Select {
    select(source, family, [NOTHING; TESTS], by)
}

/// A gauge of Yammer's.
pub(super) const fn gauge(family: &'static str, name: &'static str) -> Select {
    select(Jmx, family, [("name", Is(name)), NOTHING, NOTHING], "")
}

/// A meter of all topics together.
pub(super) const fn topics(name: &'static str) -> Select {
    let with = [("name", Is(name)), ("topic", Lacks), NOTHING];
    select(Jmx, TOPIC_METRICS, with, "")
}

/// A meter of each topic.
pub(super) const fn by_topic(name: &'static str) -> Select {
    let with = [("name", Is(name)), ("topic", Has), NOTHING];
    select(Jmx, TOPIC_METRICS, with, "topic")
}

/// A time of one API.
pub(super) const fn request(family: &'static str, name: &'static str, api: &'static str) -> Select {
    let with = [("name", Is(name)), ("request", Is(api)), NOTHING];
    select(Jmx, family, with, "")
}

/// The requests of each API. `Fetch` is those of consumers and followers once more.
pub(super) const fn each_request() -> Select {
    let with = [
        ("name", Is("RequestsPerSec")),
        ("request", Not(&["FetchConsumer", "FetchFollower"])),
        NOTHING,
    ];
    select(Jmx, REQUEST_COUNT, with, "request")
}

pub(super) const fn errors() -> Select {
    let with = [
        ("name", Is("ErrorsPerSec")),
        ("error", Not(&["NONE"])),
        ("request", Not(&["FetchConsumer", "FetchFollower"])),
    ];
    select(Jmx, REQUEST_COUNT, with, "error")
}

pub(super) const fn lag(name: &'static str, by: &'static str) -> Select {
    select(Jmx, LAG, [("name", Is(name)), NOTHING, NOTHING], by)
}

pub(super) const fn cpu(by: &'static str, mode: Test) -> Select {
    select(Node, CPU, [("mode", mode), NOTHING, NOTHING], by)
}

pub(super) const fn filesystem(family: &'static str) -> Select {
    let with = [("fstype", PSEUDO), NOTHING, NOTHING];
    select(Node, family, with, "mountpoint")
}

pub(super) const fn network(family: &'static str) -> Select {
    let with = [("device", Not(&["lo"])), NOTHING, NOTHING];
    select(Node, family, with, "")
}

pub(super) const fn select(
    source: Source,
    family: &'static str,
    with: [(&'static str, Test); TESTS],
    by: &'static str,
) -> Select {
    Select {
        source,
        family,
        with,
        by,
    }
}
