//! The built binary as a node: `outrigger broker --config FILE` on port 0, its address read from the endpoints file.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::Failure;
use crate::tools::Tools;

const ENDPOINTS: &str = "broker-endpoints.json";

pub(crate) fn command(
    tools: &Tools,
    folder: &Path,
    properties: &str,
    port: u16,
) -> Result<Command, Failure> {
    let binary = tools.binary();
    let endpoints = folder.join(ENDPOINTS);
    let _ = fs::remove_file(&endpoints);
    let config = folder.join("server.properties");
    let text = format!(
        "{properties}listeners=PLAINTEXT://127.0.0.1:{port}\nlog.dirs={}\noutrigger.endpoints.file={}\n",
        folder.join("data").display(),
        endpoints.display()
    );
    fs::write(&config, text)?;
    let mut command = Command::new(binary);
    command
        .arg("broker")
        .arg("--config")
        .arg(config)
        .current_dir(folder);
    Ok(command)
}

/// The port that process `pid` has announced, once it has.
pub(crate) fn port(folder: &Path, pid: u32) -> Option<u16> {
    let text = fs::read(folder.join(ENDPOINTS)).ok()?;
    let endpoints: serde_json::Value = serde_json::from_slice(&text).ok()?;
    if endpoints["pid"].as_u64() != Some(u64::from(pid)) {
        return None;
    }
    let address = endpoints["listeners"]["PLAINTEXT"].as_str()?;
    address.rsplit_once(':')?.1.parse().ok()
}
