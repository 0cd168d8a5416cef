//! What Grafana asks of the file beyond its types.

use std::collections::HashSet;

use super::{file, templates, uid};
use crate::grafana::alerts;

#[test]
fn uids_are_short_and_each_one_its_own() {
    let uids: HashSet<String> = alerts::all().map(|alert| uid(alert.name)).collect();
    assert_eq!(uids.len(), alerts::all().count());
    for uid in uids {
        assert!(uid.len() <= 40, "{uid}");
    }
    assert_eq!(uid("KafkaBrokerDown"), "kafka-broker-down");
}

#[test]
fn values_are_named_as_grafana_names_them() {
    assert_eq!(
        templates("{{ $value | humanize }} of {{ $labels.a }}, {{ $value }}"),
        "{{ $values.A.Value | humanize }} of {{ $labels.a }}, {{ $values.A.Value }}"
    );
}

#[test]
fn no_recording_rule_is_left_in_an_expression() {
    let text = file().to_string();
    for rule in crate::grafana::rules::RECORDED {
        assert!(!text.contains(rule.name), "{}", rule.name);
    }
}
