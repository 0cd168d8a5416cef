//! The golden file, and what is read of others.

use super::{BrokerEndpoints, Endpoints};
use crate::data_dir::DataDir;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn broker(text: &str) -> BrokerEndpoints {
    serde_json::from_str(text).expect("the broker's file")
}

#[test]
fn golden_file() {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    let broker = broker(
        r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092","CLIENT_IAM":"0.0.0.0:9098"},"admin":"[::]:5000"}"#,
    );
    let endpoints = Endpoints::of_broker(
        &dir,
        dir.logs().join("server.log"),
        "cWlk".to_owned(),
        &broker,
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
      "log": "/data/logs/server.log"
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
fn a_key_is_there_when_its_thing_is() {
    let dir = DataDir::new(Path::new("/data")).expect("absolute");
    let broker = broker(r#"{"pid":42,"listeners":{"PLAINTEXT":"h:1"}}"#);
    let endpoints = Endpoints::of_broker(
        &dir,
        dir.logs().join("server.log"),
        "id".to_owned(),
        &broker,
    );
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
    let broker = broker(r#"{"pid":42,"listeners":{"PLAINTEXT":"h:1"}}"#);
    let endpoints = Endpoints::of_broker(
        &dir,
        dir.logs().join("server.log"),
        "id".to_owned(),
        &broker,
    );
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
    assert_eq!(BrokerEndpoints::read(&dir, 7), None);
    fs::write(dir.broker_endpoints(), r#"{"pid":7,"listeners":{}}"#).expect("written");
    assert_eq!(BrokerEndpoints::read(&dir, 8), None);
    assert!(BrokerEndpoints::read(&dir, 7).is_some());
    fs::write(dir.broker_endpoints(), r#"{"pid":7,"#).expect("written");
    assert_eq!(BrokerEndpoints::read(&dir, 7), None, "half written");
}
