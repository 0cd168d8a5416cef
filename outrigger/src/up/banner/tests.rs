//! The golden banner.

use super::Banner;
use crate::data_dir::DataDir;
use crate::endpoints::{BrokerEndpoints, Endpoints};
use std::path::Path;

const GOLDEN: &str = include_str!("golden.txt");

fn banner(topics: &[&str], auto_create: bool) -> String {
    let dir = DataDir::new(Path::new("/srv/my data")).expect("absolute");
    let broker: BrokerEndpoints = serde_json::from_str(
        r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:5000"}"#,
    )
    .expect("the broker's file");
    let endpoints = Endpoints::of_broker(
        &dir,
        dir.logs().join("server.log"),
        "FTaQyUDQR1iGWyhOH6bmQg".to_owned(),
        &broker,
    );
    let version = service::build_info::VERSION;
    let banner = Banner {
        endpoints: &endpoints,
        data_dir: &dir,
        topics,
        warnings: &topics
            .iter()
            .map(|t| format!("{t} is odd"))
            .collect::<Vec<_>>(),
        auto_create,
        program: "outrigger",
        ephemeral: topics.is_empty(),
    };
    banner.text().replacen(version, "VERSION", 1)
}

#[test]
fn golden() {
    assert_eq!(banner(&["orders", "audit"], false), GOLDEN);
}

#[test]
fn without_topics_a_name_is_proposed_and_without_a_future_none_is_promised() {
    let text = banner(&[], true);
    assert!(!text.contains("topics"), "{text}");
    assert!(text.contains("kcat -b 127.0.0.1:9092 -t demo -C"), "{text}");
    assert!(
        text.ends_with("Ctrl-C stops it and removes its data.\n"),
        "{text}"
    );
}

#[test]
fn where_no_topic_comes_by_itself_the_first_line_creates_it() {
    let text = banner(&[], false);
    let (_, lines) = text.split_once("Try it:\n\n").expect("lines to copy");
    let first = lines.lines().next().expect("a line");
    assert_eq!(
        first,
        "  first, once             outrigger topics create demo --data-dir '/srv/my data'"
    );
}
