//! The process as a user starts it: what it ships, how it ends, what it refuses, and what it answers over HTTP.

#![cfg(test)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal};

/// Long enough for a machine that builds beside.
const PATIENCE: Duration = Duration::from_secs(60);
const TURN: Duration = Duration::from_millis(10);

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_outrigger-logshipper"))
}

/// What `find` finds, in time.
fn wait<T>(what: &str, mut find: impl FnMut() -> Option<T>) -> T {
    let turns = PATIENCE.as_millis() / TURN.as_millis();
    let found = (0..turns).find_map(|_| {
        let found = find();
        if found.is_none() {
            // Nothing tells; the number of turns bounds the wait.
            std::thread::park_timeout(TURN);
        }
        found
    });
    found.unwrap_or_else(|| panic!("it never came: {what}"))
}

/// A directory with logs, and a shipper of them.
struct Shipper {
    child: Child,
    admin: String,
}

fn place() -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir(place.path().join("logs")).unwrap();
    place
}

fn write(place: &Path, log: &str, numbers: std::ops::Range<u32>) {
    let file = std::fs::File::options()
        .create(true)
        .append(true)
        .open(place.join("logs").join(log));
    let text: String = numbers
        .map(|number| {
            format!(
                "[2026-11-29 08:00:00,{:03}] INFO line {number} (kafka.Test)\n",
                number % 1000
            )
        })
        .collect();
    file.unwrap().write_all(text.as_bytes()).unwrap();
}

/// The numbers of the lines in a file, in its order.
fn numbers(path: &Path) -> Vec<u32> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let words = text.lines().filter_map(|line| line.split("line ").nth(1));
    words
        .filter_map(|rest| rest.split(' ').next()?.parse().ok())
        .collect()
}

