//! Golden lines.

use super::{Parts, VALUE_CHARS_MAX};
use crate::telemetry::LogLevel;
use jiff::tz::{TimeZone, offset};

/// 2026-01-31 23:59:59.123 UTC.
const NOW_MS: i64 = 1_769_903_999_123;

fn line(message: &str, fields: &[(&str, &str)], zone: &TimeZone) -> String {
    let mut parts = Parts::default();
    parts.set_message(format_args!("{message}"));
    for (name, value) in fields {
        parts.field(name, format_args!("{value}"));
    }
    let mut out = String::new();
    parts.write(
        &mut out,
        NOW_MS,
        zone,
        LogLevel::Info,
        "kafka.server.KafkaApis",
    );
    out
}

#[test]
fn events_are_in_kafkas_layout() {
    type Case = (
        &'static str,
        &'static [(&'static str, &'static str)],
        &'static str,
    );
    let cases: [Case; 6] = [
        ("started", &[], "started"),
        ("", &[("a", "1"), ("b", "2")], "a=1 b=2"),
        (
            "created topic",
            &[("topic", "orders"), ("client", "a b"), ("empty", "")],
            "created topic topic=orders client=\"a b\" empty=\"\"",
        ),
        (
            "refused",
            &[
                ("client", "x\n[2026-01-31 00:00:00,000] INFO forged (x)"),
                ("quote", "a\"b=c\\"),
            ],
            "refused client=\"x\\n[2026-01-31 00:00:00,000] INFO forged (x)\" quote=\"a\\\"b=c\\\\\"",
        ),
        ("panicked\r\n\tat a\n[b\n", &[], "panicked\n\tat a\n\t[b"),
        ("bell \u{7} tab\t", &[], "bell \\u{7} tab\t"),
    ];
    for (message, fields, text) in cases {
        let expected = format!("[2026-01-31 23:59:59,123] INFO {text} (kafka.server.KafkaApis)\n");
        assert_eq!(line(message, fields, &TimeZone::UTC), expected);
    }
}

#[test]
fn time_is_shown_in_the_zone_given() {
    let zone = TimeZone::fixed(offset(2));
    assert!(line("x", &[], &zone).starts_with("[2026-02-01 01:59:59,123] INFO x"));
}

#[test]
fn a_long_value_is_cut() {
    let long = "x".repeat(VALUE_CHARS_MAX + 1);
    let text = line("m", &[("v", &long)], &TimeZone::UTC);
    assert!(text.contains("x[cut]\" (kafka"), "{}", text.len());
    assert!(text.len() < VALUE_CHARS_MAX + 200);
}
