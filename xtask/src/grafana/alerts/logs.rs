//! What threatens log lines on their way, and what was lost of them: a loss that nobody is told of is the one that matters.

use super::{Alert, Fires, MINUTE, Severity};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "LogSinkDown",
        severity: Severity::Warning,
        expr: "min by (cluster, job, instance, sink) (outrigger_logshipper_sink_up)",
        fires: Fires::Below(1.0),
        for_seconds: 10 * MINUTE,
        summary: "Logs do not reach {{ $labels.sink }} from {{ $labels.instance }}.",
        description: "Nothing is lost yet: the lines wait in their files, and these are kept until the limit of the processes that write them.",
        causes: &[
            "The service or the network is down, or throttles.",
            "Credentials have expired, or lack a permission.",
            "The log group, bucket or stream does not exist; the disk of a directory is full.",
        ],
        look: &[
            "`outrigger status`, or `curl http://INSTANCE/status`: the sentence of the sink.",
            "The board Log delivery: requests by outcome.",
        ],
        act: &[
            "Mend what the sentence names; delivery goes on by itself, from where it stopped.",
            "If it will take days, watch the disk: rotated files stay.",
        ],
        firing: &[(
            r#"outrigger_logshipper_sink_up{cluster="c",job="outrigger",instance="a",sink="s3:b"}"#,
            "0x120",
        )],
        quiet: &[(
            r#"outrigger_logshipper_sink_up{cluster="c",job="outrigger",instance="a",sink="s3:b"}"#,
            "1x120",
        )],
    },
    Alert {
        name: "LogDeliveryBehind",
        severity: Severity::Warning,
        expr: "max by (cluster, job, instance, sink) (outrigger_logshipper_lag_seconds)",
        fires: Fires::Above(900.0),
        for_seconds: 10 * MINUTE,
        summary: "{{ $labels.sink }} is {{ $value | humanizeDuration }} behind the logs of {{ $labels.instance }}.",
        description: "Whoever looks for recent lines there does not find them. Services refuse lines that are too old, after days.",
        causes: &[
            "The sink is down: then LogSinkDown tells of it, too.",
            "More is logged than the sink takes: a quota of the service, a logger at DEBUG or TRACE.",
            "The machine has no CPU to spare.",
        ],
        look: &[
            "The board Log delivery: requests by outcome, and which files are furthest behind.",
        ],
        act: &[
            "Raise the quota of the service, or log less: `kafka-configs --entity-type broker-loggers`.",
        ],
        firing: &[(
            r#"outrigger_logshipper_lag_seconds{cluster="c",job="outrigger",instance="a",sink="s3:b",file="server.log"}"#,
            "0+60x120",
        )],
        quiet: &[(
            r#"outrigger_logshipper_lag_seconds{cluster="c",job="outrigger",instance="a",sink="s3:b",file="server.log"}"#,
            "5x120",
        )],
    },
    Alert {
        name: "LogBytesLost",
        severity: Severity::Critical,
        // A process that starts may find a loss before it is scraped first: then the counter begins with it.
        expr: "sum by (cluster, job, instance, sink, cause) (increase(outrigger_logshipper_lost_bytes_total[15m])) > 0 or (sum by (cluster, job, instance, sink, cause) (outrigger_logshipper_lost_bytes_total) unless sum by (cluster, job, instance, sink, cause) (outrigger_logshipper_lost_bytes_total offset 15m))",
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "{{ $labels.sink }} will never get {{ $value | humanize1024 }}B of logs: {{ $labels.cause }}.",
        description: "They were not delivered and are not in their files any more. Where a file was truncated in place, it is at least so much.",
        causes: &[
            "copytruncate: a log rotation that truncates files in place, faster than they are delivered.",
            "vanished: files were deleted while logshipper was down.",
            "released: a deleted file was given up, because a sink was down for so long that a limit of disk was reached.",
            "unreadable: a compressed log is broken.",
            "event_cut: lines longer than `--max-event-bytes`.",
        ],
        look: &["The log of logshipper names each file and the bytes."],
        act: &[
            "Rotate by renaming (Kafka's own appenders do), not with copytruncate.",
            "Mend the sink, or raise the limit that was reached.",
        ],
        firing: &[(
            r#"outrigger_logshipper_lost_bytes_total{cluster="c",job="outrigger",instance="a",sink="s3:b",cause="copytruncate"}"#,
            "0x30 0+5x90",
        )],
        quiet: &[(
            r#"outrigger_logshipper_lost_bytes_total{cluster="c",job="outrigger",instance="a",sink="s3:b",cause="copytruncate"}"#,
            "0x120",
        )],
    },
    Alert {
        name: "LogFilesRemovedUndelivered",
        severity: Severity::Critical,
        expr: "sum by (cluster, job, instance, process) (increase(outrigger_log_removed_undelivered_bytes_total[15m]))",
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "{{ $labels.process }} removed {{ $value | humanize1024 }}B of its rotated logs before they were delivered.",
        description: "So much waits for delivery that the limit of rotated files is reached; the oldest are removed, and more with each rotation.",
        causes: &[
            "logshipper is not running, or one of its sinks has been down for very long.",
            "The file of `outrigger.log.undelivered.file` is not the one that logshipper writes.",
        ],
        look: &["`outrigger status`: is logshipper there, and which sink is in trouble?"],
        act: &[
            "Start logshipper, or mend the sink. Copy the rotated files away if that takes long.",
        ],
        firing: &[(
            r#"outrigger_log_removed_undelivered_bytes_total{cluster="c",job="outrigger",instance="a",process="broker"}"#,
            "0x30 0+5x90",
        )],
        quiet: &[(
            r#"outrigger_log_removed_undelivered_bytes_total{cluster="c",job="outrigger",instance="a",process="broker"}"#,
            "7x120",
        )],
    },
    Alert {
        name: "LogEventsRefused",
        severity: Severity::Warning,
        expr: "sum by (cluster, job, instance, sink, reason) (increase(outrigger_logshipper_dead_letter_events_total[15m]))",
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "{{ $labels.sink }} refuses {{ $value | humanize }} events for good: {{ $labels.reason }}.",
        description: "They are in the file of dead letters, and nowhere else.",
        causes: &[
            "too_old, expired: the sink was down for longer than the service takes old events, or older than the retention of the log group.",
            "too_new: the clock of this machine, or of whoever wrote the lines, is ahead.",
            "invalid: the service calls an event malformed.",
        ],
        look: &[
            "The file of dead letters below the state directory of logshipper: each line has its reason.",
        ],
        act: &["`outrigger logshipper replay` sends them again, to this or to another sink."],
        firing: &[(
            r#"outrigger_logshipper_dead_letter_events_total{cluster="c",job="outrigger",instance="a",sink="s3:b",reason="too_old"}"#,
            "0x30 0+5x90",
        )],
        quiet: &[(
            r#"outrigger_logshipper_dead_letter_events_total{cluster="c",job="outrigger",instance="a",sink="s3:b",reason="too_old"}"#,
            "7x120",
        )],
    },
    Alert {
        name: "LogDeadLettersRemoved",
        severity: Severity::Critical,
        expr: "sum by (cluster, job, instance, sink) (increase(outrigger_logshipper_dead_letters_dropped_total[15m]))",
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "{{ $value | humanize }} dead letters of {{ $labels.sink }} are gone: their files were full.",
        description: "They were refused by the sink, and the file of dead letters was the last place where they were. The oldest go first.",
        causes: &[
            "The sink refuses many events, of which LogEventsRefused tells, and nobody has sent them elsewhere.",
            "`--dead-letter-bytes-max` is too small for it.",
        ],
        look: &[
            "The files of dead letters below the state directory of logshipper: each line has its reason.",
        ],
        act: &[
            "Copy the files away, and send them with `outrigger logshipper replay`.",
            "Mend what the reasons name; raise `--dead-letter-bytes-max`.",
        ],
        firing: &[(
            r#"outrigger_logshipper_dead_letters_dropped_total{cluster="c",job="outrigger",instance="a",sink="s3:b"}"#,
            "0x30 0+5x90",
        )],
        quiet: &[(
            r#"outrigger_logshipper_dead_letters_dropped_total{cluster="c",job="outrigger",instance="a",sink="s3:b"}"#,
            "7x120",
        )],
    },
    Alert {
        name: "LogCheckpointFailing",
        severity: Severity::Warning,
        expr: "sum by (cluster, job, instance, sink) (increase(outrigger_logshipper_checkpoint_failures_total[10m]))",
        fires: Fires::Above(0.0),
        for_seconds: 5 * MINUTE,
        summary: "logshipper {{ $labels.instance }} cannot write down how far {{ $labels.sink }} is.",
        description: "Delivery goes on; after a restart, everything since the last checkpoint is delivered again.",
        causes: &["The disk of its state directory is full, read-only or gone."],
        look: &["The log of logshipper; `df` of its state directory."],
        act: &["Make room, or correct the permissions. Nothing needs to be started again."],
        firing: &[(
            r#"outrigger_logshipper_checkpoint_failures_total{cluster="c",job="outrigger",instance="a",sink="s3:b"}"#,
            "0+1x120",
        )],
        quiet: &[(
            r#"outrigger_logshipper_checkpoint_failures_total{cluster="c",job="outrigger",instance="a",sink="s3:b"}"#,
            "7x120",
        )],
    },
];
