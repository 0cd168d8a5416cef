//! What watches the cluster: scrapes, processes, deliveries. Without these alerts, silence looks like health.

use super::{Alert, Fires, MINUTE, Severity};

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "ScrapeFailing",
        severity: Severity::Warning,
        expr: r#"min by (cluster, job, instance) (up{job=~"(msk-)?(jmx|node)|outrigger"})"#,
        fires: Fires::Below(1.0),
        for_seconds: 5 * MINUTE,
        summary: "Prometheus cannot scrape {{ $labels.instance }} of job {{ $labels.job }}.",
        description: "Every other alert about what it reports is blind.",
        causes: &[
            "The exporter is down, or its machine is.",
            "A firewall, a security group, another port, TLS or a password that the scrape configuration lacks.",
            "A scrape that takes longer than its timeout.",
        ],
        look: &[
            "Prometheus' page Targets shows the error.",
            "`curl http://INSTANCE/metrics` from the machine of Prometheus.",
        ],
        act: &["Start the exporter; open the port; for a timeout see ScrapeSlow."],
        firing: &[(r#"up{cluster="c",job="jmx",instance="a:11001"}"#, "0x120")],
        quiet: &[
            (r#"up{cluster="c",job="jmx",instance="a:11001"}"#, "1x120"),
            // Somebody else's job.
            (r#"up{job="something-else",instance="z"}"#, "0x120"),
        ],
    },
    Alert {
        name: "JmxScrapeFailing",
        severity: Severity::Warning,
        expr: "max by (cluster, job, instance) (jmx_scrape_error)",
        fires: Fires::Above(0.0),
        for_seconds: 5 * MINUTE,
        summary: "exporter-jmx {{ $labels.instance }} cannot read one of its sources.",
        description: "It answers, and what that source would have told is absent.",
        causes: &[
            "The broker or authn is down or was started with another endpoints file.",
            "The JMX port of a JVM is closed.",
        ],
        look: &["The exporter's log; `outrigger_source_up` on the same port says which source."],
        act: &["Start the source, or correct `--source`."],
        firing: &[(
            r#"jmx_scrape_error{cluster="c",job="jmx",instance="a:11001"}"#,
            "1x120",
        )],
        quiet: &[(
            r#"jmx_scrape_error{cluster="c",job="jmx",instance="a:11001"}"#,
            "0x120",
        )],
    },
    Alert {
        name: "ScrapeSlow",
        severity: Severity::Warning,
        expr: r#"max by (cluster, job, instance) (scrape_duration_seconds{job=~"(msk-)?(jmx|node)|outrigger"})"#,
        fires: Fires::Above(8.0),
        for_seconds: 15 * MINUTE,
        summary: "A scrape of {{ $labels.instance }} takes {{ $value | humanizeDuration }}.",
        description: "Prometheus gives up at its timeout, ten seconds by default, and then knows nothing.",
        causes: &[
            "Very many topics and partitions; a machine without idle CPU; jmx_exporter with many rules; a hanging mount.",
        ],
        look: &["The board Exporters and processes: which target, how many samples?"],
        act: &["Ask for less (`?level=topic`), scrape less often, or raise scrape_timeout."],
        firing: &[(
            r#"scrape_duration_seconds{cluster="c",job="jmx",instance="a:11001"}"#,
            "9x120",
        )],
        quiet: &[(
            r#"scrape_duration_seconds{cluster="c",job="jmx",instance="a:11001"}"#,
            "0.2x120",
        )],
    },
    Alert {
        name: "NodeCollectorFailing",
        severity: Severity::Warning,
        // One that never worked has no hardware to read.
        expr: "max by (cluster, job, instance, collector) (max_over_time(node_scrape_collector_success[7d])) and on (cluster, job, instance, collector) node_scrape_collector_success == 0",
        fires: Fires::Above(0.0),
        for_seconds: 5 * MINUTE,
        summary: "The collector {{ $labels.collector }} of {{ $labels.instance }} worked and does not any more.",
        description: "Its metrics are absent.",
        causes: &["A mount that hangs, a file that is gone, a permission that was taken."],
        look: &["The exporter's log."],
        act: &["Restore what it reads, or switch it off with `--no-collector.NAME`."],
        firing: &[(
            r#"node_scrape_collector_success{cluster="c",job="node",instance="a",collector="filesystem"}"#,
            "1x20 0x100",
        )],
        quiet: &[
            (
                r#"node_scrape_collector_success{cluster="c",job="node",instance="a",collector="filesystem"}"#,
                "1x120",
            ),
            (
                r#"node_scrape_collector_success{cluster="c",job="node",instance="a",collector="zfs"}"#,
                "0x120",
            ),
        ],
    },
    Alert {
        name: "ProcessRestarting",
        severity: Severity::Warning,
        expr: "max by (cluster, job, instance) (changes(process_start_time_seconds[15m]))",
        fires: Fires::Above(2.0),
        for_seconds: 0,
        summary: "{{ $labels.instance }} of job {{ $labels.job }} started {{ $value }} times in a quarter of an hour.",
        description: "It ends again and again, and something starts it: clients see broken connections.",
        causes: &[
            "It fails at its start or soon after: configuration, a port, a full disk, memory.",
        ],
        look: &["The end of its log before each start."],
        act: &["Correct what the log names. `outrigger up` waits longer after each try."],
        firing: &[(
            r#"process_start_time_seconds{cluster="c",job="outrigger",instance="a"}"#,
            "0+60x120",
        )],
        // One restart.
        quiet: &[(
            r#"process_start_time_seconds{cluster="c",job="outrigger",instance="a"}"#,
            "100x60 3700x60",
        )],
    },
    Alert {
        name: "ComponentUnhealthy",
        severity: Severity::Warning,
        expr: "min by (cluster, job, instance, component) (outrigger_component_healthy)",
        fires: Fires::Below(1.0),
        for_seconds: 5 * MINUTE,
        summary: "{{ $labels.component }} of {{ $labels.instance }} says that it does not work.",
        description: "The process runs; this part of it does not do its work.",
        causes: &["What it depends on does not answer, or its last attempt failed."],
        look: &["`outrigger status`, `/healthz` of the process, its log."],
        act: &["Correct what the log names."],
        firing: &[(
            r#"outrigger_component_healthy{cluster="c",job="outrigger",instance="a",component="listener"}"#,
            "0x120",
        )],
        quiet: &[(
            r#"outrigger_component_healthy{cluster="c",job="outrigger",instance="a",component="listener"}"#,
            "1x120",
        )],
    },
    Alert {
        name: "FileDescriptorsNearlyUsed",
        severity: Severity::Warning,
        expr: "max by (cluster, job, instance) (process_open_fds / process_max_fds)",
        fires: Fires::Above(0.8),
        for_seconds: 15 * MINUTE,
        summary: "{{ $labels.instance }} of job {{ $labels.job }} uses {{ $value | humanizePercentage }} of its file descriptors.",
        description: "At the limit it accepts no connection and opens no log. MSK's alarm is at 80 %.",
        causes: &["Many connections, or many partitions with many segments."],
        look: &["The boards Broker and Topics: connections and segments."],
        act: &["Raise the limit of the process (LimitNOFILE, ulimit -n); make segments larger."],
        firing: &[
            (
                r#"process_open_fds{cluster="c",job="outrigger",instance="a"}"#,
                "900x120",
            ),
            (
                r#"process_max_fds{cluster="c",job="outrigger",instance="a"}"#,
                "1000x120",
            ),
        ],
        quiet: &[
            (
                r#"process_open_fds{cluster="c",job="outrigger",instance="a"}"#,
                "90x120",
            ),
            (
                r#"process_max_fds{cluster="c",job="outrigger",instance="a"}"#,
                "1000x120",
            ),
        ],
    },
    Alert {
        name: "OtlpLosing",
        severity: Severity::Warning,
        expr: r#"sum by (cluster, job, instance, signal) (increase(outrigger_otlp_lost_items_total{reason!="shutdown"}[15m]))"#,
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "{{ $labels.instance }} lost {{ $value | humanize }} {{ $labels.signal }} on their way to the OTLP collector.",
        description: "They were dropped: the collector does not answer, refuses them, or is slower than they come.",
        causes: &[
            "The collector is down or unreachable.",
            "It refuses what it is sent: authentication, size, an unknown attribute.",
        ],
        look: &["The log of the process; `outrigger_otlp_attempts_total` by result."],
        act: &[
            "Restore the collector. What was lost stays lost; Prometheus' scrapes are not affected.",
        ],
        firing: &[(
            r#"outrigger_otlp_lost_items_total{cluster="c",job="outrigger",instance="a",signal="metrics",reason="retries"}"#,
            "0x30 0+5x90",
        )],
        quiet: &[
            (
                r#"outrigger_otlp_lost_items_total{cluster="c",job="outrigger",instance="a",signal="metrics",reason="retries"}"#,
                "7x120",
            ),
            (
                r#"outrigger_otlp_lost_items_total{cluster="c",job="outrigger",instance="a",signal="metrics",reason="shutdown"}"#,
                "0+5x120",
            ),
        ],
    },
    Alert {
        name: "CloudWatchLosing",
        severity: Severity::Warning,
        expr: r#"sum by (cluster, job, instance, result) (increase(outrigger_cloudwatch_datums_total{result!="sent"}[15m]))"#,
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "{{ $labels.instance }} did not deliver {{ $value | humanize }} data to CloudWatch: {{ $labels.result }}.",
        description: "CloudWatch has gaps, and alarms there may be blind.",
        causes: &[
            "capped: there are more metrics than cloudwatch.max-metrics allows.",
            "dropped: CloudWatch does not answer or throttles, and the queue is full.",
            "rejected: a wrong region, credential or permission (cloudwatch:PutMetricData).",
        ],
        look: &["The exporter's log; `outrigger_cloudwatch_requests_total` by result."],
        act: &[
            "Raise the cap or lower the level (a dry run says what each level costs); correct the credential.",
        ],
        firing: &[(
            r#"outrigger_cloudwatch_datums_total{cluster="c",job="jmx",instance="a",result="dropped"}"#,
            "0x30 0+5x90",
        )],
        quiet: &[
            (
                r#"outrigger_cloudwatch_datums_total{cluster="c",job="jmx",instance="a",result="dropped"}"#,
                "0x120",
            ),
            (
                r#"outrigger_cloudwatch_datums_total{cluster="c",job="jmx",instance="a",result="sent"}"#,
                "0+50x120",
            ),
        ],
    },
];
