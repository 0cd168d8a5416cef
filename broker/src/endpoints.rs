//! The file that tells whoever started this process where it listens
//! (`outrigger.endpoints.file`): written when clients are served, removed at a clean stop.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

#[derive(Serialize)]
struct Endpoints<'a> {
    pid: u32,
    listeners: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<String>,
}

/// Writes `{"pid":1,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:8080"}`, whole
/// or not at all.
pub fn write(
    path: &Path,
    listeners: &BTreeMap<Arc<str>, SocketAddr>,
    admin: Option<SocketAddr>,
) -> io::Result<()> {
    let endpoints = Endpoints {
        pid: std::process::id(),
        listeners: listeners
            .iter()
            .map(|(name, at)| (&**name, at.to_string()))
            .collect(),
        admin: admin.map(|at| at.to_string()),
    };
    let mut text = serde_json::to_vec(&endpoints).map_err(io::Error::other)?;
    text.push(b'\n');
    service::files::write_atomic(path, &text)
}
