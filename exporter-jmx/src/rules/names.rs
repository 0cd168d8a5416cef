//! Names as jmx_exporter writes them.

use std::borrow::Cow;

/// A name that Prometheus takes: every run of other characters and underscores becomes one underscore, and a
/// leading digit gets one before it.
pub fn safe_name(name: &str) -> String {
    let mut safe = String::with_capacity(name.len() + 1);
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        safe.push('_');
    }
    let mut after_underscore = false;
    for c in name.chars() {
        if c == ':' || c.is_ascii_alphanumeric() {
            safe.push(c);
            after_underscore = false;
        } else if !after_underscore {
            safe.push('_');
            after_underscore = true;
        }
    }
    safe
}

/// `OneMinuteRate` as `one_minute_rate`.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut after_upper_or_underscore = true;
    for c in name.chars() {
        let upper = c.is_uppercase();
        if upper && !after_upper_or_underscore {
            snake.push('_');
        }
        snake.extend(c.to_lowercase());
        after_upper_or_underscore = upper || c == '_';
    }
    snake
}

/// A number as Java prints it: `1.0`, `1.0E10`, `NaN`, `Infinity`; without a fraction where it is a whole
/// number's attribute.
pub fn java_number(value: f64, whole: bool) -> Cow<'static, str> {
    if value.is_nan() {
        return "NaN".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    if whole {
        return format!("{value:.0}").into();
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return format!("{value:?}").into();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}").into(),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}").into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::{java_number, safe_name, snake_case};

    #[test]
    fn names_are_jmx_exporters() {
        for (name, safe) in [
            (
                "kafka.server_socket-server-metrics",
                "kafka_server_socket_server_metrics",
            ),
            ("a__b--c..d", "a_b_c_d"),
            ("9a", "_9a"),
            ("a:b", "a:b"),
            ("é", "_"),
            ("", ""),
            ("_x_", "_x_"),
        ] {
            assert_eq!(safe_name(name), safe, "{name}");
        }
        for (name, snake) in [
            ("OneMinuteRate", "one_minute_rate"),
            ("99thPercentile", "99th_percentile"),
            ("StdDev", "std_dev"),
            ("MBean", "mbean"),
            ("aB_C", "a_b_c"),
            ("", ""),
        ] {
            assert_eq!(snake_case(name), snake, "{name}");
        }
    }

    #[test]
    fn numbers_are_javas() {
        for (value, whole, text) in [
            (5.0, true, "5"),
            (5.0, false, "5.0"),
            (0.0, false, "0.0"),
            (1.5e-5, false, "1.5E-5"),
            (1e7, false, "1.0E7"),
            (123_456.0, false, "123456.0"),
            (1e300, false, "1.0E300"),
            (f64::NAN, true, "NaN"),
            (f64::NEG_INFINITY, false, "-Infinity"),
        ] {
            assert_eq!(java_number(value, whole), text);
        }
    }
}
