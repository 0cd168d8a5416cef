//! Settings and the rules that Apache Kafka 4.3.1 found broken in them.

use super::{BrokenRule, check_client_metrics, check_group, check_topic_pairs};
use crate::layers::{BrokerLayers, Properties};

fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn groups_stay_within_what_the_broker_allows() {
    let cases = [
        ("consumer.session.timeout.ms", "46000", None),
        (
            "consumer.session.timeout.ms",
            "1",
            Some(
                "consumer.session.timeout.ms must be greater than or equal to \
                 group.consumer.min.session.timeout.ms",
            ),
        ),
        (
            "consumer.session.timeout.ms",
            "60001",
            Some(
                "consumer.session.timeout.ms must be less than or equal to \
                 group.consumer.max.session.timeout.ms",
            ),
        ),
        (
            "streams.num.standby.replicas",
            "3",
            Some(
                "streams.num.standby.replicas must be less than or equal to \
                 group.streams.max.standby.replicas",
            ),
        ),
        ("share.partition.max.record.locks", "100", None),
        ("share.isolation.level", "read_committed", None),
        ("nonsense", "1", Some("Unknown group config name: nonsense")),
    ];
    let layers = BrokerLayers::default();
    for (name, value, expected) in cases {
        let broken = check_group(&layers, &properties(&[(name, value)])).err();
        let expected = expected.map(|sentence| BrokenRule::Config(sentence.to_owned()));
        assert_eq!(broken, expected, "{name}={value}");
    }
}

#[test]
fn a_heartbeat_comes_within_the_session() {
    let layers = BrokerLayers {
        fixed: properties(&[("group.consumer.max.heartbeat.interval.ms", "60000")]),
        ..BrokerLayers::default()
    };
    let broken = check_group(
        &layers,
        &properties(&[("consumer.heartbeat.interval.ms", "45000")]),
    );
    let sentence = "consumer.heartbeat.interval.ms must be less than consumer.session.timeout.ms";
    assert_eq!(broken, Err(BrokenRule::Config(sentence.to_owned())));
}

#[test]
fn client_metrics_select_clients_and_push_in_time() {
    let request = |sentence: &str| Err(BrokenRule::Request(sentence.to_owned()));
    let config = |sentence: &str| Err(BrokenRule::Config(sentence.to_owned()));
    let cases = [
        ("interval.ms", "1000", Ok(())),
        (
            "interval.ms",
            "1",
            request(
                "Invalid value 1 for interval.ms, interval must be between 100 and 3600000 (1 hour)",
            ),
        ),
        ("match", "client_id=a.*,client_source_port=9", Ok(())),
        (
            "match",
            "bogus",
            config("Illegal client matching pattern: bogus"),
        ),
        ("metrics", "*", Ok(())),
        (
            "nonsense",
            "1",
            request("Unknown client metrics configuration: nonsense"),
        ),
    ];
    for (name, value, expected) in cases {
        assert_eq!(
            check_client_metrics(&properties(&[(name, value)])),
            expected,
            "{name}={value}"
        );
    }
}

#[test]
fn compaction_lags_do_not_cross() {
    let pair = |least, most| {
        properties(&[
            ("min.compaction.lag.ms", least),
            ("max.compaction.lag.ms", most),
        ])
    };
    assert_eq!(check_topic_pairs(&pair("50", "50")), Ok(()));
    let broken = check_topic_pairs(&pair("100", "50")).unwrap_err();
    let sentence = "conflict topic config setting min.compaction.lag.ms (100) > \
                    max.compaction.lag.ms (50)";
    assert_eq!(broken, BrokenRule::Config(sentence.to_owned()));
}
