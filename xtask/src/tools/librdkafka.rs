//! librdkafka's own test-runner, built from the sources inside the crate `rdkafka-sys`. No line of it enters the workspace: the crate is only fetched.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, file};

/// The crate's version; librdkafka's own is 2.12.1.
const CRATE_VERSION: &str = "4.10.0";

/// What stays out of the library: no suite needs it and each would be one more package to install.
const CONFIGURE: [&str; 4] = [
    "--disable-curl",
    "--disable-sasl",
    "--disable-ssl",
    "--disable-zstd",
];

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    let step = Step::new(
        "librdkafka's test-runner",
        tools.path("librdkafka"),
        format!("rdkafka-sys {CRATE_VERSION} {}", CONFIGURE.join(" ")),
    );
    step.once(|step| {
        let crate_folder = fetch(step)?;
        let source = step.folder().join("source");
        if source.exists() {
            fs::remove_dir_all(&source).map_err(|error| file(&source, error))?;
        }
        step.command(
            Command::new("cp")
                .arg("-r")
                .arg(crate_folder.join("librdkafka"))
                .arg(&source),
        )?;
        step.command(
            Command::new("./configure")
                .args(CONFIGURE)
                .current_dir(&source),
        )?;
        step.command(
            Command::new("make")
                .args(["-j2", "libs"])
                .current_dir(&source),
        )?;
        step.command(
            Command::new("make")
                .args(["-j2", "-C", "tests", "build"])
                .current_dir(&source),
        )
    })
}

/// Fetches the crate through cargo and gives its folder.
fn fetch(step: &Step) -> Result<PathBuf, Failure> {
    let folder = step.folder().join("fetch");
    let manifest = folder.join("Cargo.toml");
    fs::create_dir_all(&folder).map_err(|source| file(&folder, source))?;
    let text = format!(
        "[package]\nname = \"librdkafka-source\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"empty.rs\"\n\n\
         [dependencies]\nrdkafka-sys = \"={CRATE_VERSION}\"\n\n[workspace]\n"
    );
    fs::write(&manifest, text).map_err(|source| file(&manifest, source))?;
    fs::write(folder.join("empty.rs"), "").map_err(|source| file(&folder, source))?;
    step.command(
        Command::new("cargo")
            .args(["fetch", "--manifest-path"])
            .arg(&manifest),
    )?;
    let mut metadata = Command::new("cargo");
    metadata
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(&manifest);
    let output = metadata
        .output()
        .map_err(|source| file(&manifest, source))?;
    let missing = || Failure::Missing {
        what: "the source of rdkafka-sys".into(),
        remedy: "`cargo metadata` does not name it; is the crate registry reachable?".into(),
    };
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).map_err(|_| missing())?;
    let packages = metadata["packages"].as_array().ok_or_else(missing)?;
    let package = packages
        .iter()
        .find(|package| package["name"] == "rdkafka-sys")
        .ok_or_else(missing)?;
    let path = PathBuf::from(package["manifest_path"].as_str().ok_or_else(missing)?);
    path.parent().map(PathBuf::from).ok_or_else(missing)
}
