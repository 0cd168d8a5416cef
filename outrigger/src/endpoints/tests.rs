//! The golden file, and what is read of others.

use super::{Bound, Endpoints, Running};
use crate::data_dir::DataDir;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

#[test]
fn golden_file() {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    let endpoints = Endpoints::of_broker(
        &dir,
        r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092","CLIENT_IAM":"0.0.0.0:9098"},"admin":"[::]:5000"}"#,
    );
    let text = serde_json::to_string_pretty(&endpoints).expect("written");
    assert_eq!(
        text,
        r#"{
  "version": 1,
  "cluster_id": "cWlk",
  "data_dir": "/data",
  "bootstrap": {
    "iam": "127.0.0.1:9098",
    "plaintext": "127.0.0.1:9092"
  },
  "http": {
    "broker_admin": "http://[::1]:5000"
  },
  "processes": [
    {
      "name": "broker",
      "pid": 42,
      "log": "/data/logs/server.log",
      "audit_log": "/data/logs/audit.log"
    }
  ]
}"#
    );
    assert_eq!(
        serde_json::from_str::<Endpoints>(&text).expect("read"),
        endpoints
    );
    assert_eq!(endpoints.first_bootstrap(), Some("127.0.0.1:9092"));
}

#[test]
fn what_an_exporter_listens_on_is_no_way_in_for_clients() {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    let running = |name, bound: &str| Running {
        name,
        log: dir.logs().join("x.log"),
        audit_log: None,
        bound: serde_json::from_str(bound).expect("a file"),
    };
    let processes = [
        running(
            "broker",
            r#"{"pid":1,"listeners":{"PLAINTEXT":"127.0.0.1:9092"}}"#,
        ),
        running(
            "exporter-jmx",
            r#"{"pid":2,"listeners":{"http":"0.0.0.0:11001"},"admin":"127.0.0.1:5000"}"#,
        ),
        running(
            "exporter-node",
            r#"{"pid":3,"listeners":{"https":"127.0.0.1:11002"}}"#,
        ),
    ];
    let endpoints = Endpoints::new(&dir, "cWlk", &BTreeMap::new(), &processes);
    let shown = |map: &BTreeMap<String, String>| {
        let pairs = map.iter().map(|(key, value)| format!("{key} {value}"));
        pairs.collect::<Vec<_>>()
    };
    assert_eq!(shown(&endpoints.bootstrap), ["plaintext 127.0.0.1:9092"]);
    assert_eq!(
        shown(&endpoints.http),
        [
            "exporter_jmx http://127.0.0.1:11001",
            "exporter_jmx_admin http://127.0.0.1:5000",
            "exporter_node https://127.0.0.1:11002",
        ]
    );
    assert!(
        endpoints
            .processes
            .iter()
            .all(|process| process.audit_log.is_none())
    );
}

#[test]
fn only_a_listener_of_the_broker_is_open() {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    let running = |name, listeners: &str| Running {
        name,
        log: dir.logs().join("x.log"),
        audit_log: None,
        bound: serde_json::from_str(&format!(r#"{{"pid":1,"listeners":{{{listeners}}}}}"#))
            .expect("a file"),
    };
    let external = r#""EXTERNAL":"127.0.0.1:9000""#;
    for (of_broker, of_authn, open) in [
        ("", external, None),
        (external, "", Some("127.0.0.1:9000")),
        (
            r#""PLAINTEXT":"127.0.0.1:9092""#,
            external,
            Some("127.0.0.1:9092"),
        ),
    ] {
        let processes = [running("broker", of_broker), running("authn", of_authn)];
        let endpoints = Endpoints::new(&dir, "cWlk", &BTreeMap::new(), &processes);
        assert_eq!(endpoints.first_bootstrap(), open, "{of_broker} {of_authn}");
    }
}

#[test]
fn a_key_is_there_when_its_thing_is() {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    let endpoints = Endpoints::of_broker(&dir, r#"{"pid":42,"listeners":{"PLAINTEXT":"h:1"}}"#);
    let text = serde_json::to_string(&endpoints).expect("written");
    assert!(
        !text.contains("http") && !text.contains("credentials"),
        "{text}"
    );
}

#[test]
fn the_file_is_private_and_can_be_absent() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = DataDir::new(temporary.path()).expect("absolute");
    assert_eq!(Endpoints::read(&dir).expect("read"), None);
    let endpoints = Endpoints::of_broker(&dir, r#"{"pid":42,"listeners":{"PLAINTEXT":"h:1"}}"#);
    endpoints.write(&dir).expect("written");
    let mode = fs::metadata(dir.endpoints())
        .expect("metadata")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(Endpoints::read(&dir).expect("read"), Some(endpoints));
    Endpoints::remove(&dir).expect("removed");
    Endpoints::remove(&dir).expect("nothing to remove");
}

#[test]
fn the_brokers_file_counts_only_for_its_own_pid() {
    let temporary = tempfile::tempdir().expect("temp dir");
    let dir = DataDir::new(temporary.path()).expect("absolute");
    fs::create_dir(dir.run()).expect("created");
    assert_eq!(Bound::read(&dir, "broker", 7), None);
    fs::write(dir.bound_by("broker"), r#"{"pid":7,"listeners":{}}"#).expect("written");
    assert_eq!(Bound::read(&dir, "broker", 8), None);
    assert!(Bound::read(&dir, "broker", 7).is_some());
    fs::write(dir.bound_by("broker"), r#"{"pid":7,"#).expect("written");
    assert_eq!(Bound::read(&dir, "broker", 7), None, "half written");
}
