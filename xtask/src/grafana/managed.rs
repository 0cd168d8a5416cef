//! The same alerts as Grafana's own alerting reads them: query A out of the measured expression, threshold C, no recording rules.
//! It knows the file format of Grafana's provisioning, and that Grafana's templates name a query's value `$values.A.Value`.

use serde_json::{Value, json};

use super::alerts::{Alert, Fires, GROUPS, Group};
use super::rules::{Scale, written_out};

/// The uid of the data source that `provisioning/datasources` makes.
pub(crate) const DATA_SOURCE: &str = "prometheus";
/// Grafana's name for the source of its own expressions.
const EXPRESSIONS: &str = "__expr__";
/// How far back an instant query may look: Prometheus' own staleness.
const LOOK_BACK_SECONDS: u32 = 300;
/// Where compose's Prometheus serves the runbooks.
const RUNBOOKS: &str = "http://127.0.0.1:9090/user/runbooks";

/// The whole file.
pub(crate) fn file() -> Value {
    let groups: Vec<Value> = GROUPS.iter().map(group).collect();
    json!({ "apiVersion": 1, "groups": groups })
}

fn group(group: &Group) -> Value {
    let rules: Vec<Value> = group.alerts.iter().map(rule).collect();
    json!({
        "orgId": 1,
        "name": group.name,
        "folder": "Outrigger",
        "interval": "1m",
        "rules": rules,
    })
}

fn rule(alert: &Alert) -> Value {
    json!({
        "uid": uid(alert.name),
        "title": alert.name,
        "condition": "C",
        "data": [
            query("A", DATA_SOURCE, &json!({
                "datasource": { "type": "prometheus", "uid": DATA_SOURCE },
                "editorMode": "code",
                "expr": written_out(alert.expr),
                "instant": true,
                "range": false,
                "refId": "A",
            })),
            query("C", EXPRESSIONS, &json!({
                "conditions": [{ "evaluator": evaluator(alert.fires) }],
                "datasource": { "type": EXPRESSIONS, "uid": EXPRESSIONS },
                "expression": "A",
                "refId": "C",
                "type": "threshold",
            })),
        ],
        "for": Scale(1).duration(alert.for_seconds),
        // No series is no fault of theirs: what does not report has an alert of its own.
        "noDataState": "OK",
        "execErrState": "Error",
        "isPaused": false,
        "labels": { "severity": alert.severity.text() },
        "annotations": {
            "summary": templates(alert.summary),
            "description": templates(alert.description),
            "runbook_url": format!("{RUNBOOKS}/{}.md", alert.name),
        },
    })
}

fn query(reference: &str, source: &str, model: &Value) -> Value {
    json!({
        "refId": reference,
        "datasourceUid": source,
        "relativeTimeRange": { "from": LOOK_BACK_SECONDS, "to": 0 },
        "model": model,
    })
}

fn evaluator(fires: Fires) -> Value {
    let (kind, limit) = match fires {
        Fires::Above(limit) => ("gt", limit),
        Fires::Below(limit) => ("lt", limit),
    };
    json!({ "type": kind, "params": [limit] })
}

fn templates(text: &str) -> String {
    text.replace("$value ", "$values.A.Value ")
}

/// `KafkaBrokerDown` is `kafka-broker-down`: at most 40 letters, as Grafana asks.
fn uid(name: &str) -> String {
    let mut uid = String::new();
    for char in name.chars() {
        if char.is_ascii_uppercase() && !uid.is_empty() {
            uid.push('-');
        }
        uid.push(char.to_ascii_lowercase());
    }
    uid
}

#[cfg(test)]
mod tests;
