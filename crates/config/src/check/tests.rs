//! Values and what Apache Kafka 4.3.1 said of them.

use crate::key::Key;
use crate::table::{broker_key, group_key, topic_key};

fn key(name: &str) -> &'static Key {
    broker_key(name)
        .or_else(|| topic_key(name))
        .or_else(|| group_key(name))
        .unwrap()
}

#[test]
fn good_values_are_kept_as_kafka_shows_them() {
    let cases = [
        ("num.partitions", " 3 ", "3"),
        ("num.partitions", "+3", "3"),
        ("auto.create.topics.enable", "TRUE", "true"),
        ("auto.create.topics.enable", " true ", "true"),
        ("log.cleanup.policy", "", ""),
        ("log.cleanup.policy", "delete,delete", "delete"),
        ("log.cleanup.policy", "delete , compact", "delete,compact"),
        ("compression.gzip.level", "-1", "-1"),
        ("compression.zstd.level", "-131072", "-131072"),
        ("group.consumer.migration.policy", "Disabled", "Disabled"),
        ("retention.bytes", "-5", "-5"),
        ("max.connections.per.ip.overrides", "a", "a"),
        ("metric.reporters", "a,a", "a"),
        ("leader.replication.throttled.replicas", "*", "*"),
        (
            "leader.replication.throttled.replicas",
            "1:2,3:4",
            "1:2,3:4",
        ),
        ("leader.replication.throttled.replicas", "", ""),
        (
            "share.auto.offset.reset",
            "by_duration:PT1H",
            "by_duration:PT1H",
        ),
        (
            "share.auto.offset.reset",
            "by_duration:P1DT2H3M4.5S",
            "by_duration:P1DT2H3M4.5S",
        ),
        ("ssl.key.password", " x ", " x "),
    ];
    for (name, text, expected) in cases {
        let key = key(name);
        assert!(
            key.parse(text).is_ok(),
            "{name}={text}: {:?}",
            key.parse(text)
        );
        assert_eq!(key.canonical(text), expected, "{name}={text}");
    }
    for text in ["0.9f", "1e-3", "1"] {
        assert!(
            key("log.cleaner.io.buffer.load.factor").parse(text).is_ok(),
            "{text}"
        );
    }
}

#[test]
fn bad_values_are_refused_in_kafkas_words() {
    for (name, text, expected) in REFUSED {
        let refused = key(name).parse(text).unwrap_err();
        assert_eq!(refused.to_string(), *expected, "{name}={text}");
    }
}

