//! LocalStack without a container, in a virtual environment of its own: its many pinned packages would quarrel with the clients'.
//! pip takes a minute for them, so uv installs them, by the committed list. What it plays Kinesis with is of npm, by the committed lock.

use std::fs;
use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, file, pinned};

/// The installer itself.
const UV: &str = "uv==0.9.13";

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    packages(tools)?;
    kinesis(tools)
}

fn kinesis(tools: &Tools) -> Result<(), Failure> {
    let source = tools.repository().join("tests/compat/localstack");
    let lock = source.join("package-lock.json");
    let step = Step::new(
        "Kinesis of LocalStack",
        tools.localstack_kinesis(),
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

fn packages(tools: &Tools) -> Result<(), Failure> {
    let requirements = tools
        .repository()
        .join("tests/compat/localstack/requirements.txt");
    let step = Step::new(
        "LocalStack",
        tools.path("localstack"),
        pinned(&requirements)?,
    );
    step.once(|step| {
        let venv = step.folder().join("venv");
        let mut create = Command::new("python3");
        create.args(["-m", "venv", "--clear"]).arg(&venv);
        step.command(&mut create)?;
        let python = venv.join("bin/python");
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--disable-pip-version-check"]);
        pip.args(["--no-input", "--only-binary", ":all:", UV]);
        step.command(&mut pip)?;
        let mut uv = Command::new(venv.join("bin/uv"));
        uv.args(["pip", "install", "--no-cache", "--python"])
            .arg(&python)
            .arg("-r")
            .arg(&requirements);
        step.command(&mut uv)
    })
}
