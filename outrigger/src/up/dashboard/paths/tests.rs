//! Everything that panels show is asked for, in words that the exporters know.

use super::{collector_of, families, jmx, node};
use crate::up::dashboard::panel::{Ask, Line, Panel, Select, Shape, Source, TESTS, Test, Unit};
use crate::up::dashboard::panels::PANELS;
use exporter_node::config::NodeConfig;
use service::flags::Given;

const fn line(source: Source, family: &'static str) -> Line {
    let with = [("", Test::Any); TESTS];
    Line {
        name: "",
        ask: Ask::Sum(Select {
            source,
            family,
            with,
            by: "",
        }),
        scale: 1.0,
    }
}

fn panel(lines: &'static [Line]) -> Panel {
    Panel {
        id: "p",
        section: "s",
        title: "t",
        unit: Unit::Count,
        shape: Shape::Lines,
        about: "",
        empty: "",
        lines,
        top: 8,
        limit: None,
    }
}

#[test]
fn only_what_panels_show_is_asked_for() {
    const KNOWN: &[Line] = &[
        line(Source::Jmx, "b"),
        line(Source::Node, "node_memory_Slab_bytes"),
        line(Source::Jmx, "a"),
        line(Source::Processes, "process_cpu_seconds_total"),
        line(Source::Node, "node_cpu_seconds_total"),
        line(Source::Node, "node_memory_MemFree_bytes"),
        line(Source::Jmx, "b"),
    ];
    const UNKNOWN: &[Line] = &[line(Source::Node, "node_new_bytes")];
    assert_eq!(
        jmx(&[panel(KNOWN)]),
        "/metrics?level=topic&name[]=a&name[]=b"
    );
    assert_eq!(
        node(&[panel(KNOWN)]),
        "/metrics?collect[]=cpu&collect[]=meminfo"
    );
    assert_eq!(node(&[panel(KNOWN), panel(UNKNOWN)]), "/metrics");
}

#[test]
fn exporter_node_collects_what_panels_show() {
    let (config, _) = NodeConfig::read("", &[], &Given::default()).unwrap();
    let on = config.node.names();
    for family in families(PANELS, Source::Node) {
        let collector = collector_of(family);
        assert!(
            collector.is_some_and(|collector| on.contains(&collector)),
            "{family}: {collector:?}"
        );
    }
}
