//! Requests, and what Apache Kafka 4.3.1 answered to the same ones.

use std::collections::BTreeMap;

use model::{BrokerId, TopicId, TopicName};

use super::{Extent, Step, check_steps, plan};
use crate::config::{BrokerConfig, ConfigResource};
use crate::metadata::{Broker, ConfigOwner, Image, MetadataRecord};

fn step(name: &str, operation: i8, operand: Option<&str>) -> Step {
    Step {
        name: name.to_owned(),
        operation,
        operand: operand.map(str::to_owned),
    }
}

fn topic() -> ConfigResource {
    ConfigResource::Topic(TopicName::new("t").unwrap())
}

fn image(configs: &[(&str, &str)]) -> Image {
    let broker = Broker {
        id: BrokerId(1),
        rack: None,
        endpoints: BTreeMap::new(),
    };
    let mut image = Image::new("cluster", broker);
    image.apply(&MetadataRecord::Topic {
        name: "t".to_owned(),
        id: "AAAAAAAAAAAAAAAAAAAAAQ"
            .parse::<TopicId>()
            .unwrap()
            .to_string(),
        partitions: 1,
        born_epoch: 0,
        configs: owned(configs),
    });
    image
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn config() -> BrokerConfig {
    BrokerConfig::from_properties("", &[]).unwrap().0
}

/// What the resource has afterwards (`None`: nothing changed), or the sentence why not.
fn outcome(
    image: &Image,
    resource: &ConfigResource,
    extent: Extent,
    steps: &[Step],
) -> Result<Option<BTreeMap<String, String>>, String> {
    let record = plan(&config(), image, resource, extent, steps).map_err(|e| e.to_string())?;
    Ok(record.map(|record| match record {
        MetadataRecord::Configs { configs, .. } => configs,
        other => panic!("{other:?} is no configuration"),
    }))
}

#[test]
fn steps_that_make_no_sense_are_refused_before_anything_else() {
    let refused = |steps: &[Step]| check_steps(steps).unwrap_err().to_string();
    let null = refused(&[step("retention.ms", 0, None)]);
    assert_eq!(null, "Null value not supported for : retention.ms");
    let twice = refused(&[
        step("retention.ms", 0, Some("5")),
        step("retention.ms", 0, Some("6")),
    ]);
    assert_eq!(twice, "Error due to duplicate config keys");
    assert_eq!(check_steps(&[step("retention.ms", 1, None)]), Ok(()));
}

#[test]
fn a_topic_keeps_what_is_not_named_unless_the_whole_is_given() {
    let image = image(&[("retention.ms", "5")]);
    let set = [step("segment.bytes", 0, Some("2000000"))];
    let both = owned(&[("retention.ms", "5"), ("segment.bytes", "2000000")]);
    assert_eq!(
        outcome(&image, &topic(), Extent::Steps, &set),
        Ok(Some(both))
    );
    let alone = owned(&[("segment.bytes", "2000000")]);
    assert_eq!(
        outcome(&image, &topic(), Extent::Whole, &set),
        Ok(Some(alone))
    );
    let none = owned(&[]);
    assert_eq!(
        outcome(&image, &topic(), Extent::Whole, &[]),
        Ok(Some(none))
    );
    let same = [step("retention.ms", 0, Some("5"))];
    assert_eq!(outcome(&image, &topic(), Extent::Steps, &same), Ok(None));
}

#[test]
fn what_a_topic_cannot_have_is_refused_in_kafkas_words() {
    let image = image(&[]);
    let cases = [
        (
            step("nonsense", 0, Some("5")),
            "Unknown topic config name: nonsense",
        ),
        (
            step("retention.ms", 0, Some("-5")),
            "Invalid value -5 for configuration retention.ms: Value must be at least -1",
        ),
        (
            step("retention.ms", 2, Some("5")),
            "Can't APPEND to key retention.ms because its type is not LIST.",
        ),
        (
            step("cleanup.policy", 2, Some("foo")),
            "Invalid value foo for configuration cleanup.policy: String must be one of: compact, \
             delete",
        ),
        (
            step("remote.storage.enable", 0, Some("true")),
            "Tiered Storage functionality is disabled in the broker. Topic cannot be configured \
             with remote log storage.",
        ),
        // Kafka answers UNKNOWN_SERVER_ERROR without a word.
        (
            step("retention.ms", 9, Some("5")),
            "Unknown operation 9 for retention.ms",
        ),
    ];
    for (step, expected) in cases {
        let outcome = outcome(&image, &topic(), Extent::Steps, std::slice::from_ref(&step));
        assert_eq!(outcome, Err(expected.to_owned()), "{step:?}");
    }
    let other = ConfigResource::Topic(TopicName::new("nope").unwrap());
    let missing = outcome(&image, &other, Extent::Steps, &[]);
    assert_eq!(missing, Err("The topic 'nope' does not exist.".to_owned()));
}

#[test]
fn what_a_topic_already_has_may_stay() {
    let image = image(&[("cleanup.policy", "compact")]);
    let steps = [step("segment.bytes", 0, Some("2000000"))];
    let both = owned(&[("cleanup.policy", "compact"), ("segment.bytes", "2000000")]);
    assert_eq!(
        outcome(&image, &topic(), Extent::Steps, &steps),
        Ok(Some(both))
    );
    let lags = [
        step("min.compaction.lag.ms", 0, Some("100")),
        step("max.compaction.lag.ms", 0, Some("50")),
    ];
    assert!(outcome(&image, &topic(), Extent::Steps, &lags).is_err());
}

#[test]
fn deleting_what_is_not_set_changes_nothing() {
    let steps = [step("retention.ms", 1, None), step("nonsense", 1, None)];
    assert_eq!(
        outcome(&image(&[]), &topic(), Extent::Steps, &steps),
        Ok(None)
    );
}

/// Resource, key, value, and what is wrong with it.
type BrokerCase = (
    ConfigResource,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const BROKER_CASES: &[BrokerCase] = &[
    (ConfigResource::Broker, "log.retention.ms", "5", None),
    (ConfigResource::Brokers, "max.connections", "99", None),
    (
        ConfigResource::Broker,
        "listener.name.plaintext.max.connections",
        "100",
        None,
    ),
    (ConfigResource::Brokers, "nonsense", "5", None),
    (
        ConfigResource::Broker,
        "leader.replication.throttled.rate",
        "100",
        None,
    ),
    (
        ConfigResource::Broker,
        "num.partitions",
        "5",
        Some("Cannot update these configs dynamically: [num.partitions]"),
    ),
    (
        ConfigResource::Brokers,
        "listeners",
        "PLAINTEXT://:1",
        Some(
            "Cannot update these configs at default cluster level, broker id must be \
                 specified: [listeners]",
        ),
    ),
    (
        ConfigResource::Brokers,
        "listener.name.plaintext.ssl.keystore.location",
        "x",
        Some(
            "Cannot update these configs at default cluster level, broker id must be \
                 specified: [listener.name.plaintext.ssl.keystore.location]",
        ),
    ),
    (
        ConfigResource::Broker,
        "max.connections",
        "x",
        Some("Invalid value x for configuration max.connections: Not a number of type INT"),
    ),
    (
        ConfigResource::Brokers,
        "leader.replication.throttled.rate",
        "-100",
        Some(
            "Invalid value -100 for configuration leader.replication.throttled.rate: Value \
                 must be at least 0",
        ),
    ),
    (
        ConfigResource::Broker,
        "log.retention.ms",
        "0",
        Some("log.retention.ms must be unlimited (-1) or, equal or greater than 1"),
    ),
    (
        ConfigResource::Broker,
        "listeners",
        "PLAINTEXT://:1",
        Some("listeners is bound when the broker starts: change it in the file and restart"),
    ),
];

#[test]
fn brokers_change_what_kafka_lets_them_change() {
    let image = image(&[]);
    for (resource, name, value, expected) in BROKER_CASES {
        let step = step(name, 0, Some(value));
        let outcome = outcome(&image, resource, Extent::Steps, &[step]);
        match expected {
            None => assert_eq!(outcome, Ok(Some(owned(&[(name, value)]))), "{name}"),
            Some(expected) => assert_eq!(outcome, Err((*expected).to_owned()), "{name}"),
        }
    }
}

#[test]
fn groups_and_client_metrics_keep_their_own() {
    let image = image(&[]);
    let group = ConfigResource::Group("g".to_owned());
    let good = step("consumer.session.timeout.ms", 0, Some("46000"));
    let record = plan(&config(), &image, &group, Extent::Steps, &[good])
        .unwrap()
        .unwrap();
    let MetadataRecord::Configs { owner, .. } = &record else {
        panic!("{record:?}")
    };
    assert_eq!(*owner, ConfigOwner::Group("g".to_owned()));
    let bad = step("nonsense", 0, Some("1"));
    let refused = outcome(&image, &group, Extent::Steps, std::slice::from_ref(&bad));
    assert_eq!(
        refused,
        Err("Unknown group config name: nonsense".to_owned())
    );
    let metrics = ConfigResource::ClientMetrics("c".to_owned());
    let refused = outcome(&image, &metrics, Extent::Steps, &[bad]);
    assert_eq!(
        refused,
        Err("Unknown client metrics configuration: nonsense".to_owned())
    );
}
