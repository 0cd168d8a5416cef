//! Configurations that change while the broker runs: they hold at once, everywhere, and after a
//! restart; who set a value is told.

use protocol::ErrorCode;
use protocol::Str;
use protocol::messages::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource, DescribeConfigsResourceResult,
};
use protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterConfigsResourceResponse, AlterableConfig,
    IncrementalAlterConfigsRequest,
};
use tests::deadline::PATIENCE;
use tests::messages::{PRODUCE_VERSION, batch, create_topic, produce, produce_request};
use tests::{Broker, Wire, eventually};

const ALTER_VERSION: i16 = 1;
const DESCRIBE_VERSION: i16 = 4;

const TOPIC: i8 = 2;
const BROKER: i8 = 4;
const LOGGERS: i8 = 8;

const SET: i8 = 0;
const DELETE: i8 = 1;

const FROM_TOPIC: i8 = 1;
const FROM_BROKER: i8 = 2;
const FROM_CLUSTER: i8 = 3;
const FROM_FILE: i8 = 4;
const FROM_DEFAULT: i8 = 5;

fn alter(
    wire: &mut Wire,
    validate_only: bool,
    resource: (i8, &str),
    (name, operation, value): (&str, i8, Option<&str>),
) -> AlterConfigsResourceResponse {
    let config = AlterableConfig {
        name: Str::from(name),
        config_operation: operation,
        value: value.map(Str::from),
    };
    let resource = AlterConfigsResource {
        resource_type: resource.0,
        resource_name: Str::from(resource.1),
        configs: vec![config],
    };
    let request = IncrementalAlterConfigsRequest {
        resources: vec![resource],
        validate_only,
    };
    wire.call(ALTER_VERSION, request).responses.remove(0)
}

fn set(wire: &mut Wire, resource: (i8, &str), name: &str, value: &str) {
    let answer = alter(wire, false, resource, (name, SET, Some(value)));
    assert_eq!(
        answer.error_code,
        ErrorCode::NONE,
        "{name}: {:?}",
        answer.error_message
    );
}

fn unset(wire: &mut Wire, resource: (i8, &str), name: &str) {
    let answer = alter(wire, false, resource, (name, DELETE, None));
    assert_eq!(
        answer.error_code,
        ErrorCode::NONE,
        "{name}: {:?}",
        answer.error_message
    );
}

fn describe(wire: &mut Wire, resource: (i8, &str), name: &str) -> DescribeConfigsResourceResult {
    let resource = DescribeConfigsResource {
        resource_type: resource.0,
        resource_name: Str::from(resource.1),
        configuration_keys: Some(vec![Str::from(name)]),
    };
    let request = DescribeConfigsRequest {
        resources: vec![resource],
        include_synonyms: true,
        include_documentation: true,
    };
    let mut answer = wire.call(DESCRIBE_VERSION, request).results.remove(0);
    assert_eq!(
        answer.error_code,
        ErrorCode::NONE,
        "{:?}",
        answer.error_message
    );
    answer.configs.remove(0)
}

/// Value and source of a key.
fn value(wire: &mut Wire, resource: (i8, &str), name: &str) -> (String, i8) {
    let entry = describe(wire, resource, name);
    (
        entry.value.as_deref().unwrap_or("null").to_owned(),
        entry.config_source,
    )
}

fn produced(wire: &mut Wire, topic: &str) -> ErrorCode {
    let long = "x".repeat(1000);
    produce(wire, topic, 0, batch(&[&long])).error_code
}

#[test]
fn a_topics_setting_holds_at_once_and_after_a_crash() {
    let mut broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "small", 1, &[]);
    assert_eq!(produced(&mut wire, "small"), ErrorCode::NONE);
    let topic = (TOPIC, "small");
    set(&mut wire, topic, "max.message.bytes", "500");
    assert_eq!(produced(&mut wire, "small"), ErrorCode::MESSAGE_TOO_LARGE);
    broker.kill();
    broker.start_again();
    let mut wire = broker.connect();
    assert_eq!(produced(&mut wire, "small"), ErrorCode::MESSAGE_TOO_LARGE);
    let shown = value(&mut wire, topic, "max.message.bytes");
    assert_eq!(shown, ("500".to_owned(), FROM_TOPIC));
    unset(&mut wire, topic, "max.message.bytes");
    assert_eq!(produced(&mut wire, "small"), ErrorCode::NONE);
    let shown = value(&mut wire, topic, "max.message.bytes");
    assert_eq!(shown, ("1048588".to_owned(), FROM_DEFAULT));
}

