//! Consumers: lag that grows, lag that is long, groups that do not settle. The metrics are MSK's; Apache Kafka has only the last.

use super::{Alert, Fires, MINUTE, Severity};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "KafkaConsumerLagGrowing",
        severity: Severity::Warning,
        expr: r#"cluster_group_topic:kafka_consumer_lag:max and cluster_group_topic:kafka_consumer_lag:deriv10m > 0"#,
        fires: Fires::Above(10_000.0),
        for_seconds: 15 * MINUTE,
        summary: "Group {{ $labels.groupId }} is {{ $value | humanize }} records behind on {{ $labels.topic }}, and falls further behind.",
        description: "It reads more slowly than producers write. Once the lag reaches past the retention, records are lost to it.",
        causes: &[
            "Too few consumers, or one that does slow work for each record.",
            "Consumers that crash and rebalance over and over.",
            "A burst of producers; then the lag falls again by itself.",
        ],
        look: &[
            "The board Consumer groups: all partitions, or one? One is a hot key or a stuck member.",
            "Members of the group: `outrigger groups describe GROUP`.",
        ],
        act: &[
            "Add consumers, up to the number of partitions; then add partitions.",
            "Raise max.poll.records or batch the slow work.",
            "Where the retention is close, raise retention.ms of the topic for as long as it takes.",
        ],
        firing: &[(
            r#"kafka_consumer_group_ConsumerLagMetrics_Value{cluster="c",name="SumOffsetLag",groupId="g",topic="t"}"#,
            "20000+500x120",
        )],
        // Far behind and catching up.
        quiet: &[(
            r#"kafka_consumer_group_ConsumerLagMetrics_Value{cluster="c",name="SumOffsetLag",groupId="g",topic="t"}"#,
            "90000-500x120",
        )],
    },
    Alert {
        name: "KafkaConsumerTimeLagHigh",
        severity: Severity::Warning,
        expr: r#"max by (cluster, groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{name="EstimatedMaxTimeLag"})"#,
        fires: Fires::Above(600.0),
        for_seconds: 15 * MINUTE,
        summary: "Group {{ $labels.groupId }} is {{ $value | humanizeDuration }} behind on {{ $labels.topic }}.",
        description: "Outrigger tells the age of the oldest record that the group has not read; Amazon MSK estimates how long it takes to drain the backlog.",
        causes: &["The same as for KafkaConsumerLagGrowing, with a lag that may be steady."],
        look: &["The board Consumer groups, Lag in time."],
        act: &[
            "The same as for KafkaConsumerLagGrowing. Ten minutes are a guess of ours: set what your application promises.",
            "A group that nobody uses any more has a lag, too: delete it (`outrigger groups delete GROUP`, or Kafka's own tool).",
        ],
        firing: &[(
            r#"kafka_consumer_group_ConsumerLagMetrics_Value{cluster="c",name="EstimatedMaxTimeLag",groupId="g",topic="t"}"#,
            "1800x120",
        )],
        quiet: &[(
            r#"kafka_consumer_group_ConsumerLagMetrics_Value{cluster="c",name="EstimatedMaxTimeLag",groupId="g",topic="t"}"#,
            "12x120",
        )],
    },
    Alert {
        name: "KafkaConsumerGroupNotSettling",
        severity: Severity::Warning,
        expr: r#"sum by (cluster, instance) (min_over_time(kafka_coordinator_group_GroupMetadataManager_Value{name=~"NumGroupsPreparingRebalance|NumGroupsCompletingRebalance"}[10m]))"#,
        fires: Fires::Above(0.0),
        for_seconds: 5 * MINUTE,
        summary: "{{ $value }} groups of coordinator {{ $labels.instance }} have been rebalancing for minutes.",
        description: "Members of such a group read nothing meanwhile.",
        causes: &[
            "A member that does not come back to poll(): it blocks in its work for longer than max.poll.interval.ms.",
            "Members that are started and killed in a loop.",
        ],
        look: &[
            "`outrigger groups list`, then `outrigger groups describe GROUP`: which members come and go?",
            "The members' logs: `Member … sending LeaveGroup request … poll timeout has expired`.",
        ],
        act: &[
            "Raise max.poll.interval.ms, or lower max.poll.records.",
            "Give members group.instance.id, so that a restart is no rebalance.",
        ],
        firing: &[(
            r#"kafka_coordinator_group_GroupMetadataManager_Value{cluster="c",instance="a",name="NumGroupsPreparingRebalance"}"#,
            "1x120",
        )],
        // A rebalance now and then.
        quiet: &[(
            r#"kafka_coordinator_group_GroupMetadataManager_Value{cluster="c",instance="a",name="NumGroupsPreparingRebalance"}"#,
            "0 1 0 0 1 0 0 0 1 0 0 0 0 1 0 0x105",
        )],
    },
];
