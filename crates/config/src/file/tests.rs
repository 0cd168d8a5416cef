//! Files and what they come to.

use super::{Origin, load};

#[test]
fn the_last_value_counts_and_the_command_line_after_it() {
    let file = load("num.partitions=1\nnum.partitions = 2 \n", &[]);
    assert_eq!(
        file.values.get("num.partitions").map(String::as_str),
        Some("2")
    );
    assert_eq!(file.origins.get("num.partitions"), Some(&Origin::Line(2)));
    let overrides = [("num.partitions".to_owned(), "3".to_owned())];
    let file = load("num.partitions=1\n", &overrides);
    assert_eq!(
        file.values.get("num.partitions").map(String::as_str),
        Some("3")
    );
    assert_eq!(file.origins.get("num.partitions"), Some(&Origin::Override));
}

#[test]
fn keys_are_effective_known_or_unknown() {
    let text = "num.partitions=1\n\
                num.io.threads=4\n\
                zookeeper.connect=a:2181\n\
                rsm.config.bucket=b\n\
                listener.name.x.max.connections=5\n\
                nonsense.of.mine=1\n";
    let file = load(text, &[]);
    let without = [
        "listener.name.x.max.connections",
        "num.io.threads",
        "rsm.config.bucket",
        "zookeeper.connect",
    ];
    assert_eq!(file.without_effect, without);
    let problems: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
    let expected =
        "line 6: unknown property \"nonsense.of.mine\"; none of Kafka's names is near it";
    assert_eq!(problems, [expected]);
}

#[test]
fn problems_come_in_the_order_of_the_file() {
    let overrides = [("num.partitions".to_owned(), "none".to_owned())];
    let file = load("log.dirs=\na=\\u1\nnum.io.threads=0\n", &overrides);
    let problems: Vec<String> = file.problems.iter().map(ToString::to_string).collect();
    let expected = [
        "line 1: Configuration 'log.dirs' must not be empty. Valid values include: any non-empty \
         value",
        "line 2: \\u must be followed by four hexadecimal digits",
        "line 3: Invalid value 0 for configuration num.io.threads: Value must be at least 1",
        "command line: Invalid value none for configuration num.partitions: Not a number of type \
         INT",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn a_preset_fills_only_what_is_open() {
    let file = load("outrigger.preset=msk\nmin.insync.replicas=1\n", &[]);
    let value = |name: &str| file.values.get(name).map(String::as_str);
    assert_eq!(value("min.insync.replicas"), Some("1"));
    assert_eq!(value("default.replication.factor"), Some("3"));
    assert_eq!(value("outrigger.clamp.replication"), Some("true"));
    assert_eq!(load("", &[]).values.len(), 0);
}

#[test]
fn node_id_and_broker_id_give_each_other() {
    for text in ["node.id=7", "broker.id=7"] {
        let file = load(text, &[]);
        let value = |name: &str| file.values.get(name).map(String::as_str);
        assert_eq!(
            (value("node.id"), value("broker.id")),
            (Some("7"), Some("7")),
            "{text}"
        );
    }
}
