//! The pinned Node clients, by the committed lock file.

use std::fs;
use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, file, pinned};

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    let source = tools.repository().join("tests/compat/node");
    let lock = source.join("package-lock.json");
    let step = Step::new("Node clients", tools.path("node"), pinned(&lock)?);
    step.once(|step| {
        for name in ["package.json", "package-lock.json"] {
            let from = source.join(name);
            fs::copy(&from, step.folder().join(name)).map_err(|source| file(&from, source))?;
        }
        let mut npm = Command::new("npm");
        npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
            .current_dir(step.folder());
        step.command(&mut npm)
    })
}
