//! Every mode against librdkafka's own mock cluster: no broker is needed.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of tests may fail as a test does"
)]

use std::process::Command;

use rdkafka::mocking::MockCluster;
use serde_json::Value;

/// Runs `load`; its report, and whether it exited 0.
fn load(bootstrap: &str, words: &str) -> (Value, bool) {
    let output = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(words.split_whitespace())
        .args(["--bootstrap", bootstrap, "--label", "test"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().last().unwrap_or_default();
    let report = serde_json::from_str(line)
        .unwrap_or_else(|e| panic!("{e}: {text}{}", String::from_utf8_lossy(&output.stderr)));
    (report, output.status.success())
}

fn clean(bootstrap: &str, words: &str) -> Value {
    let (report, success) = load(bootstrap, words);
    assert!(success && report["clean"] == true, "{report}");
    report
}

#[test]
fn every_mode_is_clean_against_a_server_that_is() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("t1", 2, 1).unwrap();
    mock.create_topic("t2", 2, 1).unwrap();
    let servers = mock.bootstrap_servers();

    let report = clean(
        &servers,
        "produce -t t1 -n 1000 -s 100 --spread round-robin --pid auto",
    );
    assert_eq!(report["result"]["acked"], 1000);
    assert_eq!(report["broker"]["pids"][0], std::process::id());

    let report = clean(&servers, "consume -t t1");
    assert_eq!(report["result"]["messages"], 1000);
    assert_eq!(report["result"]["bytes"], 100_000);
    assert!(report["broker"].is_null());

    let paced = "produce -t t1 --rate 500 --duration 1 --producers 2 --spread keyed";
    assert_eq!(clean(&servers, paced)["result"]["acked"], 500);

    let report = clean(
        &servers,
        "latency -t t2 --rate 200 --duration 1 --warmup 1 --linger 0",
    );
    assert_eq!(report["result"]["ack_latency"]["count"], 200);
    assert_eq!(report["result"]["e2e_latency"]["count"], 200);
    assert_eq!(report["result"]["e2e_duplicates"], 0);

    let whole = clean(&servers, "connections -n 10 --concurrency 2 --hold 0");
    assert_eq!(whole["result"]["held"], 10);
    let raw = clean(&servers, "connections -n 10 --concurrency 2 --hold 0 --raw");
    assert_eq!(raw["result"]["held"], 10);
    let churn = clean(&servers, "connections -n 10 --concurrency 2 --raw --churn");
    assert_eq!(churn["result"]["opened"], 10);
    assert_eq!(churn["result"]["held"], 0);

    let first = clean(&servers, "first-ack -t t1");
    assert!(first["result"]["acked_unix_us"].as_u64().unwrap() > 0);
}

#[test]
fn what_falls_short_is_not_clean() {
    let mock = MockCluster::new(1).unwrap();
    mock.create_topic("t1", 1, 1).unwrap();
    let (report, success) = load(&mock.bootstrap_servers(), "consume -t t1 -n 5 --idle 1");
    assert!(!success && report["clean"] == false);
}

#[test]
fn a_refused_connection_is_reported() {
    let (report, success) = load("127.0.0.1:1", "connections -n 2 --timeout 1 --hold 0");
    assert!(!success && report["clean"] == false);
    assert_eq!(report["result"]["opened"], 0);
    assert!(
        report["result"]["errors"].to_string().contains("refused"),
        "{report}"
    );
}
