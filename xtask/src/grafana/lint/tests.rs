//! The linter can fail: each rule is shown something that breaks it.

use serde_json::json;

use super::promql::{Selector, legend_labels, selectors};
use super::rules::{OF_BOARDS, OF_PANELS, OF_QUERIES};
use crate::grafana::{boards, model};

fn broken_by_query(expr: &str) -> Vec<&'static str> {
    let expr = model::expanded(expr);
    let rules = OF_QUERIES
        .iter()
        .filter(|(_, check)| !check(&expr).is_empty());
    rules.map(|(rule, _)| *rule).collect()
}

#[test]
fn queries_are_judged() {
    for (expr, expected) in [
        ("rate(a_total{@}[$__rate_interval])", &[][..]),
        ("a_total{@}", &["target-counter-agg-rule"]),
        ("rate(a_total{@}[5m])", &["target-rate-interval-rule"]),
        (
            "b",
            &[
                "target-job-rule",
                "target-instance-rule",
                "target-cluster-rule",
            ],
        ),
        (
            r#"b{job=~"$job",instance=~"$instance"}"#,
            &["target-cluster-rule"],
        ),
    ] {
        assert_eq!(broken_by_query(expr), expected, "{expr}");
    }
}

#[test]
fn panels_are_judged() {
    let panel = json!({
        "datasource": { "uid": "x" }, "title": "t", "type": "table",
        "targets": [{ "datasource": { "uid": "${datasource}" }, "legendFormat": "a" }, { "legendFormat": "a" }],
    });
    let broken: Vec<&str> = OF_PANELS
        .iter()
        .filter(|(_, check)| !check(&panel).is_empty())
        .map(|(rule, _)| *rule)
        .collect();
    assert_eq!(
        broken,
        [
            "panel-datasource-rule",
            "panel-title-description-rule",
            "panel-units-rule",
            "target-legend-rule",
            "table-columns"
        ]
    );
    let without = json!({ "datasource": { "uid": "${datasource}" } });
    let (_, has_targets) = OF_PANELS[3];
    assert!(!has_targets(&without).is_empty());
}

#[test]
fn boards_are_judged() {
    let whole = model::dashboard(boards::BOARDS[0]);
    for (at, (rule, check)) in OF_BOARDS.iter().enumerate() {
        let mut board = whole.clone();
        match at {
            0 => board["templating"]["list"][0]["label"] = json!("x"),
            1 => board["templating"]["list"][2]["multi"] = json!(false),
            2 => board["templating"]["list"][3]["allValue"] = json!(".*"),
            3 => board["templating"]["list"][1]["refresh"] = json!(1),
            4 => board["editable"] = json!(true),
            5 => board["tags"] = json!([]),
            _ => board["panels"][1]["gridPos"]["w"] = json!(25),
        }
        assert!(check(&whole).is_empty(), "{rule}");
        assert!(!check(&board).is_empty(), "{rule} saw nothing");
    }
}

#[test]
fn selectors_are_found() {
    assert_eq!(
        selectors(r#"sum by (x) (rate(a:b{c="d"}[5m])) / e_${p}{}"#),
        [
            Selector {
                name: "a:b",
                matchers: r#"c="d""#,
                range: Some("5m"),
                function: "rate"
            },
            Selector {
                name: "e_${p}",
                matchers: "",
                range: None,
                function: ""
            },
        ]
    );
    assert_eq!(legend_labels("in {{a}} {{ b }}"), ["a", "b"]);
}
