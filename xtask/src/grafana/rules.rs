//! Recording rules, and the rule files of Prometheus out of the tables. `Scale` makes a day's patience into seconds for tests.

use serde_json::{Value, json};

use super::alerts::{Alert, GROUPS};

/// A value that Prometheus computes once and keeps: `level:metric:operations`.
pub(crate) struct Recorded {
    pub(crate) name: &'static str,
    pub(crate) expr: &'static str,
}

/// THE TABLE of recording rules. Alerts may name them; boards do not, so that they work without.
pub(crate) const RECORDED: &[Recorded] = &[
    Recorded {
        name: "cluster:kafka_bytes_in:sum",
        expr: r#"sum by (cluster) (kafka_server_BrokerTopicMetrics_OneMinuteRate{name="BytesInPerSec",topic=""})"#,
    },
    Recorded {
        name: "cluster:kafka_bytes_out:sum",
        expr: r#"sum by (cluster) (kafka_server_BrokerTopicMetrics_OneMinuteRate{name="BytesOutPerSec",topic=""})"#,
    },
    Recorded {
        name: "cluster:kafka_messages_in:sum",
        expr: r#"sum by (cluster) (kafka_server_BrokerTopicMetrics_OneMinuteRate{name="MessagesInPerSec",topic=""})"#,
    },
    Recorded {
        name: "cluster_topic:kafka_log_size:sum",
        expr: r#"sum by (cluster, topic) (kafka_log_Log_Value{name="Size"})"#,
    },
    Recorded {
        name: "cluster_group_topic:kafka_consumer_lag:max",
        expr: r#"max by (cluster, groupId, topic) (kafka_consumer_group_ConsumerLagMetrics_Value{name="SumOffsetLag"})"#,
    },
    Recorded {
        name: "cluster_group_topic:kafka_consumer_lag:deriv10m",
        expr: r#"max by (cluster, groupId, topic) (deriv(kafka_consumer_group_ConsumerLagMetrics_Value{name="SumOffsetLag"}[10m]))"#,
    },
    Recorded {
        name: "instance:node_cpu_used:ratio_rate5m",
        expr: r#"1 - sum by (cluster, job, instance) (rate(node_cpu_seconds_total{mode=~"idle|iowait"}[5m])) / sum by (cluster, job, instance) (rate(node_cpu_seconds_total[5m]))"#,
    },
    Recorded {
        name: "instance:node_memory_used:ratio",
        expr: r#"1 - max by (cluster, job, instance) (node_memory_MemAvailable_bytes) / max by (cluster, job, instance) (node_memory_MemTotal_bytes)"#,
    },
    Recorded {
        name: "instance_mountpoint:node_filesystem_used:ratio",
        expr: r#"max by (cluster, job, instance, mountpoint) (1 - node_filesystem_avail_bytes{fstype!~"ramfs|squashfs|iso9660"} / (node_filesystem_size_bytes{fstype!~"ramfs|squashfs|iso9660"} > 0))"#,
    },
];

/// What every duration of a rule is divided by: 1 in what is shipped, more in a test that cannot wait for hours.
#[derive(Clone, Copy)]
pub(crate) struct Scale(pub(crate) u32);

impl Scale {
    /// As Prometheus writes it; a second at least where it was anything.
    pub(crate) fn duration(self, seconds: u32) -> String {
        match seconds {
            0 => "0s".to_owned(),
            _ => plain((seconds / self.0).max(1)),
        }
    }

    /// The expression with its windows divided, but never below four samples of a scrape a second.
    pub(crate) fn windows(self, expr: &str) -> String {
        let mut text = String::new();
        let mut rest = expr;
        while let Some(open) = rest.find('[') {
            let (before, after) = rest.split_at(open + 1);
            text.push_str(before);
            let close = after.find(']').unwrap_or(after.len());
            let (window, tail) = after.split_at(close);
            match (self.0, seconds(window)) {
                (1, _) | (_, None) => text.push_str(window),
                (by, Some(seconds)) => text.push_str(&plain((seconds / by).max(SHORTEST_WINDOW))),
            }
            rest = tail;
        }
        text + rest
    }
}

const SHORTEST_WINDOW: u32 = 4;

fn plain(seconds: u32) -> String {
    match seconds {
        hours if hours % 3600 == 0 => format!("{}h", hours / 3600),
        minutes if minutes % 60 == 0 => format!("{}m", minutes / 60),
        _ => format!("{seconds}s"),
    }
}

/// The seconds of `5m`; `None` for anything else, such as a variable.
fn seconds(window: &str) -> Option<u32> {
    let (number, unit) = window.split_at(window.len().checked_sub(1)?);
    let number: u32 = number.parse().ok()?;
    let of = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return None,
    };
    Some(number * of)
}

/// The file of recording rules.
pub(crate) fn recording(scale: Scale) -> Value {
    let rules: Vec<Value> = RECORDED
        .iter()
        .map(|rule| json!({ "record": rule.name, "expr": scale.windows(rule.expr) }))
        .collect();
    let mut group = json!({ "name": "outrigger-recording", "rules": rules });
    hurry(&mut group, scale);
    json!({ "groups": [group] })
}

/// The file of alerts.
pub(crate) fn alerting(scale: Scale) -> Value {
    let groups: Vec<Value> = GROUPS
        .iter()
        .map(|group| {
            let rules: Vec<Value> = group
                .alerts
                .iter()
                .map(|alert| rule(alert, scale))
                .collect();
            let mut group = json!({ "name": group.name, "rules": rules });
            hurry(&mut group, scale);
            group
        })
        .collect();
    json!({ "groups": groups })
}

/// A scaled group is evaluated every second, whatever Prometheus' own interval.
fn hurry(group: &mut Value, scale: Scale) {
    if scale.0 > 1 {
        group["interval"] = json!("1s");
    }
}

fn rule(alert: &Alert, scale: Scale) -> Value {
    let measured = scale.windows(alert.expr);
    json!({
        "alert": alert.name,
        "expr": format!("({measured}) {}", alert.fires.comparison()),
        "for": scale.duration(alert.for_seconds),
        "labels": { "severity": alert.severity.text() },
        "annotations": {
            "summary": alert.summary,
            "description": alert.description,
            "runbook_url": format!("{{{{ externalURL }}}}/user/runbooks/{}.md", alert.name),
        },
    })
}

/// The expression with recording rules written out, for those who have none.
pub(crate) fn written_out(expr: &str) -> String {
    let mut text = expr.to_owned();
    for rule in RECORDED {
        text = text.replace(rule.name, &format!("({})", rule.expr));
    }
    text
}

#[cfg(test)]
mod tests;
