//! The first look: is the cluster well, how much goes through it, how close is it to its limits.

use crate::grafana::panel::{
    Board, CPU, Column, DISK, IDLE, ONE_IS_GOOD, Row, Unit, ZERO_IS_GOOD, bars, graph, query, stat,
    table,
};

pub(super) const BOARD: Board = Board {
    uid: "outrigger-overview",
    title: "Kafka / Overview",
    about: "Health, traffic and headroom of a cluster, in the metric names of Amazon MSK's open monitoring.",
    anchor: r#"{__name__=~"kafka_server_ReplicaManager_Value|node_uname_info"}"#,
    variables: &[],
    rows: &[
        Row {
            title: "Health",
            panels: &[
                stat(
                    "Brokers",
                    Unit::Count,
                    "Brokers that report. A broker that is down reports nothing, so compare it with what you run.",
                    &[query(
                        r#"count(kafka_server_ReplicaManager_Value{@,name="LeaderCount"})"#,
                        "brokers",
                    )],
                )
                .whole(),
                stat(
                    "Active controllers",
                    Unit::Count,
                    "Must be 1: with none, no topic can be created and no leader elected; with two, metadata is split.",
                    &[query(
                        r#"sum(kafka_controller_KafkaController_Value{@,name="ActiveControllerCount"})"#,
                        "controllers",
                    )],
                )
                .judged(ONE_IS_GOOD)
                .whole(),
                stat(
                    "Offline partitions",
                    Unit::Count,
                    "Partitions without a leader: they can be neither written nor read. Every controller reports the whole cluster, hence the maximum.",
                    &[query(
                        r#"max(kafka_controller_KafkaController_Value{@,name="OfflinePartitionsCount"})"#,
                        "offline",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Under-replicated partitions",
                    Unit::Count,
                    "Partitions with fewer replicas in sync than they should have. Normal for minutes while a broker restarts.",
                    &[query(
                        r#"sum(kafka_server_ReplicaManager_Value{@,name="UnderReplicatedPartitions"})"#,
                        "under-replicated",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Under min ISR",
                    Unit::Count,
                    "Partitions with fewer replicas in sync than min.insync.replicas: producers with acks=all are refused.",
                    &[query(
                        r#"sum(kafka_server_ReplicaManager_Value{@,name="UnderMinIsrPartitionCount"})"#,
                        "under min ISR",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Failing scrapes",
                    Unit::Count,
                    "Targets of these jobs that Prometheus cannot scrape now. Everything else on this board is blind to what they hold.",
                    &[query(r#"sum(1 - up{@})"#, "targets")],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Topics",
                    Unit::Count,
                    "Topics of the cluster, internal ones included.",
                    &[query(
                        r#"max(kafka_controller_KafkaController_Value{@,name="GlobalTopicCount"})"#,
                        "topics",
                    )],
                )
                .whole(),
                stat(
                    "Partitions",
                    Unit::Count,
                    "Partitions of the cluster, replicas not counted.",
                    &[query(
                        r#"max(kafka_controller_KafkaController_Value{@,name="GlobalPartitionCount"})"#,
                        "partitions",
                    )],
                )
                .whole(),
                stat(
                    "Client connections",
                    Unit::Count,
                    "Open connections on all listeners. MSK's limit is 3,000 per broker and listener type.",
                    &[query(
                        r#"sum(kafka_server_socket_server_metrics_connection_count{@})"#,
                        "connections",
                    )],
                )
                .whole(),
                stat(
                    "Consumer groups",
                    Unit::Count,
                    "Groups that the coordinators know, in any state.",
                    &[query(
                        r#"sum(kafka_coordinator_group_GroupMetadataManager_Value{@,name="NumGroups"})"#,
                        "groups",
                    )],
                )
                .whole(),
                stat(
                    "Largest lag",
                    Unit::Count,
                    "The sum of offset lags of the group and topic that is furthest behind.",
                    &[query(
                        r#"max(kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag"})"#,
                        "records",
                    )],
                )
                .whole(),
                stat(
                    "Stored",
                    Unit::Bytes,
                    "Bytes in the logs of all partitions of all brokers, replicas included.",
                    &[query(r#"sum(kafka_log_Log_Value{@,name="Size"})"#, "stored")],
                ),
            ],
        },
        Row {
            title: "Traffic",
            panels: &[
                graph(
                    "Bytes in and out",
                    Unit::BytesPerSecond,
                    "Record bytes that clients wrote (above) and read (below), per broker. One-minute rates of the brokers themselves.",
                    &[
                        query(
                            r#"sum by (instance) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesInPerSec",topic=""})"#,
                            "in {{instance}}",
                        ),
                        query(
                            r#"sum by (instance) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesOutPerSec",topic=""})"#,
                            "out {{instance}}",
                        ),
                    ],
                )
                .mirrored("/^out /"),
                graph(
                    "Records in",
                    Unit::PerSecond,
                    "Records that producers wrote, per broker.",
                    &[query(
                        r#"sum by (instance) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="MessagesInPerSec",topic=""})"#,
                        "{{instance}}",
                    )],
                )
                .stacked(),
                graph(
                    "Requests",
                    Unit::RequestsPerSecond,
                    "Requests of the kinds that move records, over all brokers and versions.",
                    &[query(
                        r#"sum by (request) (kafka_network_RequestMetrics_OneMinuteRate{@,name="RequestsPerSec",request=~"Produce|FetchConsumer|FetchFollower"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Latency and headroom",
            panels: &[
                graph(
                    "Time of a produce request, 99th percentile",
                    Unit::Milliseconds,
                    "From the arrival of a produce request to the end of its answer, weighted to the last five minutes. With acks=all it includes replication.",
                    &[query(
                        r#"kafka_network_RequestMetrics_99thPercentile{@,name="TotalTimeMs",request="Produce"}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Request handlers idle",
                    Unit::Ratio,
                    "Share of time in which the threads that handle requests had nothing to do. Below 0.3, requests queue.",
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
                    "Share of time in which the threads that read and write sockets had nothing to do. Below 0.3, clients wait.",
                    &[query(
                        r#"kafka_network_SocketServer_Value{@,name="NetworkProcessorAvgIdlePercent"}"#,
                        "{{instance}}",
                    )],
                )
                .judged(IDLE)
                .share(),
                graph(
                    "CPU in use",
                    Unit::Ratio,
                    "Everything but idle and waiting for disks, over the cores of a machine. MSK advises to stay below 60 %.",
                    &[query(
                        r#"1 - sum by (instance) (rate(node_cpu_seconds_total{@,mode=~"idle|iowait"}[$__rate_interval])) / sum by (instance) (rate(node_cpu_seconds_total{@}[$__rate_interval]))"#,
                        "{{instance}}",
                    )],
                )
                .judged(CPU)
                .share(),
                graph(
                    "Fullest file system",
                    Unit::Ratio,
                    "Used share of the fullest writable file system of a machine. Kafka stops when its disk is full; MSK's alarm is at 85 %.",
                    &[query(
                        r#"max by (instance) (1 - node_filesystem_avail_bytes{@,fstype!~"ramfs|squashfs|iso9660"} / (node_filesystem_size_bytes{@,fstype!~"ramfs|squashfs|iso9660"} > 0))"#,
                        "{{instance}}",
                    )],
                )
                .judged(DISK)
                .share(),
                bars(
                    "Lag by group and topic, largest ten",
                    Unit::Count,
                    "Records between the end of a topic and what a group has committed.",
                    &[query(
                        r#"sort_desc(topk(10, max by (groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag"})))"#,
                        "{{groupId}} {{topic}}",
                    )],
                )
                .whole(),
            ],
        },
        Row {
            title: "Brokers",
            panels: &[table(
                "Broker by broker",
                "One row for each broker; a click on a heading sorts.",
                &[
                    Column::Label("instance", "Broker"),
                    Column::Value("Partitions", Unit::Count),
                    Column::Value("Leaders", Unit::Count),
                    Column::Value("Bytes in", Unit::BytesPerSecond),
                    Column::Value("Bytes out", Unit::BytesPerSecond),
                    Column::Value("Connections", Unit::Count),
                    Column::Judged("Handlers idle", Unit::Ratio, IDLE),
                    Column::Judged("Under-replicated", Unit::Count, ZERO_IS_GOOD),
                ],
                &[
                    query(
                        r#"sum by (instance) (kafka_server_ReplicaManager_Value{@,name="PartitionCount"})"#,
                        "Partitions",
                    ),
                    query(
                        r#"sum by (instance) (kafka_server_ReplicaManager_Value{@,name="LeaderCount"})"#,
                        "Leaders",
                    ),
                    query(
                        r#"sum by (instance) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesInPerSec",topic=""})"#,
                        "Bytes in",
                    ),
                    query(
                        r#"sum by (instance) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesOutPerSec",topic=""})"#,
                        "Bytes out",
                    ),
                    query(
                        r#"sum by (instance) (kafka_server_socket_server_metrics_connection_count{@})"#,
                        "Connections",
                    ),
                    query(
                        r#"max by (instance) (kafka_server_KafkaRequestHandlerPool_OneMinuteRate{@,name="RequestHandlerAvgIdlePercent"})"#,
                        "Handlers idle",
                    ),
                    query(
                        r#"sum by (instance) (kafka_server_ReplicaManager_Value{@,name="UnderReplicatedPartitions"})"#,
                        "Under-replicated",
                    ),
                ],
            )],
        },
    ],
};
