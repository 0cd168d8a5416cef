//! The units of `deploy/systemd` by `systemd-analyze`, below a root of their own: each is one that systemd takes, and is exposed no
//! more than it is now. No systemd runs here, so none is started.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::Failure;
use crate::test::Context;
use crate::test::report::Tally;

/// systemd's own units, which ours are ordered by.
const SYSTEM_UNITS: &str = "/usr/lib/systemd/system";
/// Of 100; systemd calls what is below 20 OK. `exporter-node` sees the machine's /proc, as does `up` with it.
const EXPOSURE_MAX: u32 = 20;
/// What stands for the instance of a template.
const INSTANCE: &str = "kafka";

pub(super) fn check(context: &Context, tally: &mut Tally) -> Result<(), Failure> {
    let source = context.tools.repository().join("deploy/systemd");
    let root = context.folder.join("root");
    let units = prepare(&source, &root)?;
    for unit in &units {
        let mut verify = analyze(&root, &["verify", "--man=no"]);
        tally.add(silent(verify.arg(unit)));
        let limit = format!("--threshold={EXPOSURE_MAX}");
        let mut security = analyze(&root, &["security", "--offline=true", &limit]);
        tally.add(ends_well(security.arg(unit)));
    }
    let mut users = Command::new("systemd-sysusers");
    users.arg(format!("--root={}", root.display()));
    tally.add(ends_well(users.arg(source.join("outrigger.sysusers.conf"))));
    let mut files = Command::new("systemd-tmpfiles");
    files.arg(format!("--root={}", root.display()));
    files.arg("--create");
    tally.add(ends_well(files.arg(source.join("outrigger.tmpfiles.conf"))));
    tally.add(match root.join("etc/outrigger/tls").is_dir() {
        true => Ok(()),
        false => Err("tmpfiles: the directory of keys is not there".into()),
    });
    println!("    ok {} units", units.len());
    Ok(())
}

/// A root with systemd's units, ours, and a program to start; the names of ours, templates as an instance.
fn prepare(source: &Path, root: &Path) -> Result<Vec<String>, Failure> {
    let system = root.join(SYSTEM_UNITS.trim_start_matches('/'));
    let (own, bin) = (root.join("etc/systemd/system"), root.join("usr/bin"));
    for folder in [system.as_path(), &own, &bin] {
        fs::create_dir_all(folder).map_err(|cause| Failure::of(folder.display(), cause))?;
    }
    let mut copy = Command::new("cp");
    copy.arg("--archive").arg(format!("{SYSTEM_UNITS}/."));
    ends_well(copy.arg(&system)).map_err(Failure::Failed)?;
    fs::copy("/bin/true", bin.join("outrigger"))?;
    let mut units = Vec::new();
    for path in entries(source)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(unit) = name.strip_suffix(".service") {
            fs::copy(&path, own.join(&*name))?;
            let instance = unit.strip_suffix('@').map(|_| INSTANCE);
            units.push(format!("{unit}{}.service", instance.unwrap_or_default()));
        }
    }
    units.sort();
    Ok(units)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let read = fs::read_dir(folder).map_err(|cause| Failure::of(folder.display(), cause))?;
    Ok(read
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?)
}

fn analyze(root: &Path, words: &[&str]) -> Command {
    let mut command = Command::new("systemd-analyze");
    command
        .args(words)
        .arg(format!("--root={}", root.display()));
    command
}

/// What is only a warning to systemd is a mistake of ours.
fn silent(command: &mut Command) -> Result<(), String> {
    let said = said(command)?;
    if said.trim().is_empty() {
        Ok(())
    } else {
        Err(format!("{command:?}: {said}"))
    }
}

fn ends_well(command: &mut Command) -> Result<(), String> {
    said(command).map(drop)
}

fn said(command: &mut Command) -> Result<String, String> {
    let output = command.output();
    let output = output.map_err(|cause| format!("{command:?}: {cause}"))?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok(errors);
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Err(format!("{command:?}: {} {text} {errors}", output.status))
}
