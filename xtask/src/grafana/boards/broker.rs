//! One broker, or several side by side: what it does, what waits in it, what it stores, and its metadata.

use crate::grafana::panel::{
    Board, Column, IDLE, ONE_IS_GOOD, Row, Unit, Word, ZERO_IS_GOOD, graph, query, stat, table,
};

/// Kafka's states of a broker.
const STATES: &[Word] = &[
    Word("0", "not running"),
    Word("1", "starting"),
    Word("2", "recovering"),
    Word("3", "running"),
    Word("6", "shutting down"),
    Word("7", "shut down"),
];

pub(super) const BOARD: Board = Board {
    uid: "outrigger-broker",
    title: "Kafka / Broker",
    about: "A broker from its sockets to its logs.",
    anchor: "kafka_server_ReplicaManager_Value",
    variables: &[],
    rows: &[
        Row {
            title: "State",
            panels: &[
                stat(
                    "State",
                    Unit::Text,
                    "What the broker says it is doing.",
                    &[query(
                        r#"kafka_server_KafkaServer_Value{@,name="BrokerState"}"#,
                        "{{instance}}",
                    )],
                )
                .in_words(STATES),
                stat(
                    "Active controller",
                    Unit::Count,
                    "1 on the node that is the controller. The chosen nodes together must show 1.",
                    &[query(
                        r#"sum(kafka_controller_KafkaController_Value{@,name="ActiveControllerCount"})"#,
                        "controllers",
                    )],
                )
                .judged(ONE_IS_GOOD)
                .whole(),
                stat(
                    "Offline log directories",
                    Unit::Count,
                    "Log directories that failed. Their partitions are gone from this broker until it is restarted with a working disk.",
                    &[query(
                        r#"sum(kafka_log_LogManager_Value{@,name="OfflineLogDirectoryCount"})"#,
                        "directories",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Offline replicas",
                    Unit::Count,
                    "Replicas on failed log directories.",
                    &[query(
                        r#"sum(kafka_server_ReplicaManager_Value{@,name="OfflineReplicaCount"})"#,
                        "replicas",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Fenced brokers",
                    Unit::Count,
                    "Brokers that are registered and not in service, as the controller sees it.",
                    &[query(
                        r#"max(kafka_controller_KafkaController_Value{@,name="FencedBrokerCount"})"#,
                        "fenced",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Metadata errors",
                    Unit::Count,
                    "Metadata records that could not be applied since the start. Anything above 0 is a fault of the node.",
                    &[query(
                        r#"max(kafka_controller_KafkaController_Value{@,name="MetadataErrorCount"})"#,
                        "errors",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
            ],
        },
        Row {
            title: "Traffic",
            panels: &[
                graph(
                    "Bytes in and out",
                    Unit::BytesPerSecond,
                    "Record bytes from producers (above) and to consumers (below).",
                    &[
                        query(
                            r#"kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesInPerSec",topic=""}"#,
                            "in {{instance}}",
                        ),
                        query(
                            r#"kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesOutPerSec",topic=""}"#,
                            "out {{instance}}",
                        ),
                    ],
                )
                .mirrored("/^out /"),
                graph(
                    "Replication in and out",
                    Unit::BytesPerSecond,
                    "Bytes fetched from leaders elsewhere (above) and given to followers (below).",
                    &[
                        query(
                            r#"kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="ReplicationBytesInPerSec",topic=""}"#,
                            "in {{instance}}",
                        ),
                        query(
                            r#"kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="ReplicationBytesOutPerSec",topic=""}"#,
                            "out {{instance}}",
                        ),
                    ],
                )
                .mirrored("/^out /"),
                graph(
                    "Records in",
                    Unit::PerSecond,
                    "Records written by producers.",
                    &[query(
                        r#"kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="MessagesInPerSec",topic=""}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Requests by kind",
                    Unit::RequestsPerSecond,
                    "All requests, over all versions. Fetch is counted once as itself and once as FetchConsumer or FetchFollower.",
                    &[query(
                        r#"sum by (request) (kafka_network_RequestMetrics_OneMinuteRate{@,name="RequestsPerSec"}) > 0"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Errors by code",
                    Unit::PerSecond,
                    "Error codes in answers. Some are part of normal life: NOT_LEADER_OR_FOLLOWER when a leader moves, REBALANCE_IN_PROGRESS while a group settles.",
                    &[query(
                        r#"sum by (request, error) (kafka_network_RequestMetrics_OneMinuteRate{@,name="ErrorsPerSec",error!="NONE"})"#,
                        "{{request}} {{error}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Failed and rejected",
                    Unit::PerSecond,
                    "Produce and fetch requests that failed for a reason other than the client's.",
                    &[
                        query(
                            r#"sum by (instance) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="FailedProduceRequestsPerSec",topic=""})"#,
                            "produce {{instance}}",
                        ),
                        query(
                            r#"sum by (instance) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="FailedFetchRequestsPerSec",topic=""})"#,
                            "fetch {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Threads and queues",
            panels: &[
                graph(
                    "Request handlers idle",
                    Unit::Ratio,
                    "Below 0.3, requests wait for a handler. MSK's alarm.",
                    &[query(
                        r#"kafka_server_KafkaRequestHandlerPool_OneMinuteRate{@,name="RequestHandlerAvgIdlePercent"}"#,
                        "{{instance}}",
                    )],
                )
                .judged(IDLE)
                .share(),
                graph(
                    "Network threads idle",
                    Unit::Ratio,
                    "Below 0.3, sockets wait to be read or written. MSK's alarm.",
                    &[query(
                        r#"kafka_network_SocketServer_Value{@,name="NetworkProcessorAvgIdlePercent"}"#,
                        "{{instance}}",
                    )],
                )
                .judged(IDLE)
                .share(),
                graph(
                    "Queues of requests and answers",
                    Unit::Count,
                    "Requests that wait for a handler, and answers that wait for the network. Both are near 0 on a healthy broker.",
                    &[
                        query(
                            r#"kafka_network_RequestChannel_Value{@,name="RequestQueueSize",processor=""}"#,
                            "requests {{instance}}",
                        ),
                        query(
                            r#"kafka_network_RequestChannel_Value{@,name="ResponseQueueSize",processor=""}"#,
                            "answers {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "Waiting operations",
                    Unit::Count,
                    "Requests parked until data, replicas or members come. Many fetches are normal: they are consumers that wait for records.",
                    &[query(
                        r#"sum by (delayedOperation) (kafka_server_DelayedOperationPurgatory_Value{@,name="NumDelayedOperations"})"#,
                        "{{delayedOperation}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Memory of requests",
                    Unit::Bytes,
                    "Memory in use by queued requests, where queued.max.request.bytes or a budget bounds it.",
                    &[query(
                        r#"kafka_network_SocketServer_Value{@,name="MemoryPoolUsed"}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Connections by listener",
                    Unit::Count,
                    "Open connections.",
                    &[query(
                        r#"sum by (listener) (kafka_server_socket_server_metrics_connection_count{@})"#,
                        "{{listener}}",
                    )],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Partitions and logs",
            panels: &[
                graph(
                    "Partitions and leaders",
                    Unit::Count,
                    "Replicas on the broker, and those of them that it leads.",
                    &[
                        query(
                            r#"kafka_server_ReplicaManager_Value{@,name="PartitionCount"}"#,
                            "replicas {{instance}}",
                        ),
                        query(
                            r#"kafka_server_ReplicaManager_Value{@,name="LeaderCount"}"#,
                            "leaders {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "Replication trouble",
                    Unit::Count,
                    "Partitions that have fewer replicas in sync than they should, than min.insync.replicas, or exactly that many: one more that fails, and producers are refused. Partitions with a single replica are always at it.",
                    &[
                        query(
                            r#"sum(kafka_server_ReplicaManager_Value{@,name="UnderReplicatedPartitions"})"#,
                            "under-replicated",
                        ),
                        query(
                            r#"sum(kafka_server_ReplicaManager_Value{@,name="UnderMinIsrPartitionCount"})"#,
                            "under min ISR",
                        ),
                        query(
                            r#"sum(kafka_server_ReplicaManager_Value{@,name="AtMinIsrPartitionCount"})"#,
                            "at min ISR",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "ISR changes",
                    Unit::PerSecond,
                    "Replicas that left (below) and joined (above) the set in sync. Outside restarts both are 0.",
                    &[
                        query(
                            r#"sum(kafka_server_ReplicaManager_OneMinuteRate{@,name="IsrExpandsPerSec"})"#,
                            "joined",
                        ),
                        query(
                            r#"sum(kafka_server_ReplicaManager_OneMinuteRate{@,name="IsrShrinksPerSec"})"#,
                            "left",
                        ),
                    ],
                )
                .mirrored("/^left$/"),
                graph(
                    "Flushes of logs",
                    Unit::Milliseconds,
                    "How long it takes to flush a log to disk: mean since the start, and the 99th percentile of late.",
                    &[
                        query(
                            r#"kafka_log_LogFlushStats_Mean{@,name="LogFlushRateAndTimeMs"}"#,
                            "mean {{instance}}",
                        ),
                        query(
                            r#"kafka_log_LogFlushStats_99thPercentile{@,name="LogFlushRateAndTimeMs"}"#,
                            "99th percentile {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
                graph(
                    "Flushes",
                    Unit::OperationsPerSecond,
                    "Flushes of logs to disk.",
                    &[query(
                        r#"kafka_log_LogFlushStats_OneMinuteRate{@,name="LogFlushRateAndTimeMs"}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Stored",
                    Unit::Bytes,
                    "Bytes in the logs of a broker.",
                    &[query(
                        r#"sum by (instance) (kafka_log_Log_Value{@,name="Size"})"#,
                        "{{instance}}",
                    )],
                )
                .stacked(),
            ],
        },
        Row {
            title: "Metadata",
            panels: &[
                graph(
                    "Age of the last applied metadata",
                    Unit::Milliseconds,
                    "How far the node's picture of the cluster is behind, measured at the last record applied.",
                    &[query(
                        r#"kafka_server_broker_metadata_metrics_last_applied_record_lag_ms{@}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Metadata log",
                    Unit::Count,
                    "Offset of the last metadata record applied. It grows with every change of topics, leaders and configuration.",
                    &[query(
                        r#"kafka_server_broker_metadata_metrics_last_applied_record_offset{@}"#,
                        "{{instance}}",
                    )],
                ),
                graph(
                    "Sessions of incremental fetches",
                    Unit::Count,
                    "Sessions kept for consumers and followers, and the partitions in them.",
                    &[
                        query(
                            r#"sum by (instance) (kafka_server_FetchSessionCache_Value{@,name="NumIncrementalFetchSessions"})"#,
                            "sessions {{instance}}",
                        ),
                        query(
                            r#"sum by (instance) (kafka_server_FetchSessionCache_Value{@,name="NumIncrementalFetchPartitionsCached"})"#,
                            "partitions {{instance}}",
                        ),
                    ],
                )
                .above_zero(),
                table(
                    "Log directories",
                    "Every log directory of every broker; offline means that the disk below it failed.",
                    &[
                        Column::Label("instance", "Broker"),
                        Column::Label("logDirectory", "Directory"),
                        Column::Judged("Offline", Unit::Count, ZERO_IS_GOOD),
                    ],
                    &[query(
                        r#"max by (instance, logDirectory) (kafka_log_LogManager_Value{@,name="LogDirectoryOffline"})"#,
                        "Offline",
                    )],
                ),
            ],
        },
    ],
};
