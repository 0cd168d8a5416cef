//! Durations and names.

use super::{RECORDED, Scale, written_out};

#[test]
fn windows_are_divided_and_nothing_else() {
    for (by, expr, expected) in [
        (1, "rate(x[5m])", "rate(x[5m])"),
        (60, "rate(x[5m]) > 5", "rate(x[5s]) > 5"),
        (60, "a[1h] + b[10s]", "a[1m] + b[4s]"),
        (60, "rate(x[$__rate_interval])", "rate(x[$__rate_interval])"),
        (60, r#"x{a=~"[ab]"}"#, r#"x{a=~"[ab]"}"#),
    ] {
        assert_eq!(Scale(by).windows(expr), expected);
    }
}

#[test]
fn a_duration_never_becomes_none() {
    for (by, seconds, expected) in [
        (1, 900, "15m"),
        (60, 900, "15s"),
        (60, 30, "1s"),
        (60, 0, "0s"),
        (1, 7200, "2h"),
    ] {
        assert_eq!(Scale(by).duration(seconds), expected);
    }
}

#[test]
fn names_say_level_metric_and_operations() {
    for rule in RECORDED {
        assert_eq!(rule.name.split(':').count(), 3, "{}", rule.name);
        let expanded = written_out(rule.name);
        assert_eq!(expanded, format!("({})", rule.expr));
    }
}
