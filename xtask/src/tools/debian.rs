//! Packages of the distribution: kcat, and what builds librdkafka's test-runner. Installed with apt when this user may; otherwise the command to run is named.

use std::path::Path;
use std::process::{Command, Stdio};

use super::Tools;
use super::step::{Failure, Step};

/// What a package must have brought.
enum Probe {
    Command(&'static str),
    File(&'static str),
}

/// Package, and how its presence is seen.
const PACKAGES: [(&str, Probe); 7] = [
    ("curl", Probe::Command("curl")),
    ("g++", Probe::Command("g++")),
    ("gcc", Probe::Command("gcc")),
    ("kcat", Probe::Command("kcat")),
    ("make", Probe::Command("make")),
    ("python3-venv", Probe::Command("python3")),
    ("zlib1g-dev", Probe::File("/usr/include/zlib.h")),
];

/// What looks at the page of `up`.
const CHROMIUM: [(&str, Probe); 1] = [("chromium", Probe::Command("chromium"))];
/// What checks units.
const SYSTEMD: [(&str, Probe); 1] = [("systemd", Probe::Command("systemd-analyze"))];
/// What counts instructions.
const VALGRIND: [(&str, Probe); 1] = [("valgrind", Probe::Command("valgrind"))];

/// Commands that the machine must already have, with the remedy.
const REQUIRED: [(&str, &str); 7] = [
    ("cargo-clippy", "run `rustup component add clippy`"),
    ("cargo-fmt", "run `rustup component add rustfmt`"),
    ("go", "install Go 1.26 or newer"),
    ("java", "install a JDK 17 (Debian: openjdk-17-jdk-headless)"),
    ("mvn", "install Maven (Debian: maven)"),
    ("node", "install Node 20 or newer"),
    ("npm", "install npm"),
];

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    for (command, remedy) in REQUIRED {
        if !on_path(command) {
            return Err(Failure::Missing {
                what: command.into(),
                remedy: remedy.into(),
            });
        }
    }
    packages(tools, &PACKAGES)
}

pub(super) fn chromium(tools: &Tools) -> Result<(), Failure> {
    packages(tools, &CHROMIUM)
}

pub(super) fn systemd(tools: &Tools) -> Result<(), Failure> {
    packages(tools, &SYSTEMD)
}

pub(super) fn valgrind(tools: &Tools) -> Result<(), Failure> {
    packages(tools, &VALGRIND)
}

fn packages(tools: &Tools, wanted: &[(&str, Probe)]) -> Result<(), Failure> {
    let missing: Vec<&str> = wanted
        .iter()
        .filter(|(_, probe)| !present(probe))
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let list = missing.join(" ");
    if !root() {
        let remedy = format!("run `sudo apt-get update && sudo apt-get install -y {list}`");
        return Err(Failure::Missing { what: list, remedy });
    }
    let step = Step::new(
        "Debian packages",
        tools.path("debian"),
        format!("tried {list}"),
    );
    // The packages were probed, so a stamp of an earlier run says nothing: always run.
    let _ = std::fs::remove_file(step.folder().join("installed.stamp"));
    step.once(|step| {
        step.command(Command::new("apt-get").args(["update", "-q"]))?;
        let mut install = Command::new("apt-get");
        install
            .args(["install", "-y", "-q", "--no-install-recommends"])
            .args(&missing);
        step.command(install.env("DEBIAN_FRONTEND", "noninteractive"))
    })?;
    let still = wanted.iter().find(|(_, probe)| !present(probe));
    match still {
        Some((package, _)) => Err(Failure::Missing {
            what: (*package).into(),
            remedy: "apt-get installed it and it is still not there".into(),
        }),
        None => Ok(()),
    }
}

fn present(probe: &Probe) -> bool {
    match probe {
        Probe::Command(command) => on_path(command),
        Probe::File(path) => Path::new(path).exists(),
    }
}

/// Asks the shell, which knows `PATH`.
fn on_path(command: &str) -> bool {
    let found = Command::new("sh")
        .args(["-c", "command -v \"$1\"", "sh", command])
        .stdout(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

fn root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}
