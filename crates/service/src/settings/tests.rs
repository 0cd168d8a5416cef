//! Files as people write them, and the sentences for what they get wrong.

use super::{assignment, parse, read};
use std::path::Path;

const FILE: &str = "outrigger.toml";

#[test]
fn dotted_keys_come_back_as_kafka_writes_them() {
    let text = r#"
[broker]
num.partitions = 4
log.retention.hours = 1_000
"advertised.listeners" = "PLAINTEXT://localhost:9092"
auto.create.topics.enable = false
[up]
topics = ["orders:3", "audit:1"]
"#;
    let settings = parse(text, Path::new(FILE)).expect("parsed");
    let found: Vec<_> = settings
        .iter()
        .map(|s| format!("{} {}={}", s.origin, s.key, s.value))
        .collect();
    assert_eq!(
        found,
        [
            "outrigger.toml:3 broker.num.partitions=4",
            "outrigger.toml:4 broker.log.retention.hours=1000",
            "outrigger.toml:5 broker.advertised.listeners=PLAINTEXT://localhost:9092",
            "outrigger.toml:6 broker.auto.create.topics.enable=false",
            "outrigger.toml:8 up.topics=orders:3,audit:1",
        ]
    );
}

#[test]
fn errors_name_line_and_remedy() {
    let cases = [
        (
            "[broker]\nnum.partitions 4\n",
            "outrigger.toml:2: ",
            "must be TOML",
        ),
        ("a = 1\na = 2\n", "outrigger.toml:2: ", "duplicate"),
        (
            "\nd = 2026-01-31\n",
            "outrigger.toml:2: 'd' is a date",
            "use a string",
        ),
        (
            "[[t]]\na = 1\n",
            "outrigger.toml:1: 't' is a list of tables",
            "use a string",
        ),
        (
            "n = 0x10\n",
            "outrigger.toml:1: 'n' is not a decimal number",
            "use",
        ),
    ];
    for (text, place, remedy) in cases {
        let error = parse(text, Path::new(FILE)).expect_err(text).to_string();
        assert!(
            error.starts_with(place) && error.contains(remedy),
            "{error}"
        );
    }
    let missing = read(Path::new("no-such-file.toml"))
        .expect_err("missing")
        .to_string();
    assert!(
        missing.starts_with("cannot read no-such-file.toml: "),
        "{missing}"
    );
}

#[test]
fn assignments_need_an_equals_sign() {
    let setting = assignment("--set", "broker.listeners = A://h:1?x=y").expect("parsed");
    assert_eq!(
        (setting.key.as_str(), setting.value.as_str()),
        ("broker.listeners", "A://h:1?x=y")
    );
    for text in ["broker.num.partitions", "=4"] {
        let error = assignment("--set", text).expect_err(text).to_string();
        assert!(
            error.starts_with(&format!("--set {text}: '=' is missing")),
            "{error}"
        );
    }
}