impl Shipper {
    fn start(place: &Path, arguments: &[&str]) -> Self {
        let endpoints = place.join("endpoints.json");
        let _ = std::fs::remove_file(&endpoints);
        let out = std::fs::File::options()
            .create(true)
            .append(true)
            .open(place.join("out.txt"));
        let child = program()
            .current_dir(place)
            .args(["--input", "logs/*.log", "--state-dir", "state"])
            .args(["--outrigger.admin.listener", "127.0.0.1:0"])
            .args(["--outrigger.endpoints.file", "endpoints.json"])
            .args(["--outrigger.log.dir", "own"])
            .args(arguments)
            .stdout(out.unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = wait("the endpoints", || {
            let text = std::fs::read_to_string(&endpoints).ok()?;
            serde_json::from_str::<serde_json::Value>(&text).ok()
        });
        let admin = told["admin"].as_str().unwrap().to_owned();
        Self { child, admin }
    }

    /// The body of an answer.
    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.admin).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    fn end(mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.child.wait().unwrap().code()
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Shipper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_ships_and_goes_on_where_it_ended() {
    let place = place();
    let out = place.path().join("out.txt");
    write(place.path(), "server.log", 0..500);
    let told = ["--undelivered-file", "undelivered.json"];
    let shipper = Shipper::start(place.path(), &["--sink", "stdout:", told[0], told[1]]);
    wait("500 lines", || (numbers(&out).len() == 500).then_some(()));
    let status = wait("an idle sink", || {
        let status: serde_json::Value = serde_json::from_str(&shipper.get("/status")).ok()?;
        (status["sinks"][0]["state"] == "idle").then_some(status)
    });
    assert_eq!(status["version"], 1);
    assert_eq!(status["files"], 1);
    let sink = &status["sinks"][0];
    for (member, expected) in [
        ("name", serde_json::json!("stdout:")),
        ("kind", serde_json::json!("stdout")),
        ("target", serde_json::json!("")),
        ("lag_bytes", serde_json::json!(0)),
        ("lag_events", serde_json::json!(0)),
        ("events_delivered", serde_json::json!(500)),
        ("dead_letters", serde_json::json!(0)),
        ("dead_letters_dropped", serde_json::json!(0)),
        ("trouble", serde_json::Value::Null),
    ] {
        assert_eq!(sink[member], expected, "{member}");
    }
    let metrics = shipper.get("/metrics");
    for line in [
        "outrigger_logshipper_events_delivered_total{sink=\"stdout:\"} 500",
        "outrigger_logshipper_lag_bytes{file=\"server.log\",sink=\"stdout:\"} 0",
        "outrigger_logshipper_lost_bytes_total{cause=\"copytruncate\",sink=\"stdout:\"} 0",
        "outrigger_logshipper_sink_up{sink=\"stdout:\"} 1",
        "outrigger_logshipper_files 1",
        "# TYPE outrigger_logshipper_truncations_total counter",
    ] {
        assert!(
            metrics.lines().any(|found| found == line),
            "{line}\n{metrics}"
        );
    }
    assert_eq!(shipper.get("/healthz"), "{\"status\":\"ok\"}");
    let delivered = wait("what was delivered", || {
        let text = std::fs::read_to_string(place.path().join("undelivered.json")).ok()?;
        let told: serde_json::Value = serde_json::from_str(&text).ok()?;
        let bytes = told["files"][0]["delivered_bytes"].as_u64()?;
        (bytes
            == std::fs::metadata(place.path().join("logs/server.log"))
                .ok()?
                .len())
        .then_some(told)
    });
    assert_eq!(delivered["version"], 1);
    assert_eq!(shipper.end(), Some(0));
    assert!(!place.path().join("endpoints.json").exists());
    std::fs::rename(
        place.path().join("logs/server.log"),
        place.path().join("logs/server.log.1"),
    )
    .unwrap();
    write(place.path(), "server.log", 500..700);
    let shipper = Shipper::start(place.path(), &["--sink", "stdout:"]);
    wait("700 lines", || (numbers(&out).len() >= 700).then_some(()));
    shipper.end();
    assert_eq!(numbers(&out), (0..700).collect::<Vec<_>>());
}

#[test]
fn killed_at_any_time_it_loses_nothing() {
    let place = place();
    let out = place.path().join("out.txt");
    for round in 0..10 {
        write(place.path(), "server.log", round * 300..round * 300 + 300);
        let shipper = Shipper::start(place.path(), &["--sink", "stdout:", "--grace-seconds", "0"]);
        let enough = usize::try_from(round).unwrap() * 250;
        wait("some lines", || {
            (numbers(&out).len() >= enough).then_some(())
        });
        shipper.kill();
    }
    let shipper = Shipper::start(place.path(), &["--sink", "stdout:"]);
    wait("the last", || numbers(&out).contains(&2999).then_some(()));
    shipper.end();
    let mut found = numbers(&out);
    found.sort_unstable();
    found.dedup();
    assert_eq!(found, (0..3000).collect::<Vec<_>>());
}

#[test]
fn a_changed_configuration_takes_effect_at_sighup() {
    let place = place();
    let file = place.path().join("logshipper.properties");
    let configure = |sinks: &str, more: &str| {
        std::fs::write(&file, format!("sink={sinks}\n{more}\n")).unwrap();
    };
    configure("stdout:", "");
    write(place.path(), "server.log", 0..10);
    let shipper = Shipper::start(place.path(), &["--config", "logshipper.properties"]);
    let sinks = |shipper: &Shipper| {
        let status: serde_json::Value = serde_json::from_str(&shipper.get("/status")).ok()?;
        Some(status["sinks"].as_array()?.len())
    };
    assert_eq!(sinks(&shipper), Some(1));
    configure("stdout:,directory:archive", "memory-bytes=4194304");
    shipper.signal(Signal::HUP);
    wait("two sinks", || (sinks(&shipper) == Some(2)).then_some(()));
    let log = place.path().join("own/logshipper.log");
    let says = |what: &str| {
        let text = std::fs::read_to_string(&log).ok()?;
        text.contains(what).then_some(())
    };
    wait("what is too small", || says("raise that"));
    // One that is wrong changes nothing.
    configure("stdout:", "from=nowhere");
    shipper.signal(Signal::HUP);
    wait("what is wrong", || {
        says("\"nowhere\" is neither beginning nor end")
    });
    assert_eq!(sinks(&shipper), Some(2));
    // One that is taken out leaves nothing behind that an alarm could be about.
    let is_shown = || {
        let metrics = shipper.get("/metrics");
        metrics.contains("{sink=\"directory:archive\"}")
    };
    assert!(is_shown());
    configure("stdout:", "");
    shipper.signal(Signal::HUP);
    wait("one sink", || (sinks(&shipper) == Some(1)).then_some(()));
    wait("its series", || (!is_shown()).then_some(()));
    assert_eq!(shipper.end(), Some(0));
    assert_eq!(
        numbers(&place.path().join("out.txt")),
        (0..10).collect::<Vec<_>>()
    );
}

fn run(place: &Path, arguments: &[&str]) -> Output {
    program()
        .current_dir(place)
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn what_cannot_work_is_said_and_has_its_exit_status() {
    let place = place();
    std::fs::write(place.path().join("file"), "").unwrap();
    write(place.path(), "server.log", 0..3);
    let least = ["--input", "logs/*.log", "--sink", "stdout:", "--state-dir"];
    for (more, status, expected) in [
        (
            &["state", "--sink", "nowhere:x"][..],
            78,
            "\"nowhere:x\" names no kind of sink",
        ),
        (&["state", "--input", "logs/[x"], 78, "logs/[x"),
        (
            &["file/state"],
            73,
            "cannot use the state directory file/state",
        ),
        (
            &["state", "--outrigger.admin.listener", "192.0.2.1:1"],
            69,
            "cannot listen on 192.0.2.1:1",
        ),
        (
            &["state", "--input", "logs/a.log", "logs/b.log"],
            2,
            "a pattern needs quotes, as in --input 'logs/*.log'",
        ),
        (
            &["state", "--outrigger.admin.listener", "8080"],
            78,
            "\"8080\" is no HOST:PORT",
        ),
        (
            &["state", "--check-config"],
            0,
            "configuration is valid: logs/*.log to stdout:",
        ),
    ] {
        let arguments: Vec<_> = least.iter().chain(more).copied().collect();
        let output = run(place.path(), &arguments);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        assert!(text.contains(expected), "{more:?}: {text}");
        // Each start would deliver it again.
        assert!(!text.contains("line 0"), "{more:?}: {text}");
        assert_eq!(output.status.code(), Some(status), "{more:?}: {text}");
    }
    let shipper = Shipper::start(place.path(), &["--sink", "stdout:"]);
    let output = run(place.path(), &[&least[..], &["state"]].concat());
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        text.contains(&format!("in use by process {}", shipper.child.id())),
        "{text}"
    );
    assert_eq!(output.status.code(), Some(75));
    assert_eq!(shipper.end(), Some(0));
}

/// What `--check-config` says of these words, with no variables but these, separated by blanks.
fn checked(place: &Path, variables: &str, words: &str) -> (Option<i32>, String) {
    let output = program()
        .current_dir(place)
        .env_clear()
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(variables.split(' ').filter_map(|one| one.split_once('=')))
        .args(["--check-config", "--input", "logs/*.log"])
        .args(words.split(' '))
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

/// What a start would fail on is found, and nothing is made for it.
#[test]
fn a_configuration_is_checked_against_the_machine() {
    const STATE: &str = "--state-dir state --sink";
    let place = place();
    let place = place.path();
    std::fs::write(place.join("file"), "").unwrap();
    for (variables, words, status, expected) in [
        ("", "stdout:", 0, "configuration is valid"),
        (
            "",
            "stdout: --s3.compression zstd",
            0,
            "warning: s3.compression: no sink is of that kind",
        ),
        (
            "",
            "stdout: --state-dir file/state",
            78,
            "state-dir: file/state cannot be written: ",
        ),
        (
            "",
            "directory:file/logs",
            78,
            "sink: directory:file/logs: file/logs cannot be written: ",
        ),
        ("", "directory:file", 78, "it is a file; name a directory"),
        (
            "",
            "stdout: --outrigger.endpoints.file new/x.json",
            78,
            "outrigger.endpoints.file: new/x.json cannot be written: ",
        ),
        (
            "",
            "s3:bucket --sink kinesis:stream",
            78,
            "sink: s3:bucket, kinesis:stream: no AWS region is set; give --region",
        ),
        ("AWS_REGION=eu-central-1", "s3:bucket", 0, "is valid"),
        (
            "AWS_REGION=eu-west-1a",
            "firehose:stream",
            78,
            "\"eu-west-1a\" is an availability zone; its region is eu-west-1",
        ),
        (
            "AWS_REGION=garage AWS_ENDPOINT_URL_S3=http://127.0.0.1:3900",
            "s3:bucket",
            0,
            "is valid",
        ),
        (
            "AWS_REGION=eu-central-1 AWS_ENDPOINT_URL=localhost:4566",
            "cloudwatch-logs:group",
            78,
            "\"localhost:4566\" is no URL of http:// or https://",
        ),
    ] {
        let words = match words.contains("--state-dir") {
            true => format!("--sink {words}"),
            false => format!("{STATE} {words}"),
        };
        let (code, text) = checked(place, variables, &words);
        assert!(text.contains(expected), "{words}: {text}");
        assert_eq!(code, Some(status), "{words}: {text}");
        let mut made = std::fs::read_dir(place).unwrap();
        let is_known = |name: &std::ffi::OsStr| name == "file" || name == "logs";
        assert!(made.all(|entry| is_known(&entry.unwrap().file_name())));
    }
}

fn checkpoint(place: &Path) -> PathBuf {
    let entries = std::fs::read_dir(place.join("state")).unwrap();
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths
        .find(|path| path.extension().is_some_and(|ending| ending == "json"))
        .unwrap()
}

#[test]
fn a_checkpoint_of_a_newer_version_is_refused() {
    let place = place();
    write(place.path(), "server.log", 0..10);
    let shipper = Shipper::start(place.path(), &["--sink", "stdout:"]);
    assert_eq!(shipper.end(), Some(0));
    let path = checkpoint(place.path());
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"version\":1", "\"version\":7", 1)).unwrap();
    let output = run(
        place.path(),
        &[
            "--input",
            "logs/*.log",
            "--sink",
            "stdout:",
            "--state-dir",
            "state",
        ],
    );
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(text.contains("is of version 7"), "{text}");
    assert_eq!(output.status.code(), Some(65));
}

#[test]
fn dead_letters_are_sent_again_and_no_letter_twice() {
    let place = place();
    let letter = |number: u32| {
        format!(
            "{{\"version\":1,\"sink\":\"x\",\"reason\":\"too_old\",\"file_id\":\"0011223344556677\",\"path\":\"/l\",\
             \"log\":\"server.log\",\"offset\":{number},\"end\":{},\"timestamp_ms\":1,\"written_ms\":2,\
             \"destination\":\"\",\"text\":\"line {number} x\"}}\n",
            number + 1
        )
    };
    let file = place.path().join("dead.ndjson");
    let letters: String = (0..5).map(letter).collect();
    std::fs::write(&file, format!("{letters}no letter\n")).unwrap();
    let replay = || {
        let output = run(
            place.path(),
            &[
                "replay",
                "--dead-letters",
                "dead.ndjson",
                "--sink",
                "stdout:",
            ],
        );
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = replay();
    assert!(text.starts_with("line 0 x\nline 1 x\n"), "{text}");
    assert!(
        text.contains("5 delivered, 0 refused again, 1 lines that are no dead letters"),
        "{text}"
    );
    let mut more = std::fs::File::options().append(true).open(&file).unwrap();
    more.write_all(letter(5).as_bytes()).unwrap();
    let text = replay();
    assert!(text.starts_with("line 5 x\n"), "{text}");
    assert!(
        text.contains("1 delivered, 0 refused again, 0 lines"),
        "{text}"
    );
}
