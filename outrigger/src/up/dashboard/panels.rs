//! THE PANELS of the page: one row each, in the order in which they are shown.

mod selects;

use super::panel::Ask::{Max, Rate, RateShare, Rest, Sum};
use super::panel::Source::{Jmx, Node, Processes};
use super::panel::Test::{Any, Not};
use super::panel::{Ask, Limit, Line, Panel, Shape, Side, Test, Unit};
use selects::{
    all, by_topic, cpu, each_request, errors, filesystem, gauge, lag, network, request, topics,
};

const NOW: &str = "Now";
const TRAFFIC: &str = "Traffic";
const REQUESTS: &str = "Requests";
const GROUPS: &str = "Consumer groups";
const SECURITY: &str = "Connections and logins";
const MACHINE: &str = "Machine";
const LOGS: &str = "Log delivery";
const OURSELVES: &str = "Outrigger itself";

/// How many series of one label are shown, the largest of them.
const TOP: usize = 8;

const REQUEST_P99: &str = "kafka_network_RequestMetrics_99thPercentile";
const REQUEST_P50: &str = "kafka_network_RequestMetrics_50thPercentile";
const REPLICAS: &str = "kafka_server_ReplicaManager_Value";
const CONTROLLER: &str = "kafka_controller_KafkaController_Value";
const HANDLERS: &str = "kafka_server_KafkaRequestHandlerPool_OneMinuteRate";
const NETWORK_IDLE: &str = "kafka_network_SocketServer_Value";
const CONNECTIONS: &str = "kafka_server_socket_server_metrics_connection_count";
const LOGINS: &str = "kafka_server_socket_server_metrics_successful_authentication_total";
const FAILED: &str = "kafka_server_socket_server_metrics_failed_authentication_total";
const RENEWED: &str = "kafka_server_socket_server_metrics_successful_reauthentication_total";
const AVAILABLE: &str = "node_filesystem_avail_bytes";
const SIZE: &str = "node_filesystem_size_bytes";
/// What a core does when it does something.
const BUSY: Test = Not(&["idle", "iowait"]);

