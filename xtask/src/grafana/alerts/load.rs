//! A cluster that works and has no room left: threads, latency, connections. The limits are those of MSK's recommended alarms.

use super::{Alert, Fires, MINUTE, Severity};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "KafkaRequestHandlersBusy",
        severity: Severity::Warning,
        expr: r#"min by (cluster, instance) (kafka_server_KafkaRequestHandlerPool_OneMinuteRate{name="RequestHandlerAvgIdlePercent"})"#,
        fires: Fires::Below(0.3),
        for_seconds: 15 * MINUTE,
        summary: "The request handlers of {{ $labels.instance }} are idle only {{ $value | humanizePercentage }} of the time.",
        description: "Requests wait in a queue; latency grows with every further client.",
        causes: &[
            "More requests than the machine can serve: many small batches, many small fetches.",
            "Work that costs much for each request: another codec than the topic's, thousands of partitions in a fetch.",
            "A slow disk holds handlers in their writes.",
        ],
        look: &[
            "The board Request latency: is it queue time or local time that grows? Which request leads by volume?",
            "The board Node: CPU and disks.",
        ],
        act: &[
            "Let producers gather more (linger.ms, batch.size) and consumers ask for more (fetch.min.bytes).",
            "Spread partitions over more brokers, or give the broker a bigger machine.",
        ],
        firing: &[(
            r#"kafka_server_KafkaRequestHandlerPool_OneMinuteRate{cluster="c",instance="a",name="RequestHandlerAvgIdlePercent"}"#,
            "0.1x120",
        )],
        quiet: &[(
            r#"kafka_server_KafkaRequestHandlerPool_OneMinuteRate{cluster="c",instance="a",name="RequestHandlerAvgIdlePercent"}"#,
            "0.1x10 0.9x110",
        )],
    },
    Alert {
        name: "KafkaNetworkThreadsBusy",
        severity: Severity::Warning,
        expr: r#"min by (cluster, instance) (kafka_network_SocketServer_Value{name="NetworkProcessorAvgIdlePercent"})"#,
        fires: Fires::Below(0.3),
        for_seconds: 15 * MINUTE,
        summary: "The network threads of {{ $labels.instance }} are idle only {{ $value | humanizePercentage }} of the time.",
        description: "Sockets wait to be read and written; clients see it as latency in every request.",
        causes: &[
            "More bytes or connections than the threads can move.",
            "TLS on a machine without the instructions for it.",
        ],
        look: &["The boards Broker and Security: bytes, connections, new connections per second."],
        act: &[
            "Find clients that open a connection for each request.",
            "On a bigger machine raise num.network.threads; MSK's advice is half of num.io.threads.",
        ],
        firing: &[(
            r#"kafka_network_SocketServer_Value{cluster="c",instance="a",name="NetworkProcessorAvgIdlePercent"}"#,
            "0.2x120",
        )],
        quiet: &[(
            r#"kafka_network_SocketServer_Value{cluster="c",instance="a",name="NetworkProcessorAvgIdlePercent"}"#,
            "0.8x120",
        )],
    },
    Alert {
        name: "KafkaProduceLatencyHigh",
        severity: Severity::Warning,
        // Percentiles keep their last value when traffic stops, so a broker without produce requests is left out.
        expr: r#"max by (cluster, instance) (kafka_network_RequestMetrics_99thPercentile{name="TotalTimeMs",request="Produce"}) and sum by (cluster, instance) (kafka_network_RequestMetrics_OneMinuteRate{name="RequestsPerSec",request="Produce"}) > 0.1"#,
        fires: Fires::Above(1000.0),
        for_seconds: 15 * MINUTE,
        summary: "One in a hundred produce requests to {{ $labels.instance }} takes more than {{ $value }} ms.",
        description: "Producers block once their buffers are full, and time out at delivery.timeout.ms.",
        causes: &[
            "Followers that are slow to fetch (acks=all waits for them).",
            "A disk that is slow to flush.",
            "A broker without idle handlers.",
        ],
        look: &[
            "The board Request latency, Produce by stage: queue means handlers, local means disk, remote means followers or flushes.",
        ],
        act: &[
            "Act on the stage that holds the time: KafkaRequestHandlersBusy, NodeCpuHigh, KafkaUnderReplicatedPartitions.",
        ],
        firing: &[
            (
                r#"kafka_network_RequestMetrics_99thPercentile{cluster="c",instance="a",name="TotalTimeMs",request="Produce"}"#,
                "2500x120",
            ),
            (
                r#"kafka_network_RequestMetrics_OneMinuteRate{cluster="c",instance="a",name="RequestsPerSec",request="Produce",version="12"}"#,
                "30x120",
            ),
        ],
        // Slow once, and idle since.
        quiet: &[
            (
                r#"kafka_network_RequestMetrics_99thPercentile{cluster="c",instance="a",name="TotalTimeMs",request="Produce"}"#,
                "2500x120",
            ),
            (
                r#"kafka_network_RequestMetrics_OneMinuteRate{cluster="c",instance="a",name="RequestsPerSec",request="Produce",version="12"}"#,
                "0x120",
            ),
        ],
    },
    Alert {
        name: "KafkaConnectionsNearLimit",
        severity: Severity::Warning,
        expr: r#"sum by (cluster, instance, listener) (kafka_server_socket_server_metrics_connection_count)"#,
        fires: Fires::Above(2400.0),
        for_seconds: 15 * MINUTE,
        summary: "{{ $labels.instance }} has {{ $value }} connections on {{ $labels.listener }}.",
        description: "MSK's limit is 3,000 for each listener of a broker; beyond it clients are turned away.",
        causes: &[
            "Clients that make a producer or a consumer for each task.",
            "A deployment that grew, or an old one that did not end.",
        ],
        look: &[
            "The board Security: connections by client library, and how many are opened each second.",
        ],
        act: &[
            "Share producers within a process; end idle clients; or raise max.connections where the machine has room.",
        ],
        firing: &[(
            r#"kafka_server_socket_server_metrics_connection_count{cluster="c",instance="a",listener="CLIENT_IAM",networkProcessor="0"}"#,
            "2800x120",
        )],
        quiet: &[(
            r#"kafka_server_socket_server_metrics_connection_count{cluster="c",instance="a",listener="CLIENT_IAM",networkProcessor="0"}"#,
            "300x120",
        )],
    },
];
