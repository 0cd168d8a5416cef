//! Typed values, and what a reader says when there is none.

use super::Reader;
use crate::layers::{BrokerLayers, Properties};

#[test]
fn values_come_in_their_types() {
    let layers = BrokerLayers::default();
    let mut read = Reader::broker(&layers);
    assert_eq!(read.int("num.partitions"), 1);
    assert_eq!(read.count("fetch.max.bytes"), 57_671_680);
    assert_eq!(read.limit("queued.max.request.bytes"), None);
    assert!(read.flag("auto.create.topics.enable"));
    assert!(!read.flag("outrigger.clamp.replication"));
    assert_eq!(read.list("listeners"), ["PLAINTEXT://127.0.0.1:9092"]);
    assert_eq!(read.list("log.dirs"), Vec::<String>::new());
    assert_eq!(read.text("broker.rack"), None);
    assert_eq!(read.text("outrigger.preset").as_deref(), Some("kafka"));
    assert!(!read.set("num.partitions"));
    assert_eq!(read.problems(), []);
}

#[test]
fn a_topic_reads_its_own_values_over_the_brokers() {
    let layers = BrokerLayers::default();
    let own = Properties::from([("max.message.bytes".to_owned(), "5".to_owned())]);
    let mut read = Reader::topic(&layers, &own);
    assert_eq!(read.count("max.message.bytes"), 5);
    assert_eq!(read.integer("retention.ms"), 604_800_000);
    assert_eq!(read.problems(), []);
}

#[test]
fn problems_are_gathered_instead_of_stopping_at_the_first() {
    let mut layers = BrokerLayers::default();
    layers
        .fixed
        .insert("num.partitions".to_owned(), "x".to_owned());
    let mut read = Reader::broker(&layers);
    assert_eq!(read.int("num.partitions"), 0);
    assert_eq!(read.int("nonsense"), 0);
    assert_eq!(read.count("queued.max.request.bytes"), 0);
    assert!(!read.flag("fetch.max.bytes"));
    let told: Vec<String> = read.problems().iter().map(ToString::to_string).collect();
    let expected = [
        "Invalid value x for configuration num.partitions: Not a number of type INT",
        "no key is called nonsense",
        "queued.max.request.bytes is read as a count, which it is not",
        "fetch.max.bytes is read as a boolean, which it is not",
    ];
    assert_eq!(told, expected);
}
