//! The suite of the files of `grafana/` as they lie there: generated, of the types that Grafana and Compose publish, accepted by
//! promtool, each alert with a course that fires it and one that does not. Nothing of ours runs.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Context;
use super::report::Tally;
use crate::command::{Failure, OWN_PROGRAM};
use crate::tools::Release;

const CONFIGURATIONS: [&str; 3] = ["prometheus.yml", "static.yml", "msk.yml"];

pub(crate) fn files(context: &Context) -> Result<Tally, Failure> {
    let folder = context.tools.repository().join("grafana");
    let mut tally = Tally::default();
    let mut generated = Command::new(OWN_PROGRAM);
    tally.add(ends_well(generated.args(["grafana", "--check"])));
    typed(context, &folder, &mut tally)?;
    let promtool = context.tools.prometheus(Release::Stable).join("promtool");
    let prometheus = folder.join("prometheus");
    for name in CONFIGURATIONS {
        let mut check = Command::new(&promtool);
        check.args(["check", "config"]).arg(prometheus.join(name));
        tally.add(ends_well(&mut check));
    }
    let mut check = Command::new(&promtool);
    check
        .args(["check", "rules", "--lint-fatal"])
        .args(yaml_files(&prometheus.join("rules"))?);
    tally.add(ends_well(&mut check));
    let mut test = Command::new(&promtool);
    test.args(["test", "rules"])
        .args(yaml_files(&prometheus.join("tests"))?);
    tally.add(ends_well(&mut test));
    Ok(tally)
}

/// Each file against Grafana's and Compose's types: the checker says `ok` or `not ok` to each.
fn typed(context: &Context, folder: &Path, tally: &mut Tally) -> Result<(), Failure> {
    let mut checker = Command::new(context.tools.grafana_checker());
    let output = checker
        .arg(folder)
        .output()
        .map_err(|cause| Failure::of(format!("{checker:?}"), cause))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let before = tally.passed + tally.failed.len();
    for line in text.lines() {
        println!("    {line}");
        if let Some(problem) = line.strip_prefix("not ok ") {
            tally.failed.push(problem.to_owned());
        } else if line.starts_with("ok ") {
            tally.passed += 1;
        }
    }
    if before == tally.passed + tally.failed.len() {
        let errors = String::from_utf8_lossy(&output.stderr);
        tally
            .failed
            .push(format!("the checker said nothing: {errors}"));
    }
    Ok(())
}

fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|cause| Failure::of(folder.display(), cause))? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

/// A command that says by its status whether all is well; what it printed is the reason where it is not.
pub(super) fn ends_well(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|cause| format!("{command:?}: {cause}"))?;
    if output.status.success() {
        println!("    ok {command:?}");
        return Ok(());
    }
    let told = [output.stdout, output.stderr].concat();
    Err(format!(
        "{command:?} ended with {}:\n{}",
        output.status,
        String::from_utf8_lossy(&told)
    ))
}
