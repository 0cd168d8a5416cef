//! Who logs in and who is refused: logins, TLS, certificates, sessions, network rules.
//!
//! The upper half is Kafka's own metrics and works on Amazon MSK; the lower half is authn's.

use crate::grafana::panel::{
    Board, Colour, Column, Levels, Row, Unit, ZERO_IS_GOOD, graph, query, stat, table,
};

/// Days until a certificate ends, in seconds: two weeks are time to renew it calmly.
const CERTIFICATE: Levels = &[
    (None, Colour::Red),
    (Some(259_200.0), Colour::Orange),
    (Some(1_209_600.0), Colour::Green),
];

pub(super) const BOARD: Board = Board {
    uid: "outrigger-security",
    title: "Kafka / Security",
    about: "Logins, TLS and certificates. Kafka's own metrics first, then those of Outrigger's authn, which a plain Apache Kafka or MSK does not have.",
    anchor: r#"{__name__=~"kafka_server_ReplicaManager_Value|outrigger_build_info"}"#,
    variables: &[],
    rows: &[
        Row {
            title: "Logins",
            panels: &[
                stat(
                    "Logins",
                    Unit::PerSecond,
                    "Successful logins, over all listeners.",
                    &[query(
                        r#"sum(kafka_server_socket_server_metrics_successful_authentication_rate{@})"#,
                        "logins",
                    )],
                ),
                stat(
                    "Failed logins",
                    Unit::PerSecond,
                    "Refused logins, over all listeners.",
                    &[query(
                        r#"sum(kafka_server_socket_server_metrics_failed_authentication_rate{@})"#,
                        "failed",
                    )],
                )
                .judged(&[(None, Colour::Green), (Some(0.1), Colour::Orange), (Some(1.0), Colour::Red)]),
                stat(
                    "Sessions ended by time",
                    Unit::Count,
                    "Connections closed because their client did not log in again in time (KIP-368), since the start.",
                    &[query(
                        r#"sum(kafka_network_SocketServer_Value{@,name="ExpiredConnectionsKilledCount"})"#,
                        "ended",
                    )],
                )
                .whole(),
                stat(
                    "Open connections",
                    Unit::Count,
                    "Connections on all listeners.",
                    &[query(
                        r#"sum(kafka_server_socket_server_metrics_connection_count{@})"#,
                        "open",
                    )],
                )
                .whole(),
                stat(
                    "Next certificate ends",
                    Unit::Seconds,
                    "Time left of the listener certificate that ends first.",
                    &[query(
                        r#"min(outrigger_authn_certificate_expiry_timestamp_seconds{@,certificate!="crl"}) - time()"#,
                        "left",
                    )],
                )
                .judged(CERTIFICATE),
                stat(
                    "Refused files",
                    Unit::Count,
                    "Changed files (certificates, rules, stores) that authn refused in the last hour; what they held before stays in force.",
                    &[query(
                        r#"sum(increase(outrigger_authn_reload_failures_total{@}[1h]))"#,
                        "refused",
                    )],
                )
                .judged(ZERO_IS_GOOD)
                .whole(),
                graph(
                    "Logins by listener",
                    Unit::PerSecond,
                    "Successful logins, a 30-second rate of the server itself.",
                    &[query(
                        r#"sum by (listener) (kafka_server_socket_server_metrics_successful_authentication_rate{@})"#,
                        "{{listener}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Failed logins by listener",
                    Unit::PerSecond,
                    "A steady small rate is a client with an old password; a burst is somebody trying.",
                    &[query(
                        r#"sum by (listener) (kafka_server_socket_server_metrics_failed_authentication_rate{@})"#,
                        "{{listener}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Renewed sessions",
                    Unit::PerSecond,
                    "Connections that logged in again, and those that failed to.",
                    &[
                        query(
                            r#"sum by (listener) (kafka_server_socket_server_metrics_successful_reauthentication_rate{@})"#,
                            "renewed {{listener}}",
                        ),
                        query(
                            r#"sum by (listener) (kafka_server_socket_server_metrics_failed_reauthentication_rate{@})"#,
                            "failed {{listener}}",
                        ),
                    ],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "Authorization",
            panels: &[
                graph(
                    "Decisions",
                    Unit::PerSecond,
                    "What authorizers allowed (above) and denied (below): Kafka's ACLs and, on ports with IAM, policies. Amazon MSK and Kafka before 4.2 do not tell.",
                    &[
                        query(
                            r#"sum by (class) (kafka_server_plugins_authorization_allowed_rate_per_minute{@}) / 60"#,
                            "allowed {{class}}",
                        ),
                        query(
                            r#"sum by (class) (kafka_server_plugins_authorization_denied_rate_per_minute{@}) / 60"#,
                            "denied {{class}}",
                        ),
                    ],
                )
                .wide(12)
                .mirrored("/^denied /"),
                graph(
                    "Denied by error code",
                    Unit::PerSecond,
                    "Answers that say so, by request: the client that misses a permission, or tries what it may not.",
                    &[query(
                        r#"sum by (request, error) (kafka_network_RequestMetrics_OneMinuteRate{@,name="ErrorsPerSec",error=~".*AUTHORIZATION_FAILED"})"#,
                        "{{request}} {{error}}",
                    )],
                )
                .wide(12)
                .above_zero(),
            ],
        },
        Row {
            title: "Connections",
            panels: &[
                graph(
                    "Open by listener",
                    Unit::Count,
                    "MSK allows 3,000 connections per broker on a listener with IAM.",
                    &[query(
                        r#"sum by (listener) (kafka_server_socket_server_metrics_connection_count{@})"#,
                        "{{listener}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Opened and closed",
                    Unit::PerSecond,
                    "New connections (above) and closed ones (below). Clients that open one for each record show here.",
                    &[
                        query(
                            r#"sum by (listener) (kafka_server_socket_server_metrics_connection_creation_rate{@})"#,
                            "opened {{listener}}",
                        ),
                        query(
                            r#"sum by (listener) (kafka_server_socket_server_metrics_connection_close_rate{@})"#,
                            "closed {{listener}}",
                        ),
                    ],
                )
                .mirrored("/^closed /"),
                graph(
                    "TLS connections",
                    Unit::Count,
                    "Open connections by protocol and cipher. Old protocols are old clients.",
                    &[query(
                        r#"sum by (protocol, cipher) (kafka_server_socket_server_metrics_connections{@,cipher!=""})"#,
                        "{{protocol}} {{cipher}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Client libraries",
                    Unit::Count,
                    "Open connections by what clients say they are (KIP-511).",
                    &[query(
                        r#"sum by (clientSoftwareName, clientSoftwareVersion) (kafka_server_socket_server_metrics_connections{@,clientSoftwareName!=""})"#,
                        "{{clientSoftwareName}} {{clientSoftwareVersion}}",
                    )],
                )
                .above_zero(),
            ],
        },
        Row {
            title: "authn",
            panels: &[
                graph(
                    "Logins by mechanism and result",
                    Unit::PerSecond,
                    "`ok`, or why not.",
                    &[query(
                        r#"sum by (mechanism, result) (rate(outrigger_authn_logins_total{@}[$__rate_interval]))"#,
                        "{{mechanism}} {{result}}",
                    )],
                )
                .above_zero(),
                graph(
                    "TLS handshakes",
                    Unit::PerSecond,
                    "By version, and whether a session was resumed.",
                    &[query(
                        r#"sum by (version, resumed) (rate(outrigger_authn_tls_handshakes_total{@}[$__rate_interval]))"#,
                        "{{version}} resumed {{resumed}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Failed TLS handshakes",
                    Unit::PerSecond,
                    "By reason. Clients without a certificate on the mTLS port, unknown authorities, scanners.",
                    &[query(
                        r#"sum by (listener, reason) (rate(outrigger_authn_tls_handshake_failures_total{@}[$__rate_interval]))"#,
                        "{{listener}} {{reason}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Refused connections",
                    Unit::PerSecond,
                    "Closed before their first byte, by a network rule or a limit.",
                    &[query(
                        r#"sum by (listener, reason) (rate(outrigger_authn_refused_connections_total{@}[$__rate_interval]))"#,
                        "{{listener}} {{reason}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Connections without a login",
                    Unit::Count,
                    "In the middle of their handshake or login. A plateau is a limit that is used up.",
                    &[query(
                        r#"outrigger_authn_preauth_connections{@}"#,
                        "{{instance}}",
                    )],
                )
                .above_zero(),
                graph(
                    "Relayed",
                    Unit::BytesPerSecond,
                    "Bytes after the login, to the broker (above) and to clients (below).",
                    &[query(
                        r#"sum by (to) (rate(outrigger_authn_relay_bytes_total{@}[$__rate_interval]))"#,
                        "to {{to}}",
                    )],
                )
                .mirrored("/client/"),
                table(
                    "Certificates",
                    "When what each listener relies on ends: its own certificate, the authorities that it trusts, its revocation lists.",
                    &[
                        Column::Label("listener", "Listener"),
                        Column::Label("certificate", "What"),
                        Column::Judged("Left", Unit::Seconds, CERTIFICATE),
                    ],
                    &[query(
                        r#"min by (listener, certificate) (outrigger_authn_certificate_expiry_timestamp_seconds{@}) - time()"#,
                        "Left",
                    )],
                ),
            ],
        },
    ],
};
