//! What each combination of lock, file and answers means.

use super::report::Condition;
use super::{ProcessReport, Report, ask, running};
use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use service::Exit;
use service::files::Lock;
use std::path::Path;
use std::time::Duration;

fn report(supervised: bool, reasons: &[&str]) -> Report {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    let bound = r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092"}}"#;
    let endpoints = Endpoints::of_broker(&dir, bound);
    let reasons = reasons.iter().map(|&reason| reason.to_owned()).collect();
    let process = ProcessReport {
        name: "broker".to_owned(),
        pid: 42,
        reasons,
        removed_log_bytes: 0,
    };
    Report::new(&dir, supervised, endpoints, vec![process])
}

#[test]
fn the_exit_status_follows_the_condition() {
    let cases = [
        (true, &[][..], Condition::Healthy, Exit::Ok),
        (true, &["refused"], Condition::Degraded, Exit::Degraded),
        (false, &[], Condition::Degraded, Exit::Degraded),
        (false, &["refused"], Condition::NotRunning, Exit::NotRunning),
    ];
    for (supervised, reasons, condition, exit) in cases {
        let report = report(supervised, reasons);
        assert_eq!(
            (report.status, report.exit()),
            (condition, exit),
            "{supervised} {reasons:?}"
        );
    }
}

#[test]
fn golden_text() {
    assert_eq!(
        report(true, &[]).text(),
        "healthy: /data\n  broker          pid 42        healthy\n  plaintext:      127.0.0.1:9092\n  audit log:      /data/logs/audit.log\n"
    );
    assert_eq!(
        report(true, &["/healthz says 503: x"]).text(),
        "degraded: /data\n  broker          pid 42        not healthy\n    /healthz says 503: x\n  plaintext:      127.0.0.1:9092\n  audit log:      /data/logs/audit.log\n"
    );
    assert_eq!(
        report(false, &["x"]).text(),
        "not running: nothing is up in /data\n"
    );
}

#[test]
fn logs_are_told_and_a_loss_is_degraded_though_of_use() {
    let logs = |lost: u64| {
        let sinks = format!(
            r#"{{"sinks":[{{"kind":"directory","target":"/d","state":"idle","lost_bytes":{{"vanished":{lost}}}}}]}}"#
        );
        serde_json::from_str(&sinks).expect("a status")
    };
    let well = report(true, &[]).with_logs(Some(logs(0)));
    assert_eq!((well.exit(), well.is_of_use), (Exit::Ok, true));
    assert!(
        well.text()
            .contains("\n  logs to:        directory /d: idle, 0 events delivered\n"),
        "{}",
        well.text()
    );
    let lost = report(true, &[]).with_logs(Some(logs(9)));
    assert_eq!((lost.exit(), lost.is_of_use), (Exit::Degraded, true));
    assert!(
        lost.text()
            .contains("\n                    lost 9 B (vanished)"),
        "{}",
        lost.text()
    );
    let json: serde_json::Value = serde_json::from_str(&lost.json()).expect("JSON");
    assert_eq!(json["logs"]["sinks"][0]["lost_bytes"]["vanished"], 9);
    // Whose processes are not well is of no use.
    let report = report(true, &["why"]).with_logs(None);
    assert!(!report.is_of_use);
    assert!(!report.text().contains("logs to"));
}

#[test]
fn logs_that_were_removed_before_a_sink_had_them_are_degraded() {
    let mut report = report(true, &[]);
    report.processes[0].removed_log_bytes = 3 << 20;
    let report = report.with_logs(None);
    assert_eq!((report.exit(), report.is_of_use), (Exit::Degraded, true));
    let text = report.text();
    assert!(
        text.contains("log lines were lost before they were delivered; see below"),
        "{text}"
    );
    assert!(
        text.contains("healthy\n    removed 3.0 MiB of its own logs"),
        "{text}"
    );
    let json: serde_json::Value = serde_json::from_str(&report.json()).expect("JSON");
    assert_eq!(json["processes"][0]["removed_log_bytes"], 3 << 20);
}

#[test]
fn json_has_the_endpoints_and_the_reasons() {
    let json: serde_json::Value =
        serde_json::from_str(&report(true, &["why"]).json()).expect("JSON");
    assert_eq!(json["status"], "degraded");
    assert_eq!(
        json["endpoints"]["bootstrap"]["plaintext"],
        "127.0.0.1:9092"
    );
    assert_eq!(json["processes"][0]["reasons"][0], "why");
}

#[tokio::test]
async fn endpoints_that_a_killed_up_left_behind_are_none() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = DataDir::new(temporary.path()).expect("absolute");
    assert_eq!(running(&dir).await.expect("asked"), None, "no file");
    // Nobody ever listens on port 0.
    let bound = r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:0"}}"#;
    let endpoints = Endpoints::of_broker(&dir, bound);
    endpoints.write(&dir).expect("written");
    assert_eq!(running(&dir).await.expect("asked"), None, "stale");
    let _lock = Lock::acquire(&dir.lock()).expect("locked");
    assert_eq!(running(&dir).await.expect("asked"), Some(endpoints));
}

#[tokio::test]
async fn without_endpoints_the_lock_decides() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = DataDir::new(temporary.path()).expect("absolute");
    assert_eq!(
        ask(&dir).await.expect("asked").status,
        Condition::NotRunning
    );
    let lock = Lock::acquire(&dir.lock()).expect("locked");
    assert_eq!(ask(&dir).await.expect("asked").status, Condition::Degraded);
    drop(lock);
    // Another test's child may hold a copy of the descriptor until it has become its program.
    let gone = async {
        while ask(&dir).await.expect("asked").status != Condition::NotRunning {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone)
        .await
        .expect("the lock is gone");
}
