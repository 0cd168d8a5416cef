//! Lines and what they say of the time, in a zone with summer time.

use jiff::tz::TimeZone;

use super::{Clockwork, Minute, Shape, Start};

fn berlin() -> TimeZone {
    // The rules of Europe/Berlin since 1996, without a look at the machine's files.
    TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
}

/// UTC of what `line` says.
fn check(line: &str, expected: Option<(Shape, &str)>) {
    let zone = berlin();
    let clockwork = Clockwork {
        zone: &zone,
        before_ms: None,
    };
    let expected = expected.map(|(shape, time)| Start {
        shape,
        timestamp_ms: ms(time),
    });
    let mut minute = Minute::default();
    let start = minute.start(clockwork, line.as_bytes());
    assert_eq!(start, expected, "{line}");
    let again = minute.start(clockwork, line.as_bytes());
    assert_eq!(again, expected, "{line}, in the minute known by then");
}

fn ms(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn starts_are_recognized() {
    let bracket = |time| Some((Shape::Bracket, time));
    let bare = |time| Some((Shape::Bare, time));
    let single = |time| Some((Shape::Single, time));
    let winter = "2026-01-31T22:59:58.123Z";
    check("[2026-01-31 23:59:58,123] INFO x (y)", bracket(winter));
    check("[2026-01-31T23:59:58,123] INFO x (y)", bracket(winter));
    check("[2026-01-31 23:59:58.123456] INFO", bracket(winter));
    check("[2026-01-31 23:59:58]", bracket("2026-01-31T22:59:58Z"));
    check("[2026-01-31 23:59:58,1]", bracket("2026-01-31T22:59:58.1Z"));
    check(
        "[2026-07-31 23:59:58,123]",
        bracket("2026-07-31T21:59:58.123Z"),
    );
    check(
        "[Worker-0bb8afa0b01391c41] [2026-01-31 23:59:58,123] WARN",
        bracket(winter),
    );
    check("2026-01-31 23:59:58,123 INFO [main] x", bare(winter));
    check(
        "2026-01-31 23:59:58 INFO  [main] x",
        bare("2026-01-31T22:59:58Z"),
    );
    check("[2026-01-31T22:59:58.123+0000][info][gc] x", single(winter));
    check("[2026-01-31T23:59:58.123+01:00][0.1s] x", single(winter));
    check("[2026-01-31T17:29:58.123-0530] x", single(winter));
    check(
        r#"{"time":"2026-01-31T22:59:58.123Z","event":"x"}"#,
        single(winter),
    );
    check(
        r#"{"@timestamp":"2026-01-31T22:59:58.123456789Z"}"#,
        single(winter),
    );
    // A leap second.
    check("[2016-12-31 23:59:60,000]", bracket("2016-12-31T23:00:00Z"));
}

#[test]
fn other_lines_start_nothing() {
    for line in [
        "",
        "[",
        "\tat kafka.Kafka.main(Kafka.scala)",
        "Caused by: java.io.IOException: [2026-01-31 23:59:58,123]",
        "[2026-01-31 23:59:58,123",
        "[2026-01-31 23:59:58,123 INFO]",
        "[2026-01-31 23:59]",
        "[2026-13-31 23:59:58,123] no such month",
        "[2026-02-30 23:59:58,123] no such day",
        "[2026-01-31 24:59:58,123] no such hour",
        "[2026-01-31 23:59:61,123] no such second",
        "[2026-01-31 23:59:5x,123]",
        "[2o26-01-31 23:59:58,123]",
        "[0.123s][info][gc] Using G1",
        "[Worker-0bb8afa0b01391c41] without a time",
        "[Worker-0bb8afa0b01391c41",
        "2026-01-31 23:59:58,123",
        "2026-01-31",
        r#"{"level":"INFO"}"#,
        r#"{"time":"soon"}"#,
        r#"{"time":"2026-01-31T22:59:58"#,
        "[\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0:00,000] zeros",
        "[2026-01-31 \u{30}\u{fe0f}:59:58,123]",
    ] {
        check(line, None);
    }
}

#[test]
fn a_known_minute_without_its_bracket_starts_nothing() {
    let zone = berlin();
    let clockwork = Clockwork {
        zone: &zone,
        before_ms: None,
    };
    let mut minute = Minute::default();
    let known = minute.start(clockwork, b"[2026-01-31 23:59:58,123] INFO x (y)");
    assert!(known.is_some());
    for first in ["3", " ", "("] {
        let line = format!("{first}2026-01-31 23:59:58,124] INFO x (y)");
        assert_eq!(minute.same_minute(line.as_bytes()), None, "{line}");
        assert_eq!(minute.start(clockwork, line.as_bytes()), None, "{line}");
    }
}

#[test]
fn json_has_its_time_anywhere() {
    let zone = TimeZone::UTC;
    let clockwork = Clockwork {
        zone: &zone,
        before_ms: None,
    };
    let line =
        br#"{"level":"INFO","msg":"\"time\":","timestamp":"2026-01-31T22:59:58+0100","x":1}"#;
    let start = Minute::default().member(clockwork, line).unwrap();
    assert_eq!(start.timestamp_ms, ms("2026-01-31T21:59:58Z"));
}

/// An hour that the clock shows twice, and one that it skips.
#[test]
fn summer_time_begins_and_ends() {
    let zone = berlin();
    let mut minute = Minute::default();
    let mut before_ms = None;
    for (line, expected) in [
        ("[2026-03-29 01:59:59,999]", "2026-03-29T00:59:59.999Z"),
        // Never shown: by the offset before.
        ("[2026-03-29 02:30:00,000]", "2026-03-29T01:30:00Z"),
        ("[2026-03-29 03:00:00,000]", "2026-03-29T01:00:00Z"),
        ("[2026-10-25 02:00:00,000]", "2026-10-25T00:00:00Z"),
        ("[2026-10-25 02:59:59,000]", "2026-10-25T00:59:59Z"),
        // A thread that was overtaken.
        ("[2026-10-25 02:58:59,000]", "2026-10-25T00:58:59Z"),
        ("[2026-10-25 02:00:00,000]", "2026-10-25T01:00:00Z"),
        ("[2026-10-25 02:30:00,000]", "2026-10-25T01:30:00Z"),
        ("[2026-10-25 02:59:59,000]", "2026-10-25T01:59:59Z"),
        ("[2026-10-25 03:00:00,000]", "2026-10-25T02:00:00Z"),
    ] {
        let clockwork = Clockwork {
            zone: &zone,
            before_ms,
        };
        let start = minute.start(clockwork, line.as_bytes()).unwrap();
        assert_eq!(start.timestamp_ms, ms(expected), "{line}");
        before_ms = Some(start.timestamp_ms);
    }
}
