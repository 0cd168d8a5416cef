//! The log as a whole: macros in, files out.

use super::{
    Destination, InitError, Levels, LogLevel, Options, ROTATION_DEFAULT, Undelivered, Zone, build,
    log_panics,
};
use crate::clock::Clock;
use std::fs;
use std::path::Path;

fn options(dir: &Path, levels: &str) -> Options {
    Options {
        destination: Destination::Files {
            dir: dir.to_owned(),
            main: "server.log",
            routes: true,
            rotation: ROTATION_DEFAULT,
            undelivered: Undelivered::told_in(None),
        },
        zone: Zone::Utc,
        levels: Levels::parse(levels).expect("levels"),
        declared: &["kafka.server.KafkaApis"],
    }
}

#[test]
fn events_land_in_kafkas_files_in_kafkas_layout() {
    let dir = tempfile::tempdir().expect("temp dir");
    let (clock, _hands) = Clock::manual(1_769_903_999_123);
    let (subscriber, telemetry) = build(options(dir.path(), "INFO"), &clock).expect("built");
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!(target: "kafka.server.KafkaRaftServer", "Kafka Server started");
        tracing::debug!("not shown");
        tracing::warn!(topic = "orders", partition = 3, lag_ms = 2.5, "slow append");
        tracing::info!(target: "state.change.logger", "became leader");
    });
    drop(telemetry);
    let text = |name| fs::read_to_string(dir.path().join(name)).expect("read");
    assert_eq!(
        text("server.log"),
        "[2026-01-31 23:59:59,123] INFO Kafka Server started (kafka.server.KafkaRaftServer)\n\
         [2026-01-31 23:59:59,123] WARN slow append topic=orders partition=3 lag_ms=2.5 (outrigger.service.telemetry.tests)\n"
    );
    assert_eq!(
        text("state-change.log"),
        "[2026-01-31 23:59:59,123] INFO became leader (state.change.logger)\n"
    );
    assert!(
        !dir.path().join("controller.log").exists(),
        "files appear with their first line"
    );
}

#[test]
fn a_level_changed_at_run_time_holds_at_once() {
    let dir = tempfile::tempdir().expect("temp dir");
    let (clock, _hands) = Clock::manual(0);
    let (subscriber, telemetry) = build(options(dir.path(), "INFO"), &clock).expect("built");
    let loggers = telemetry.loggers();
    tracing::subscriber::with_default(subscriber, || {
        let log = |n: u32| tracing::debug!(target: "kafka.server.KafkaApis", n);
        log(1);
        loggers
            .set("kafka.server.KafkaApis", LogLevel::Debug)
            .expect("set");
        log(2);
        loggers.unset("kafka.server.KafkaApis").expect("unset");
        log(3);
    });
    telemetry.flush();
    let text = fs::read_to_string(dir.path().join("server.log")).expect("read");
    assert_eq!(
        text,
        "[1970-01-01 00:00:00,000] DEBUG n=2 (kafka.server.KafkaApis)\n"
    );
}

#[test]
fn a_panic_is_one_event_that_names_its_thread() {
    let dir = tempfile::tempdir().expect("temp dir");
    let (clock, _hands) = Clock::manual(0);
    let (subscriber, telemetry) = build(options(dir.path(), "INFO"), &clock).expect("built");
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    log_panics(telemetry.writer.queue());
    let thread = std::thread::Builder::new().name("cleaner".to_owned());
    let panicked = thread.spawn(|| {
        tracing::subscriber::with_default(subscriber, || panic!("lost\n[its] way"));
    });
    assert!(panicked.expect("started").join().is_err());
    std::panic::set_hook(before);
    let text = fs::read_to_string(dir.path().join("server.log")).expect("read");
    assert!(
        text.starts_with("[1970-01-01 00:00:00,000] ERROR panicked at "),
        "{text}"
    );
    assert!(text.contains("\n\tlost\n\t[its] way"), "{text}");
    assert!(
        text.ends_with("task=none thread=cleaner (outrigger.panic)\n"),
        "{text}"
    );
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().expect("temp dir");
    let in_the_way = dir.path().join("file");
    fs::write(&in_the_way, "").expect("written");
    let clock = Clock::real();
    let error = build(options(&in_the_way, ""), &clock)
        .err()
        .expect("refused");
    assert!(matches!(error, InitError::Directory { .. }));
    assert!(error.to_string().contains("/file: "), "{error}");
}
