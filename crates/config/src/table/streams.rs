//! Streams groups (KIP-1071).
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::key::{Key, int};

pub(super) const KEYS: &[Key] = &[
    int("group.streams.assignment.interval.ms", "1000")
        .at_least(0)
        .cluster_wide()
        .doc("Shortest time between two assignments of one streams group."),
    int("group.streams.heartbeat.interval.ms", "5000")
        .at_least(1)
        .doc("How often members of streams groups report."),
    int("group.streams.initial.rebalance.delay.ms", "3000")
        .at_least(0)
        .doc("How long a new streams group waits for further members."),
    int("group.streams.max.assignment.interval.ms", "15000")
        .at_least(0)
        .doc("Largest value that a streams group may set for its assignment interval."),
    int("group.streams.max.heartbeat.interval.ms", "15000")
        .at_least(1)
        .doc("Largest value that a streams group may set for its heartbeat interval."),
    int("group.streams.max.session.timeout.ms", "60000")
        .at_least(1)
        .doc("Largest value that a streams group may set for its session timeout."),
    int("group.streams.max.size", "2147483647")
        .at_least(1)
        .doc("Most members of one streams group."),
    int("group.streams.max.standby.replicas", "2")
        .at_least(0)
        .doc("Most standby copies of state that a streams group may ask for."),
    int("group.streams.min.assignment.interval.ms", "0")
        .at_least(0)
        .doc("Smallest value that a streams group may set for its assignment interval."),
    int("group.streams.min.heartbeat.interval.ms", "5000")
        .at_least(1)
        .doc("Smallest value that a streams group may set for its heartbeat interval."),
    int("group.streams.min.session.timeout.ms", "45000")
        .at_least(1)
        .doc("Smallest value that a streams group may set for its session timeout."),
    int("group.streams.num.standby.replicas", "0")
        .at_least(0)
        .doc("Standby copies of each task's state."),
    int("group.streams.session.timeout.ms", "45000")
        .at_least(1)
        .doc("A streams member that is silent for this long is removed."),
];
