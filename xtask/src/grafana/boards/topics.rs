//! Topics: who writes and reads how much, what is stored, and the partitions.

use crate::grafana::panel::{
    Board, Column, Row, Unit, Values, Variable, ZERO_IS_GOOD, bars, graph, query, stat, table,
};

pub(super) const BOARD: Board = Board {
    uid: "outrigger-topics",
    title: "Kafka / Topics",
    about: "Traffic and storage by topic and partition. A topic's rates exist from its first record on, as in Apache Kafka.",
    anchor: "kafka_server_ReplicaManager_Value",
    variables: &[Variable {
        name: "topic",
        label: "Topic",
        values: Values::Label {
            selector: r#"kafka_log_Log_Value{@,name="Size"}"#,
            label: "topic",
        },
    }],
    rows: &[
        Row {
            title: "Chosen topics",
            panels: &[
                stat(
                    "Topics",
                    Unit::Count,
                    "Topics among those chosen that have a replica on the chosen brokers.",
                    &[query(
                        r#"count(count by (topic) (kafka_log_Log_Value{@,name="Size",topic=~"$topic"}))"#,
                        "topics",
                    )],
                )
                .whole(),
                stat(
                    "Partitions",
                    Unit::Count,
                    "Their partitions, replicas not counted twice.",
                    &[query(
                        r#"count(count by (topic, partition) (kafka_log_Log_Value{@,name="Size",topic=~"$topic"}))"#,
                        "partitions",
                    )],
                )
                .whole(),
                stat(
                    "Stored",
                    Unit::Bytes,
                    "Bytes on disk, all replicas together.",
                    &[query(
                        r#"sum(kafka_log_Log_Value{@,name="Size",topic=~"$topic"})"#,
                        "stored",
                    )],
                ),
                stat(
                    "Offsets kept",
                    Unit::Count,
                    "From the first to the last offset, over all partitions. Compacted topics hold fewer records than that.",
                    &[query(
                        r#"sum(max by (topic, partition) (kafka_log_Log_Value{@,name="LogEndOffset",topic=~"$topic"}) - max by (topic, partition) (kafka_log_Log_Value{@,name="LogStartOffset",topic=~"$topic"}))"#,
                        "offsets",
                    )],
                )
                .whole(),
                stat(
                    "Under-replicated",
                    Unit::Count,
                    "Partitions with fewer replicas in sync than they should have.",
                    &[query(
                        r#"sum(kafka_cluster_Partition_Value{@,name="UnderReplicated",topic=~"$topic"})"#,
                        "partitions",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Under min ISR",
                    Unit::Count,
                    "Partitions that refuse producers with acks=all.",
                    &[query(
                        r#"sum(kafka_cluster_Partition_Value{@,name="UnderMinIsr",topic=~"$topic"})"#,
                        "partitions",
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
                    "Bytes in",
                    Unit::BytesPerSecond,
                    "Record bytes that producers wrote, over all brokers.",
                    &[query(
                        r#"sum by (topic) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesInPerSec",topic=~"$topic",topic!=""})"#,
                        "{{topic}}",
                    )],
                )
                .stacked(),
                graph(
                    "Bytes out",
                    Unit::BytesPerSecond,
                    "Record bytes that consumers read, over all brokers.",
                    &[query(
                        r#"sum by (topic) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="BytesOutPerSec",topic=~"$topic",topic!=""})"#,
                        "{{topic}}",
                    )],
                )
                .stacked(),
                graph(
                    "Records in",
                    Unit::PerSecond,
                    "Records that producers wrote.",
                    &[query(
                        r#"sum by (topic) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="MessagesInPerSec",topic=~"$topic",topic!=""})"#,
                        "{{topic}}",
                    )],
                )
                .stacked(),
                graph(
                    "Produce requests",
                    Unit::RequestsPerSecond,
                    "Requests that wrote to the topic. Many for few bytes mean small batches: linger.ms and batch.size help.",
                    &[query(
                        r#"sum by (topic) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="TotalProduceRequestsPerSec",topic=~"$topic",topic!=""})"#,
                        "{{topic}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Fetch requests",
                    Unit::RequestsPerSecond,
                    "Requests that read the topic. Many for few bytes mean small fetches: fetch.min.bytes helps.",
                    &[query(
                        r#"sum by (topic) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="TotalFetchRequestsPerSec",topic=~"$topic",topic!=""})"#,
                        "{{topic}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Failed requests",
                    Unit::RequestsPerSecond,
                    "Produce and fetch requests of the topic that failed.",
                    &[
                        query(
                            r#"sum by (topic) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="FailedProduceRequestsPerSec",topic=~"$topic",topic!=""})"#,
                            "produce {{topic}}",
                        ),
                        query(
                            r#"sum by (topic) (kafka_server_BrokerTopicMetrics_OneMinuteRate{@,name="FailedFetchRequestsPerSec",topic=~"$topic",topic!=""})"#,
                            "fetch {{topic}}",
                        ),
                    ],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Storage",
            panels: &[
                graph(
                    "Stored",
                    Unit::Bytes,
                    "Bytes on disk, all replicas together.",
                    &[query(
                        r#"sum by (topic) (kafka_log_Log_Value{@,name="Size",topic=~"$topic"})"#,
                        "{{topic}}",
                    )],
                )
                .stacked(),
                graph(
                    "Growth of the log end",
                    Unit::PerSecond,
                    "Offsets appended, over all partitions: records written, and markers of transactions.",
                    &[query(
                        r#"sum by (topic) (max by (topic, partition) (rate(kafka_log_Log_Value{@,name="LogEndOffset",topic=~"$topic"}[$__rate_interval])))"#,
                        "{{topic}}",
                    )],
                )
                .above_zero(),
                bars(
                    "Largest topics",
                    Unit::Bytes,
                    "The ten that hold most.",
                    &[query(
                        r#"sort_desc(topk(10, sum by (topic) (kafka_log_Log_Value{@,name="Size",topic=~"$topic"})))"#,
                        "{{topic}}",
                    )],
                ),
                table(
                    "Partitions",
                    "One row for each partition; where several brokers report it, the largest value.",
                    &[
                        Column::Label("topic", "Topic"),
                        Column::Label("partition", "Partition"),
                        Column::Value("Size", Unit::Bytes),
                        Column::Value("Start", Unit::Text),
                        Column::Value("End", Unit::Text),
                        Column::Value("Segments", Unit::Count),
                        Column::Value("In sync", Unit::Count),
                        Column::Judged("Under-replicated", Unit::Count, ZERO_IS_GOOD),
                    ],
                    &[
                        query(
                            r#"max by (topic, partition) (kafka_log_Log_Value{@,name="Size",topic=~"$topic"})"#,
                            "Size",
                        ),
                        query(
                            r#"max by (topic, partition) (kafka_log_Log_Value{@,name="LogStartOffset",topic=~"$topic"})"#,
                            "Start",
                        ),
                        query(
                            r#"max by (topic, partition) (kafka_log_Log_Value{@,name="LogEndOffset",topic=~"$topic"})"#,
                            "End",
                        ),
                        query(
                            r#"max by (topic, partition) (kafka_log_Log_Value{@,name="NumLogSegments",topic=~"$topic"})"#,
                            "Segments",
                        ),
                        query(
                            r#"max by (topic, partition) (kafka_cluster_Partition_Value{@,name="InSyncReplicasCount",topic=~"$topic"})"#,
                            "In sync",
                        ),
                        query(
                            r#"max by (topic, partition) (kafka_cluster_Partition_Value{@,name="UnderReplicated",topic=~"$topic"})"#,
                            "Under-replicated",
                        ),
                    ],
                ),
            ],
        },
    ],
};
