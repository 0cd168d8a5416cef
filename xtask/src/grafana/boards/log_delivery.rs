//! Whether log files reach where they are sent: how far each sink is behind, what it takes, what was lost or set aside, and what keeps it.

use crate::grafana::panel::{
    Board, Colour, Column, Levels, Row, Unit, ZERO_IS_GOOD, graph, query, stat, table,
};

/// An object of S3 is written every five minutes; half an hour is a sink that is down.
const AGE: Levels = &[
    (None, Colour::Green),
    (Some(600.0), Colour::Orange),
    (Some(1800.0), Colour::Red),
];
const DELIVERS: Levels = &[(None, Colour::Red), (Some(1.0), Colour::Green)];

pub(super) const BOARD: Board = Board {
    uid: "outrigger-log-delivery",
    title: "Kafka / Log delivery",
    about: "What logshipper delivers to CloudWatch Logs, S3, Kinesis, Firehose or a directory, and what it could not.",
    anchor: "outrigger_logshipper_sink_up",
    variables: &[],
    rows: &[
        Row {
            title: "Now",
            panels: &[
                stat(
                    "Sinks that fail",
                    Unit::Count,
                    "Their last request was not answered well. The files keep what waits for them.",
                    &[query(
                        r#"sum(1 - outrigger_logshipper_sink_up{@})"#,
                        "sinks",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                stat(
                    "Not delivered yet",
                    Unit::Bytes,
                    "Bytes of log files that a sink does not have, all sinks together.",
                    &[query(r#"sum(outrigger_logshipper_lag_bytes{@})"#, "bytes")],
                ),
                stat(
                    "Oldest line not delivered",
                    Unit::Seconds,
                    "Its age at the sink that is furthest behind.",
                    &[query(r#"max(outrigger_logshipper_lag_seconds{@})"#, "age")],
                )
                .judged(AGE),
                stat(
                    "Lost in the last day",
                    Unit::Bytes,
                    "Truncated, cut or gone before they were delivered. A lower bound where a file was truncated in place.",
                    &[query(
                        r#"sum(increase(outrigger_logshipper_lost_bytes_total{@}[1d]))"#,
                        "bytes",
                    )],
                )
                .judged(ZERO_IS_GOOD),
                stat(
                    "Removed in the last day",
                    Unit::Bytes,
                    "Rotated log files that a process removed at its limit before they were delivered.",
                    &[query(
                        r#"sum(increase(outrigger_log_removed_undelivered_bytes_total{@}[1d]))"#,
                        "bytes",
                    )],
                )
                .judged(ZERO_IS_GOOD),
                stat(
                    "Dead letters in the last day",
                    Unit::Count,
                    "Events that a sink will never take; they are in a file, to be sent again by `outrigger logshipper replay`.",
                    &[query(
                        r#"sum(increase(outrigger_logshipper_dead_letter_events_total{@}[1d]))"#,
                        "events",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                table(
                    "Every sink",
                    "What it is behind by, and what it did not get in the last day.",
                    &[
                        Column::Label("instance", "Logshipper"),
                        Column::Label("sink", "Sink"),
                        Column::Judged("Delivers", Unit::Count, DELIVERS),
                        Column::Value("Last success", Unit::FromNow),
                        Column::Value("Behind", Unit::Bytes),
                        Column::Judged("Oldest", Unit::Seconds, AGE),
                        Column::Value("Events behind", Unit::Count),
                        Column::Judged("Lost", Unit::Bytes, ZERO_IS_GOOD),
                        Column::Judged("Dead letters", Unit::Count, ZERO_IS_GOOD),
                    ],
                    &[
                        query(
                            r#"min by (instance, sink) (outrigger_logshipper_sink_up{@})"#,
                            "Delivers",
                        ),
                        query(
                            r#"max by (instance, sink) (outrigger_logshipper_sink_last_success_timestamp_seconds{@}) * 1000"#,
                            "Last success",
                        ),
                        query(
                            r#"sum by (instance, sink) (outrigger_logshipper_lag_bytes{@})"#,
                            "Behind",
                        ),
                        query(
                            r#"max by (instance, sink) (outrigger_logshipper_lag_seconds{@})"#,
                            "Oldest",
                        ),
                        query(
                            r#"sum by (instance, sink) (outrigger_logshipper_lag_events{@})"#,
                            "Events behind",
                        ),
                        query(
                            r#"sum by (instance, sink) (increase(outrigger_logshipper_lost_bytes_total{@}[1d]))"#,
                            "Lost",
                        ),
                        query(
                            r#"sum by (instance, sink) (increase(outrigger_logshipper_dead_letter_events_total{@}[1d]))"#,
                            "Dead letters",
                        ),
                    ],
                ),
            ],
        },
        Row {
            title: "Delivery",
            panels: &[
                graph(
                    "Events delivered",
                    Unit::PerSecond,
                    "What each sink has confirmed.",
                    &[query(
                        r#"sum by (instance, sink) (rate(outrigger_logshipper_events_delivered_total{@}[$__rate_interval]))"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Bytes delivered",
                    Unit::BytesPerSecond,
                    "Bytes of log files, before compression.",
                    &[query(
                        r#"sum by (instance, sink) (rate(outrigger_logshipper_bytes_delivered_total{@}[$__rate_interval]))"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Requests",
                    Unit::RequestsPerSecond,
                    "By outcome: throttled and unanswered ones are tried again, after a pause.",
                    &[query(
                        r#"sum by (sink, outcome) (rate(outrigger_logshipper_requests_total{@}[$__rate_interval]))"#,
                        "{{sink}} {{outcome}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Not delivered yet",
                    Unit::Bytes,
                    "Bytes of log files that a sink does not have.",
                    &[query(
                        r#"sum by (instance, sink) (outrigger_logshipper_lag_bytes{@})"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Oldest line not delivered",
                    Unit::Seconds,
                    "Its age. What grows by a second a second is a sink that takes nothing.",
                    &[query(
                        r#"max by (instance, sink) (outrigger_logshipper_lag_seconds{@})"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Events not delivered yet",
                    Unit::Count,
                    "Counted where they have been read, estimated by their mean size where not.",
                    &[query(
                        r#"sum by (instance, sink) (outrigger_logshipper_lag_events{@})"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Events sent again",
                    Unit::PerSecond,
                    "Possible duplicates: a request was not answered, so nobody knows whether it was taken.",
                    &[query(
                        r#"sum by (instance, sink) (rate(outrigger_logshipper_events_resent_total{@}[$__rate_interval]))"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Requests under way",
                    Unit::Count,
                    "Lowered by throttling, raised by success.",
                    &[query(
                        r#"outrigger_logshipper_in_flight_requests{@}"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "What was not delivered",
            panels: &[
                graph(
                    "Lost",
                    Unit::BytesPerSecond,
                    "By cause: copytruncate and vanished are what somebody did to a file, released and event_cut what a limit did, unreadable is a broken archive.",
                    &[query(
                        r#"sum by (sink, cause) (rate(outrigger_logshipper_lost_bytes_total{@}[$__rate_interval]))"#,
                        "{{sink}} {{cause}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Dead letters",
                    Unit::PerSecond,
                    "By reason: events that are too old, too new, expired or invalid for a sink.",
                    &[query(
                        r#"sum by (sink, reason) (rate(outrigger_logshipper_dead_letter_events_total{@}[$__rate_interval]))"#,
                        "{{sink}} {{reason}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Dead letters removed",
                    Unit::PerSecond,
                    "Dead letters that nobody has sent elsewhere before their files were full: the oldest are lost for good.",
                    &[query(
                        r#"sum by (instance, sink) (rate(outrigger_logshipper_dead_letters_dropped_total{@}[$__rate_interval]))"#,
                        "{{sink}} {{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Removed before delivery",
                    Unit::BytesPerSecond,
                    "Rotated files that a process removed at the limit of what it keeps.",
                    &[query(
                        r#"sum by (instance, process) (rate(outrigger_log_removed_undelivered_bytes_total{@}[$__rate_interval]))"#,
                        "{{process}} {{instance}}",
                    )],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Files and checkpoints",
            panels: &[
                graph(
                    "Logs furthest behind",
                    Unit::Bytes,
                    "The ten with most to deliver.",
                    &[query(
                        r#"topk(10, max by (instance, file) (outrigger_logshipper_lag_bytes{@}))"#,
                        "{{file}} {{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Files",
                    Unit::Count,
                    "Followed, and open now.",
                    &[
                        query(r#"outrigger_logshipper_files{@}"#, "followed {{instance}}"),
                        query(r#"outrigger_logshipper_open_files{@}"#, "open {{instance}}"),
                    ],
                )
                .above_zero(),
                graph(
                    "Held of deleted files",
                    Unit::Bytes,
                    "Disk that is not free because a deleted file is not delivered yet.",
                    &[query(
                        r#"outrigger_logshipper_held_deleted_bytes{@}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Age of checkpoints",
                    Unit::Seconds,
                    "What was delivered since then is delivered again after a crash.",
                    &[query(
                        r#"max by (instance, sink) (outrigger_logshipper_checkpoint_age_seconds{@})"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Failed checkpoints",
                    Unit::PerSecond,
                    "A full disk or a lost permission.",
                    &[query(
                        r#"sum by (instance, sink) (rate(outrigger_logshipper_checkpoint_failures_total{@}[$__rate_interval]))"#,
                        "{{instance}} {{sink}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Memory of events under way",
                    Unit::Bytes,
                    "Of the budget `--memory-bytes`, all sinks together.",
                    &[query(
                        r#"outrigger_logshipper_memory_bytes{@}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
            ],
        },
    ],
};
