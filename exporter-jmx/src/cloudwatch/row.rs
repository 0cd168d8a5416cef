//! The shape of a row of the table, and the rows that are alike.

use cloudwatch::{Level, Unit};

/// A row: one metric from one kind of bean.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) metric: &'static str,
    pub(super) level: Level,
    pub(super) unit: Unit,
    pub(super) dimensions: &'static [Dimension],
    pub(super) domain: &'static str,
    pub(super) bean_type: &'static str,
    /// The value of its property `name`; empty where it has none.
    pub(super) name: &'static str,
    /// One more property that must have this value.
    pub(super) also: Option<(&'static str, &'static str)>,
    pub(super) keys: Keys,
    pub(super) attribute: &'static str,
    pub(super) combine: Combine,
    /// Only beans of listeners for clients.
    pub(super) is_for_clients: bool,
    /// Only beans of listeners where clients log in so, as `Client Authentication` has it.
    pub(super) only_where: Option<&'static str>,
}

/// The other properties of a bean.
#[derive(Clone, Copy, Debug)]
pub(super) enum Keys {
    /// These, and no others.
    Only(&'static [&'static str]),
    /// Whichever it has: quotas are by user, by client, by both.
    Any,
}

/// A dimension, and where its value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    /// `cloudwatch.cluster-name`.
    Cluster,
    /// `cloudwatch.broker-id`.
    Broker,
    /// `topic`.
    Topic,
    /// `groupId`.
    Group,
    /// `partition`.
    Partition,
    /// What `listener` asks of its clients.
    ClientAuthentication,
}

/// What several beans of one metric and the same dimensions make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Combine {
    /// A value each; MSK says of these: read them with Sum.
    Each,
    /// One value, their sum.
    Sum,
    /// One value, the sum of what they grew by in the period.
    Growth,
    /// One value, their mean, each weighing as much as its `Count`.
    Mean,
    /// 1 when there is one.
    Any,
}

use Combine::{Each, Sum};
use Dimension::{Broker, ClientAuthentication, Cluster, Group, Partition, Topic};
use Level::{Basic, Enhanced};

pub(super) const C: &[Dimension] = &[Cluster];
pub(super) const CB: &[Dimension] = &[Cluster, Broker];
pub(super) const CBT: &[Dimension] = &[Cluster, Broker, Topic];
pub(super) const CBA: &[Dimension] = &[Cluster, Broker, ClientAuthentication];
pub(super) const CGT: &[Dimension] = &[Cluster, Group, Topic];
/// MSK's guide lists no cluster: clusters that share an account need a namespace each at this level.
pub(super) const GTP: &[Dimension] = &[Group, Topic, Partition];

pub(super) const RATE: &str = "OneMinuteRate";
pub(super) const GROUP_KEYS: &[&str] = &["groupId", "topic"];
pub(super) const PARTITION_KEYS: &[&str] = &["groupId", "topic", "partition"];

/// A bean whose name is the metric's, and its attribute `Value`.
pub(super) const fn bean(
    metric: &'static str,
    level: Level,
    unit: Unit,
    dimensions: &'static [Dimension],
    domain: &'static str,
    bean_type: &'static str,
) -> Row {
    Row {
        metric,
        level,
        unit,
        dimensions,
        domain,
        bean_type,
        name: metric,
        also: None,
        keys: Keys::Only(&[]),
        attribute: "Value",
        combine: Each,
        is_for_clients: false,
        only_where: None,
    }
}

pub(super) const fn controller(metric: &'static str) -> Row {
    bean(
        metric,
        Basic,
        Unit::Count,
        C,
        "kafka.controller",
        "KafkaController",
    )
}

pub(super) const fn replicas(metric: &'static str) -> Row {
    bean(
        metric,
        Basic,
        Unit::Count,
        CB,
        "kafka.server",
        "ReplicaManager",
    )
}

/// A rate over all topics.
pub(super) const fn topics(metric: &'static str, level: Level, unit: Unit) -> Row {
    Row {
        attribute: RATE,
        ..bean(
            metric,
            level,
            unit,
            CB,
            "kafka.server",
            "BrokerTopicMetrics",
        )
    }
}

/// A rate of each topic.
pub(super) const fn topic(metric: &'static str, level: Level, unit: Unit) -> Row {
    Row {
        dimensions: CBT,
        keys: Keys::Only(&["topic"]),
        ..topics(metric, level, unit)
    }
}

pub(super) const fn gauge_of_topics(metric: &'static str) -> Row {
    bean(
        metric,
        Enhanced,
        Unit::Bytes,
        CB,
        "kafka.server",
        "BrokerTopicMetrics",
    )
}

/// The mean of a histogram of one kind of request.
pub(super) const fn request(
    metric: &'static str,
    level: Level,
    name: &'static str,
    request: &'static str,
) -> Row {
    Row {
        name,
        also: Some(("request", request)),
        attribute: "Mean",
        ..bean(
            metric,
            level,
            Unit::Milliseconds,
            CB,
            "kafka.network",
            "RequestMetrics",
        )
    }
}

/// An attribute of each listener.
pub(super) const fn listeners(
    metric: &'static str,
    level: Level,
    unit: Unit,
    attribute: &'static str,
    combine: Combine,
) -> Row {
    Row {
        name: "",
        keys: Keys::Only(&["listener", "networkProcessor"]),
        attribute,
        combine,
        ..bean(
            metric,
            level,
            unit,
            CB,
            "kafka.server",
            "socket-server-metrics",
        )
    }
}

/// An attribute of a quota.
pub(super) const fn quota(
    metric: &'static str,
    level: Level,
    bean_type: &'static str,
    attribute: &'static str,
    unit: Unit,
) -> Row {
    Row {
        name: "",
        keys: Keys::Any,
        attribute,
        ..bean(metric, level, unit, CB, "kafka.server", bean_type)
    }
}

/// A lag, of whom `keys` say.
pub(super) const fn lag(
    metric: &'static str,
    level: Level,
    unit: Unit,
    dimensions: &'static [Dimension],
    keys: &'static [&'static str],
) -> Row {
    Row {
        keys: Keys::Only(keys),
        ..bean(
            metric,
            level,
            unit,
            dimensions,
            "kafka.consumer.group",
            "ConsumerLagMetrics",
        )
    }
}

/// A rate of logins.
pub(super) const fn logins(
    metric: &'static str,
    name: &'static str,
    also: (&'static str, &'static str),
) -> Row {
    Row {
        name,
        also: Some(also),
        attribute: RATE,
        combine: Sum,
        ..bean(
            metric,
            Enhanced,
            Unit::CountPerSecond,
            CB,
            "outrigger.authn",
            "Logins",
        )
    }
}
