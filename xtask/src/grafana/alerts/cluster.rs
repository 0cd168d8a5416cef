//! The cluster's own health: brokers, controller, partitions, log directories. Cluster-wide gauges appear on every broker of a
//! ZooKeeper cluster, so they are read by their maximum.

use super::{Alert, Fires, MINUTE, Severity};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "KafkaBrokerDown",
        severity: Severity::Critical,
        // A broker whose own admin port answers is not down: then it is exporter-jmx that fails, and ScrapeFailing says so.
        expr: r#"count by (cluster, job, instance) (last_over_time(kafka_server_ReplicaManager_Value{name="LeaderCount"}[1h]) unless kafka_server_ReplicaManager_Value{name="LeaderCount"}) unless on (cluster) up{process="broker"} == 1"#,
        fires: Fires::Above(0.0),
        for_seconds: MINUTE,
        summary: "Broker {{ $labels.instance }} reports no metrics any more.",
        description: "A broker that reported within the last hour does not any more. Its partitions are served by other replicas, or by nobody.",
        causes: &[
            "The process was killed, crashed, or its machine is gone.",
            "It hangs so badly that it answers nobody.",
            "It was taken out of service on purpose: the alert ends an hour later by itself.",
            "On Amazon MSK and with jmx_exporter's agent the exporter lives in the broker: an exporter that cannot be reached looks the same.",
        ],
        look: &[
            "`outrigger status`, and the broker's log (`processes` in `endpoints.json` says where).",
            "The board Overview: how many brokers are left, and are partitions offline?",
            "The kernel's log for an out-of-memory kill; the board Node for the machine.",
        ],
        act: &[
            "Start it again; `outrigger up` does so by itself, more slowly each time.",
            "Where it ends at once, its last log lines name the reason: a full disk, a port in use, a damaged log directory.",
        ],
        firing: &[(
            r#"kafka_server_ReplicaManager_Value{cluster="c",job="jmx",instance="b:11001",name="LeaderCount"}"#,
            "5x10 _x60",
        )],
        quiet: &[(
            r#"kafka_server_ReplicaManager_Value{cluster="c",job="jmx",instance="b:11001",name="LeaderCount"}"#,
            "5x120",
        )],
    },
    Alert {
        name: "KafkaOfflinePartitions",
        severity: Severity::Critical,
        expr: r#"max by (cluster) (kafka_controller_KafkaController_Value{name="OfflinePartitionsCount"})"#,
        fires: Fires::Above(0.0),
        for_seconds: MINUTE,
        summary: "{{ $value }} partitions have no leader.",
        description: "Partitions without a leader can be neither written nor read until a replica comes back.",
        causes: &[
            "All brokers that hold a replica in sync are down.",
            "A log directory failed on the only broker that had the data.",
        ],
        look: &[
            "KafkaBrokerDown and KafkaLogDirectoryOffline: which broker is missing?",
            "`kafka-topics --describe --unavailable-partitions`",
        ],
        act: &[
            "Bring the missing broker back: nothing is lost that way.",
            "An unclean election (`unclean.leader.election.enable`) serves the partition again and loses what only the missing replica had. Decide it with those who own the data.",
        ],
        firing: &[(
            r#"kafka_controller_KafkaController_Value{cluster="c",name="OfflinePartitionsCount"}"#,
            "3x120",
        )],
        quiet: &[(
            r#"kafka_controller_KafkaController_Value{cluster="c",name="OfflinePartitionsCount"}"#,
            "0x120",
        )],
    },
    Alert {
        name: "KafkaNoActiveController",
        severity: Severity::Critical,
        expr: r#"sum by (cluster) (kafka_controller_KafkaController_Value{name="ActiveControllerCount"})"#,
        fires: Fires::Below(1.0),
        for_seconds: 5 * MINUTE,
        summary: "The cluster has no active controller.",
        description: "No topic can be created or changed, and no leader is elected where a broker fails.",
        causes: &[
            "The controllers have no majority: too many of them are down, or they do not reach each other.",
            "The metadata log cannot be written: its disk is full or failed.",
        ],
        look: &[
            "`kafka-metadata-quorum describe --status`, and the logs of the controllers.",
            "Disk and network of the controller nodes.",
        ],
        act: &[
            "Bring a majority of the controllers back.",
            "Leave brokers running meanwhile: they serve what they lead.",
        ],
        firing: &[(
            r#"kafka_controller_KafkaController_Value{cluster="c",instance="a",name="ActiveControllerCount"}"#,
            "0x120",
        )],
        quiet: &[
            (
                r#"kafka_controller_KafkaController_Value{cluster="c",instance="a",name="ActiveControllerCount"}"#,
                "0x120",
            ),
            (
                r#"kafka_controller_KafkaController_Value{cluster="c",instance="b",name="ActiveControllerCount"}"#,
                "1x120",
            ),
        ],
    },
    Alert {
        name: "KafkaUnderMinIsrPartitions",
        severity: Severity::Critical,
        expr: r#"sum by (cluster, instance) (kafka_server_ReplicaManager_Value{name="UnderMinIsrPartitionCount"})"#,
        fires: Fires::Above(0.0),
        for_seconds: MINUTE,
        summary: "{{ $value }} partitions led by {{ $labels.instance }} have too few replicas in sync.",
        description: "Producers with acks=all are refused with NOT_ENOUGH_REPLICAS.",
        causes: &[
            "A broker is down, and the topic has no replica to spare: min.insync.replicas equals its replication factor.",
            "Followers cannot keep up: slow disks, a slow network, too many partitions.",
        ],
        look: &[
            "KafkaBrokerDown; the board Broker, rows Partitions and Replication.",
            "`kafka-topics --describe --under-min-isr-partitions`",
        ],
        act: &[
            "Bring the broker back, or give the follower what it lacks.",
            "Keep min.insync.replicas one below the replication factor.",
        ],
        firing: &[(
            r#"kafka_server_ReplicaManager_Value{cluster="c",instance="a",name="UnderMinIsrPartitionCount"}"#,
            "2x120",
        )],
        quiet: &[(
            r#"kafka_server_ReplicaManager_Value{cluster="c",instance="a",name="UnderMinIsrPartitionCount"}"#,
            "0x120",
        )],
    },
    Alert {
        name: "KafkaUnderReplicatedPartitions",
        severity: Severity::Warning,
        expr: r#"sum by (cluster, instance) (kafka_server_ReplicaManager_Value{name="UnderReplicatedPartitions"})"#,
        fires: Fires::Above(0.0),
        for_seconds: 15 * MINUTE,
        summary: "{{ $value }} partitions led by {{ $labels.instance }} lack replicas in sync.",
        description: "Such partitions survive fewer failures than they should. During a rolling restart this is normal for minutes, not for a quarter of an hour.",
        causes: &[
            "A broker is down or has just come back with much to copy.",
            "A follower is too slow for what producers write.",
            "Partitions are being moved.",
        ],
        look: &[
            "The board Broker: which broker shrinks its ISR, and is its disk or network the limit?",
            "`kafka-topics --describe --under-replicated-partitions`: the replica that is missing everywhere names the broker.",
        ],
        act: &[
            "Wait where a broker is catching up; its lag falls.",
            "Start no partition moves while this lasts.",
        ],
        firing: &[(
            r#"kafka_server_ReplicaManager_Value{cluster="c",instance="a",name="UnderReplicatedPartitions"}"#,
            "7x120",
        )],
        // A rolling restart: ten minutes.
        quiet: &[(
            r#"kafka_server_ReplicaManager_Value{cluster="c",instance="a",name="UnderReplicatedPartitions"}"#,
            "0x20 7x10 0x90",
        )],
    },
    Alert {
        name: "KafkaLogDirectoryOffline",
        severity: Severity::Critical,
        expr: r#"max by (cluster, instance) (kafka_log_LogManager_Value{name="OfflineLogDirectoryCount"})"#,
        fires: Fires::Above(0.0),
        for_seconds: MINUTE,
        summary: "{{ $value }} log directories of {{ $labels.instance }} are offline.",
        description: "The disk below a log directory failed. Its replicas are gone from this broker.",
        causes: &[
            "An I/O error: a failing or detached disk, a file system gone read-only, a full disk.",
        ],
        look: &[
            "The broker's log for the first I/O error; the kernel's log for the disk.",
            "The board Broker, table Log directories.",
        ],
        act: &[
            "Replace or repair the disk, then restart the broker; replicas are copied from their leaders.",
        ],
        firing: &[(
            r#"kafka_log_LogManager_Value{cluster="c",instance="a",name="OfflineLogDirectoryCount"}"#,
            "1x120",
        )],
        quiet: &[(
            r#"kafka_log_LogManager_Value{cluster="c",instance="a",name="OfflineLogDirectoryCount"}"#,
            "0x120",
        )],
    },
    Alert {
        name: "KafkaUncleanLeaderElection",
        severity: Severity::Critical,
        expr: r#"sum by (cluster) (increase(kafka_controller_ControllerStats_Count{name="UncleanLeaderElectionsPerSec"}[10m]))"#,
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "A replica that was not in sync became leader.",
        description: "Records that only the old leader had are lost; consumers may see offsets again.",
        causes: &[
            "All replicas in sync were down, and unclean.leader.election.enable lets another one lead.",
            "Somebody elected it by hand.",
        ],
        look: &["The controller's log names the partitions."],
        act: &[
            "Tell the owners of the topics: what was acknowledged in the last minutes of the old leader may be gone.",
            "Turn unclean.leader.election.enable off where data matters more than service.",
        ],
        firing: &[(
            r#"kafka_controller_ControllerStats_Count{cluster="c",name="UncleanLeaderElectionsPerSec"}"#,
            "0x60 1+1x60",
        )],
        quiet: &[(
            r#"kafka_controller_ControllerStats_Count{cluster="c",name="UncleanLeaderElectionsPerSec"}"#,
            "4x120",
        )],
    },
];
