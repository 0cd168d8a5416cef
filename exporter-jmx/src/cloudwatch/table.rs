//! THE TABLE: MSK's metrics, by level, and the MBean attribute that each is.
//!
//! Left out, because nothing here has them: `HeapMemoryAfterGC` (no JVM), `ZooKeeper*`, `BurstBalance`, `CPUCredit*`,
//! `TrafficShaping` and the `…AllowanceExceeded` of EC2's network. CPU, memory, disks, network and volumes of the
//! machine are exporter-node's. Tiered storage has its rows: a broker without it has no such beans.

use cloudwatch::Level::{self, Basic, Enhanced};
use cloudwatch::Unit;

use super::row::Combine::{Any, Each, Growth, Mean, Sum};
use super::row::{
    CB, CBA, CBT, CGT, GROUP_KEYS, GTP, Keys, PARTITION_KEYS, RATE, Row, bean, controller,
    gauge_of_topics, lag, listeners, logins, quota, replicas, request, topic, topics,
};

pub(super) static ROWS: &[Row] = &[
    // Of the cluster.
    controller("ActiveControllerCount"),
    controller("GlobalPartitionCount"),
    controller("GlobalTopicCount"),
    controller("OfflinePartitionsCount"),
    controller("PreferredReplicaImbalanceCount"),
    // Of the broker and its topics.
    topics("BytesInPerSec", Basic, Unit::BytesPerSecond),
    topic("BytesInPerSec", Basic, Unit::BytesPerSecond),
    topics("BytesOutPerSec", Basic, Unit::BytesPerSecond),
    topic("BytesOutPerSec", Basic, Unit::BytesPerSecond),
    topics("MessagesInPerSec", Basic, Unit::CountPerSecond),
    topic("MessagesInPerSec", Level::Topic, Unit::CountPerSecond),
    replicas("LeaderCount"),
    replicas("PartitionCount"),
    replicas("UnderMinIsrPartitionCount"),
    replicas("UnderReplicatedPartitions"),
    Row {
        dimensions: CBA,
        is_for_clients: true,
        ..listeners(
            "ClientConnectionCount",
            Basic,
            Unit::Count,
            "connection-count",
            Each,
        )
    },
    listeners(
        "ConnectionCount",
        Basic,
        Unit::Count,
        "connection-count",
        Sum,
    ),
    request("ProduceTotalTimeMsMean", Basic, "TotalTimeMs", "Produce"),
    Row {
        unit: Unit::Bytes,
        also: None,
        keys: Keys::Only(&["request"]),
        combine: Mean,
        ..request("RequestBytesMean", Basic, "RequestBytes", "")
    },
    quota(
        "RequestTime",
        Basic,
        "Request",
        "request-time",
        Unit::Milliseconds,
    ),
    Row {
        name: "PartitionCount",
        keys: Keys::Only(&["topic"]),
        combine: Any,
        ..bean(
            "UserPartitionExists",
            Basic,
            Unit::None,
            CB,
            "outrigger.cluster",
            "Topic",
        )
    },
    // Of groups: the time lags are seconds in both.
    lag("SumOffsetLag", Basic, Unit::Count, CGT, GROUP_KEYS),
    lag("MaxOffsetLag", Basic, Unit::Count, CGT, GROUP_KEYS),
    lag("EstimatedMaxTimeLag", Basic, Unit::Seconds, CGT, GROUP_KEYS),
    lag(
        "RollingEstimatedTimeLagMax",
        Basic,
        Unit::Seconds,
        CGT,
        GROUP_KEYS,
    ),
    lag(
        "OffsetLag",
        Level::Partition,
        Unit::Count,
        GTP,
        PARTITION_KEYS,
    ),
    lag(
        "EstimatedTimeLag",
        Level::Partition,
        Unit::Seconds,
        GTP,
        PARTITION_KEYS,
    ),
    lag(
        "RollingEstimatedTimeLag",
        Level::Partition,
        Unit::Seconds,
        GTP,
        PARTITION_KEYS,
    ),
    // Connections and threads.
    Row {
        is_for_clients: true,
        ..listeners(
            "ConnectionCreationRate",
            Enhanced,
            Unit::CountPerSecond,
            "connection-creation-rate",
            Each,
        )
    },
    Row {
        is_for_clients: true,
        ..listeners(
            "ConnectionCloseRate",
            Enhanced,
            Unit::CountPerSecond,
            "connection-close-rate",
            Each,
        )
    },
    Row {
        is_for_clients: true,
        ..listeners(
            "TrafficBytes",
            Enhanced,
            Unit::Bytes,
            "incoming-byte-total",
            Growth,
        )
    },
    Row {
        is_for_clients: true,
        ..listeners(
            "TrafficBytes",
            Enhanced,
            Unit::Bytes,
            "outgoing-byte-total",
            Growth,
        )
    },
    bean(
        "NetworkProcessorAvgIdlePercent",
        Enhanced,
        Unit::None,
        CB,
        "kafka.network",
        "SocketServer",
    ),
    Row {
        attribute: RATE,
        ..bean(
            "RequestHandlerAvgIdlePercent",
            Enhanced,
            Unit::None,
            CB,
            "kafka.server",
            "KafkaRequestHandlerPool",
        )
    },
    logins(
        "IAMNumberOfConnectionRequests",
        "RequestsPerSec",
        ("mechanism", "AWS_MSK_IAM"),
    ),
    logins(
        "IAMNumberOfConnectionRequests",
        "RequestsPerSec",
        ("mechanism", "OAUTHBEARER"),
    ),
    Row {
        name: "ThrottledPerSec",
        keys: Keys::Only(&["listener"]),
        attribute: "Count",
        combine: Growth,
        only_where: Some("IAM"),
        ..bean(
            "IAMTooManyConnections",
            Enhanced,
            Unit::Count,
            CB,
            "outrigger.authn",
            "Logins",
        )
    },
    // Request times.
    request(
        "FetchConsumerLocalTimeMsMean",
        Enhanced,
        "LocalTimeMs",
        "FetchConsumer",
    ),
    request(
        "FetchConsumerRequestQueueTimeMsMean",
        Enhanced,
        "RequestQueueTimeMs",
        "FetchConsumer",
    ),
    request(
        "FetchConsumerResponseQueueTimeMsMean",
        Enhanced,
        "ResponseQueueTimeMs",
        "FetchConsumer",
    ),
    request(
        "FetchConsumerResponseSendTimeMsMean",
        Enhanced,
        "ResponseSendTimeMs",
        "FetchConsumer",
    ),
    request(
        "FetchConsumerTotalTimeMsMean",
        Enhanced,
        "TotalTimeMs",
        "FetchConsumer",
    ),
    request(
        "FetchFollowerLocalTimeMsMean",
        Enhanced,
        "LocalTimeMs",
        "FetchFollower",
    ),
    request(
        "FetchFollowerRequestQueueTimeMsMean",
        Enhanced,
        "RequestQueueTimeMs",
        "FetchFollower",
    ),
    request(
        "FetchFollowerResponseQueueTimeMsMean",
        Enhanced,
        "ResponseQueueTimeMs",
        "FetchFollower",
    ),
    request(
        "FetchFollowerResponseSendTimeMsMean",
        Enhanced,
        "ResponseSendTimeMs",
        "FetchFollower",
    ),
    request(
        "FetchFollowerTotalTimeMsMean",
        Enhanced,
        "TotalTimeMs",
        "FetchFollower",
    ),
    request("ProduceLocalTimeMsMean", Enhanced, "LocalTimeMs", "Produce"),
    request(
        "ProduceRequestQueueTimeMsMean",
        Enhanced,
        "RequestQueueTimeMs",
        "Produce",
    ),
    request(
        "ProduceResponseQueueTimeMsMean",
        Enhanced,
        "ResponseQueueTimeMs",
        "Produce",
    ),
    request(
        "ProduceResponseSendTimeMsMean",
        Enhanced,
        "ResponseSendTimeMs",
        "Produce",
    ),
    request(
        "ProduceMessageConversionsTimeMsMean",
        Enhanced,
        "MessageConversionsTimeMs",
        "Produce",
    ),
    // Conversions, replication.
    topics(
        "FetchMessageConversionsPerSec",
        Enhanced,
        Unit::CountPerSecond,
    ),
    topic(
        "FetchMessageConversionsPerSec",
        Level::Topic,
        Unit::CountPerSecond,
    ),
    topics(
        "ProduceMessageConversionsPerSec",
        Enhanced,
        Unit::CountPerSecond,
    ),
    topic(
        "ProduceMessageConversionsPerSec",
        Level::Topic,
        Unit::CountPerSecond,
    ),
    topics("ReplicationBytesInPerSec", Enhanced, Unit::BytesPerSecond),
    topics("ReplicationBytesOutPerSec", Enhanced, Unit::BytesPerSecond),
    // Quotas.
    quota(
        "FetchThrottleByteRate",
        Enhanced,
        "Fetch",
        "byte-rate",
        Unit::BytesPerSecond,
    ),
    quota(
        "FetchThrottleQueueSize",
        Enhanced,
        "Fetch",
        "queue-size",
        Unit::Count,
    ),
    quota(
        "FetchThrottleTime",
        Enhanced,
        "Fetch",
        "throttle-time",
        Unit::Milliseconds,
    ),
    quota(
        "ProduceThrottleByteRate",
        Enhanced,
        "Produce",
        "byte-rate",
        Unit::BytesPerSecond,
    ),
    quota(
        "ProduceThrottleQueueSize",
        Enhanced,
        "Produce",
        "queue-size",
        Unit::Count,
    ),
    quota(
        "ProduceThrottleTime",
        Enhanced,
        "Produce",
        "throttle-time",
        Unit::Milliseconds,
    ),
    quota(
        "RequestThrottleQueueSize",
        Enhanced,
        "Request",
        "queue-size",
        Unit::Count,
    ),
    quota(
        "RequestThrottleTime",
        Enhanced,
        "Request",
        "throttle-time",
        Unit::Milliseconds,
    ),
    quota(
        "RequestExemptFromThrottleTime",
        Enhanced,
        "Request",
        "exempt-request-time",
        Unit::Milliseconds,
    ),
    // Tiered storage.
    topics("RemoteFetchBytesPerSec", Enhanced, Unit::BytesPerSecond),
    topic("RemoteFetchBytesPerSec", Level::Topic, Unit::BytesPerSecond),
    topics("RemoteCopyBytesPerSec", Enhanced, Unit::BytesPerSecond),
    topic("RemoteCopyBytesPerSec", Level::Topic, Unit::BytesPerSecond),
    topics("RemoteFetchRequestsPerSec", Enhanced, Unit::CountPerSecond),
    topic(
        "RemoteFetchRequestsPerSec",
        Level::Topic,
        Unit::CountPerSecond,
    ),
    topics("RemoteFetchErrorsPerSec", Enhanced, Unit::CountPerSecond),
    topic(
        "RemoteFetchErrorsPerSec",
        Level::Topic,
        Unit::CountPerSecond,
    ),
    topics("RemoteCopyErrorsPerSec", Enhanced, Unit::CountPerSecond),
    topic("RemoteCopyErrorsPerSec", Level::Topic, Unit::CountPerSecond),
    gauge_of_topics("RemoteCopyLagBytes"),
    gauge_of_topics("RemoteLogSizeBytes"),
    Row {
        level: Level::Topic,
        dimensions: CBT,
        keys: Keys::Only(&["topic"]),
        ..gauge_of_topics("RemoteLogSizeBytes")
    },
];
