//! What checks the files of `deploy/`: Kubernetes' schemas in a Python environment, a parser of container files in Node, and
//! systemd's own checkers.

use std::fs;
use std::process::Command;

use super::step::{Failure, Step, file, pinned};
use super::{Tools, debian};

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    debian::systemd(tools)?;
    schemas(tools)?;
    parser(tools)
}

fn schemas(tools: &Tools) -> Result<(), Failure> {
    let source = tools.repository().join("tests/compat/deploy");
    let requirements = source.join("requirements.txt");
    let step = Step::new(
        "Kubernetes' schemas",
        tools.path("deploy/python"),
        pinned(&requirements)?,
    );
    step.once(|step| {
        let venv = step.folder().join("venv");
        let mut create = Command::new("python3");
        step.command(create.args(["-m", "venv", "--clear"]).arg(&venv))?;
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"]);
        pip.args(["--no-input", "--only-binary", ":all:", "-r"]);
        step.command(pip.arg(&requirements))
    })
}

fn parser(tools: &Tools) -> Result<(), Failure> {
    let source = tools.repository().join("tests/compat/deploy");
    let lock = source.join("package-lock.json");
    let step = Step::new(
        "a parser of container files",
        tools.path("deploy/node"),
        pinned(&lock)?,
    );
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
