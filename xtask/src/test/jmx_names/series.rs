//! What an exposition of MBeans says, without its values: by metric and MBean name, the type and the label names in their order.

use std::collections::{BTreeMap, BTreeSet};

/// A metric, and the label `name` that most MBeans have.
pub(super) type Attribute = (String, String);

/// What is compared of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kind: String,
    /// Label names without `name`, one list for each form that occurs.
    pub(super) labels: BTreeSet<Vec<String>>,
    /// The first sentence of the help, before the MBean in parentheses.
    pub(super) help: String,
}

/// Reads text 0.0.4, with the trailing commas of jmx_exporter 0.12.
pub(super) fn parse(text: &str) -> Result<BTreeMap<Attribute, Shape>, String> {
    let mut kinds: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helps: BTreeMap<&str, &str> = BTreeMap::new();
    let mut shapes: BTreeMap<Attribute, Shape> = BTreeMap::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            kinds.extend(rest.split_once(' '));
        } else if let Some(rest) = line.strip_prefix("# HELP ") {
            helps.extend(rest.split_once(' '));
        } else if !line.starts_with('#') && !line.is_empty() {
            let told = || format!("`{line}` is no sample");
            let (series, _) = line.rsplit_once(' ').ok_or_else(told)?;
            let (metric, labels) = series.split_once('{').unwrap_or((series, "}"));
            let mut names = Vec::new();
            let mut bean = String::new();
            for (name, value) in labels_of(labels).ok_or_else(told)? {
                if name == "name" {
                    bean = value;
                } else {
                    names.push(name);
                }
            }
            let shape = shapes.entry((metric.to_owned(), bean)).or_default();
            shape.kind = kinds.get(metric).copied().unwrap_or("untyped").to_owned();
            let help = helps.get(metric).copied().unwrap_or_default();
            help.split(" (")
                .next()
                .unwrap_or_default()
                .clone_into(&mut shape.help);
            shape.labels.insert(names);
        }
    }
    Ok(shapes)
}

/// `a="b",c="d",}` and what else ends in a brace.
fn labels_of(text: &str) -> Option<Vec<(String, String)>> {
    let mut labels = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(',');
        if rest == "}" {
            return Some(labels);
        }
        let (name, behind) = rest.split_once("=\"")?;
        let mut end = None;
        let mut escaped = false;
        for (at, c) in behind.char_indices() {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => {
                    end = Some(at);
                    break;
                }
                _ => {}
            }
        }
        let (value, after) = behind.split_at(end?);
        labels.push((name.to_owned(), value.to_owned()));
        rest = after.strip_prefix('"')?;
    }
}
