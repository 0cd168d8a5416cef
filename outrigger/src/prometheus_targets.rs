//! `prometheus/targets.json`: what a Prometheus has to scrape, in the form of its file_sd, so that free ports need no configuration.
//!
//! It holds no secret and is readable by everybody: Prometheus often runs as another user. Jobs are MSK's, `jmx` and `node`; the health
//! of each process is `outrigger`. It stays while a process is down, so that this is seen, and goes at a clean stop.

use crate::data_dir::DataDir;
use crate::endpoints::{Endpoints, admin_key};
use serde_json::{Value, json};
use service::files::{remove_if_exists, write_atomic};
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;

const READABLE: u32 = 0o644;
const SEARCHABLE: u32 = 0o755;

/// Exporters by their key in `http`, the job that MSK's documentation gives them, and their process.
const EXPORTERS: [(&str, &str, &str); 2] = [
    ("exporter_jmx", "jmx", "exporter-jmx"),
    ("exporter_node", "node", "exporter-node"),
];
/// Of what a process says about itself.
const HEALTH: &str = "outrigger";

/// Writes the file anew, never half.
pub(crate) fn write(endpoints: &Endpoints, data_dir: &DataDir) -> io::Result<()> {
    let path = data_dir.prometheus_targets();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        fs::set_permissions(folder, Permissions::from_mode(SEARCHABLE))?;
    }
    let text = format!("{:#}\n", Value::Array(targets(endpoints)));
    write_atomic(&path, text.as_bytes())?;
    fs::set_permissions(&path, Permissions::from_mode(READABLE))
}

/// Removes the file.
pub(crate) fn remove(data_dir: &DataDir) -> io::Result<()> {
    remove_if_exists(&data_dir.prometheus_targets())
}

/// One group for each address.
fn targets(endpoints: &Endpoints) -> Vec<Value> {
    let target = |key: &str, job: &str, process: &str| {
        let (scheme, address) = endpoints.http.get(key)?.split_once("://")?;
        let labels = json!({
            "job": job, "cluster": endpoints.cluster_id, "process": process, "__scheme__": scheme,
        });
        Some(json!({ "targets": [address], "labels": labels }))
    };
    let exporters = EXPORTERS
        .iter()
        .filter_map(|(key, job, process)| target(key, job, process));
    let health = endpoints
        .processes
        .iter()
        .filter_map(|process| target(&admin_key(&process.name), HEALTH, &process.name));
    exporters.chain(health).collect()
}

#[cfg(test)]
mod tests;