/// THE TABLE.
pub(super) const PANELS: &[Panel] = &[
    tile(
        "bytes-in",
        "Bytes in",
        Unit::BytesPerSecond,
        "What producers write, per second.",
        &[line("in", Rate(topics("BytesInPerSec")))],
    ),
    tile(
        "bytes-out",
        "Bytes out",
        Unit::BytesPerSecond,
        "What consumers read, per second.",
        &[line("out", Rate(topics("BytesOutPerSec")))],
    ),
    tile(
        "messages-in",
        "Messages in",
        Unit::PerSecond,
        "Records that producers write, per second.",
        &[line("messages", Rate(topics("MessagesInPerSec")))],
    ),
    tile(
        "produce-p99",
        "Produce p99",
        Unit::Milliseconds,
        "Of a hundred produce requests of the last minutes, 99 took no longer.",
        &[line(
            "p99",
            Max(request(REQUEST_P99, "TotalTimeMs", "Produce")),
        )],
    )
    .while_empty("Appears when a producer has written."),
    tile(
        "largest-lag",
        "Largest lag",
        Unit::Count,
        "Records that the group furthest behind has still to read of one topic.",
        &[line("lag", Max(lag("SumOffsetLag", "")))],
    )
    .while_empty("Appears when a consumer group has committed offsets."),
    tile(
        "failed-logins",
        "Failed logins",
        Unit::PerSecond,
        "Connections that could not prove who they are; the audit log of authn names them.",
        &[line("failed", Rate(all(Jmx, FAILED, "")))],
    )
    .above(1.0, 10.0),
    tile(
        "unavailable-partitions",
        "Partitions in trouble",
        Unit::Count,
        "Partitions without a leader, or with fewer replicas in sync than they should have.",
        &[
            line("offline", Sum(gauge(CONTROLLER, "OfflinePartitionsCount"))),
            line(
                "under-replicated",
                Sum(gauge(REPLICAS, "UnderReplicatedPartitions")),
            ),
        ],
    )
    .above(1.0, 1.0),
    tile(
        "active-controllers",
        "Active controllers",
        Unit::Count,
        "Exactly one node must lead the cluster.",
        &[line(
            "controllers",
            Sum(gauge(CONTROLLER, "ActiveControllerCount")),
        )],
    )
    .below(0.5, 0.5),
    tile(
        "connections",
        "Connections",
        Unit::Count,
        "Clients that are connected now, on all listeners.",
        &[line("connections", Sum(all(Jmx, CONNECTIONS, "")))],
    ),
    tile(
        "cpu-busy",
        "CPU busy",
        Unit::Percent,
        "Of all cores of this machine, whatever keeps them busy.",
        &[percent("busy", RateShare(cpu("", BUSY), cpu("", Any)))],
    )
    .above(80.0, 95.0),
    tile(
        "memory-used",
        "Memory used",
        Unit::Percent,
        "Without what the kernel would give back at once.",
        &[percent(
            "used",
            Rest(
                all(Node, "node_memory_MemAvailable_bytes", ""),
                all(Node, "node_memory_MemTotal_bytes", ""),
            ),
        )],
    )
    .above(85.0, 95.0),
    tile(
        "fullest-filesystem",
        "Fullest filesystem",
        Unit::Percent,
        "Used space of the filesystem that is fullest, as an ordinary user sees it.",
        &[percent("{}", Rest(filesystem(AVAILABLE), filesystem(SIZE)))],
    )
    .above(80.0, 90.0),
    lines(
        TRAFFIC,
        "bytes",
        "Bytes in and out",
        Unit::BytesPerSecond,
        "What producers write and consumers read.",
        &[
            line("in", Rate(topics("BytesInPerSec"))),
            line("out", Rate(topics("BytesOutPerSec"))),
            line("rejected", Rate(topics("BytesRejectedPerSec"))),
        ],
    ),
    lines(
        TRAFFIC,
        "messages",
        "Messages in",
        Unit::PerSecond,
        "Records that producers write.",
        &[line("messages", Rate(topics("MessagesInPerSec")))],
    ),
    lines(
        TRAFFIC,
        "topics-in",
        "Bytes in by topic",
        Unit::BytesPerSecond,
        "The topics that are written most.",
        &[line("{}", Rate(by_topic("BytesInPerSec")))],
    )
    .while_empty("Appears when a producer has written."),
    lines(
        TRAFFIC,
        "topics-out",
        "Bytes out by topic",
        Unit::BytesPerSecond,
        "The topics that are read most.",
        &[line("{}", Rate(by_topic("BytesOutPerSec")))],
    )
    .while_empty("Appears when a consumer has read."),
    lines(
        REQUESTS,
        "requests",
        "Requests by API",
        Unit::PerSecond,
        "What clients ask for most often.",
        &[line("{}", Rate(each_request()))],
    )
    .while_empty("Appears when a client has asked for something."),
    lines(
        REQUESTS,
        "latency-produce",
        "Time of produce requests",
        Unit::Milliseconds,
        "From the first byte read to the last byte sent, of the last minutes.",
        &[
            line(
                "median",
                Max(request(REQUEST_P50, "TotalTimeMs", "Produce")),
            ),
            line(
                "99th percentile",
                Max(request(REQUEST_P99, "TotalTimeMs", "Produce")),
            ),
        ],
    )
    .while_empty("Appears when a producer has written."),
    lines(
        REQUESTS,
        "latency-fetch",
        "Time of fetch requests",
        Unit::Milliseconds,
        "Consumers that have read everything wait on purpose, up to fetch.max.wait.ms.",
        &[
            line(
                "median",
                Max(request(REQUEST_P50, "TotalTimeMs", "FetchConsumer")),
            ),
            line(
                "99th percentile",
                Max(request(REQUEST_P99, "TotalTimeMs", "FetchConsumer")),
            ),
            line(
                "median, without waiting",
                Max(request(REQUEST_P50, "LocalTimeMs", "FetchConsumer")),
            ),
        ],
    )
    .while_empty("Appears when a consumer has read."),
    lines(
        REQUESTS,
        "errors",
        "Errors answered",
        Unit::PerSecond,
        "Error codes in answers to clients, all but NONE.",
        &[line("{}", Rate(errors()))],
    )
    .while_empty("None so far."),
    lines(
        REQUESTS,
        "idle",
        "How idle the broker is",
        Unit::Percent,
        "Below 30 % the broker nears the end of its strength.",
        &[
            percent(
                "request handlers",
                Sum(gauge(HANDLERS, "RequestHandlerAvgIdlePercent")),
            ),
            percent(
                "network",
                Sum(gauge(NETWORK_IDLE, "NetworkProcessorAvgIdlePercent")),
            ),
        ],
    )
    .below(30.0, 10.0),
    lines(
        GROUPS,
        "lag",
        "Lag by group",
        Unit::Count,
        "Records that a group has still to read, of all its topics.",
        &[line("{}", Sum(lag("SumOffsetLag", "groupId")))],
    )
    .while_empty("Appears when a consumer group has committed offsets."),
    lines(
        GROUPS,
        "lag-time",
        "Lag in time by group",
        Unit::Seconds,
        "How long ago the records were written that a group has reached.",
        &[line("{}", Max(lag("EstimatedMaxTimeLag", "groupId")))],
    )
    .while_empty("Appears when a consumer group has committed offsets."),
    lines(
        SECURITY,
        "connections-by-listener",
        "Connections by listener",
        Unit::Count,
        "PLAINTEXT needs no login; CLIENT_SECURE is mutual TLS, CLIENT_SASL_SCRAM and CLIENT_IAM are logins.",
        &[line("{}", Sum(all(Jmx, CONNECTIONS, "listener")))],
    ),
    lines(
        SECURITY,
        "logins",
        "Logins",
        Unit::PerSecond,
        "Connections that proved who they are, and those that could not.",
        &[
            line("successful", Rate(all(Jmx, LOGINS, ""))),
            line("failed", Rate(all(Jmx, FAILED, ""))),
            line("renewed", Rate(all(Jmx, RENEWED, ""))),
        ],
    ),
    stack(
        MACHINE,
        "cpu",
        "CPU",
        Unit::Percent,
        "Of all cores, by what they do.",
        &[percent("{}", RateShare(cpu("mode", BUSY), cpu("", Any)))],
    ),
    stack(
        MACHINE,
        "memory",
        "Memory",
        Unit::Bytes,
        "Where the machine's memory is.",
        &[
            line(
                "programs",
                Sum(all(Node, "node_memory_AnonPages_bytes", "")),
            ),
            line("kernel", Sum(all(Node, "node_memory_Slab_bytes", ""))),
            line("page cache", Sum(all(Node, "node_memory_Cached_bytes", ""))),
            line("buffers", Sum(all(Node, "node_memory_Buffers_bytes", ""))),
            line("free", Sum(all(Node, "node_memory_MemFree_bytes", ""))),
        ],
    ),
    lines(
        MACHINE,
        "disk",
        "Disk throughput",
        Unit::BytesPerSecond,
        "What all disks read and write.",
        &[
            line(
                "read {}",
                Rate(all(Node, "node_disk_read_bytes_total", "device")),
            ),
            line(
                "written {}",
                Rate(all(Node, "node_disk_written_bytes_total", "device")),
            ),
        ],
    ),
    lines(
        MACHINE,
        "disk-busy",
        "Disks busy",
        Unit::Percent,
        "The part of the time in which a disk has something to do.",
        &[percent(
            "{}",
            Rate(all(Node, "node_disk_io_time_seconds_total", "device")),
        )],
    )
    .above(80.0, 95.0),
    lines(
        MACHINE,
        "filesystems",
        "Filesystems used",
        Unit::Percent,
        "As an ordinary user sees it.",
        &[percent("{}", Rest(filesystem(AVAILABLE), filesystem(SIZE)))],
    )
    .above(80.0, 90.0),
    lines(
        MACHINE,
        "network",
        "Network",
        Unit::BytesPerSecond,
        "All interfaces but the loopback, over which clients on this machine come.",
        &[
            line(
                "received",
                Rate(network("node_network_receive_bytes_total")),
            ),
            line("sent", Rate(network("node_network_transmit_bytes_total"))),
        ],
    ),
    lines(
        LOGS,
        "log-lag",
        "Not delivered yet",
        Unit::Bytes,
        "Bytes of log files that a sink does not have; `outrigger status` says what keeps it.",
        &[line(
            "{}",
            Sum(all(Processes, "outrigger_logshipper_lag_bytes", "sink")),
        )],
    ),
    lines(
        LOGS,
        "log-lag-time",
        "Oldest line not delivered",
        Unit::Seconds,
        "How long the oldest event that a sink does not have has been in its file.",
        &[line(
            "{}",
            Max(all(Processes, "outrigger_logshipper_lag_seconds", "sink")),
        )],
    )
    .above(600.0, 1_800.0),
    lines(
        LOGS,
        "log-events",
        "Log events delivered",
        Unit::PerSecond,
        "What each sink has confirmed.",
        &[line(
            "{}",
            Rate(all(
                Processes,
                "outrigger_logshipper_events_delivered_total",
                "sink",
            )),
        )],
    ),
    lines(
        LOGS,
        "log-sinks",
        "Sinks that deliver",
        Unit::Count,
        "1 where the last request was answered well.",
        &[line(
            "{}",
            Sum(all(Processes, "outrigger_logshipper_sink_up", "sink")),
        )],
    )
    .below(0.5, 0.5),
    lines(
        LOGS,
        "log-lost",
        "Log bytes lost",
        Unit::Bytes,
        "Truncated, cut or removed before they were delivered, since the processes started.",
        &[
            line(
                "{}",
                Sum(all(Processes, "outrigger_logshipper_lost_bytes_total", "sink")),
            ),
            line(
                "removed by {}",
                Sum(all(
                    Processes,
                    "outrigger_log_removed_undelivered_bytes_total",
                    "process",
                )),
            ),
        ],
    )
    .above(1.0, 1.0),
    lines(
        LOGS,
        "log-dead-letters",
        "Dead letters",
        Unit::Count,
        "Events that a sink will never take, kept in a file to be sent again with `outrigger logshipper replay`.",
        &[line(
            "{}",
            Sum(all(
                Processes,
                "outrigger_logshipper_dead_letter_events_total",
                "sink",
            )),
        )],
    )
    .above(1.0, 1_000.0)
    .while_empty("Appears with the first event that a sink will never take."),
    lines(
        OURSELVES,
        "process-cpu",
        "CPU by process",
        Unit::Percent,
        "100 % is one core.",
        &[percent(
            "{}",
            Rate(all(Processes, "process_cpu_seconds_total", "process")),
        )],
    ),
    lines(
        OURSELVES,
        "process-memory",
        "Memory by process",
        Unit::Bytes,
        "Resident memory, pages shared with others among it.",
        &[line(
            "{}",
            Sum(all(Processes, "process_resident_memory_bytes", "process")),
        )],
    ),
];

