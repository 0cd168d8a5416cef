//! What the page's script is told, as JSON: the panels once, then what is new.

use super::history::{Ring, Span};
use super::panel::{Panel, Side};
use super::panels::PANELS;
use super::state::State;
use serde_json::{Map, Value, json};

/// The table of panels.
pub(super) fn panels() -> Value {
    PANELS.iter().map(panel).collect()
}

fn panel(panel: &Panel) -> Value {
    let asks = panel.lines.iter().map(|line| line.ask.text());
    let limit = panel.limit.map(|limit| {
        let above = limit.side == Side::Above;
        json!({ "warn": limit.warn, "bad": limit.bad, "above": above })
    });
    let mut sources: Vec<_> = panel
        .lines
        .iter()
        .flat_map(|line| line.ask.selects())
        .collect();
    sources.dedup_by_key(|select| select.source);
    let sources = sources.iter().map(|select| select.source.name());
    json!({
        "id": panel.id,
        "section": panel.section,
        "title": panel.title,
        "unit": panel.unit.name(),
        "shape": panel.shape.name(),
        "about": panel.about,
        "empty": panel.empty,
        "names": panel.lines.iter().map(|line| line.name).collect::<Vec<_>>(),
        "top": panel.top,
        "limit": limit,
        "asks": asks.collect::<Vec<_>>(),
        "sources": sources.collect::<Vec<_>>(),
    })
}

/// How everything is, and the history after `since` (seconds since 1970).
pub(super) fn history(state: &State, span: Span, since: f64) -> Value {
    let ring = state.history.ring(span);
    let mut panels = Map::new();
    for (at, panel) in PANELS.iter().enumerate() {
        panels.insert(panel.id.to_owned(), series(ring, at, since));
    }
    let processes = state.processes.iter().map(|process| {
        json!({
            "name": process.name,
            "pid": process.pid,
            "problem": process.problem,
        })
    });
    let sources = state.sources.iter().map(|(source, answered)| {
        json!({
            "name": source.name(),
            "url": answered.url,
            "milliseconds": answered.outcome.as_ref().ok().map(|ms| rounded(*ms)),
            "problem": answered.outcome.as_ref().err(),
        })
    });
    json!({
        "cluster": state.cluster_id,
        "version": service::build_info::VERSION,
        "bootstrap": state.bootstrap,
        "began": state.began,
        "times": ring.times(since),
        "panels": panels,
        "processes": processes.collect::<Vec<_>>(),
        "sources": sources.collect::<Vec<_>>(),
    })
}

fn series(ring: &Ring, panel: usize, since: f64) -> Value {
    let parts = ring.panel(panel, since).into_iter();
    let parts = parts.map(|part| {
        let values = part.values.into_iter();
        let values: Vec<_> = values.map(|value| value.map(rounded)).collect();
        json!({ "name": part.name, "values": values })
    });
    parts.collect()
}

/// To five digits, which no screen shows more of.
fn rounded(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

#[cfg(test)]
mod tests;
