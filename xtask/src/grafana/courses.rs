//! promtool's tests out of the table of alerts: with the firing course of its series an alert fires once its time is over and not
//! before, with the quiet one it never does.

use serde_json::{Value, json};

use super::alerts::{Alert, Series};

/// Minutes after the fault's earliest beginning at which the alert must be firing: every course has begun by then, and none ends.
const SETTLED_MINUTES: u32 = 30;

/// The file beside the rule files, which it names.
pub(crate) fn file() -> Value {
    let tests: Vec<Value> = super::alerts::all()
        .flat_map(|alert| [fires(alert), stays_quiet(alert)])
        .collect();
    json!({
        "evaluation_interval": "1m",
        "rule_files": ["../rules/alerts.yml", "../rules/recording.yml"],
        "tests": tests,
    })
}

fn fires(alert: &Alert) -> Value {
    let settled = end_minutes(alert.firing).saturating_sub(1);
    let wait = alert.for_seconds / 60;
    // In the first minute nothing has lasted for as long as `for` asks.
    let first = (wait > 0).then(|| count(alert, 0, 0));
    let mut checks: Vec<Value> = first.into_iter().collect();
    let at = (wait + SETTLED_MINUTES)
        .max(firing_from(alert))
        .min(settled);
    checks.push(count(alert, at, 1));
    test(alert, "fires", alert.firing, &checks)
}

fn stays_quiet(alert: &Alert) -> Value {
    let end = end_minutes(alert.quiet).saturating_sub(1);
    let ever = format!(
        r#"count(last_over_time(ALERTS{{alertname="{}",alertstate="firing"}}[1d])) or vector(0)"#,
        alert.name
    );
    let check = json!({
        "expr": ever,
        "eval_time": format!("{end}m"),
        "exp_samples": [{ "labels": "{}", "value": 0 }],
    });
    test(alert, "stays quiet", alert.quiet, &[check])
}

/// A course whose fault is not there from the start has it in its last part; alerts that look back see it there.
fn firing_from(alert: &Alert) -> u32 {
    let has_two_parts = alert
        .firing
        .iter()
        .any(|(_, values)| values.trim().contains(' '));
    if has_two_parts && alert.for_seconds == 0 {
        end_minutes(alert.firing) / 2 + 5
    } else {
        0
    }
}

fn test(alert: &Alert, what: &str, series: &[Series], checks: &[Value]) -> Value {
    let input: Vec<Value> = series
        .iter()
        .map(|(series, values)| json!({ "series": series, "values": values }))
        .collect();
    json!({
        "name": format!("{} {what}", alert.name),
        "interval": "1m",
        "input_series": input,
        "promql_expr_test": checks,
    })
}

/// How many alerts of this name fire at that minute.
fn count(alert: &Alert, minute: u32, expected: u32) -> Value {
    let expr = format!(
        r#"count(ALERTS{{alertname="{}",alertstate="firing"}}) or vector(0)"#,
        alert.name
    );
    json!({
        "expr": expr,
        "eval_time": format!("{minute}m"),
        "exp_samples": [{ "labels": "{}", "value": expected }],
    })
}

/// Samples of the longest course: `0x30` is 31 of them, `5` is one, `_x10` is ten missing ones.
fn end_minutes(series: &[Series]) -> u32 {
    series
        .iter()
        .map(|(_, values)| values.split_whitespace().map(samples).sum())
        .max()
        .unwrap_or(0)
}

fn samples(part: &str) -> u32 {
    match part.rsplit_once('x') {
        Some((value, times)) => {
            let times: u32 = times.parse().unwrap_or(0);
            if value == "_" { times } else { times + 1 }
        }
        None => 1,
    }
}

#[cfg(test)]
mod tests;
