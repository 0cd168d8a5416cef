//! Keys that a group may set (resource type GROUP).
//!
//! Rows of data only, sorted by name; what they do is decided by who reads them.

use crate::check::Check;
use crate::key::{Key, boolean, int, string};

pub(super) const KEYS: &[Key] = &[
    int("consumer.assignment.interval.ms", "1000")
        .at_least(0)
        .falls_back_to("group.consumer.assignment.interval.ms")
        .doc("Shortest time between two assignments of this group."),
    int("consumer.heartbeat.interval.ms", "5000")
        .at_least(1)
        .falls_back_to("group.consumer.heartbeat.interval.ms")
        .doc("How often members of this consumer group report."),
    int("consumer.session.timeout.ms", "45000")
        .at_least(1)
        .falls_back_to("group.consumer.session.timeout.ms")
        .doc("A member that is silent for this long is removed."),
    int("share.assignment.interval.ms", "1000")
        .at_least(0)
        .falls_back_to("group.share.assignment.interval.ms")
        .doc("Shortest time between two assignments of this share group."),
    string("share.auto.offset.reset", "latest")
        .check(Check::StartPoint)
        .doc("Where a share group starts that has no position yet."),
    int("share.delivery.count.limit", "5")
        .at_least(2)
        .falls_back_to("group.share.delivery.count.limit")
        .doc("How often a record is delivered before it is given up."),
    int("share.heartbeat.interval.ms", "5000")
        .at_least(1)
        .falls_back_to("group.share.heartbeat.interval.ms")
        .doc("How often members of this share group report."),
    string("share.isolation.level", "read_uncommitted")
        .one_of(&["read_committed", "read_uncommitted"])
        .doc("Whether records of open transactions are delivered."),
    int("share.partition.max.record.locks", "2000")
        .at_least(100)
        .falls_back_to("group.share.partition.max.record.locks")
        .doc("Most records of one partition that are out for delivery at one time."),
    int("share.record.lock.duration.ms", "30000")
        .at_least(1000)
        .falls_back_to("group.share.record.lock.duration.ms")
        .doc("How long a delivered record stays locked."),
    boolean("share.renew.acknowledge.enable", "true")
        .doc("Whether a member may renew the lock of a record it works on."),
    int("share.session.timeout.ms", "45000")
        .at_least(1)
        .falls_back_to("group.share.session.timeout.ms")
        .doc("A share member that is silent for this long is removed."),
    int("streams.assignment.interval.ms", "1000")
        .at_least(0)
        .falls_back_to("group.streams.assignment.interval.ms")
        .doc("Shortest time between two assignments of this streams group."),
    int("streams.heartbeat.interval.ms", "5000")
        .at_least(1)
        .falls_back_to("group.streams.heartbeat.interval.ms")
        .doc("How often members of this streams group report."),
    int("streams.initial.rebalance.delay.ms", "3000")
        .at_least(0)
        .falls_back_to("group.streams.initial.rebalance.delay.ms")
        .doc("How long a new streams group waits for further members."),
    int("streams.num.standby.replicas", "0")
        .at_least(0)
        .falls_back_to("group.streams.num.standby.replicas")
        .doc("Standby copies of each task's state."),
    int("streams.session.timeout.ms", "45000")
        .at_least(1)
        .falls_back_to("group.streams.session.timeout.ms")
        .doc("A streams member that is silent for this long is removed."),
];
