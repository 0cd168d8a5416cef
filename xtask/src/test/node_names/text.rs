//! Reads Prometheus' text format 0.0.4, strictly and by itself: the product's own reader is not asked about the product.

use std::collections::BTreeMap;
use std::fmt;

/// A family of an exposition.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Family {
    pub(super) help: String,
    pub(super) kind: String,
    pub(super) samples: BTreeMap<Series, f64>,
}

/// A name and labels.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    name: String,
    labels: BTreeMap<String, String>,
}

impl Family {
    /// The same without some labels.
    pub(super) fn without(&self, labels: &[&str]) -> Family {
        let mut family = self.clone();
        if labels.is_empty() {
            return family;
        }
        family.samples.clear();
        for (series, value) in &self.samples {
            let mut series = series.clone();
            series
                .labels
                .retain(|name, _| !labels.contains(&name.as_str()));
            family.samples.insert(series, *value);
        }
        family
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self
            .labels
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""));
        write!(
            f,
            "{}{{{}}}",
            self.name,
            labels.collect::<Vec<_>>().join(",")
        )
    }
}

/// The families by name; or the line that is none.
pub(super) fn parse(text: &str) -> Result<BTreeMap<String, Family>, String> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for line in text.lines() {
        let told = || format!("`{line}` is no line of the format");
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap_or((rest, ""));
            families.entry(name.to_owned()).or_default().help = help.to_owned();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').ok_or_else(told)?;
            families.entry(name.to_owned()).or_default().kind = kind.to_owned();
        } else if !line.is_empty() && !line.starts_with('#') {
            let (series, value) = line.rsplit_once(' ').ok_or_else(told)?;
            let value: f64 = value.parse().map_err(|_| told())?;
            let (name, labels) = labels(series).ok_or_else(told)?;
            let family = family_of(name, &families);
            let samples = &mut families.entry(family).or_default().samples;
            let name = name.to_owned();
            if samples.insert(Series { name, labels }, value).is_some() {
                return Err(format!("`{line}` comes twice"));
            }
        }
    }
    Ok(families)
}

/// Parts of summaries and histograms belong to the family without their ending.
fn family_of(name: &str, families: &BTreeMap<String, Family>) -> String {
    let base = ["_sum", "_count", "_bucket"]
        .iter()
        .find_map(|ending| name.strip_suffix(ending));
    match base {
        Some(base) if families.contains_key(base) => base.to_owned(),
        _ => name.to_owned(),
    }
}

/// `name{a="b",c="d"}`
fn labels(series: &str) -> Option<(&str, BTreeMap<String, String>)> {
    let Some((name, rest)) = series.split_once('{') else {
        return Some((series, BTreeMap::new()));
    };
    let mut labels = BTreeMap::new();
    let mut rest = rest.strip_suffix('}')?;
    while !rest.is_empty() {
        let (label, behind) = rest.split_once("=\"")?;
        let end = end_of_value(behind)?;
        labels.insert(label.to_owned(), behind[..end].to_owned());
        rest = &behind[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    Some((name, labels))
}

/// Where the quotation mark is that no backslash precedes.
fn end_of_value(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, character)| {
        let is_end = character == '"' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end.then_some(at)
    })
}

#[cfg(test)]
mod tests;
