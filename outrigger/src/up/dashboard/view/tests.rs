//! What the script is told.

use super::{history, panels, rounded};
use crate::endpoints::Endpoints;
use crate::up::dashboard::figures::Scrape;
use crate::up::dashboard::history::Span;
use crate::up::dashboard::panel::Source;
use crate::up::dashboard::panels::PANELS;
use crate::up::dashboard::source::{Answered, Round};
use crate::up::dashboard::state::State;
use exposition::parse;

#[test]
fn figures_have_five_digits() {
    for (value, expected) in [
        (0.0, 0.0),
        (1_043_912_345.0, 1_043_900_000.0),
        (0.123_456_7, 0.123_46),
        (-99.999_9, -100.0),
        (1e-9, 1e-9),
    ] {
        assert_eq!(rounded(value), expected);
    }
}

#[test]
fn every_panel_is_described() {
    let panels = panels();
    assert_eq!(panels.as_array().map(Vec::len), Some(PANELS.len()));
    for panel in panels.as_array().unwrap() {
        assert!(
            panel["asks"][0].is_string() && panel["sources"][0].is_string(),
            "{panel}"
        );
    }
}

#[test]
fn what_is_wrong_is_told_and_secrets_are_not_known() {
    let directory = tempfile::tempdir().unwrap();
    let data_dir = crate::data_dir::DataDir::new(directory.path()).unwrap();
    let bound = r#"{"pid":7,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:1"}"#;
    let mut endpoints = Endpoints::of_broker(&data_dir, bound);
    let file = "/secret/file".to_owned();
    endpoints
        .credentials
        .insert("scram_password_file".to_owned(), file);
    let mut state = State::new(5.0);
    let mut round = Round::default();
    let text = "kafka_controller_KafkaController_Value{name=\"ActiveControllerCount\"} 1\n";
    let families = parse(text).unwrap();
    let seconds = 1.0;
    round
        .scrapes
        .insert(Source::Jmx, Scrape { seconds, families });
    let down = Answered {
        url: Some("http://127.0.0.1:11002".to_owned()),
        outcome: Err("connection refused".to_owned()),
    };
    round.sources.insert(Source::Node, down);
    let sick = Err("the disk is full".to_owned());
    round.processes.insert("broker".to_owned(), sick);
    state.take(10.0, &endpoints, round);

    let told = history(&state, Span::Fine, 0.0);
    assert_eq!(told["panels"]["active-controllers"][0]["values"][0], 1.0);
    assert_eq!(told["processes"][0]["problem"], "the disk is full");
    assert_eq!(told["sources"][0]["problem"], "connection refused");
    assert_eq!(told["bootstrap"]["plaintext"], "127.0.0.1:9092");
    assert!(!told.to_string().contains("secret"));
}
