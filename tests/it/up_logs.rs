//! The logs of `outrigger up` on their way: delivered to the last line at its end, told of by `status`, and no reason not to start.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rustix::process::Signal;
use serde_json::Value;
use tests::messages::{append, create_topic};
use tests::up::run;
use tests::{Up, eventually};

/// Of processes that are stopped before logshipper is.
const LOGS: [&str; 5] = [
    "server.log",
    "authn/authn.log",
    "audit.log",
    "exporter-jmx.log",
    "exporter-node.log",
];

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn status(up: &Up) -> Value {
    let output = up.command(&["status", "--json"]);
    serde_json::from_slice(&output.stdout).expect("JSON")
}

#[test]
fn the_last_lines_of_every_process_are_delivered() {
    let plain = "logshipper.directory.compression=none";
    let mut up = Up::start(&["--set", plain]);
    let mut wire = up.connect();
    create_topic(&mut wire, "orders", 1, &[]);
    append(&mut wire, "orders", 0, &["one"]);
    let sink = status(&up)["logs"]["sinks"][0].clone();
    assert_eq!(sink["kind"], "directory", "{sink}");
    assert_eq!(
        sink["lost_bytes"]
            .as_object()
            .map_or(0, |by| by.values().filter(|n| **n != 0).count()),
        0
    );
    let text = String::from_utf8(up.command(&["status"]).stdout).expect("text");
    assert!(text.contains("logs to:        directory "), "{text}");
    assert!(text.contains("dashboard:      http://"), "{text}");
    let endpoints = up.endpoints().expect("endpoints.json");
    assert!(endpoints["http"]["logshipper_admin"].is_string());
    assert_eq!(up.process().terminate().code(), Some(0));
    let delivered = files(&up.data_dir().join("delivered-logs"));
    let texts: Vec<_> = delivered
        .iter()
        .map(|path| fs::read_to_string(path).expect("text"))
        .collect();
    let lines: BTreeSet<&str> = texts.iter().flat_map(|text| text.lines()).collect();
    for log in LOGS {
        let text = fs::read_to_string(up.data_dir().join("logs").join(log)).unwrap_or_default();
        let missing = text.lines().find(|line| !lines.contains(line));
        assert_eq!(missing, None, "{log}: a line that was not delivered");
        assert!(
            log.starts_with("audit") || !text.is_empty(),
            "{log} is empty"
        );
    }
    // As MSK would name it, with the id of this cluster.
    let key = delivered.first().expect("a file").display().to_string();
    assert!(
        key.contains("/AWSLogs/000000000000/KafkaBrokerLogs/")
            && key.contains("/outrigger-")
            && key.contains("/Broker-1_"),
        "{key}"
    );
}

#[test]
fn a_sink_that_is_down_is_told_and_stops_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("in-the-way");
    fs::write(&file, "").expect("written");
    let sink = format!("logshipper.sink=directory:{}/logs", file.display());
    let up = Up::start(&[
        "--set",
        &sink,
        "--set",
        "logshipper.directory.roll-seconds=1",
    ]);
    append_one(&up);
    let trouble = eventually("the sink's trouble is told", || {
        let status = status(&up);
        let trouble = status["logs"]["sinks"][0]["trouble"].as_str()?;
        Some(trouble.to_owned())
    });
    assert!(trouble.contains("in-the-way"), "{trouble}");
}

#[test]
fn whoever_does_not_wait_for_a_sink_leaves_its_lines_for_the_next_start() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("in-the-way");
    fs::write(&file, "").expect("written");
    let sink = format!("logshipper.sink=directory:{}/logs", file.display());
    let plain = "logshipper.directory.compression=none";
    let words = [
        "--set",
        &sink,
        "--set",
        plain,
        "--set",
        "logshipper.grace-seconds=600",
    ];
    let mut up = Up::start(&words);
    append_one(&up);
    let told = up.data_dir().join("logs/server.log");
    let told = fs::read_to_string(told).expect("a log");
    up.process().signal(Signal::INT);
    // By then a second signal is another wish.
    eventually("what is waited for is told", || {
        let output = up.process().output();
        output
            .contains("Ctrl-C again leaves them for the next start")
            .then_some(())
    });
    up.process().signal(Signal::INT);
    assert_eq!(
        up.process().wait().code(),
        Some(130),
        "{}",
        up.process().output()
    );
    assert!(up.endpoints().is_none() && !up.data_dir().join("run").exists());
    fs::remove_file(&file).expect("removed");
    up.start_again();
    assert_eq!(up.process().terminate().code(), Some(0));
    let delivered = files(&file.join("logs"));
    let texts = delivered
        .iter()
        .map(|path| fs::read_to_string(path).expect("text"));
    let texts: String = texts.collect();
    let missing = told.lines().find(|line| !texts.contains(line));
    assert_eq!(missing, None, "a line that was not delivered");
}

fn append_one(up: &Up) {
    let mut wire = up.connect();
    create_topic(&mut wire, "orders", 1, &[]);
    append(&mut wire, "orders", 0, &["one"]);
}

#[test]
fn a_sink_that_does_not_exist_is_refused_before_anything_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = ["up", "--ports", "auto", "--set", "logshipper.sink=s4:logs"];
    let refused = run(&words, &folder.path().join("data"));
    assert_eq!(refused.status.code(), Some(78), "{refused:?}");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        said.contains("--set logshipper.sink: ") && said.contains("s4"),
        "{said}"
    );
}