const REFUSED: &[(&str, &str, &str)] = &[
    (
        "num.partitions",
        "x",
        "Invalid value x for configuration num.partitions: Not a number of type INT",
    ),
    (
        "num.partitions",
        "0",
        "Invalid value 0 for configuration num.partitions: Value must be at least 1",
    ),
    (
        "num.partitions",
        "99999999999",
        "Invalid value 99999999999 for configuration num.partitions: Not a number of type INT",
    ),
    (
        "num.partitions",
        "",
        "Invalid value  for configuration num.partitions: Not a number of type INT",
    ),
    (
        "num.partitions",
        "1.5",
        "Invalid value 1.5 for configuration num.partitions: Not a number of type INT",
    ),
    (
        "num.partitions",
        "0x10",
        "Invalid value 0x10 for configuration num.partitions: Not a number of type INT",
    ),
    (
        "auto.create.topics.enable",
        "yes",
        "Invalid value yes for configuration auto.create.topics.enable: Expected value to be \
         either true or false",
    ),
    (
        "compression.type",
        "foo",
        "Invalid value foo for configuration compression.type: String must be one of: \
         uncompressed, zstd, lz4, snappy, gzip, producer",
    ),
    (
        "compression.type",
        "GZIP",
        "Invalid value GZIP for configuration compression.type: String must be one of: \
         uncompressed, zstd, lz4, snappy, gzip, producer",
    ),
    (
        "compression.type",
        "",
        "Invalid value  for configuration compression.type: String must be one of: \
         uncompressed, zstd, lz4, snappy, gzip, producer",
    ),
    (
        "log.cleanup.policy",
        "foo",
        "Invalid value foo for configuration log.cleanup.policy: String must be one of: \
         compact, delete",
    ),
    (
        "log.cleanup.policy",
        "delete,,compact",
        "Configuration 'log.cleanup.policy' values must not be empty.",
    ),
    (
        "compression.gzip.level",
        "0",
        "Invalid value 0 for configuration compression.gzip.level: Value must be between 1 \
         and 9 or equal to -1",
    ),
    (
        "compression.gzip.level",
        "10",
        "Invalid value 10 for configuration compression.gzip.level: Value must be between 1 \
         and 9 or equal to -1",
    ),
    (
        "compression.lz4.level",
        "18",
        "Invalid value 18 for configuration compression.lz4.level: Value must be no more \
         than 17",
    ),
    (
        "compression.lz4.level",
        "0",
        "Invalid value 0 for configuration compression.lz4.level: Value must be at least 1",
    ),
    (
        "log.cleaner.min.cleanable.ratio",
        "1.5",
        "Invalid value 1.5 for configuration log.cleaner.min.cleanable.ratio: Value must be \
         no more than 1",
    ),
    (
        "log.cleaner.min.cleanable.ratio",
        "-1",
        "Invalid value -1.0 for configuration log.cleaner.min.cleanable.ratio: Value must be \
         at least 0",
    ),
    (
        "log.cleaner.min.cleanable.ratio",
        "x",
        "Invalid value x for configuration log.cleaner.min.cleanable.ratio: Not a number of \
         type DOUBLE",
    ),
    (
        "group.consumer.migration.policy",
        "Bogus",
        "Invalid value Bogus for configuration group.consumer.migration.policy: String must \
         be one of (case insensitive): DISABLED, DOWNGRADE, UPGRADE, BIDIRECTIONAL",
    ),
    (
        "security.inter.broker.protocol",
        "foo",
        "Invalid value foo for configuration security.inter.broker.protocol: String must be \
         one of: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL",
    ),
    (
        "sasl.oauthbearer.assertion.algorithm",
        "foo",
        "Invalid value foo for configuration sasl.oauthbearer.assertion.algorithm: String \
         must be one of (case insensitive): ES256, RS256",
    ),
    (
        "offsets.topic.replication.factor",
        "40000",
        "Invalid value 40000 for configuration offsets.topic.replication.factor: Not a \
         number of type SHORT",
    ),
    (
        "log.dirs",
        "",
        "Configuration 'log.dirs' must not be empty. Valid values include: any non-empty \
         value",
    ),
    (
        "log.dir",
        "",
        "Configuration 'log.dir' must not be empty. Valid values include: any non-empty value",
    ),
    (
        "listeners",
        "",
        "Configuration 'listeners' must not be empty. Valid values include: any non-empty \
         value",
    ),
    (
        "listeners",
        " ,",
        "Configuration 'listeners' values must not be empty.",
    ),
    (
        "process.roles",
        "foo",
        "Invalid value foo for configuration process.roles: String must be one of: broker, \
         controller",
    ),
    (
        "process.roles",
        "",
        "Configuration 'process.roles' must not be empty. Valid values include: [broker, \
         controller]",
    ),
    (
        "broker.id",
        "abc",
        "Invalid value abc for configuration broker.id: Not a number of type INT",
    ),
    (
        "remote.log.metadata.manager.class.name",
        "",
        "Invalid value  for configuration remote.log.metadata.manager.class.name: String \
         must be non-empty",
    ),
    (
        "connections.max.idle.ms",
        "12345678901234567890",
        "Invalid value 12345678901234567890 for configuration connections.max.idle.ms: Not a \
         number of type LONG",
    ),
    (
        "queued.max.request.bytes",
        "1k",
        "Invalid value 1k for configuration queued.max.request.bytes: Not a number of type \
         LONG",
    ),
    (
        "advertised.listeners",
        "A,,B",
        "Configuration 'advertised.listeners' values must not be empty.",
    ),
    (
        "node.id",
        "-1",
        "Invalid value -1 for configuration node.id: Value must be at least 0",
    ),
    (
        "ssl.client.auth",
        "NONE",
        "Invalid value NONE for configuration ssl.client.auth: String must be one of: \
         required, requested, none",
    ),
    (
        "group.coordinator.rebalance.protocols",
        "foo",
        "Invalid value foo for configuration group.coordinator.rebalance.protocols: String \
         must be one of: consumer, classic, share, streams",
    ),
    (
        "cleanup.policy",
        "foo",
        "Invalid value foo for configuration cleanup.policy: String must be one of: compact, \
         delete",
    ),
    (
        "cleanup.policy",
        "none",
        "Invalid value none for configuration cleanup.policy: String must be one of: \
         compact, delete",
    ),
    (
        "retention.ms",
        "-2",
        "Invalid value -2 for configuration retention.ms: Value must be at least -1",
    ),
    (
        "retention.ms",
        "x",
        "Invalid value x for configuration retention.ms: Not a number of type LONG",
    ),
    (
        "retention.ms",
        "",
        "Invalid value  for configuration retention.ms: Not a number of type LONG",
    ),
    (
        "segment.bytes",
        "100",
        "Invalid value 100 for configuration segment.bytes: Value must be at least 1048576",
    ),
    (
        "leader.replication.throttled.replicas",
        "foo",
        "Invalid value [foo] for configuration leader.replication.throttled.replicas: \
         leader.replication.throttled.replicas must be the literal '*' or a list of replicas \
         in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
    ),
    (
        "leader.replication.throttled.replicas",
        "1:2,x:4",
        "Invalid value [1:2, x:4] for configuration leader.replication.throttled.replicas: \
         leader.replication.throttled.replicas must be the literal '*' or a list of replicas \
         in the following format: [partitionId]:[brokerId],[partitionId]:[brokerId],...",
    ),
    (
        "message.timestamp.type",
        "Foo",
        "Invalid value Foo for configuration message.timestamp.type: String must be one of: \
         CreateTime, LogAppendTime",
    ),
    (
        "min.insync.replicas",
        "0",
        "Invalid value 0 for configuration min.insync.replicas: Value must be at least 1",
    ),
    (
        "preallocate",
        "maybe",
        "Invalid value maybe for configuration preallocate: Expected value to be either true \
         or false",
    ),
    (
        "segment.ms",
        "0",
        "Invalid value 0 for configuration segment.ms: Value must be at least 1",
    ),
    (
        "min.cleanable.dirty.ratio",
        "2",
        "Invalid value 2.0 for configuration min.cleanable.dirty.ratio: Value must be no \
         more than 1",
    ),
    (
        "share.auto.offset.reset",
        "foo",
        "Invalid value foo for configuration share.auto.offset.reset: Invalid value `foo` \
         for configuration share.auto.offset.reset. The value must be either 'earliest', \
         'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
    ),
    (
        "share.auto.offset.reset",
        "by_duration:x",
        "Invalid value by_duration:x for configuration share.auto.offset.reset: Invalid \
         value `by_duration:x` for configuration share.auto.offset.reset. The value must be \
         either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
    ),
    (
        "share.auto.offset.reset",
        "by_duration:-PT1H",
        "Invalid value by_duration:-PT1H for configuration share.auto.offset.reset: Invalid \
         value `by_duration:-PT1H` for configuration share.auto.offset.reset. The value must \
         be either 'earliest', 'latest' or of the format 'by_duration:<PnDTnHnMn.nS>'.",
    ),
    (
        "share.isolation.level",
        "foo",
        "Invalid value foo for configuration share.isolation.level: String must be one of: \
         read_committed, read_uncommitted",
    ),
];
