//! The rules of Grafana's dashboard linter and a few of our own, each a short function over the JSON as it is shipped.
//!
//! Exclusions stand in a table with their reason; one that excludes nothing is a fault, too.

mod exclusions;
mod promql;
mod rules;

use serde_json::Value;

use super::{boards, model};
use exclusions::EXCLUSIONS;
pub(crate) use promql::{legend_labels, selectors};

/// What is wrong, one sentence each; empty when all is well.
pub(crate) fn problems() -> Vec<String> {
    let mut found = Vec::new();
    for board in boards::BOARDS {
        let dashboard = model::dashboard(board);
        for (rule, check) in rules::OF_BOARDS {
            found.extend(located(rule, board.uid, check(&dashboard)));
        }
        for panel in panels(&dashboard) {
            let place = format!("{}/{}", board.uid, text(&panel["title"]));
            for (rule, check) in rules::OF_PANELS {
                found.extend(located(rule, &place, check(panel)));
            }
            for target in panel["targets"].as_array().into_iter().flatten() {
                for (rule, check) in rules::OF_QUERIES {
                    found.extend(located(rule, &place, check(text(&target["expr"]))));
                }
            }
        }
    }
    let mut used = vec![false; EXCLUSIONS.len()];
    found.retain(|problem| {
        let excluded = EXCLUSIONS
            .iter()
            .position(|(rule, place, _)| problem.rule == *rule && problem.place == *place);
        if let Some(at) = excluded {
            used[at] = true;
        }
        excluded.is_none()
    });
    let unused = EXCLUSIONS.iter().zip(used).filter(|(_, used)| !used);
    let unused = unused.map(|((rule, place, _), _)| {
        format!("{place}: the exclusion from {rule} excludes nothing; remove it")
    });
    let shown = found
        .iter()
        .map(|Problem { rule, place, what }| format!("{place}: {what} [{rule}]"));
    shown.chain(unused).collect()
}

/// Every panel of a dashboard but the headings of its rows.
pub(crate) fn panels(dashboard: &Value) -> impl Iterator<Item = &Value> {
    let all = dashboard["panels"].as_array().into_iter().flatten();
    all.filter(|panel| panel["type"] != "row")
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

struct Problem {
    rule: &'static str,
    place: String,
    what: String,
}

fn located(rule: &'static str, place: &str, what: Vec<String>) -> Vec<Problem> {
    what.into_iter()
        .map(|what| Problem {
            rule,
            place: place.to_owned(),
            what,
        })
        .collect()
}

#[cfg(test)]
mod tests;
