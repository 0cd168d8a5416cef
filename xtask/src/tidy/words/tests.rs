//! Lines that pass and lines that do not.

use super::*;

fn found(path: &str, line: &str) -> usize {
    let file = File {
        path: path.to_string(),
        text: line.to_string(),
    };
    let mut findings = Vec::new();
    check(&file, &mut findings);
    findings.len()
}

#[test]
fn lines_of_rust() {
    let cases = [
        ("let x = 1;", 0),
        (concat!("// TO", "DO: later"), 1),
        (concat!("const TO", "DOS: u8 = 1;"), 0),
        (concat!("#[ig", "nore]"), 1),
        (concat!("#[ig", "nore = \"slow\"]"), 1),
        (concat!("let log_dir = \"/tm", "p/kafka-logs\";"), 0),
        (concat!("let log_dir = \"/tm", "p/x\";"), 1),
        (concat!("let home = \"/ro", "ot/.cargo\";"), 1),
        ("pub(crate) struct LogManager {", 1),
        ("    fn parse_helper(x: u8) {}", 1),
        ("pub(super) mod test_utils;", 1),
        // Kafka's own names are facts about Kafka, wherever they are not ours to define.
        ("    (\"kafka.log.LogManager\", \"storage::retention\"),", 0),
        ("// the struct GroupManager of Kafka", 0),
    ];
    for (line, expected) in cases {
        assert_eq!(found("broker/src/a.rs", line), expected, "{line}");
    }
}

#[test]
fn hosts_are_found_in_any_file() {
    let resolved = concat!("  \"resolved\": \"https://registry.npm", "js.org/x.tgz\"");
    assert_eq!(found("tests/compat/node/package-lock.json", resolved), 1);
    // The name of the index in a lock file is not a host that cargo asks.
    let source = concat!(
        "source = \"registry+https://github.com/rust-lang/crates",
        ".io-index\""
    );
    assert_eq!(found("Cargo.lock", source), 0);
}
