//! What is read, and everything that is wrong told at once.

use super::{JmxConfig, default_properties};
use crate::level::Level;

fn read(text: &str) -> Result<JmxConfig, String> {
    let read = JmxConfig::read(text, &[], &Vec::new());
    read.map(|(config, _)| config)
        .map_err(|errors| errors.to_string())
}

#[test]
fn rule_sets_are_named_and_the_first_is_the_default() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.yml");
    std::fs::write(&file, "{}").unwrap();
    let text = format!(
        "source=native:b.json,native:a.json\nrules={},strimzi\nlevel=PER_BROKER\nsource.timeout=250ms\n",
        file.display()
    );
    let config = read(&text).unwrap();
    let names: Vec<_> = config
        .rule_sets
        .all()
        .iter()
        .map(|set| &*set.name)
        .collect();
    assert_eq!(
        names,
        ["mine", "strimzi", "msk", "confluent", "kafka-exporter"]
    );
    assert_eq!(config.rule_sets.find(None), Some(0));
    assert_eq!(config.rule_sets.find(Some("confluent")), Some(3));
    assert_eq!(config.rule_sets.find(Some("other")), None);
    assert_eq!((config.sources.len(), config.level), (2, Level::Enhanced));
    assert_eq!(
        config.summary(),
        "2 sources, rule sets mine, strimzi, msk, confluent, kafka-exporter"
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.yml");
    std::fs::write(&file, "rules: 3").unwrap();
    let path = file.display();
    let text = format!(
        "rules={path},/no/such.yml\nlevel=most\nsource=jolokia:http://h:1,native:a,native:a\nsource.timeout=0\n\
         outrigger.otlp.endpoint=nonsense\nno.such=1\n"
    );
    let told = read(&text).unwrap_err();
    for part in [
        &format!("line 1: rules: {path}: rules: must be a list"),
        "line 1: rules: cannot read /no/such.yml: ",
        "line 2: level: \"most\" is no level; there are basic, enhanced, topic and partition",
        "line 3: source: Jolokia is not supported yet",
        "line 3: source: \"native:a\" is there twice",
        "line 4: source.timeout: must be longer than nothing",
        "line 5: outrigger.otlp.endpoint: ",
        "line 6: no.such: unknown",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    let told = read("").unwrap_err();
    assert!(told.contains("source: name at least one"), "{told}");
}

#[test]
fn printed_defaults_are_read_back() {
    let text = default_properties() + "source=native:b.json\n";
    assert_eq!(read(&text).unwrap().level, Level::Partition);
}
