//! The page of an alert for the person it woke: what it means, why, where to look, what to do.

use std::fmt::Write;

use super::alerts::Alert;
use super::rules::{RECORDED, Scale};

/// The page, Markdown.
pub(crate) fn page(alert: &Alert) -> String {
    let mut text = format!("# {}\n\n{}\n\n", alert.name, alert.description_plain());
    let _ = writeln!(
        text,
        "Severity {}, after {}.\n\n    ({}) {}\n",
        alert.severity.text(),
        match alert.for_seconds {
            0 => "the first time it is seen".to_owned(),
            seconds => Scale(1).duration(seconds),
        },
        alert.expr,
        alert.fires.comparison(),
    );
    for rule in RECORDED
        .iter()
        .filter(|rule| alert.expr.contains(rule.name))
    {
        let _ = writeln!(
            text,
            "The recording rule `{}` is\n\n    {}\n",
            rule.name, rule.expr
        );
    }
    for (title, items) in [
        ("Why it fires", alert.causes),
        ("Where to look", alert.look),
        ("What to do", alert.act),
    ] {
        let _ = writeln!(text, "## {title}\n");
        for item in items {
            let _ = writeln!(text, "- {item}");
        }
        text.push('\n');
    }
    text.push_str("Written by `cargo xtask grafana` from the table of alerts.\n");
    text
}

impl Alert {
    /// The description without its figure, which only a firing alert has.
    fn description_plain(&self) -> String {
        let sentences = self.description.split_inclusive(['.', ';', ':']);
        sentences
            .filter(|sentence| !sentence.contains("{{"))
            .collect::<String>()
            .trim()
            .to_owned()
    }
}
