//! The machine fails: a full disk, a directory that cannot be written, a port in use, a directory that somebody else holds. One clear sentence, the right code, nothing acknowledged lost.

use std::fs;
use std::path::Path;

use protocol::ErrorCode;
use tests::messages::{append, batch, create_topic, produce, values_from};
use tests::process::Process;
use tests::volume::Volume;
use tests::{Broker, broker, eventually};

/// Runs a broker that must fail, and gives what it said.
fn fails(folder: &Path, properties: &str, port: u16) -> String {
    let mut process = Process::start(
        &mut broker::command(folder, properties, port),
        &folder.join("failed.out"),
    );
    let status = process.wait();
    let output = process.output();
    assert!(
        status.code().is_some_and(|code| code != 0),
        "it ended with {status}: {output}"
    );
    assert!(!output.contains("panicked"), "{output}");
    output
}

#[test]
fn a_full_disk_refuses_and_recovers_without_a_restart() {
    let Some(volume) = Volume::mount(64) else {
        eprintln!("skipped: this user may not mount a tmpfs");
        return;
    };
    let mut broker = Broker::start_at(volume.path(), "log.segment.bytes=1048576");
    let mut wire = broker.connect();
    create_topic(&mut wire, "full", 1, &[]);
    let value = "x".repeat(100_000);
    let mut acknowledged = 0;
    append(&mut wire, "full", 0, &[&value]);
    acknowledged += 1;
    let ballast = volume.fill();
    let refused = loop {
        let answer = produce(&mut wire, "full", 0, batch(&[&value]));
        if answer.error_code != ErrorCode::NONE {
            break answer;
        }
        acknowledged += 1;
        assert!(acknowledged < 1000, "a disk of 64 MiB took 100 MB");
    };
    assert_eq!(refused.base_offset, -1);
    assert_eq!(refused.error_code, ErrorCode::KAFKA_STORAGE_ERROR);
    // Reading goes on, and so does writing as soon as there is room.
    assert_eq!(values_from(&mut wire, "full", 0, 0).len(), acknowledged);
    fs::remove_file(ballast).expect("removed");
    eventually("produce works again once there is space", || {
        let answer = produce(&mut wire, "full", 0, batch(&["after"]));
        answer.error_code.is_none().then_some(())
    });
    broker.kill();
    broker.start_again();
    let values = values_from(&mut broker.connect(), "full", 0, 0);
    assert_eq!(values.len(), acknowledged + 1);
    assert_eq!(values.last().map(String::as_str), Some("after"));
    assert!(
        broker.output().contains("disk is full"),
        "{}",
        broker.output()
    );
}

#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port();
    let folder = tempfile::tempdir().expect("a folder");
    let output = fails(folder.path(), "", port);
    assert!(output.contains(&port.to_string()), "{output}");
}

#[test]
fn a_directory_that_is_a_file_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("data"), "a file").expect("written");
    let output = fails(folder.path(), "", 0);
    assert!(output.contains("data"), "{output}");
}

#[test]
fn a_second_broker_on_the_directory_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Broker::start_at(folder.path(), "");
    let output = fails(folder.path(), "", 0);
    assert!(output.contains("data"), "{output}");
    create_topic(&mut first.connect(), "unharmed", 1, &[]);
}

#[test]
fn a_newer_format_on_disk_is_refused_or_ignored_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut broker = Broker::start_at(folder.path(), "");
    create_topic(&mut broker.connect(), "old", 1, &[]);
    assert_eq!(broker.stop().code(), Some(0));
    let path = broker.data_dir().join("meta.properties");
    let Ok(text) = fs::read_to_string(&path) else {
        panic!("{} is missing", path.display())
    };
    let newer: String = text
        .lines()
        .map(|line| {
            if line.starts_with("version=") {
                "version=99\n".to_owned()
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    fs::write(&path, newer).expect("written");
    let output = fails(folder.path(), "", 0);
    assert!(output.contains("99"), "{output}");
}
