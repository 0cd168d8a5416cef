//! Consumer groups: how far they are behind in records and in time, and how calm they are.

use crate::grafana::panel::{
    Board, Column, Row, Unit, Values, Variable, bars, graph, query, stat, table,
};

pub(super) const BOARD: Board = Board {
    uid: "outrigger-groups",
    title: "Kafka / Consumer groups and lag",
    about: "Lag as Amazon MSK reports it: for groups that are stable or empty and have committed offsets. Apache Kafka has none of these metrics.",
    anchor: "kafka_server_ReplicaManager_Value",
    variables: &[
        Variable {
            name: "group",
            label: "Group",
            values: Values::Label {
                selector: r#"kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag"}"#,
                label: "groupId",
            },
        },
        Variable {
            name: "topic",
            label: "Topic",
            values: Values::Label {
                selector: r#"kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag",groupId=~"$group"}"#,
                label: "topic",
            },
        },
        Variable {
            name: "partition",
            label: "Partition",
            values: Values::Label {
                selector: r#"kafka_consumer_group_ConsumerLagMetrics_Value{@,name="OffsetLag",groupId=~"$group",topic=~"$topic"}"#,
                label: "partition",
            },
        },
    ],
    rows: &[
        Row {
            title: "Groups",
            panels: &[
                stat(
                    "Groups",
                    Unit::Count,
                    "Groups that the coordinators know, in any state.",
                    &[query(
                        r#"sum(kafka_coordinator_group_GroupMetadataManager_Value{@,name="NumGroups"})"#,
                        "groups",
                    )],
                )
                .whole(),
                stat(
                    "Stable",
                    Unit::Count,
                    "Groups whose members have their partitions and read.",
                    &[query(
                        r#"sum(kafka_coordinator_group_GroupMetadataManager_Value{@,name="NumGroupsStable"})"#,
                        "groups",
                    )],
                )
                .whole(),
                stat(
                    "Rebalancing",
                    Unit::Count,
                    "Groups whose members wait for partitions. A group that stays here reads nothing.",
                    &[query(
                        r#"sum(kafka_coordinator_group_GroupMetadataManager_Value{@,name=~"NumGroupsPreparingRebalance|NumGroupsCompletingRebalance"})"#,
                        "groups",
                    )],
                )
                .whole(),
                stat(
                    "Empty",
                    Unit::Count,
                    "Groups without members that still hold offsets.",
                    &[query(
                        r#"sum(kafka_coordinator_group_GroupMetadataManager_Value{@,name="NumGroupsEmpty"})"#,
                        "groups",
                    )],
                )
                .whole(),
                stat(
                    "Total lag",
                    Unit::Count,
                    "Records that the chosen groups have not committed.",
                    &[query(
                        r#"sum(max by (groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag",groupId=~"$group",topic=~"$topic"}))"#,
                        "records",
                    )],
                )
                .whole(),
                stat(
                    "Largest lag in time",
                    Unit::Seconds,
                    "Outrigger: age of the oldest record that one of the chosen groups has not consumed. Amazon MSK: time to drain its largest lag, estimated.",
                    &[query(
                        r#"max(kafka_consumer_group_ConsumerLagMetrics_Value{@,name="EstimatedMaxTimeLag",groupId=~"$group",topic=~"$topic"})"#,
                        "seconds",
                    )],
                ),
            ],
        },
        Row {
            title: "Lag",
            panels: &[
                graph(
                    "Lag by group and topic",
                    Unit::Count,
                    "Records between the end of a topic and what the group has committed, over all partitions.",
                    &[query(
                        r#"max by (groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag",groupId=~"$group",topic=~"$topic"})"#,
                        "{{groupId}} {{topic}}",
                    )],
                )
                .wide(12)
                .above_zero(),
                graph(
                    "Lag in time",
                    Unit::Seconds,
                    "Outrigger: age of the oldest record that the group has not consumed. Amazon MSK: time to drain its largest lag, estimated.",
                    &[query(
                        r#"max by (groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="EstimatedMaxTimeLag",groupId=~"$group",topic=~"$topic"})"#,
                        "{{groupId}} {{topic}}",
                    )],
                )
                .wide(12)
                .above_zero(),
                graph(
                    "Growth of lag",
                    Unit::PerSecond,
                    "Above zero, the group reads more slowly than producers write.",
                    &[query(
                        r#"max by (groupId, topic) (deriv(kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag",groupId=~"$group",topic=~"$topic"}[$__rate_interval]))"#,
                        "{{groupId}} {{topic}}",
                    )],
                )
                .wide(12),
                bars(
                    "Partitions furthest behind",
                    Unit::Count,
                    "The ten largest lags of a single partition. One far above the rest is a hot key or a stuck consumer.",
                    &[query(
                        r#"sort_desc(topk(10, max by (groupId, topic, partition) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="OffsetLag",groupId=~"$group",topic=~"$topic",partition=~"$partition"})))"#,
                        "{{groupId}} {{topic}}-{{partition}}",
                    )],
                )
                .wide(12)
                .whole(),
                graph(
                    "Lag by partition",
                    Unit::Count,
                    "Records that the group has not committed, partition by partition.",
                    &[query(
                        r#"max by (groupId, topic, partition) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="OffsetLag",groupId=~"$group",topic=~"$topic",partition=~"$partition"})"#,
                        "{{groupId}} {{topic}}-{{partition}}",
                    )],
                )
                .wide(12)
                .above_zero(),
                graph(
                    "Lag in time by partition",
                    Unit::Seconds,
                    "Outrigger: age of the oldest record that is not consumed. Amazon MSK: time to drain the lag, estimated.",
                    &[query(
                        r#"max by (groupId, topic, partition) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="EstimatedTimeLag",groupId=~"$group",topic=~"$topic",partition=~"$partition"})"#,
                        "{{groupId}} {{topic}}-{{partition}}",
                    )],
                )
                .wide(12)
                .above_zero(),
                table(
                    "Every group and topic",
                    "Sums and largest partition of each.",
                    &[
                        Column::Label("groupId", "Group"),
                        Column::Label("topic", "Topic"),
                        Column::Value("Lag", Unit::Count),
                        Column::Value("Largest partition", Unit::Count),
                        Column::Value("Lag in time", Unit::Seconds),
                    ],
                    &[
                        query(
                            r#"max by (groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="SumOffsetLag",groupId=~"$group",topic=~"$topic"})"#,
                            "Lag",
                        ),
                        query(
                            r#"max by (groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="MaxOffsetLag",groupId=~"$group",topic=~"$topic"})"#,
                            "Largest partition",
                        ),
                        query(
                            r#"max by (groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{@,name="EstimatedMaxTimeLag",groupId=~"$group",topic=~"$topic"})"#,
                            "Lag in time",
                        ),
                    ],
                ),
            ],
        },
        Row {
            title: "Coordinators",
            panels: &[
                graph(
                    "Commits of offsets",
                    Unit::OperationsPerSecond,
                    "Offsets that consumers committed. Consumers that commit after every record show here.",
                    &[query(
                        r#"sum by (instance) (kafka_server_group_coordinator_metrics_offset_commit_rate{@})"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Rebalances completed",
                    Unit::OperationsPerSecond,
                    "A steady rate means that members come and go: look at max.poll.interval.ms and session.timeout.ms.",
                    &[query(
                        r#"sum by (instance) (kafka_server_group_coordinator_metrics_group_completed_rebalance_rate{@})"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Offsets kept",
                    Unit::Count,
                    "Committed offsets that the coordinators hold.",
                    &[query(
                        r#"sum by (instance) (kafka_coordinator_group_GroupMetadataManager_Value{@,name="NumOffsets"})"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
            ],
        },
    ],
};
