//! What Prometheus is told, and who may read it.

use super::{remove, targets, write};
use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn endpoints(dir: &Path) -> (DataDir, Endpoints) {
    let dir = DataDir::new(dir).expect("absolute");
    let bound = r#"{"pid":42,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:5000"}"#;
    let mut endpoints = Endpoints::of_broker(&dir, bound);
    let exporter = "http://127.0.0.1:11001".to_owned();
    endpoints.http.insert("exporter_jmx".into(), exporter);
    (dir, endpoints)
}

#[test]
fn exporters_and_admin_ports_are_targets_with_their_job() {
    let (_, endpoints) = endpoints(Path::new("/data"));
    assert_eq!(
        targets(&endpoints),
        [
            json!({
                "targets": ["127.0.0.1:11001"],
                "labels": { "job": "jmx", "cluster": "cWlk", "process": "exporter-jmx", "__scheme__": "http" },
            }),
            json!({
                "targets": ["127.0.0.1:5000"],
                "labels": { "job": "outrigger", "cluster": "cWlk", "process": "broker", "__scheme__": "http" },
            }),
        ]
    );
}

#[test]
fn everybody_may_read_the_file_and_a_stop_removes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (dir, endpoints) = endpoints(folder.path());
    write(&endpoints, &dir).expect("written");
    let path = dir.prometheus_targets();
    let mode = fs::metadata(&path).expect("there").permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
    remove(&dir).expect("removed");
    assert!(!path.exists());
    remove(&dir).expect("nothing left to remove");
}
