//! Whether what watches the cluster is itself well: targets, scrapes, processes, deliveries to other systems.

use crate::grafana::panel::{
    Board, Colour, Column, Row, Unit, Word, ZERO_IS_GOOD, graph, query, stat, table,
};

const UP: &[Word] = &[Word("0", "down"), Word("1", "up")];

pub(super) const BOARD: Board = Board {
    uid: "outrigger-suite",
    title: "Kafka / Exporters and processes",
    about: "The health of the exporters and of every process of Outrigger, from their own metrics.",
    anchor: "up",
    variables: &[],
    rows: &[
        Row {
            title: "Targets",
            panels: &[
                stat(
                    "Targets up",
                    Unit::Ratio,
                    "Share of the chosen targets that answered their last scrape.",
                    &[query(r#"avg(up{@})"#, "up")],
                )
                .judged(&[(None, Colour::Red), (Some(1.0), Colour::Green)])
                .share(),
                stat(
                    "Failing sources of exporter-jmx",
                    Unit::Count,
                    "1 where the last scrape could not read a source; what it would have given is absent.",
                    &[query(r#"max(jmx_scrape_error{@})"#, "error")],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Failing collectors of exporter-node",
                    Unit::Count,
                    "Collectors that found nothing on this machine, or failed. Some are normal: not every machine has ZFS.",
                    &[query(
                        r#"sum(1 - node_scrape_collector_success{@})"#,
                        "collectors",
                    )],
                )
                .whole(),
                stat(
                    "Restarts in the last hour",
                    Unit::Count,
                    "Processes whose start time changed.",
                    &[query(
                        r#"sum(changes(process_start_time_seconds{@}[1h]))"#,
                        "restarts",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Unhealthy components",
                    Unit::Count,
                    "Parts of processes that say that they do not work.",
                    &[query(
                        r#"sum(1 - outrigger_component_healthy{@})"#,
                        "components",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Series per scrape",
                    Unit::Count,
                    "Samples that the last scrapes of the chosen targets brought.",
                    &[query(
                        r#"sum(scrape_samples_post_metric_relabeling{@})"#,
                        "samples",
                    )],
                )
                .whole(),
                table(
                    "Every target",
                    "Whether it answers, how long that takes and how much it brings.",
                    &[
                        Column::Label("job", "Job"),
                        Column::Label("process", "Process"),
                        Column::Label("instance", "Target"),
                        Column::Value("Up", Unit::Count),
                        Column::Value("Duration", Unit::Seconds),
                        Column::Value("Samples", Unit::Count),
                    ],
                    &[
                        query(r#"max by (job, process, instance) (up{@})"#, "Up"),
                        query(
                            r#"max by (job, process, instance) (scrape_duration_seconds{@})"#,
                            "Duration",
                        ),
                        query(
                            r#"max by (job, process, instance) (scrape_samples_scraped{@})"#,
                            "Samples",
                        ),
                    ],
                ),
            ],
        },
        Row {
            title: "Scrapes",
            panels: &[
                graph(
                    "Targets",
                    Unit::Count,
                    "1 while a target answers.",
                    &[query(r#"up{@}"#, "{{process}} {{instance}}")],
                )
                .in_words(UP)
                .share(),
                graph(
                    "Duration of scrapes",
                    Unit::Seconds,
                    "As Prometheus measures it. It must stay well below the scrape timeout.",
                    &[query(
                        r#"scrape_duration_seconds{@}"#,
                        "{{process}} {{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Series that came and went",
                    Unit::Count,
                    "New series in a scrape. A steady number is churn: topics, groups or clients that come and go, and it costs memory.",
                    &[query(r#"scrape_series_added{@}"#, "{{process}} {{instance}}")],
                )
                .above_zero(),
                graph(
                    "Sources of exporter-jmx",
                    Unit::Seconds,
                    "Time that the last reading of the broker and of authn took.",
                    &[query(
                        r#"max by (instance, source) (outrigger_source_read_seconds{@})"#,
                        "{{instance}} {{source}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Collection of MBeans",
                    Unit::Seconds,
                    "Time that exporter-jmx took to answer.",
                    &[query(r#"jmx_scrape_duration_seconds{@}"#, "{{instance}}")],
                )
                .above_zero(),
                graph(
                    "Slowest collectors of exporter-node",
                    Unit::Seconds,
                    "The five that took longest.",
                    &[query(
                        r#"topk(5, node_scrape_collector_duration_seconds{@})"#,
                        "{{collector}}",
                    )],
                )
                .above_zero(),
                table(
                    "Collectors that brought nothing",
                    "A collector without its file reports 0; on a machine that has no such hardware that is right.",
                    &[
                        Column::Label("instance", "Machine"),
                        Column::Label("collector", "Collector"),
                        Column::Value("Success", Unit::Count),
                    ],
                    &[query(
                        r#"min by (instance, collector) (node_scrape_collector_success{@}) == 0"#,
                        "Success",
                    )],
                )
                .wide(8),
            ],
        },
        Row {
            title: "Processes",
            panels: &[
                graph(
                    "CPU",
                    Unit::Ratio,
                    "Share of one core.",
                    &[query(
                        r#"rate(process_cpu_seconds_total{@}[$__rate_interval])"#,
                        "{{process}} {{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Resident memory",
                    Unit::Bytes,
                    "Memory that the process holds.",
                    &[query(
                        r#"process_resident_memory_bytes{@}"#,
                        "{{process}} {{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Open file descriptors",
                    Unit::Ratio,
                    "Share of the process's limit. At 1, no connection is accepted and no log opened.",
                    &[query(
                        r#"process_open_fds{@} / process_max_fds{@}"#,
                        "{{process}} {{instance}}",
                    )],
                )
                .judged(DESCRIPTORS)
                .share(),
                table(
                    "Versions",
                    "What runs where.",
                    &[
                        Column::Label("process", "Process"),
                        Column::Label("instance", "Target"),
                        Column::Label("version", "Version"),
                        Column::Value("Processes", Unit::Count),
                    ],
                    &[query(
                        r#"count by (process, instance, version) (outrigger_build_info{@})"#,
                        "Processes",
                    )],
                ),
            ],
        },
        Row {
            title: "Deliveries",
            panels: &[
                graph(
                    "Delivered by OTLP",
                    Unit::PerSecond,
                    "Data points and spans that the collector took. Empty where nothing is pushed.",
                    &[query(
                        r#"sum by (instance, signal) (rate(outrigger_otlp_sent_items_total{@}[$__rate_interval]))"#,
                        "{{signal}} {{instance}}",
                    )],
                )
                .wide(6)
                .above_zero(),
                graph(
                    "Lost on the way to OTLP",
                    Unit::PerSecond,
                    "Data points and spans that were given up, by reason.",
                    &[query(
                        r#"sum by (signal, reason) (rate(outrigger_otlp_lost_items_total{@}[$__rate_interval]))"#,
                        "{{signal}} {{reason}}",
                    )],
                )
                .wide(6)
                .above_zero(),
                graph(
                    "Data for CloudWatch",
                    Unit::PerSecond,
                    "Data by what became of them: sent, or rejected, illegal, over the cap, dropped from a full queue. Empty where CloudWatch is off.",
                    &[query(
                        r#"sum by (result) (rate(outrigger_cloudwatch_datums_total{@}[$__rate_interval]))"#,
                        "{{result}}",
                    )],
                )
                .wide(6)
                .above_zero(),
                graph(
                    "Metrics in CloudWatch",
                    Unit::Count,
                    "Metrics of the last period by level: each is billed. Empty where CloudWatch is off.",
                    &[query(
                        r#"sum by (level) (outrigger_cloudwatch_metrics{@})"#,
                        "{{level}}",
                    )],
                )
                .wide(6)
                .stacked(),
            ],
        },
    ],
};

/// MSK's alarm is at 80 %.
const DESCRIPTORS: crate::grafana::panel::Levels = &[
    (None, Colour::Green),
    (Some(0.6), Colour::Orange),
    (Some(0.8), Colour::Red),
];
