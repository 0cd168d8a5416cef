//! The suites that are cargo's: format, lints, tests, and the project's own tidy and codegen commands.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::Context;
use super::report::Tally;
use crate::command::{Failure, OWN_PROGRAM};
use crate::tools::Tools;

pub(crate) fn fmt(context: &Context) -> Result<Tally, Failure> {
    single(context, cargo(context).args(["fmt", "--all", "--check"]))
}

pub(crate) fn clippy(context: &Context) -> Result<Tally, Failure> {
    let mut command = cargo(context);
    command.args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]);
    single(context, &mut command)
}

pub(crate) fn tidy(context: &Context) -> Result<Tally, Failure> {
    single(context, Command::new(OWN_PROGRAM).arg("tidy"))
}

pub(crate) fn codegen(context: &Context) -> Result<Tally, Failure> {
    single(
        context,
        Command::new(OWN_PROGRAM).args(["codegen", "--check"]),
    )
}

/// What is built for the suites that start `outrigger`.
pub(crate) enum Built {
    /// It alone.
    Binary,
    /// All that the suite of cargo's tests needs, too: another selection has other features, and the AWS SDK
    /// would be compiled twice.
    Everything,
}

/// Builds the binary that the client suites start, in the shape the black-box tests use.
pub(crate) fn build_binary(tools: &Tools, built: Built) -> Result<(), Failure> {
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet"]).args(match built {
        Built::Binary => &["--package", "outrigger"],
        Built::Everything => &["--workspace", "--all-targets"],
    });
    command.current_dir(tools.repository());
    let status = command
        .status()
        .map_err(|cause| Failure::of("cargo build", cause))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Failed("the product does not build".into()))
    }
}

/// All tests of the workspace; the counts are the sums over its test binaries.
pub(crate) fn test(context: &Context) -> Result<Tally, Failure> {
    let mut command = cargo(context);
    command.args([
        "test",
        "--quiet",
        "--workspace",
        "--all-targets",
        "--no-fail-fast",
    ]);
    counted(&mut command)
}

/// The black-box tests of limits at their real size, on the release build, one after the other, with their figures.
pub(crate) fn scale(context: &Context) -> Result<Tally, Failure> {
    let mut command = cargo(context);
    command.args([
        "test",
        "--quiet",
        "--release",
        "--package",
        "tests",
        "--test",
        "it",
    ]);
    command.args(["scale::", "--", "--nocapture", "--test-threads=1"]);
    counted(command.env("OUTRIGGER_TEST_SCALE", "whole"))
}

/// Runs a test command, passes its output through and counts.
fn counted(command: &mut Command) -> Result<Tally, Failure> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|cause| Failure::of("cargo test", cause))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            println!("{line}");
            count(&line, &mut tally);
        }
    }
    let status = child.wait()?;
    if !status.success() && tally.failed.is_empty() {
        tally.failed.push(format!("cargo test ended with {status}"));
    }
    Ok(tally)
}

/// Reads libtest's closing line and its list of failures.
fn count(line: &str, tally: &mut Tally) {
    if let Some(rest) = line.strip_prefix("test result: ") {
        for part in rest.split(['.', ';']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (words.next(), words.next()) else {
                continue;
            };
            let number = number.parse().unwrap_or(0);
            match what {
                "passed" => tally.passed += number,
                "ignored" => tally.skipped += number,
                _ => {}
            }
        }
    } else if let Some(name) = line
        .strip_prefix("---- ")
        .and_then(|rest| rest.strip_suffix(" stdout ----"))
    {
        tally.failed.push(name.to_owned());
    }
}

fn cargo(context: &Context) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(context.tools.repository());
    command
}

fn single(context: &Context, command: &mut Command) -> Result<Tally, Failure> {
    command
        .current_dir(context.tools.repository())
        .stdin(Stdio::null());
    let status = command
        .status()
        .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
    let outcome = if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?} ended with {status}"))
    };
    Ok(Tally::of(outcome))
}

#[cfg(test)]
mod tests;
