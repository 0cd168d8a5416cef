//! Where the time of a request goes: queue, local work, waiting for others, throttle, answer.

use crate::grafana::panel::{Board, Row, Unit, Values, Variable, graph, query};

pub(super) const BOARD: Board = Board {
    uid: "outrigger-latency",
    title: "Kafka / Request latency",
    about: "Percentiles are weighted to the last five minutes and stay where they were when traffic stops; means are over the whole life of a broker. That is how Kafka counts.",
    anchor: "kafka_server_ReplicaManager_Value",
    variables: &[
        Variable {
            name: "request",
            label: "Request",
            values: Values::Label {
                selector: r#"kafka_network_RequestMetrics_Count{@,name="TotalTimeMs"}"#,
                label: "request",
            },
        },
        Variable {
            name: "percentile",
            label: "Percentile",
            values: Values::OneOf(&[
                "99thPercentile",
                "50thPercentile",
                "75thPercentile",
                "95thPercentile",
                "98thPercentile",
                "999thPercentile",
                "Mean",
                "Max",
            ]),
        },
    ],
    rows: &[
        Row {
            title: "Produce and fetch",
            panels: &[
                graph(
                    "Produce, total",
                    Unit::Milliseconds,
                    "The whole time of a produce request on the broker.",
                    &[query(
                        r#"kafka_network_RequestMetrics_${percentile}{@,name="TotalTimeMs",request="Produce"}"#,
                        "{{instance}}",
                    )],
                )
                .wide(12)
                .above_zero(),
                graph(
                    "Fetch of consumers, total",
                    Unit::Milliseconds,
                    "The whole time of a consumer's fetch. At the end of a log it waits up to fetch.max.wait.ms for new records, and that is no fault.",
                    &[query(
                        r#"kafka_network_RequestMetrics_${percentile}{@,name="TotalTimeMs",request="FetchConsumer"}"#,
                        "{{instance}}",
                    )],
                )
                .wide(12)
                .above_zero(),
                graph(
                    "Produce, mean by stage",
                    Unit::Milliseconds,
                    "What the mean time of a produce request is made of. Remote is the wait for replicas or for the disk.",
                    &[query(
                        r#"avg by (name) (kafka_network_RequestMetrics_Mean{@,name=~"RequestQueueTimeMs|LocalTimeMs|RemoteTimeMs|ThrottleTimeMs|ResponseQueueTimeMs|ResponseSendTimeMs",request="Produce"})"#,
                        "{{name}}",
                    )],
                )
                .wide(12)
                .stacked(),
                graph(
                    "Fetch of consumers, mean by stage",
                    Unit::Milliseconds,
                    "What the mean time of a fetch is made of. Remote is the wait for new records.",
                    &[query(
                        r#"avg by (name) (kafka_network_RequestMetrics_Mean{@,name=~"RequestQueueTimeMs|LocalTimeMs|RemoteTimeMs|ThrottleTimeMs|ResponseQueueTimeMs|ResponseSendTimeMs",request="FetchConsumer"})"#,
                        "{{name}}",
                    )],
                )
                .wide(12)
                .stacked(),
            ],
        },
        Row {
            title: "Stages of the chosen requests",
            panels: &[
                graph(
                    "Total",
                    Unit::Milliseconds,
                    "From the arrival of the request to the end of its answer.",
                    &[query(
                        r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="TotalTimeMs",request=~"$request"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
                graph(
                    "In the queue",
                    Unit::Milliseconds,
                    "Until a handler took it. It grows when the handlers are busy.",
                    &[query(
                        r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="RequestQueueTimeMs",request=~"$request"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Local",
                    Unit::Milliseconds,
                    "Work of the leader itself: validation, the write to the page cache, the read from disk.",
                    &[query(
                        r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="LocalTimeMs",request=~"$request"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Remote",
                    Unit::Milliseconds,
                    "Waiting for others: followers, a flush, new records, members of a group.",
                    &[query(
                        r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="RemoteTimeMs",request=~"$request"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Throttled",
                    Unit::Milliseconds,
                    "Held back by a quota.",
                    &[query(
                        r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="ThrottleTimeMs",request=~"$request"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Answer queued and sent",
                    Unit::Milliseconds,
                    "Until the network took the answer, and until its last byte had left. Slow sends are slow or distant clients.",
                    &[
                        query(
                            r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="ResponseQueueTimeMs",request=~"$request"})"#,
                            "queued {{request}}",
                        ),
                        query(
                            r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="ResponseSendTimeMs",request=~"$request"})"#,
                            "sent {{request}}",
                        ),
                    ],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Volume of the chosen requests",
            panels: &[
                graph(
                    "Requests",
                    Unit::RequestsPerSecond,
                    "Over all versions of the API.",
                    &[query(
                        r#"sum by (request) (kafka_network_RequestMetrics_OneMinuteRate{@,name="RequestsPerSec",request=~"$request"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Versions",
                    Unit::RequestsPerSecond,
                    "Which versions of the APIs clients use; old ones are old clients.",
                    &[query(
                        r#"sum by (request, version) (kafka_network_RequestMetrics_OneMinuteRate{@,name="RequestsPerSec",request=~"$request"})"#,
                        "{{request}} v{{version}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Size of requests",
                    Unit::Bytes,
                    "Bytes of a request.",
                    &[query(
                        r#"max by (request) (kafka_network_RequestMetrics_${percentile}{@,name="RequestBytes",request=~"$request"})"#,
                        "{{request}}",
                    )],
                )
                .above_zero(),
            ],
        },
    ],
};
