//! Programs in Go, built from their committed source: Go's clients and Grafana's types come as modules, not as programs.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, file, pinned};

/// Everything that a built program is made of.
const SOURCES: [&str; 3] = ["go.mod", "go.sum", "main.go"];

/// The client of the secured suites.
pub(super) fn client(tools: &Tools) -> Result<(), Failure> {
    build(tools, "Go client", "go", &tools.go_client())
}

/// What knows Grafana's and Compose's types.
pub(super) fn grafana_checker(tools: &Tools) -> Result<(), Failure> {
    build(
        tools,
        "Grafana's types",
        "grafana",
        &tools.grafana_checker(),
    )
}

/// `folder` is below `tests/compat` and below `.tools`.
fn build(tools: &Tools, name: &'static str, folder: &str, built: &Path) -> Result<(), Failure> {
    let source = tools.repository().join("tests/compat").join(folder);
    let mut stamp = String::new();
    for name in SOURCES {
        stamp.push_str(&pinned(&source.join(name))?);
    }
    let step = Step::new(name, tools.path(folder), stamp);
    step.once(|step| {
        if built.exists() {
            fs::remove_file(built).map_err(|source| file(built, source))?;
        }
        let mut go = Command::new("go");
        go.args(["build", "-mod=readonly", "-o"])
            .arg(built)
            .arg(".");
        // The machine's own compiler: another one would be downloaded.
        go.env("GOTOOLCHAIN", "local").current_dir(&source);
        step.command(&mut go)
    })
}
