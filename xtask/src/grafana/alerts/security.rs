//! Logins that fail, certificates that end, files that are refused.

use super::{Alert, Fires, MINUTE, Severity};

const DAY: f64 = 86_400.0;

pub(super) const ALERTS: &[Alert] = &[
    Alert {
        name: "KafkaLoginsFailing",
        severity: Severity::Warning,
        expr: r#"sum by (cluster, instance, listener) (rate(kafka_server_socket_server_metrics_failed_authentication_total[5m]))"#,
        fires: Fires::Above(0.1),
        for_seconds: 5 * MINUTE,
        summary: "{{ $value | humanize }} logins per second fail on {{ $labels.listener }} of {{ $labels.instance }}.",
        description: "A client with an old password or an expired key, or somebody who tries passwords.",
        causes: &[
            "A credential was changed and a client was not told.",
            "An access key or a session expired; a client's clock is wrong by more than five minutes.",
            "Somebody guesses.",
        ],
        look: &[
            "The board Security: mechanism and reason.",
            "The audit log: who, from which address, and why not.",
        ],
        act: &[
            "Give the client its new credential.",
            "Close the address in the network rules; outrigger.login.rate.per.ip slows the rest.",
        ],
        firing: &[(
            r#"kafka_server_socket_server_metrics_failed_authentication_total{cluster="c",instance="a",listener="CLIENT_SASL_SCRAM",networkProcessor="0"}"#,
            "0+60x120",
        )],
        // A typing error now and then.
        quiet: &[(
            r#"kafka_server_socket_server_metrics_failed_authentication_total{cluster="c",instance="a",listener="CLIENT_SASL_SCRAM",networkProcessor="0"}"#,
            "0 1 1 2 2 2 3 3 3x112",
        )],
    },
    Alert {
        name: "CertificateNearExpiry",
        severity: Severity::Warning,
        expr: r#"min by (cluster, listener, certificate) (outrigger_authn_certificate_expiry_timestamp_seconds{certificate!="crl"}) - time()"#,
        fires: Fires::Below(14.0 * DAY),
        for_seconds: 15 * MINUTE,
        summary: "The {{ $labels.certificate }} certificate of {{ $labels.listener }} ends in {{ $value | humanizeDuration }}.",
        description: "After that no client can connect to the listener.",
        causes: &["Nobody renewed it, or it was renewed and the file was not put in place."],
        look: &[
            "The board Security, table Certificates.",
            "ConfigReloadFailing: was a new file refused?",
        ],
        act: &[
            "Issue a new one (`outrigger certs`, or your authority) and write it over the old files. authn takes it by itself within seconds; no connection ends.",
        ],
        firing: &[(
            r#"outrigger_authn_certificate_expiry_timestamp_seconds{cluster="c",listener="CLIENT_SECURE",certificate="server"}"#,
            "864000x120",
        )],
        quiet: &[(
            r#"outrigger_authn_certificate_expiry_timestamp_seconds{cluster="c",listener="CLIENT_SECURE",certificate="server"}"#,
            "31536000x120",
        )],
    },
    Alert {
        name: "CertificateExpiresNow",
        severity: Severity::Critical,
        expr: r#"min by (cluster, listener, certificate) (outrigger_authn_certificate_expiry_timestamp_seconds{certificate!="crl"}) - time()"#,
        fires: Fires::Below(2.0 * DAY),
        for_seconds: 5 * MINUTE,
        summary: "The {{ $labels.certificate }} certificate of {{ $labels.listener }} ends within two days.",
        description: "After that no client can connect to the listener. Left: {{ $value | humanizeDuration }}.",
        causes: &["CertificateNearExpiry was not acted upon."],
        look: &["The board Security, table Certificates."],
        act: &["As for CertificateNearExpiry, today."],
        firing: &[(
            r#"outrigger_authn_certificate_expiry_timestamp_seconds{cluster="c",listener="CLIENT_SECURE",certificate="server"}"#,
            "86400x120",
        )],
        quiet: &[(
            r#"outrigger_authn_certificate_expiry_timestamp_seconds{cluster="c",listener="CLIENT_SECURE",certificate="server"}"#,
            "864000x120",
        )],
    },
    Alert {
        name: "RevocationListNearExpiry",
        severity: Severity::Warning,
        expr: r#"min by (cluster, listener) (outrigger_authn_certificate_expiry_timestamp_seconds{certificate="crl"}) - time()"#,
        fires: Fires::Below(DAY),
        for_seconds: 15 * MINUTE,
        summary: "The revocation list of {{ $labels.listener }} is out of date in {{ $value | humanizeDuration }}.",
        description: "After that no client with a certificate is let in, because nobody knows whether it was revoked.",
        causes: &[
            "The job that fetches the list from the authority does not run, or the authority did not issue a new one.",
        ],
        look: &["The board Security, table Certificates; the job's log."],
        act: &["Fetch the list and write it over the old file; authn takes it by itself."],
        firing: &[(
            r#"outrigger_authn_certificate_expiry_timestamp_seconds{cluster="c",listener="CLIENT_SECURE",certificate="crl"}"#,
            "36000x120",
        )],
        // Lists live for a week: that is no expiry of a certificate.
        quiet: &[(
            r#"outrigger_authn_certificate_expiry_timestamp_seconds{cluster="c",listener="CLIENT_SECURE",certificate="crl"}"#,
            "604800x120",
        )],
    },
    Alert {
        name: "ConfigReloadFailing",
        severity: Severity::Warning,
        expr: r#"sum by (cluster, job, instance) (increase(outrigger_authn_reload_failures_total[15m])) or sum by (cluster, job, instance) (increase(jmx_config_reload_failure_total[15m])) or sum by (cluster, job, instance) (increase(outrigger_scrape_web_config_reloads_total{result="failure"}[15m]))"#,
        fires: Fires::Above(0.0),
        for_seconds: 0,
        summary: "{{ $labels.instance }} refused a changed file.",
        description: "What the file held before stays in force: a new certificate, rule or credential is not.",
        causes: &[
            "A file was written in two steps and read between them: then the next try takes it.",
            "A key that does not belong to its certificate, a rule with an error, wrong permissions.",
        ],
        look: &["The log of the process names file, line and reason."],
        act: &[
            "Correct the file. Write to a temporary name and rename, so that no half is ever read.",
        ],
        firing: &[(
            r#"outrigger_authn_reload_failures_total{cluster="c",job="outrigger",instance="a",file="certificate"}"#,
            "0x30 0+1x90",
        )],
        quiet: &[
            (
                r#"outrigger_authn_reload_failures_total{cluster="c",job="outrigger",instance="a",file="certificate"}"#,
                "2x120",
            ),
            (
                r#"jmx_config_reload_failure_total{cluster="c",job="jmx",instance="b"}"#,
                "0x120",
            ),
        ],
    },
];
