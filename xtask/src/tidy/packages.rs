//! The crates of the workspace and what they depend on, as cargo tells it.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::command::Failure;

/// A crate of the workspace with everything it depends on by name, for any purpose.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Package {
    pub(super) name: String,
    /// Its folder from the root, with `/` at the end.
    pub(super) folder: String,
    pub(super) dependencies: Vec<String>,
}

/// Asks cargo, offline: the manifests say everything.
pub(super) fn read(root: &Path) -> Result<Vec<Package>, Failure> {
    let answer = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
            "--offline",
        ])
        .current_dir(root)
        .output()
        .map_err(|cause| Failure::of("cargo metadata", cause))?;
    if !answer.status.success() {
        let said = String::from_utf8_lossy(&answer.stderr);
        return Err(Failure::of("cargo metadata", said.trim()));
    }
    let metadata: Value = serde_json::from_slice(&answer.stdout)
        .map_err(|cause| Failure::of("cargo metadata", cause))?;
    Ok(parse(&metadata, &root.display().to_string()))
}

pub(super) fn parse(metadata: &Value, root: &str) -> Vec<Package> {
    let text = |value: &Value, key: &str| value[key].as_str().unwrap_or_default().to_string();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let manifest = text(package, "manifest_path");
            let folder = manifest.trim_end_matches("Cargo.toml");
            let folder = folder.strip_prefix(root).unwrap_or(folder);
            Package {
                name: text(package, "name"),
                folder: folder.trim_start_matches('/').to_string(),
                dependencies: list(&package["dependencies"])
                    .iter()
                    .map(|dependency| text(dependency, "name"))
                    .collect(),
            }
        })
        .collect()
}