#[test]
fn a_brokers_setting_reaches_its_topics_the_stronger_one_first() {
    let broker = Broker::start("message.max.bytes=1000000");
    let mut wire = broker.connect();
    create_topic(&mut wire, "heir", 1, &[]);
    create_topic(&mut wire, "owner", 1, &[("max.message.bytes", "1048588")]);
    let (heir, all, one) = ((TOPIC, "heir"), (BROKER, ""), (BROKER, "1"));
    let key = "max.message.bytes";
    assert_eq!(
        value(&mut wire, heir, key),
        ("1000000".to_owned(), FROM_FILE)
    );
    set(&mut wire, all, "message.max.bytes", "500");
    assert_eq!(
        value(&mut wire, heir, key),
        ("500".to_owned(), FROM_CLUSTER)
    );
    assert_eq!(produced(&mut wire, "heir"), ErrorCode::MESSAGE_TOO_LARGE);
    assert_eq!(produced(&mut wire, "owner"), ErrorCode::NONE);
    set(&mut wire, one, "message.max.bytes", "2000");
    assert_eq!(
        value(&mut wire, heir, key),
        ("2000".to_owned(), FROM_BROKER)
    );
    assert_eq!(produced(&mut wire, "heir"), ErrorCode::NONE);
    let sources: Vec<i8> = describe(&mut wire, heir, key)
        .synonyms
        .iter()
        .map(|synonym| synonym.source)
        .collect();
    assert_eq!(
        sources,
        [FROM_BROKER, FROM_CLUSTER, FROM_FILE, FROM_DEFAULT]
    );
    unset(&mut wire, one, "message.max.bytes");
    assert_eq!(produced(&mut wire, "heir"), ErrorCode::MESSAGE_TOO_LARGE);
}

#[test]
fn checking_alone_changes_nothing_and_a_refusal_says_why() {
    let broker = Broker::start("");
    let mut wire = broker.connect();
    create_topic(&mut wire, "checked", 1, &[]);
    let topic = (TOPIC, "checked");
    let good = alter(&mut wire, true, topic, ("retention.ms", SET, Some("5")));
    assert_eq!(good.error_code, ErrorCode::NONE);
    let shown = value(&mut wire, topic, "retention.ms");
    assert_eq!(shown, ("604800000".to_owned(), FROM_DEFAULT));
    let bad = alter(
        &mut wire,
        true,
        topic,
        ("cleanup.policy", SET, Some("compact")),
    );
    assert_eq!(bad.error_code, ErrorCode::INVALID_CONFIG);
    let sentence = bad.error_message.as_deref().unwrap_or_default().to_owned();
    assert!(
        sentence.contains("compaction is not available yet"),
        "{sentence}"
    );
    let fixed = alter(
        &mut wire,
        false,
        (BROKER, "1"),
        ("num.partitions", SET, Some("2")),
    );
    assert_eq!(fixed.error_code, ErrorCode::INVALID_REQUEST);
}

#[test]
fn the_limit_of_connections_changes_while_they_are_open() {
    let broker = Broker::start("");
    let mut first = broker.connect();
    set(&mut first, (BROKER, ""), "max.connections", "1");
    assert!(
        broker.connect().closes_within(PATIENCE),
        "a second connection is refused"
    );
    set(&mut first, (BROKER, ""), "max.connections", "2");
    let shown = value(&mut broker.connect(), (BROKER, "1"), "max.connections");
    assert_eq!(shown, ("2".to_owned(), FROM_CLUSTER));
}

#[test]
fn a_loggers_level_changes_what_is_logged() {
    let broker = Broker::start("");
    let mut wire = broker.connect();
    let loggers = (LOGGERS, "1");
    let logger = "outrigger.broker.net.listener";
    assert_eq!(value(&mut wire, loggers, logger), ("INFO".to_owned(), 6));
    assert!(!broker.output().contains("connection closed"));
    set(&mut wire, loggers, logger, "DEBUG");
    drop(broker.connect());
    eventually("a closed connection is logged", || {
        broker.output().contains("connection closed").then_some(())
    });
    let unknown = alter(
        &mut wire,
        false,
        loggers,
        ("no.such.logger", SET, Some("INFO")),
    );
    assert_eq!(unknown.error_code, ErrorCode::INVALID_CONFIG);
}

#[test]
fn stored_values_that_a_changed_file_makes_impossible_do_not_stop_the_broker() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = "max.connections.per.ip.overrides=127.0.0.1:50";
    let mut broker = Broker::start_at(folder.path(), overrides);
    set(
        &mut broker.connect(),
        (BROKER, "1"),
        "max.connections.per.ip",
        "0",
    );
    broker.stop();
    let broker = Broker::start_at(folder.path(), "");
    let shown = value(
        &mut broker.connect(),
        (BROKER, "1"),
        "max.connections.per.ip",
    );
    assert_eq!(shown, ("2147483647".to_owned(), FROM_DEFAULT));
    assert!(
        broker
            .output()
            .contains("stored broker configurations are not usable")
    );
}

#[test]
fn replicas_that_one_node_cannot_give_are_refused_or_clamped() {
    let cases = [
        ("", ErrorCode::NOT_ENOUGH_REPLICAS),
        ("outrigger.preset=msk", ErrorCode::NONE),
    ];
    for (properties, expected) in cases {
        let broker = Broker::start(properties);
        let mut wire = broker.connect();
        create_topic(&mut wire, "strict", 1, &[("min.insync.replicas", "2")]);
        assert_eq!(produced(&mut wire, "strict"), expected, "{properties}");
        let long = produce_request("strict", 0, batch(&["x"]), 1);
        let answer = wire.call(PRODUCE_VERSION, long);
        let leader_only = answer.responses[0].partition_responses[0].error_code;
        assert_eq!(leader_only, ErrorCode::NONE, "{properties}");
        let shown = value(&mut wire, (TOPIC, "strict"), "min.insync.replicas");
        assert_eq!(shown, ("2".to_owned(), FROM_TOPIC));
    }
}
