//! The table says what the page needs.

use super::PANELS;
use crate::up::dashboard::panel::{Shape, Unit};
use std::collections::BTreeSet;

#[test]
fn every_row_is_whole() {
    let ids: BTreeSet<_> = PANELS.iter().map(|panel| panel.id).collect();
    assert_eq!(ids.len(), PANELS.len());
    for panel in PANELS {
        let id = panel.id;
        assert!(
            !panel.title.is_empty() && panel.about.ends_with('.'),
            "{id}"
        );
        assert!(!panel.lines.is_empty() && panel.top > 0, "{id}");
        let by_label = panel.lines.iter().filter(|line| line.name.contains("{}"));
        for line in by_label {
            assert!(
                line.ask.selects().iter().any(|of| !of.by.is_empty()),
                "{id}"
            );
        }
        let names: BTreeSet<_> = panel.lines.iter().map(|line| line.name).collect();
        assert_eq!(
            names.len(),
            panel.lines.len(),
            "{id}: two lines of one name"
        );
        let is_part = panel.lines.iter().any(|line| line.scale == 100.0);
        assert_eq!(is_part, panel.unit == Unit::Percent, "{id}");
    }
    let tiles = PANELS.iter().take_while(|panel| panel.shape == Shape::Tile);
    // Whole rows of two, three, four and six.
    assert_eq!(tiles.count() % 12, 0);
}

#[test]
fn questions_are_shown_as_prometheus_would_be_asked() {
    let text = |id: &str| {
        let panel = PANELS.iter().find(|panel| panel.id == id).unwrap();
        panel.lines[0].ask.text()
    };
    for (id, expected) in [
        (
            "topics-in",
            "sum by (topic) (rate(kafka_server_BrokerTopicMetrics_Count{name=\"BytesInPerSec\",topic!=\"\"}[1m]))",
        ),
        (
            "cpu-busy",
            "sum (rate(node_cpu_seconds_total{mode!~\"idle|iowait\"}[1m])) / scalar(sum (rate(node_cpu_seconds_total[1m])))",
        ),
        (
            "memory-used",
            "1 - sum (node_memory_MemAvailable_bytes) / sum (node_memory_MemTotal_bytes)",
        ),
        (
            "process-memory",
            "sum by (process) (process_resident_memory_bytes)",
        ),
    ] {
        assert_eq!(text(id), expected);
    }
}
