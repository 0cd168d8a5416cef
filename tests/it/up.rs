//! `outrigger up` and the commands beside it: the contract of the command line that scripts rely on.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};
use tests::binary::outrigger;
use tests::messages::{append, create_topic, list_offset, values_from};
use tests::up::run;
use tests::{Up, eventually};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn endpoints_json_is_what_the_contract_says() {
    let mut up = Up::start(&[]);
    let endpoints = up.endpoints().expect("endpoints.json");
    assert_eq!(endpoints["version"], 1);
    assert!(
        endpoints["cluster_id"]
            .as_str()
            .is_some_and(|id| id.len() == 22),
        "{endpoints}"
    );
    assert_eq!(
        Path::new(endpoints["data_dir"].as_str().expect("data_dir")),
        up.data_dir()
    );
    assert!(
        endpoints["http"]["broker_admin"]
            .as_str()
            .is_some_and(|url| url.starts_with("http://127.0.0.1:"))
    );
    let process = &endpoints["processes"][0];
    assert_eq!(process["name"], "broker");
    assert!(Path::new(process["log"].as_str().expect("a log")).is_absolute());
    let mode = std::fs::metadata(up.data_dir().join("endpoints.json"))
        .expect("the file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        up.process().terminate().code(),
        Some(0),
        "{}",
        up.process().output()
    );
    assert!(
        up.endpoints().is_none(),
        "a clean stop leaves endpoints.json behind"
    );
}

#[test]
fn status_wait_and_env() {
    let mut up = Up::start(&[]);
    let status = up.command(&["status"]);
    assert_eq!(status.status.code(), Some(0), "{}", text(&status.stderr));
    let json = up.command(&["status", "--json"]);
    assert!(
        serde_json::from_slice::<serde_json::Value>(&json.stdout).is_ok(),
        "{}",
        text(&json.stdout)
    );
    assert_eq!(
        up.command(&["wait", "--timeout", "5"]).status.code(),
        Some(0)
    );
    let env = up.command(&["env"]);
    let bootstrap = up.endpoints().expect("endpoints")["bootstrap"]["plaintext"]
        .as_str()
        .expect("an address")
        .to_owned();
    assert!(
        text(&env.stdout).contains(&bootstrap),
        "{}",
        text(&env.stdout)
    );
    up.process().terminate();
    assert_eq!(up.command(&["status"]).status.code(), Some(4));
    assert_ne!(
        up.command(&["wait", "--timeout", "1"]).status.code(),
        Some(0)
    );
}

#[test]
fn status_of_a_directory_that_never_ran_is_not_running() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run(&["status"], folder.path()).status.code(), Some(4));
}

#[test]
fn topics_and_settings_of_the_command_line() {
    let up = Up::start(&["--topic", "orders:3", "--set", "broker.num.partitions=7"]);
    let mut wire = up.connect();
    assert!(list_offset(&mut wire, "orders", 2, -1).0.is_none());
    assert!(!list_offset(&mut wire, "orders", 3, -1).0.is_none());
    use protocol::messages::metadata::{MetadataRequest, MetadataRequestTopic};
    let partitions = eventually("the topic is created with the default partitions", || {
        let topic = MetadataRequestTopic {
            name: Some("auto".into()),
            ..MetadataRequestTopic::default()
        };
        let answer = wire.call(
            12,
            MetadataRequest {
                topics: Some(vec![topic]),
                ..MetadataRequest::default()
            },
        );
        answer.topics[0]
            .error_code
            .is_none()
            .then(|| answer.topics[0].partitions.len())
    });
    assert_eq!(partitions, 7);
}

#[test]
fn a_second_start_goes_on_where_the_first_stood() {
    let mut up = Up::start(&[]);
    let cluster_id = up.endpoints().expect("endpoints")["cluster_id"].clone();
    let mut wire = up.connect();
    create_topic(&mut wire, "kept", 1, &[]);
    append(&mut wire, "kept", 0, &["one"]);
    up.process().terminate();
    up.start_again();
    let mut wire = up.connect();
    assert_eq!(values_from(&mut wire, "kept", 0, 0), ["one"]);
    assert_eq!(up.endpoints().expect("endpoints")["cluster_id"], cluster_id);
}

#[test]
fn a_second_instance_on_the_directory_is_refused() {
    let up = Up::start(&[]);
    let second = run(&["up", "--ports", "auto"], &up.data_dir());
    assert!(!second.status.success());
    let said = text(&[second.stdout, second.stderr].concat());
    assert!(
        said.contains(&up.data_dir().display().to_string()),
        "{said}"
    );
    assert_eq!(
        up.command(&["status"]).status.code(),
        Some(0),
        "the first one is harmed"
    );
    let listed = up.command_as("java-tls.properties", &["topics", "list"]);
    assert!(listed.status.success(), "{}", text(&listed.stderr));
}

