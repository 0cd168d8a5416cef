//! Texts and their parts.

use super::{Level, Line};

fn check(text: &str, level: Option<Level>, message: &str, logger: Option<&str>) {
    let line = Line::read(text.as_bytes());
    assert_eq!(line.level, level, "{text}");
    assert_eq!(str::from_utf8(line.message).unwrap(), message, "{text}");
    let name = line.logger.map(|logger| str::from_utf8(logger).unwrap());
    assert_eq!(name, logger, "{text}");
}

#[test]
fn parts_are_found() {
    let info = Some(Level::Info);
    check(
        "[2026-01-31 23:59:58,123] INFO [KafkaServer id=1] started (kafka.server.KafkaServer)",
        info,
        "[KafkaServer id=1] started",
        Some("kafka.server.KafkaServer"),
    );
    check(
        "[Worker-0bb] [2021-09-06 16:02:54,151] WARN [c|task-0] x (org.apache.kafka.clients.NetworkClient:782)",
        Some(Level::Warn),
        "[c|task-0] x",
        Some("org.apache.kafka.clients.NetworkClient:782"),
    );
    check(
        "[2026-01-31 23:59:58,123] ERROR a (b) (c.D$E)\r\njava.lang.X: y\n\tat a.B(C.java:1)",
        Some(Level::Error),
        "a (b)",
        Some("c.D$E"),
    );
    check(
        "[2026-01-31 23:59:58,123] INFO KafkaConfig values: \n\tadvertised.listeners = null\n (kafka.server.KafkaConfig)",
        info,
        "KafkaConfig values: ",
        Some("kafka.server.KafkaConfig"),
    );
    check(
        "2026-01-31 23:59:58,123 INFO Strimzi's (a.B)",
        info,
        "Strimzi's",
        Some("a.B"),
    );
    check(
        "[2026-01-31 23:59:58,123] INFO no logger",
        info,
        "no logger",
        None,
    );
    check(
        "[2026-01-31 23:59:58,123] INFO (two words)",
        info,
        "(two words)",
        None,
    );
    check(
        "[2026-01-31 23:59:58,123] NOTICE x (y)",
        None,
        "[2026-01-31 23:59:58,123] NOTICE x (y)",
        None,
    );
    check("\tat a.B(C.java:1)", None, "\tat a.B(C.java:1)", None);
    check("", None, "", None);
}

#[test]
fn what_is_below_is_kept() {
    let line = Line::read(b"[2026-01-31 23:59:58,123] INFO a (b)\nc\nd");
    assert_eq!(line.below, b"c\nd");
    assert_eq!(Level::Fatal.to_string(), "FATAL");
}
