//! `outrigger up --client-broker`: what clients may speak, in MSK's words, and that nothing else is listened for.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Output;

use rustix::process::{Pid, Signal, kill_process};
use tests::up::run;
use tests::{Up, eventually};

/// ApiVersions in version 0, which every Kafka answers before a login.
const API_VERSIONS: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];
/// The first byte of a TLS alert (RFC 8446, section 5.1).
const TLS_ALERT: u8 = 21;

fn said(output: &Output) -> String {
    let bytes = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn ways_in(up: &Up) -> Vec<String> {
    let endpoints = up.endpoints().expect("endpoints.json");
    let bootstrap = endpoints["bootstrap"].as_object().expect("an object");
    bootstrap.keys().cloned().collect()
}

/// TCP ports on which a process listens.
fn ports_of(pid: i32) -> BTreeSet<u16> {
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).expect("its descriptors");
    let links = descriptors.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    let sockets: BTreeSet<_> = links.map(|link| link.display().to_string()).collect();
    let tables =
        ["tcp", "tcp6"].map(|table| fs::read_to_string(format!("/proc/{pid}/net/{table}")));
    let text = tables.map(Result::unwrap_or_default).join("\n");
    let listening = text.lines().filter_map(|line| {
        let words: Vec<_> = line.split_ascii_whitespace().collect();
        let (address, state, inode) = (words.get(1)?, words.get(3)?, words.get(9)?);
        let (_, port) = address.rsplit_once(':')?;
        let is_ours = *state == "0A" && sockets.contains(&format!("socket:[{inode}]"));
        is_ours.then(|| u16::from_str_radix(port, 16).ok())?
    });
    listening.collect()
}

/// What a listener answers to who speaks Kafka without TLS.
fn plain_answer(up: &Up, way_in: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(up.address(way_in)).expect("connected");
    stream.write_all(&API_VERSIONS).expect("sent");
    let mut answer = Vec::new();
    // Ended by a reset or not: what counts is what came before.
    let _ = stream.read_to_end(&mut answer);
    answer
}

#[test]
fn by_tls_alone_nothing_listens_in_plaintext_and_every_login_works() {
    let up = Up::start(&["--client-broker", "tls", "--topic", "orders:1"]);
    assert_eq!(ways_in(&up), ["iam", "scram", "tls"]);
    let endpoints = up.endpoints().expect("endpoints.json");
    let admin = endpoints["http"]["broker_admin"].as_str().expect("a URL");
    let (_, port) = admin.rsplit_once(':').expect("a port");
    let broker = up.pid_of("broker").expect("a broker");
    assert_eq!(
        ports_of(broker),
        BTreeSet::from([port.parse().expect("a number")])
    );
    for way_in in ["tls", "scram", "iam"] {
        let answer = plain_answer(&up, way_in);
        let is_kafka = answer.first().is_some_and(|first| *first != TLS_ALERT);
        assert!(!is_kafka, "{way_in} answers {answer:?}");
    }
    for file in [
        "java-tls.properties",
        "java-scram.properties",
        "java-iam.properties",
        "java-oauthbearer.properties",
    ] {
        let listed = up.command_as(file, &["topics", "list"]);
        assert!(
            said(&listed).contains("orders"),
            "{file}: {}",
            said(&listed)
        );
    }
    assert_eq!(up.command(&["status"]).status.code(), Some(0));
    let env = said(&up.command(&["env"]));
    assert!(env.contains("OUTRIGGER_BOOTSTRAP_TLS="), "{env}");
    assert!(!env.contains("OUTRIGGER_BOOTSTRAP="), "{env}");
    let bare = up.command(&["topics", "list"]);
    let remedy = format!(
        "--command-config {}",
        up.client_file("java-tls.properties").display()
    );
    assert!(
        !bare.status.success() && said(&bare).contains(&remedy),
        "{}",
        said(&bare)
    );
}

#[test]
fn by_tls_alone_a_killed_broker_comes_back() {
    let up = Up::start(&["--client-broker", "tls", "--topic", "orders:1"]);
    let before = up.pid_of("broker").expect("a broker");
    let id = up.endpoints().expect("endpoints.json")["cluster_id"].clone();
    assert!(id.as_str().is_some_and(|id| id.len() == 22), "{id}");
    kill_process(Pid::from_raw(before).expect("a pid"), Signal::KILL).expect("killed");
    eventually("another broker serves", || {
        let other = up.pid_of("broker").is_some_and(|pid| pid != before);
        let listed = up.command_as("java-scram.properties", &["topics", "list"]);
        (other && said(&listed).contains("orders")).then_some(())
    });
    assert_eq!(
        up.command(&["wait", "--timeout", "60"]).status.code(),
        Some(0)
    );
    assert_eq!(up.endpoints().expect("endpoints.json")["cluster_id"], id);
}

#[test]
fn by_plaintext_alone_nobody_logs_in_and_no_front_door_runs() {
    let up = Up::start(&["--client-broker", "plaintext", "--topic", "orders:1"]);
    assert_eq!(ways_in(&up), ["plaintext"]);
    assert_eq!(up.pid_of("authn"), None);
    let endpoints = up.endpoints().expect("endpoints.json");
    assert!(endpoints.get("credentials").is_none(), "{endpoints}");
    let clients = fs::read_dir(up.data_dir().join("clients")).expect("a folder");
    assert_eq!(clients.count(), 0);
    let listed = up.command(&["topics", "list"]);
    assert!(said(&listed).contains("orders"), "{}", said(&listed));
    assert_eq!(up.command(&["status"]).status.code(), Some(0));
}

#[test]
fn a_plaintext_listener_is_refused_where_tls_alone_was_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let words = [
        "up",
        "--client-broker",
        "tls",
        "--set",
        "broker.listeners=PLAINTEXT://:9092",
    ];
    let refused = run(&words, &folder.path().join("data"));
    assert_eq!(refused.status.code(), Some(78));
    assert!(
        said(&refused).contains("nothing listens in plaintext"),
        "{}",
        said(&refused)
    );
    assert!(!folder.path().join("data").exists());
}
