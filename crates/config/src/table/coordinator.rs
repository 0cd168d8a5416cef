//! Consumer groups of the newer protocol (KIP-848) and the coordinator itself.
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, int, list, string};

pub(super) const KEYS: &[Key] = &[
    int("group.consumer.assignment.interval.ms", "1000")
        .at_least(0)
        .cluster_wide()
        .doc("Shortest time between two assignments of one consumer group."),
    list("group.consumer.assignors", "uniform,range")
        .check(Check::Items)
        .doc("Assignors that the broker offers to consumer groups; the first is the default."),
    int("group.consumer.heartbeat.interval.ms", "5000")
        .at_least(1)
        .doc("How often members of consumer groups report."),
    int("group.consumer.max.assignment.interval.ms", "15000")
        .at_least(0)
        .doc("Largest value that a group may set for its assignment interval."),
    int("group.consumer.max.heartbeat.interval.ms", "15000")
        .at_least(1)
        .doc("Largest value that a group may set for its heartbeat interval."),
    int("group.consumer.max.session.timeout.ms", "60000")
        .at_least(1)
        .doc("Largest value that a group may set for its session timeout."),
    int("group.consumer.max.size", "2147483647")
        .at_least(1)
        .doc("Most members of one consumer group."),
    string("group.consumer.migration.policy", "bidirectional")
        .check(Check::OneOfIgnoringCase(&[
            "DISABLED",
            "DOWNGRADE",
            "UPGRADE",
            "BIDIRECTIONAL",
        ]))
        .doc(
            "Whether groups may change between the classic and the consumer protocol \
             while they live.",
        ),
    int("group.consumer.min.assignment.interval.ms", "0")
        .at_least(0)
        .doc("Smallest value that a group may set for its assignment interval."),
    int("group.consumer.min.heartbeat.interval.ms", "5000")
        .at_least(1)
        .doc("Smallest value that a group may set for its heartbeat interval."),
    int("group.consumer.min.session.timeout.ms", "45000")
        .at_least(1)
        .doc("Smallest value that a group may set for its session timeout."),
    int("group.consumer.regex.refresh.interval.ms", "600000")
        .at_least(10_000)
        .when_set()
        .doc("How often subscriptions by pattern are matched again."),
    int("group.consumer.session.timeout.ms", "45000")
        .at_least(1)
        .doc("A member that is silent for this long is removed."),
    int("group.coordinator.append.linger.ms", "-1")
        .at_least(-1)
        .doc("How long the coordinator gathers writes; -1 lets it decide."),
    int("group.coordinator.background.threads", "2")
        .at_least(1)
        .doc("Threads of the coordinator for work off the request path."),
    int("group.coordinator.cached.buffer.max.bytes", "1048588")
        .at_least(524_288)
        .cluster_wide()
        .doc("Largest write buffer that the coordinator keeps for later."),
    list(
        "group.coordinator.rebalance.protocols",
        "classic,consumer,streams",
    )
    .check(Check::ItemsOfOrMore(&[
        "consumer", "classic", "share", "streams",
    ]))
    .doc("Group protocols that the coordinator speaks."),
    int("group.coordinator.threads", "4")
        .at_least(1)
        .doc("Threads of the coordinator."),
];
