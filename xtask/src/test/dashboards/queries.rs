//! Every query that is shipped, asked of a Prometheus: no error, data unless the table says why not, and the labels that legends name.

use super::super::prometheus::{Prometheus, Sample};
use super::empty::{EMPTY, Empty, When};
use super::{DATA_LIMIT, POLL_INTERVAL};
use crate::grafana::lint::{self, legend_labels, selectors};
use crate::grafana::{alerts, boards, model, rules};
use crate::stopwatch::poll;

/// What a viewer who chose everything has in the variables.
const CHOICE: [(&str, &str); 8] = [
    ("$__rate_interval", "10s"),
    ("$cluster", ".*"),
    ("$job", ".+"),
    ("$instance", ".+"),
    ("$topic", ".*"),
    ("$group", ".*"),
    ("$partition", ".*"),
    ("$request", ".*"),
];
const PERCENTILES: [&str; 3] = ["99thPercentile", "999thPercentile", "Mean"];

/// A query as Prometheus gets it.
struct Asked {
    place: String,
    expr: String,
    legend: String,
    wants_data: bool,
}

/// One outcome for each query, and one for the names in them.
pub(super) fn all(server: &Prometheus) -> Vec<Result<(), String>> {
    let asked = asked();
    let mut outcomes = vec![Err("not asked".to_owned()); asked.len()];
    // What is late is asked again until it is there.
    let _ = poll(DATA_LIMIT, POLL_INTERVAL, || {
        for (query, outcome) in asked.iter().zip(&mut outcomes) {
            if outcome.is_err() {
                *outcome = judged(server, query);
            }
        }
        outcomes.iter().all(Result::is_ok).then_some(())
    });
    for query in &asked {
        if let (true, Some(empty)) = (query.wants_data, excused(&query.expr))
            && server
                .query(&query.expr)
                .is_ok_and(|found| found.is_empty())
        {
            println!("    no data in {}: {}", query.place, empty.reason);
        }
    }
    outcomes.push(names_are_exposed(server));
    outcomes.push(table_is_current(server, &asked));
    outcomes
}

fn asked() -> Vec<Asked> {
    let mut asked = Vec::new();
    for board in boards::BOARDS {
        let dashboard = model::dashboard(board);
        for panel in lint::panels(&dashboard) {
            let place = format!("{}/{}", board.uid, lint::text(&panel["title"]));
            for target in panel["targets"].as_array().into_iter().flatten() {
                let legend = lint::text(&target["legendFormat"]);
                for expr in chosen(lint::text(&target["expr"])) {
                    asked.push(one(&place, &expr, legend, true));
                }
            }
        }
        for variable in dashboard["templating"]["list"]
            .as_array()
            .into_iter()
            .flatten()
        {
            if let Some(selector) = lint::text(&variable["definition"])
                .strip_prefix("label_values(")
                .and_then(|rest| rest.rsplit_once(", "))
            {
                let place = format!("{}/${}", board.uid, lint::text(&variable["name"]));
                for expr in chosen(selector.0) {
                    asked.push(one(&place, &expr, "", true));
                }
            }
        }
    }
    for alert in alerts::all() {
        let written_out = rules::written_out(alert.expr);
        asked.push(one(alert.name, &written_out, "", false));
    }
    for rule in rules::RECORDED {
        asked.push(one(rule.name, rule.name, "", true));
    }
    asked
}

fn one(place: &str, expr: &str, legend: &str, wants_data: bool) -> Asked {
    Asked {
        place: place.to_owned(),
        expr: expr.to_owned(),
        legend: legend.to_owned(),
        wants_data,
    }
}

/// The expression with every variable filled in.
fn chosen(expr: &str) -> Vec<String> {
    let mut expr = expr.to_owned();
    for (name, value) in CHOICE {
        expr = expr.replace(name, value);
    }
    if expr.contains("${percentile}") {
        PERCENTILES
            .map(|percentile| expr.replace("${percentile}", percentile))
            .to_vec()
    } else {
        vec![expr]
    }
}

fn judged(server: &Prometheus, query: &Asked) -> Result<(), String> {
    let Asked {
        place,
        expr,
        legend,
        ..
    } = query;
    let found = server
        .query(expr)
        .map_err(|error| format!("{place}: `{expr}`: {error}"))?;
    let has_data = found.iter().any(|sample| !sample.value.is_nan());
    if query.wants_data && !has_data && excused(expr).is_none() {
        return Err(format!("{place}: `{expr}` has no data"));
    }
    let labels = legend_labels(legend);
    let lacking = |sample: &Sample| {
        labels
            .iter()
            .find(|label| !sample.labels.contains_key(**label))
            .copied()
    };
    match found.iter().find_map(lacking) {
        Some(label) => Err(format!(
            "{place}: `{expr}` has series without the label `{label}`"
        )),
        None => Ok(()),
    }
}

fn excused(expr: &str) -> Option<&'static Empty> {
    EMPTY.iter().find(|empty| expr.contains(empty.part))
}

/// Every metric that is named is exposed, but for those in queries that may be empty.
fn names_are_exposed(server: &Prometheus) -> Result<(), String> {
    let known = server.names()?;
    let exprs = asked().into_iter().map(|query| query.expr);
    let mut missing = Vec::new();
    for expr in exprs.filter(|expr| excused(expr).is_none()) {
        for selector in selectors(&expr) {
            let name = selector.name.to_owned();
            if !name.is_empty() && !known.contains(&name) && !missing.contains(&name) {
                missing.push(name);
            }
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(format!("nothing exposes {}", missing.join(", ")))
    }
}

/// What is in the table of empty queries is empty, and stands in some query.
fn table_is_current(server: &Prometheus, asked: &[Asked]) -> Result<(), String> {
    for empty in EMPTY {
        let here: Vec<&Asked> = asked
            .iter()
            .filter(|query| query.expr.contains(empty.part))
            .collect();
        if here.is_empty() {
            return Err(format!(
                "no query holds `{}`; take it out of the table",
                empty.part
            ));
        }
        for query in here
            .iter()
            .filter(|query| empty.when == When::Always && query.wants_data)
        {
            let found = server.query(&query.expr)?;
            if found.iter().any(|sample| !sample.value.is_nan()) {
                return Err(format!(
                    "`{}` has data; take it out of the table",
                    empty.part
                ));
            }
        }
    }
    Ok(())
}