const fn tile(
    id: &'static str,
    title: &'static str,
    unit: Unit,
    about: &'static str,
    lines: &'static [Line],
) -> Panel {
    panel(NOW, Shape::Tile, id, title, unit, about, lines)
}

const fn lines(
    section: &'static str,
    id: &'static str,
    title: &'static str,
    unit: Unit,
    about: &'static str,
    lines: &'static [Line],
) -> Panel {
    panel(section, Shape::Lines, id, title, unit, about, lines)
}

const fn stack(
    section: &'static str,
    id: &'static str,
    title: &'static str,
    unit: Unit,
    about: &'static str,
    lines: &'static [Line],
) -> Panel {
    panel(section, Shape::Stack, id, title, unit, about, lines)
}

const fn panel(
    section: &'static str,
    shape: Shape,
    id: &'static str,
    title: &'static str,
    unit: Unit,
    about: &'static str,
    lines: &'static [Line],
) -> Panel {
    Panel {
        id,
        section,
        title,
        unit,
        shape,
        about,
        empty: "",
        lines,
        top: TOP,
        limit: None,
    }
}

impl Panel {
    /// What it says while it has nothing to show.
    const fn while_empty(self, empty: &'static str) -> Self {
        Self { empty, ..self }
    }

    /// From these values on it is worth looking at, and bad.
    const fn above(self, warn: f64, bad: f64) -> Self {
        self.limited(warn, bad, Side::Above)
    }

    /// From these values down it is worth looking at, and bad.
    const fn below(self, warn: f64, bad: f64) -> Self {
        self.limited(warn, bad, Side::Below)
    }

    const fn limited(self, warn: f64, bad: f64, side: Side) -> Self {
        let limit = Some(Limit { warn, bad, side });
        Self { limit, ..self }
    }
}

const fn line(name: &'static str, ask: Ask) -> Line {
    let scale = 1.0;
    Line { name, ask, scale }
}

/// A figure between 0 and 1.
const fn percent(name: &'static str, ask: Ask) -> Line {
    let scale = 100.0;
    Line { name, ask, scale }
}

#[cfg(test)]
mod tests;
