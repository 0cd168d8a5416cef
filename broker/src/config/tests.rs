//! What a file comes to, and what is said about one that cannot be used.

use std::net::SocketAddr;
use std::time::Duration;

use config::Properties;
use identity::Principal;

use super::{
    AclConfig, Advertised, BrokerConfig, SecurityConfig, Warnings, check_report, default_properties,
};

fn read(text: &str) -> (BrokerConfig, Warnings) {
    BrokerConfig::from_properties(text, &[]).unwrap()
}

fn problems(text: &str) -> Vec<String> {
    let errors = BrokerConfig::from_properties(text, &[]).unwrap_err();
    errors.problems().iter().map(ToString::to_string).collect()
}

fn properties(pairs: &[(&str, &str)]) -> Properties {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

#[test]
fn an_empty_file_gives_kafkas_defaults_on_loopback() {
    let (config, warnings) = read("");
    assert_eq!(warnings, Warnings::new());
    assert_eq!(config.node_id.0, 1);
    assert_eq!(config.listeners.len(), 1);
    assert_eq!(config.listeners[0].bind_host, "127.0.0.1");
    assert_eq!(config.listeners[0].bind_port, 9092);
    assert_eq!(config.connections_idle_max, Duration::from_secs(600));
    assert_eq!(config.socket_request_bytes_max, 100 * 1024 * 1024);
    assert!(config.topics.auto_create);
    let settings = config.log_settings(&Properties::new()).unwrap();
    assert_eq!(settings, storage::LogSettings::default());
    assert_eq!(config.min_insync_replicas(&Properties::new()), 1);
}

#[test]
fn the_printed_defaults_read_back_as_the_defaults() {
    let (printed, warnings) = read(&default_properties());
    let (empty, _) = read("");
    assert_eq!(warnings, Warnings::new());
    assert_eq!(printed.listeners, empty.listeners);
    assert_eq!(printed.topics, empty.topics);
    assert_eq!(printed.network, empty.network);
    let settings = |config: &BrokerConfig| config.log_settings(&Properties::new()).unwrap();
    assert_eq!(settings(&printed), settings(&empty));
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_line() {
    let text = "num.partition=3\n\
                # a comment\n\
                retention.ms = 5\n\
                log.retention.ms=0\n\
                socket.request.max.bytes=many\n\
                listeners=PLAINTEXT://:9092,OTHER://:9093\n\
                log.cleanup.policy=compact\n";
    let expected = [
        "line 1: unknown property \"num.partition\"; did you mean num.partitions?",
        "line 3: unknown property \"retention.ms\"; did you mean log.retention.ms?",
        "line 4: log.retention.ms must be unlimited (-1) or, equal or greater than 1",
        "line 5: Invalid value many for configuration socket.request.max.bytes: Not a number of \
         type INT",
        "line 6: listeners: no security protocol is known for OTHER; add OTHER:PLAINTEXT to \
         listener.security.protocol.map",
        "line 7: log.cleanup.policy: compaction is not available yet; use delete",
    ];
    assert_eq!(problems(text), expected);
}

#[test]
fn listeners_that_cannot_work_are_refused() {
    let cases = [
        (
            "listeners=PLAINTEXT://0.0.0.0:9092",
            "nonroutable meta-address 0.0.0.0",
        ),
        (
            "listeners=PLAINTEXT://[::]:9092",
            "nonroutable meta-address ::",
        ),
        (
            "listeners=PLAINTEXT://:9092\nadvertised.listeners=PLAINTEXT://0.0.0.0:9092",
            "nonroutable meta-address 0.0.0.0",
        ),
        (
            "listeners=PLAINTEXT://:9092\nadvertised.listeners=OTHER://a:9092",
            "OTHER is not one of listeners",
        ),
        (
            "listeners=PLAINTEXT://a:9092,PLAINTEXT://b:9093",
            "PLAINTEXT stands twice",
        ),
        (
            "listeners=A://h:9092,B://:9092\nlistener.security.protocol.map=A:PLAINTEXT,B:PLAINTEXT",
            "B and A both want port 9092",
        ),
        ("listeners=SSL://a:9094", "SSL asks for SSL"),
        (
            "listeners=PLAINTEXT//a:9092",
            "is not of the form NAME://host:port",
        ),
        (
            "listeners=PLAINTEXT://::1:9092",
            "is not of the form NAME://host:port",
        ),
        (
            "listeners=PLAINTEXT://a:90920",
            "is not of the form NAME://host:port",
        ),
        ("listeners=", "must not be empty"),
        (
            "listener.security.protocol.map=PLAINTEXT:TLS",
            "names no security protocol",
        ),
        (
            "listeners=CONTROLLER://:9093\ncontroller.listener.names=CONTROLLER",
            "listeners has none for clients",
        ),
        (
            "outrigger.handoff.only=true",
            "outrigger.handoff.directory is not set",
        ),
        (
            "outrigger.handoff.only=true\noutrigger.handoff.directory=/h\n\
             listeners=PLAINTEXT://h:9092",
            "listeners has no effect where outrigger.handoff.only is true",
        ),
    ];
    for (text, expected) in cases {
        let problems = problems(text);
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn a_broker_behind_authn_alone_binds_nothing() {
    let text = "outrigger.handoff.only=true\noutrigger.handoff.directory=/h\n";
    let (config, _) = read(text);
    assert_eq!(config.listeners, []);
    let report = check_report(&BrokerConfig::from_properties(text, &[]));
    let expected = "configuration is valid: node 1 on the hand-off of authn alone\n";
    assert_eq!(report, expected);
}

#[test]
fn each_listener_tells_its_clients_where_it_is() {
    let cases = [
        (
            "listeners=PLAINTEXT://127.0.0.1:0",
            Some(("127.0.0.1", 5000)),
        ),
        ("listeners=PLAINTEXT://:9092", Some(("machine", 5000))),
        ("listeners=PLAINTEXT://[::1]:9092", Some(("::1", 5000))),
        (
            "listeners=PLAINTEXT://0.0.0.0:9092\nadvertised.listeners=PLAINTEXT://kafka.test:19092",
            Some(("kafka.test", 19092)),
        ),
        (
            "listeners=PLAINTEXT://:0\nadvertised.listeners=plaintext://[2001:db8::1]:0",
            Some(("2001:db8::1", 5000)),
        ),
        (
            "listeners=IN://:1,OUT://:2\nlistener.security.protocol.map=IN:PLAINTEXT,OUT:PLAINTEXT\n\
             advertised.listeners=OUT://o:2",
            None,
        ),
    ];
    let bound: SocketAddr = "127.0.0.1:5000".parse().unwrap();
    for (text, expected) in cases {
        let (config, _) = read(text);
        let endpoint = config.listeners[0].endpoint(bound, "machine");
        let expected = expected.map(|(host, port)| (host.to_owned(), port));
        assert_eq!(endpoint, expected, "{text}");
    }
}

#[test]
fn a_quickstart_file_of_apache_kafka_starts_with_one_warning() {
    let text = "process.roles=broker,controller\n\
                node.id=1\n\
                controller.quorum.bootstrap.servers=localhost:9093\n\
                listeners=PLAINTEXT://:9092,CONTROLLER://:9093\n\
                inter.broker.listener.name=PLAINTEXT\n\
                advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n\
                controller.listener.names=CONTROLLER\n\
                listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL\n\
                num.network.threads=3\n\
                log.dirs=data\n\
                offsets.topic.replication.factor=1\n";
    let (config, warnings) = read(text);
    assert_eq!(config.listeners.len(), 1);
    let told = Advertised::At {
        host: "localhost".to_owned(),
        port: 9092,
    };
    assert_eq!(config.listeners[0].advertised, told);
    let expected = "known properties without effect here: controller.listener.names, \
                    controller.quorum.bootstrap.servers, inter.broker.listener.name, \
                    num.network.threads, process.roles";
    assert_eq!(warnings, [expected]);
}

#[test]
fn the_preset_msk_fills_what_the_file_leaves_open_and_clamps() {
    let (config, warnings) = read("outrigger.preset=msk\nnum.partitions=6\n");
    assert!(!config.topics.auto_create);
    assert_eq!(config.topics.partitions, 6);
    assert_eq!(config.topics.replication_factor(3), Some(1));
    assert_eq!(config.min_insync_replicas(&Properties::new()), 1);
    assert_eq!(
        warnings,
        [
            "default.replication.factor is 3, but one node gives 1: clamped",
            "min.insync.replicas is 2, but one node gives 1: clamped",
        ]
    );
    let (kafka, _) = read("");
    assert_eq!(kafka.topics.replication_factor(3), None);
    assert_eq!(kafka.topics.replication_factor(1), Some(1));
    assert_eq!(
        kafka.min_insync_replicas(&properties(&[("min.insync.replicas", "2")])),
        2
    );
}

#[test]
fn the_command_line_wins_over_the_file() {
    let overrides = [("num.partitions".to_owned(), "9".to_owned())];
    let (config, _) = BrokerConfig::from_properties("num.partitions=2", &overrides).unwrap();
    assert_eq!(config.topics.partitions, 9);
    let overrides = [("num.partitons".to_owned(), "9".to_owned())];
    let errors = BrokerConfig::from_properties("", &overrides).unwrap_err();
    let expected = "command line: unknown property \"num.partitons\"; did you mean num.partitions?";
    assert_eq!(errors.to_string(), expected);
}

#[test]
fn a_topics_settings_lie_over_the_brokers() {
    let (config, _) = read("log.retention.hours=2\nlog.segment.bytes=2097152\n");
    let overrides = properties(&[("segment.bytes", "1048576"), ("compression.type", "gzip")]);
    let log = config.log_settings(&overrides).unwrap();
    assert_eq!(log.retention_ms, Some(2 * 60 * 60 * 1000));
    assert_eq!(log.segment_bytes, 1_048_576);
    let gzip = storage::TopicCompression::Codec(records::Compression::Gzip, None);
    assert_eq!(log.compression, gzip);

    for policy in ["compact", ""] {
        let log = config
            .log_settings(&properties(&[("cleanup.policy", policy)]))
            .unwrap();
        assert_eq!(
            (log.retention_ms, log.retention_bytes),
            (None, None),
            "{policy}"
        );
    }

    let dynamic = properties(&[("log.retention.ms", "-1"), ("message.max.bytes", "2000")]);
    let changed = config.with_dynamic(Properties::new(), dynamic).unwrap();
    let log = changed.log_settings(&Properties::new()).unwrap();
    assert_eq!((log.retention_ms, log.max_message_bytes), (None, 2000));
}

#[test]
fn what_a_topic_cannot_have_is_said_in_kafkas_words() {
    let (config, _) = read("");
    let cases = [
        ("nonsense", "1", "Unknown topic config name: nonsense"),
        (
            "retention.ms",
            "-2",
            "Invalid value -2 for configuration retention.ms: Value must be at least -1",
        ),
        (
            "cleanup.policy",
            "compact,delete",
            "Invalid value compact,delete for configuration cleanup.policy: compaction is not \
             available yet, use delete",
        ),
    ];
    for (name, value, expected) in cases {
        let refused = config
            .check_topic(&properties(&[(name, value)]))
            .unwrap_err();
        assert_eq!(refused.to_string(), expected);
    }
    assert_eq!(
        config.check_topic(&properties(&[("cleanup.policy", "delete")])),
        Ok(())
    );
}

#[test]
fn the_check_says_what_is_wrong_or_where_it_would_listen() {
    let good = BrokerConfig::from_properties("num.io.threads=4", &[]);
    assert_eq!(
        check_report(&good),
        "warning: known properties without effect here: num.io.threads\n\
         configuration is valid: node 1 on PLAINTEXT://127.0.0.1:9092\n"
    );
    let bad = BrokerConfig::from_properties("num.partitions=0", &[]);
    assert_eq!(
        check_report(&bad),
        "error: line 1: Invalid value 0 for configuration num.partitions: Value must be at least \
         1\n"
    );
}

#[test]
fn an_asked_for_replication_of_offsets_is_clamped_aloud() {
    let (_, warnings) = read("offsets.topic.replication.factor=3");
    let expected = "offsets.topic.replication.factor is 3, but one node gives 1: clamped";
    assert_eq!(warnings, [expected]);
    assert_eq!(
        read("offsets.topic.replication.factor=1").1,
        Warnings::new()
    );
}

/// A key that is called effective is read by somebody: its name stands in this module's sources,
/// or it is the fallback of a topic key whose name does.
#[test]
fn every_key_that_is_called_effective_is_read() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = std::fs::read_to_string(here.join("config.rs")).unwrap();
    for entry in std::fs::read_dir(here.join("config")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tests.rs") {
            sources.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
    // Those of the push are read by `otlp`, from its own table.
    let pushed = |name: &str| otlp::KEYS.iter().any(|key| key.name == name);
    let read = |name: &str| sources.contains(&format!("\"{name}\"")) || pushed(name);
    // Coarser units of keys in milliseconds, which `config` asks by itself.
    let coarser = [
        "log.retention.hours",
        "log.retention.minutes",
        "log.roll.hours",
    ];
    let coarser = [
        &coarser[..],
        &["log.flush.interval.ms", "log.roll.jitter.hours"],
    ]
    .concat();
    for key in config::broker_keys().filter(|key| key.effect == config::Effect::Effective) {
        let through_topics = config::topic_keys()
            .any(|topic| topic.broker_key == Some(key.name) && read(topic.name));
        assert!(
            read(key.name) || through_topics || coarser.contains(&key.name),
            "nothing reads {}",
            key.name
        );
    }
    for key in config::topic_keys().filter(|key| key.effect == config::Effect::Effective) {
        assert!(read(key.name), "nothing reads {}", key.name);
    }
}

#[test]
fn the_authorizer_is_kafkas_with_its_settings() {
    let class = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n";
    let (config, warnings) = read(&format!(
        "{class}super.users= User:CN=a,O=b; IAM:arn:x ;\nallow.everyone.if.no.acl.found=TRUE\n"
    ));
    let acls = config.security.acls.unwrap();
    let expected = [Principal::iam("arn:x"), Principal::user("CN=a,O=b")];
    assert_eq!(acls.super_users.into_iter().collect::<Vec<_>>(), expected);
    assert!(acls.allow_everyone_if_no_acl_found);
    assert_eq!(warnings, Warnings::new());

    assert_eq!(read(class).0.security.acls, Some(AclConfig::default()));
    let (msk, _) = read("outrigger.preset=msk\n");
    let acls = msk.security.acls.unwrap();
    assert!(acls.allow_everyone_if_no_acl_found);
    assert_eq!(read("").0.security, SecurityConfig::default());

    let (_, warnings) = read("super.users=User:a\n");
    let expected = "super.users has no effect without an authorizer: everybody may do everything; \
                    set authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer";
    assert_eq!(warnings, [expected]);
}

#[test]
fn authn_comes_in_where_a_directory_is_named() {
    let (config, _) = read(
        "outrigger.handoff.directory=/run/x\noutrigger.handoff.uids=1001, 0\noutrigger.iam.store=/i\n",
    );
    let handoff = config.security.handoff.unwrap();
    assert_eq!(handoff.directory, std::path::Path::new("/run/x"));
    assert_eq!(handoff.uids.into_iter().collect::<Vec<_>>(), [0, 1001]);
    assert_eq!(config.security.iam_store.unwrap().to_str(), Some("/i"));
}

#[test]
fn what_is_unsafe_about_security_is_said_with_its_remedy() {
    let cases = [
        (
            "authorizer.class.name=kafka.security.authorizer.AclAuthorizer",
            "ended with Kafka 4.0; use org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        ),
        (
            "authorizer.class.name=com.example.Mine",
            "Java classes cannot be loaded here",
        ),
        (
            "super.users=alice",
            "super.users: 'alice' is not of the form Type:name",
        ),
        (
            "allow.everyone.if.no.acl.found=yes",
            "allow.everyone.if.no.acl.found is \"yes\"; give true or false",
        ),
        (
            "outrigger.handoff.uids=kafka",
            "outrigger.handoff.uids: \"kafka\" is no user's number",
        ),
        (
            "listeners=SSL://a:9094",
            "`outrigger authn` serves TLS and SASL",
        ),
    ];
    for (text, expected) in cases {
        let problems = problems(text);
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "{text}: {problems:?}"
        );
    }
}

#[test]
fn the_keys_of_the_push_are_those_of_every_process() {
    for key in otlp::KEYS {
        let row = config::broker_keys()
            .find(|row| row.name == key.name)
            .unwrap_or_else(|| panic!("{}: add it to config/src/table/otlp.rs", key.name));
        assert_eq!(row.doc, key.doc, "{}", key.name);
        assert_eq!(row.sensitive(), key.is_secret, "{}", key.name);
        let default = row.default.unwrap_or_default();
        assert_eq!(default, key.default, "{}", key.name);
    }
}

#[test]
fn a_push_that_cannot_be_is_told_at_its_line() {
    let text = "outrigger.otlp.endpoint=nowhere";
    let errors = BrokerConfig::from_properties(text, &[]).unwrap_err();
    assert!(
        errors.to_string().contains("outrigger.otlp.endpoint"),
        "{errors}"
    );
}
