//! THE TABLES of rules, by what they look at.

use serde_json::Value;

use super::promql::selectors;
use super::text;

type Check<T> = fn(&T) -> Vec<String>;

pub(super) const OF_BOARDS: &[(&str, Check<Value>)] = &[
    ("template-datasource-rule", data_source_variable),
    ("template-job-rule", |board| choice(board, "job")),
    ("template-instance-rule", |board| choice(board, "instance")),
    ("template-on-time-change-reload-rule", reloading_variables),
    ("uneditable-dashboard", uneditable),
    ("linked-by-tag", linked),
    ("grid", panels_inside_the_grid),
];

pub(super) const OF_PANELS: &[(&str, Check<Value>)] = &[
    ("panel-datasource-rule", data_source),
    ("panel-title-description-rule", title_and_description),
    ("panel-units-rule", unit),
    ("panel-no-targets-rule", has_targets),
    ("target-legend-rule", legends),
    ("table-columns", columns),
];

pub(super) const OF_QUERIES: &[(&str, Check<str>)] = &[
    ("target-job-rule", |expr| selected(expr, "job")),
    ("target-instance-rule", |expr| selected(expr, "instance")),
    ("target-cluster-rule", |expr| selected(expr, "cluster")),
    ("target-rate-interval-rule", rate_interval),
    ("target-counter-agg-rule", counters_as_rates),
];

/// Counters of Kafka's own metrics and MSK's names end in `_total` and are untyped; the rest is Prometheus' rule.
const RATES: [&str; 4] = ["rate", "irate", "increase", "changes"];
/// Windows that are longer on purpose: what is asked is `in the last hour`, or day.
const LONG_WINDOWS: [&str; 2] = ["1h", "1d"];

fn variables(board: &Value) -> impl Iterator<Item = &Value> {
    board["templating"]["list"].as_array().into_iter().flatten()
}

fn variable<'a>(board: &'a Value, name: &str) -> Option<&'a Value> {
    variables(board).find(|variable| variable["name"] == name)
}

fn data_source_variable(board: &Value) -> Vec<String> {
    match variable(board, "datasource") {
        Some(of) if of["type"] == "datasource" && of["label"] == "Data source" => Vec::new(),
        Some(_) => vec!["`datasource` is no data source labelled `Data source`".into()],
        None => vec!["no variable `datasource`".into()],
    }
}

fn choice(board: &Value, name: &str) -> Vec<String> {
    let Some(of) = variable(board, name) else {
        return vec![format!("no variable `{name}`")];
    };
    let wanted = [
        ("type", Value::from("query")),
        ("multi", Value::from(true)),
        ("includeAll", Value::from(true)),
        ("allValue", Value::from(".+")),
    ];
    let wrong = wanted.iter().filter(|(key, value)| of[*key] != *value);
    wrong
        .map(|(key, value)| format!("`{key}` of the variable `{name}` is not {value}"))
        .collect()
}

fn reloading_variables(board: &Value) -> Vec<String> {
    let queries = variables(board).filter(|of| of["type"] == "query" && of["refresh"] != 2);
    queries
        .map(|of| {
            format!(
                "`{}` is not read again when the time changes",
                text(&of["name"])
            )
        })
        .collect()
}

fn uneditable(board: &Value) -> Vec<String> {
    let is_editable = board["editable"] != false;
    is_editable
        .then(|| "it can be edited".to_owned())
        .into_iter()
        .collect()
}

fn linked(board: &Value) -> Vec<String> {
    let tags = &board["links"][0]["tags"];
    let has_tag = tags[0].is_string()
        && board["tags"]
            .as_array()
            .is_some_and(|own| own.contains(&tags[0]));
    (!has_tag || board["graphTooltip"] != 1)
        .then(|| "it is not linked with the others by a tag and a shared crosshair".to_owned())
        .into_iter()
        .collect()
}

