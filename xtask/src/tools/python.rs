//! A virtual environment with the pinned Python clients. The system's Python stays untouched.

use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, pinned};

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    let requirements = tools
        .repository()
        .join("tests/compat/python/requirements.txt");
    let step = Step::new(
        "Python clients",
        tools.path("python"),
        pinned(&requirements)?,
    );
    step.once(|step| {
        let venv = step.folder().join("venv");
        step.command(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&venv),
        )?;
        let mut pip = Command::new(venv.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--disable-pip-version-check",
            "--no-input",
            "--only-binary",
            ":all:",
            "-r",
        ]);
        step.command(pip.arg(&requirements))
    })
}
