//! What the process's own registry tells of sources.

use std::sync::Arc;
use std::time::Duration;

use prometheus::Registry;

use super::SelfMetrics;
use crate::collector::Asked;
use crate::rule_sets::RuleSets;
use crate::source::{Reading, SourceError};

fn asked(name: &str, answers: bool) -> Asked {
    Asked {
        name: name.to_owned(),
        reading: match answers {
            true => Ok(Reading::default()),
            false => Err(SourceError("it is gone".to_owned())),
        },
        took: Duration::from_millis(1),
    }
}

/// `name{source} value`, of what is told of sources and is no time.
fn told(registry: &Registry) -> Vec<String> {
    let families = registry.gather();
    let of_sources = families.iter().filter(|family| {
        let name = family.name();
        name.starts_with("outrigger_source_")
    });
    let lines = of_sources.flat_map(|family| {
        family.get_metric().iter().map(|metric| {
            let source = metric.get_label()[0].value();
            let value = match family.name() {
                "outrigger_source_failures_total" => metric.get_counter().get_value(),
                "outrigger_source_up" => metric.get_gauge().get_value(),
                _ => return source.to_owned(),
            };
            format!("{}{{{source}}} {value}", family.name())
        })
    });
    lines.collect()
}

#[test]
fn a_source_is_told_under_the_name_that_it_has_now() {
    let registry = Registry::new();
    let rule_sets = Arc::new(RuleSets::open(&[]).unwrap());
    let metrics = SelfMetrics::new(&registry, rule_sets).unwrap();
    let address = "127.0.0.1:11001";
    metrics.note(&[asked(address, false), asked("authn", true)]);
    assert_eq!(
        told(&registry),
        [
            "outrigger_source_failures_total{127.0.0.1:11001} 1",
            "outrigger_source_failures_total{authn} 0",
            address,
            "authn",
            "outrigger_source_up{127.0.0.1:11001} 0",
            "outrigger_source_up{authn} 1",
        ]
    );
    for answers in [true, false] {
        metrics.note(&[asked("broker", answers), asked("authn", true)]);
    }
    assert_eq!(
        told(&registry),
        [
            "outrigger_source_failures_total{authn} 0",
            "outrigger_source_failures_total{broker} 1",
            "authn",
            "broker",
            "outrigger_source_up{authn} 1",
            "outrigger_source_up{broker} 0",
        ]
    );
}