fn panels_inside_the_grid(board: &Value) -> Vec<String> {
    let number = |value: &Value| value.as_u64().unwrap_or(u64::MAX);
    let wide = super::panels(board).filter(|panel| {
        let place = &panel["gridPos"];
        number(&place["x"]).saturating_add(number(&place["w"])) > 24 || number(&place["h"]) == 0
    });
    wide.map(|panel| format!("`{}` does not fit", text(&panel["title"])))
        .collect()
}

fn data_source(panel: &Value) -> Vec<String> {
    let targets = panel["targets"].as_array().into_iter().flatten();
    let sources = targets.map(|target| &target["datasource"]);
    let wrong = sources
        .chain([&panel["datasource"]])
        .filter(|source| source["uid"] != "${datasource}");
    wrong
        .map(|source| format!("its data source is {source}"))
        .collect()
}

fn title_and_description(panel: &Value) -> Vec<String> {
    let missing = ["title", "description"]
        .into_iter()
        .filter(|key| text(&panel[*key]).is_empty());
    missing.map(|key| format!("no {key}")).collect()
}

fn unit(panel: &Value) -> Vec<String> {
    let unit = text(&panel["fieldConfig"]["defaults"]["unit"]);
    unit.is_empty()
        .then(|| "no unit".to_owned())
        .into_iter()
        .collect()
}

fn has_targets(panel: &Value) -> Vec<String> {
    let none = panel["targets"].as_array().is_none_or(Vec::is_empty);
    none.then(|| "no query".to_owned()).into_iter().collect()
}

/// Two lines of one name cannot be told apart.
fn legends(panel: &Value) -> Vec<String> {
    let targets = panel["targets"].as_array().into_iter().flatten();
    let mut seen: Vec<&str> = Vec::new();
    let mut problems = Vec::new();
    for legend in targets.map(|target| text(&target["legendFormat"])) {
        if legend.is_empty() || seen.contains(&legend) {
            problems.push(format!("the legend `{legend}` is empty or used twice"));
        }
        seen.push(legend);
    }
    problems
}

/// Every column of a table is a label or a query, and every query has its column.
fn columns(panel: &Value) -> Vec<String> {
    if panel["type"] != "table" {
        return Vec::new();
    }
    let organize = &panel["transformations"][1]["options"]["renameByName"];
    let names: Vec<&str> = organize
        .as_object()
        .into_iter()
        .flat_map(|map| map.values().map(text))
        .collect();
    let targets = panel["targets"].as_array().into_iter().flatten();
    let lost = targets
        .map(|target| text(&target["legendFormat"]))
        .filter(|legend| !names.contains(legend));
    let mut problems: Vec<String> = lost
        .map(|legend| format!("no column shows `{legend}`"))
        .collect();
    if organize.get("").is_some() {
        problems.push("a column names no query".into());
    }
    problems
}

fn selected(expr: &str, label: &str) -> Vec<String> {
    let wanted = format!(r#"{label}=~"${label}""#);
    let all = selectors(expr);
    if all.is_empty() {
        return vec![format!("no selector in `{expr}`")];
    }
    let without = all
        .iter()
        .filter(|selector| !selector.matchers.contains(&wanted));
    without
        .map(|selector| format!("`{}` is not selected by `{label}`", selector.name))
        .collect()
}

fn rate_interval(expr: &str) -> Vec<String> {
    let all = selectors(expr);
    let fixed = all.iter().filter(|selector| {
        selector
            .range
            .is_some_and(|range| range != "$__rate_interval" && !LONG_WINDOWS.contains(&range))
    });
    fixed
        .map(|selector| format!("the window of `{}` is not $__rate_interval", selector.name))
        .collect()
}

fn counters_as_rates(expr: &str) -> Vec<String> {
    let all = selectors(expr);
    let bare = all.iter().filter(|selector| {
        selector.name.ends_with("_total") && !RATES.contains(&selector.function)
    });
    bare.map(|selector| format!("the counter `{}` is in no rate", selector.name))
        .collect()
}