#[test]
fn a_killed_broker_is_started_again() {
    let mut up = Up::start(&[]);
    let mut wire = up.connect();
    create_topic(&mut wire, "kept", 1, &[]);
    append(&mut wire, "kept", 0, &["one"]);
    let before = up.pid_of("broker").expect("a broker");
    kill_process(Pid::from_raw(before).expect("a pid"), Signal::KILL).expect("killed");
    eventually("another broker runs", || {
        up.pid_of("broker").filter(|pid| *pid != before)
    });
    eventually("status says healthy again", || {
        (up.command(&["status"]).status.code() == Some(0)).then_some(())
    });
    assert_eq!(values_from(&mut up.connect(), "kept", 0, 0), ["one"]);
    assert!(up.process().ended().is_none());
}

#[test]
fn an_interrupted_up_leaves_nothing_running() {
    let mut up = Up::start(&[]);
    let broker = up.pid_of("broker").expect("a broker");
    up.process().signal(Signal::INT);
    assert_eq!(
        up.process().wait().code(),
        Some(0),
        "{}",
        up.process().output()
    );
    assert!(
        !Path::new(&format!("/proc/{broker}")).exists(),
        "the broker outlives its supervisor"
    );
}

#[test]
fn a_killed_up_leaves_no_process_that_blocks_the_next_one() {
    let mut up = Up::start(&[]);
    let pids = ["broker", "authn"].map(|name| up.pid_of(name).expect(name));
    up.process().kill();
    eventually("the processes end with their supervisor", || {
        let runs = |pid: &i32| Path::new(&format!("/proc/{pid}")).exists();
        (!pids.iter().any(runs)).then_some(())
    });
    up.start_again();
    assert_eq!(up.command(&["status"]).status.code(), Some(0));
}

#[test]
fn an_ephemeral_directory_is_gone_afterwards() {
    let folder = tempfile::tempdir().expect("a folder");
    let temporary = folder.path().join("tmp");
    std::fs::create_dir(&temporary).expect("created");
    let mut command = Command::new(outrigger());
    command
        .args(["up", "--ports", "auto", "--ephemeral"])
        .env("TMPDIR", &temporary)
        .current_dir(folder.path());
    let mut process = tests::process::Process::start(&mut command, &folder.path().join("out"));
    let data_dir = eventually("the banner names the data directory", || {
        let output = process.output();
        let word = output
            .split_whitespace()
            .find(|word| word.starts_with('/') && Path::new(word).is_dir())?;
        Some(word.to_owned())
    });
    assert_eq!(process.terminate().code(), Some(0), "{}", process.output());
    assert!(Path::new(&data_dir).starts_with(&temporary), "{data_dir}");
    let left = std::fs::read_dir(&temporary).expect("a folder");
    assert_eq!(left.count(), 0, "something is left behind");
    assert!(!folder.path().join("outrigger-data").exists());
}

#[test]
fn help_and_version_everywhere() {
    for words in [
        &["--help"][..],
        &["up", "--help"],
        &["broker", "--help"],
        &["topics", "--help"],
        &["produce", "--help"],
        &["consume", "--help"],
        &["groups", "--help"],
    ] {
        let output = Command::new(outrigger())
            .args(words)
            .output()
            .expect("outrigger runs");
        assert!(output.status.success(), "{words:?}");
        let help = text(&output.stdout);
        assert!(
            words.len() == 1 || help.contains("xample"),
            "{words:?} has no examples: {help}"
        );
    }
    let output = Command::new(outrigger())
        .arg("--version")
        .output()
        .expect("outrigger runs");
    assert!(text(&output.stdout).starts_with("outrigger "));
}

#[test]
fn the_client_commands_round_trip() {
    let up = Up::start(&["--topic", "lines:1"]);
    let bootstrap = up.endpoints().expect("endpoints")["bootstrap"]["plaintext"]
        .as_str()
        .expect("an address")
        .to_owned();
    let lines = up.data_dir().join("lines.txt");
    std::fs::write(&lines, "one\ntwo\nthree\n").expect("written");
    let input = std::fs::File::open(&lines).expect("opened");
    let produced = Command::new(outrigger())
        .args(["produce", "lines", "--bootstrap", &bootstrap])
        .stdin(input)
        .output()
        .expect("outrigger runs");
    assert!(produced.status.success(), "{}", text(&produced.stderr));
    let consumed = Command::new(outrigger())
        .args([
            "consume",
            "lines",
            "--bootstrap",
            &bootstrap,
            "--from",
            "beginning",
            "--exit",
            "--quiet",
        ])
        .output()
        .expect("outrigger runs");
    assert_eq!(
        text(&consumed.stdout),
        "one\ntwo\nthree\n",
        "{}",
        text(&consumed.stderr)
    );
    let topics = Command::new(outrigger())
        .args(["topics", "list", "--bootstrap", &bootstrap, "--json"])
        .output()
        .expect("outrigger runs");
    assert!(
        text(&topics.stdout).contains("lines"),
        "{}",
        text(&topics.stderr)
    );
}
