//! The file that tells whoever started a process where it listens (`outrigger.endpoints.file`):
//! written when its listeners are bound, removed by the process at a clean stop.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use tracing::warn;

#[derive(Serialize)]
struct Endpoints<'a> {
    pid: u32,
    listeners: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<String>,
}

/// The file, until it is withdrawn; a process that is killed leaves it behind.
#[derive(Debug)]
#[must_use = "the file is withdrawn when the process stops"]
pub struct Announced(Option<PathBuf>);

/// Nobody can be told.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}: {cause}", path.display())]
pub struct AnnounceError {
    path: PathBuf,
    cause: io::Error,
}

/// [`write`] where `path`, `outrigger.endpoints.file`, says something.
///
/// # Errors
/// The file cannot be written.
pub fn announce(
    path: Option<&Path>,
    listeners: &BTreeMap<Arc<str>, SocketAddr>,
    admin: Option<SocketAddr>,
) -> Result<Announced, AnnounceError> {
    let path = path.map(Path::to_owned);
    if let Some(path) = &path {
        write(path, listeners, admin).map_err(|cause| AnnounceError {
            path: path.clone(),
            cause,
        })?;
    }
    Ok(Announced(path))
}

impl Announced {
    /// Removes the file: nobody should come any more.
    pub fn withdraw(self) {
        if let Some(path) = self.0
            && let Err(error) = crate::files::remove_if_exists(&path)
        {
            warn!(%error, "cannot remove the endpoints file");
        }
    }
}

/// Writes `{"pid":1,"listeners":{"PLAINTEXT":"127.0.0.1:9092"},"admin":"127.0.0.1:8080"}`, whole
/// or not at all.
///
/// # Errors
/// The file cannot be written.
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
    crate::files::write_atomic(path, &text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    #[test]
    fn the_file_is_one_line_of_json() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("endpoints.json");
        let at = |text: &str| text.parse().unwrap();
        let listeners = BTreeMap::from([
            ("PLAINTEXT".into(), at("127.0.0.1:9092")),
            ("CLIENT_IAM".into(), at("[::1]:9098")),
        ]);
        let shown = r#""listeners":{"CLIENT_IAM":"[::1]:9098","PLAINTEXT":"127.0.0.1:9092"}"#;
        let pid = std::process::id();
        for (admin, expected) in [
            (None, format!("{{\"pid\":{pid},{shown}}}\n")),
            (
                Some(at("127.0.0.1:8080")),
                format!("{{\"pid\":{pid},{shown},\"admin\":\"127.0.0.1:8080\"}}\n"),
            ),
        ] {
            super::write(&path, &listeners, admin).unwrap();
            assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
        }
    }

    #[test]
    fn a_file_that_was_asked_for_is_there_until_it_is_withdrawn() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("endpoints.json");
        let announce = |path| super::announce(path, &BTreeMap::new(), None);
        announce(None).unwrap().withdraw();
        let announced = announce(Some(&path)).unwrap();
        assert!(path.exists());
        announced.withdraw();
        assert!(!path.exists());
        let error = announce(Some(&path.join("x"))).unwrap_err().to_string();
        let expected = format!("cannot write {}: ", path.join("x").display());
        assert!(error.starts_with(&expected), "{error}");
    }
}
