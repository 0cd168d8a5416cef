//! What is asked of each exporter: what panels show, and not a word more, because it is asked every few seconds whether
//! or not anybody looks.

use super::panel::{Panel, Source};
use std::collections::BTreeSet;

/// Everything.
pub(super) const WHOLE: &str = "/metrics";

/// Which collector of exporter-node has which families, by how their names begin.
const COLLECTORS: &[(&str, &str)] = &[
    ("node_cpu_", "cpu"),
    ("node_disk_", "diskstats"),
    ("node_filesystem_", "filesystem"),
    ("node_memory_", "meminfo"),
    ("node_network_", "netdev"),
];

/// Of exporter-jmx: the families by name, and no single partitions, of which there may be many thousands.
pub(super) fn jmx(panels: &[Panel]) -> String {
    let mut path = format!("{WHOLE}?level=topic");
    for family in families(panels, Source::Jmx) {
        path.push_str("&name[]=");
        path.push_str(family);
    }
    path
}

/// Of exporter-node: their collectors; everything where one of the families is of an unknown collector.
pub(super) fn node(panels: &[Panel]) -> String {
    let families = families(panels, Source::Node).into_iter();
    let collectors: Option<BTreeSet<_>> = families.map(collector_of).collect();
    let collectors = collectors.unwrap_or_default().into_iter();
    let chosen: Vec<_> = collectors.map(|name| format!("collect[]={name}")).collect();
    match chosen.as_slice() {
        [] => WHOLE.to_owned(),
        chosen => format!("{WHOLE}?{}", chosen.join("&")),
    }
}

fn collector_of(family: &str) -> Option<&'static str> {
    let mut rows = COLLECTORS.iter();
    let (_, collector) = rows.find(|(beginning, _)| family.starts_with(beginning))?;
    Some(collector)
}

/// What panels show of a source.
fn families(panels: &[Panel], source: Source) -> BTreeSet<&'static str> {
    let lines = panels.iter().flat_map(|panel| panel.lines);
    let selects = lines.flat_map(|line| line.ask.selects());
    let of_source = selects.filter(|of| of.source == source);
    of_source.map(|of| of.family).collect()
}

#[cfg(test)]
mod tests;
