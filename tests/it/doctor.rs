//! `outrigger doctor`: before a start, beside what runs, and after a kill; it says what is in the way, and by whom.

use std::net::TcpListener;
use std::process::Output;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tests::up::run;
use tests::{Up, eventually};

/// The lines of one check: level and what was found.
fn lines(report: &Output, check: &str) -> Vec<(String, String)> {
    let report: Value = serde_json::from_slice(&report.stdout).expect("JSON");
    let all = report["checks"].as_array().expect("a list").clone();
    let text = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    all.iter()
        .filter(|line| line["check"] == check)
        .map(|line| (text(line, "level"), text(line, "found")))
        .collect()
}

fn worst(report: &Output, check: &str) -> String {
    let lines = lines(report, check);
    let levels = ["problem", "warning", "ok"];
    let found = levels
        .into_iter()
        .find(|level| lines.iter().any(|(found, _)| found == level));
    found
        .unwrap_or_else(|| unreachable!("{check} says nothing"))
        .to_owned()
}

#[test]
fn beside_what_runs_every_way_in_answers() {
    let mut up = Up::start(&[]);
    let report = up.command(&["doctor", "--json"]);
    for check in [
        "configuration",
        "instance",
        "certificates",
        "credentials",
        "endpoints",
        "versions",
    ] {
        assert_eq!(worst(&report, check), "ok", "{:?}", lines(&report, check));
    }
    let endpoints = lines(&report, "endpoints");
    for name in [
        "plaintext",
        "tls",
        "scram",
        "iam",
        "broker-admin",
        "exporter-node",
    ] {
        assert!(endpoints[0].1.contains(name), "{endpoints:?}");
    }
    // A process that is stopped answers nobody, and the others do.
    let authn = up.pid_of("authn").and_then(Pid::from_raw).expect("authn");
    kill_process(authn, Signal::STOP).expect("stopped");
    let report = up.command(&["doctor", "--json"]);
    assert_eq!(report.status.code(), Some(1));
    let problems = lines(&report, "endpoints");
    assert!(
        problems
            .iter()
            .any(|(level, found)| level == "problem" && found.contains("scram at")),
        "{problems:?}"
    );
    kill_process(authn, Signal::CONT).expect("goes on");
    up.process().kill();
    let instance = eventually("the killed `up` is told", || {
        let report = up.command(&["doctor", "--json"]);
        let instance = lines(&report, "instance");
        instance[0]
            .1
            .contains("goes on where it stood")
            .then_some(instance)
    });
    assert_eq!(instance[0].0, "ok");
}

#[test]
fn before_a_start_it_says_who_has_a_port_and_makes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path().join("data");
    let taken = TcpListener::bind("127.0.0.1:0").expect("bound");
    let port = taken.local_addr().expect("an address").port();
    let set = format!("broker.listeners=PLAINTEXT://127.0.0.1:{port}");
    let report = run(
        &["doctor", "--ports", "auto", "--set", &set, "--json"],
        &dir,
    );
    assert_eq!(report.status.code(), Some(1));
    let ports = lines(&report, "ports");
    let who = format!("(pid {})", std::process::id());
    assert!(
        ports
            .iter()
            .any(|(level, found)| level == "problem" && found.ends_with(&who)),
        "{ports:?}"
    );
    let report = run(&["doctor", "--ports", "auto", "--json"], &dir);
    assert_eq!(worst(&report, "ports"), "ok");
    assert!(!dir.exists(), "looking makes nothing");
    let text = run(&["doctor", "--ports", "auto"], &dir);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    assert!(
        !text.contains('\u{1b}'),
        "colours are for terminals: {text}"
    );
    assert!(text.lines().all(|line| !line.is_empty()), "{text}");
}

#[test]
fn an_ephemeral_directory_may_be_named_if_it_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mine"), "").expect("written");
    let refused = run(&["up", "--ports", "auto", "--ephemeral"], folder.path());
    assert_eq!(refused.status.code(), Some(73));
    assert!(folder.path().join("mine").exists());
}
