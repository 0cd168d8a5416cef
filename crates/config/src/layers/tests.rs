//! Which value is in force.

use super::{BrokerLayers, Properties};

fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn the_strongest_layer_wins_and_the_finest_unit_within_it() {
    type Set = &'static [(&'static str, &'static str)];
    let cases: &[(Set, Set, &str)] = &[
        (&[], &[], "604800000"),
        (&[("log.retention.hours", "2")], &[], "7200000"),
        (
            &[("log.retention.hours", "2"), ("log.retention.minutes", "3")],
            &[],
            "180000",
        ),
        (
            &[("log.retention.minutes", "3"), ("log.retention.ms", "4")],
            &[],
            "4",
        ),
        (
            &[("log.retention.ms", "4")],
            &[("log.retention.ms", "5")],
            "5",
        ),
        (
            &[("log.retention.hours", "2")],
            &[("log.retention.ms", "5")],
            "5",
        ),
        (&[("log.retention.hours", "-1")], &[], "-1"),
        (&[("log.retention.ms", "-7")], &[], "-1"),
    ];
    for (fixed, cluster, expected) in cases {
        let layers = BrokerLayers {
            fixed: properties(fixed),
            cluster: properties(cluster),
            ..BrokerLayers::default()
        };
        let none = Properties::new();
        let value = layers.topic_text(&none, "retention.ms");
        assert_eq!(value.as_deref(), Some(*expected), "{fixed:?} {cluster:?}");
        let own = properties(&[("retention.ms", "1")]);
        assert_eq!(
            layers.topic_text(&own, "retention.ms").as_deref(),
            Some("1")
        );
    }
}

#[test]
fn what_is_no_key_has_no_value() {
    let layers = BrokerLayers::default();
    assert_eq!(layers.text("nonsense"), None);
    assert_eq!(layers.topic_text(&Properties::new(), "nonsense"), None);
    assert_eq!(layers.text("broker.rack"), None);
}
