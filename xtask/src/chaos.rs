//! `cargo xtask chaos logs`: the log shipper, killed at random moments under load, beside a writer that rotates
//! without mercy, sinks that go away and a disk for checkpoints that is full; then every line is accounted for.
//!
//! Lines are numbered, and the services are `crates/aws-stub`, which counts them. Nothing here removes a file: the
//! writer does, once the shipper has said that all of it is delivered.

mod disk;
mod process;
pub(crate) mod shipper;
mod storm;
pub(crate) mod stub;
mod verdict;

use std::path::PathBuf;
use std::process::Command as Process;

use self::storm::Storm;
use crate::command::{self, Command, Failure};

/// The row of the command table.
pub(crate) const COMMAND: Command = Command {
    name: "chaos",
    arguments: "logs [--kills N] [--lines N] [--seed S] [--scenario rename|truncate] [--release] [--keep-files] [--ramdisk DIR] [--shipper FILE --stub FILE]",
    about: "kill -9 of the log shipper under load, and every line accounted for",
    help: "Writers rename their logs every 20 ms (one in a chain .1 .2 .3, one by the hour), the shipper is killed\n\
           at random moments, the services go away, and the disk of the checkpoints (a tmpfs of its own, which needs\n\
           root) is full at times. Then every line must have come to CloudWatch Logs, S3 and Kinesis, twice only if it\n\
           was in flight at a kill. `truncate` truncates the log instead: what is destroyed must be counted.\n\n\
           \x20 --kills N       (300)\n\
           \x20 --lines N       of all writers (5000000)\n\
           \x20 --seed S        of kills, lines and faults (1)\n\
           \x20 --scenario X    rename (default) or truncate\n\
           \x20 --release       the release build\n\
           \x20 --keep-files    the writers remove nothing, not even what is delivered\n\
           \x20 --ramdisk DIR   where the logs are written, such as /dev/shm\n\
           \x20 --shipper \"FILE [WORD]\", --stub FILE   these builds, and none is made\n\n\
           examples:\n  cargo xtask chaos logs --release --seed 7\n  cargo xtask chaos logs --kills 10 --lines 100000\n  \
           cargo xtask chaos logs --scenario truncate --lines 200000",
    run,
};

/// What happens to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Rename,
    Truncate,
}

/// What a run is made of.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) kills: u32,
    pub(crate) lines: u32,
    pub(crate) seed: u64,
    pub(crate) scenario: Scenario,
    pub(crate) release: bool,
    /// The writers remove nothing, not even what is delivered.
    pub(crate) keep_files: bool,
    /// Where logs and checkpoints are.
    pub(crate) folder: PathBuf,
    /// The shipper with its first words, and the stub.
    pub(crate) shipper: Vec<String>,
    pub(crate) stub: PathBuf,
}

fn run(words: &[String]) -> Result<(), Failure> {
    let words = match words.split_first() {
        Some((word, rest)) if word == "logs" => rest,
        _ => return Err(Failure::Usage("`chaos` needs a subject: logs".to_owned())),
    };
    let mut options = parse(words)?;
    if options.shipper.is_empty() {
        (options.shipper, options.stub) = build(options.release)?;
    }
    let problems = logs(&options)?;
    match problems.is_empty() {
        true => Ok(()),
        false => Err(Failure::Failed(problems.join("\n"))),
    }
}

/// One run; what was not as it must be, a sentence each.
pub(crate) fn logs(options: &Options) -> Result<Vec<String>, Failure> {
    let folder = options.folder.join(format!("chaos-{}", std::process::id()));
    let problems = Storm::new(options, &folder)?.run()?;
    if problems.is_empty() {
        std::fs::remove_dir_all(&folder)?;
    } else {
        println!(
            "logs, checkpoints and the shipper's log are kept in {}",
            folder.display()
        );
    }
    Ok(problems)
}

fn parse(words: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        kills: 300,
        lines: 5_000_000,
        seed: 1,
        scenario: Scenario::Rename,
        release: false,
        keep_files: false,
        folder: command::root().join("target"),
        shipper: Vec::new(),
        stub: PathBuf::new(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let missing = || Failure::Usage(format!("{word} needs a value"));
            words.next().ok_or_else(missing)
        };
        let number = |text: &String| {
            let wrong = |_| Failure::Usage(format!("`{text}` is no number that fits"));
            text.parse().map_err(wrong)
        };
        match word.as_str() {
            "--kills" => options.kills = number(value()?)?,
            "--lines" => options.lines = number(value()?)?,
            "--seed" => options.seed = u64::from(number(value()?)?),
            "--release" => options.release = true,
            "--keep-files" => options.keep_files = true,
            "--ramdisk" => options.folder = PathBuf::from(value()?),
            "--shipper" => {
                options.shipper = value()?.split_whitespace().map(str::to_owned).collect()
            }
            "--stub" => options.stub = PathBuf::from(value()?),
            "--scenario" => {
                options.scenario = match value()?.as_str() {
                    "rename" => Scenario::Rename,
                    "truncate" => Scenario::Truncate,
                    other => {
                        let text = format!("--scenario takes rename or truncate, not `{other}`");
                        return Err(Failure::Usage(text));
                    }
                }
            }
            _ => return Err(Failure::unknown_word("chaos", word)),
        }
    }
    if options.shipper.is_empty() != options.stub.as_os_str().is_empty() {
        let text = "--shipper and --stub come together";
        return Err(Failure::Usage(text.to_owned()));
    }
    Ok(options)
}

/// Builds shipper and stub.
pub(crate) fn build(release: bool) -> Result<(Vec<String>, PathBuf), Failure> {
    let folder = cargo_build(&["logshipper", "aws-stub"], release)?;
    let shipper = folder.join("outrigger-logshipper");
    Ok((vec![shipper.display().to_string()], folder.join("aws-stub")))
}

/// Builds the stub alone.
pub(crate) fn build_stub() -> Result<PathBuf, Failure> {
    Ok(cargo_build(&["aws-stub"], false)?.join("aws-stub"))
}

/// Builds packages, and says where their programs are.
fn cargo_build(packages: &[&str], release: bool) -> Result<PathBuf, Failure> {
    let mut cargo = Process::new("cargo");
    cargo.args(["build", "--quiet"]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    if release {
        cargo.arg("--release");
    }
    let status = cargo.current_dir(command::root()).status()?;
    if !status.success() {
        return Err(Failure::Failed("cargo build failed".to_owned()));
    }
    let kind = if release { "release" } else { "debug" };
    Ok(target().join(kind))
}

/// Where cargo builds.
#[expect(
    clippy::disallowed_methods,
    reason = "tooling reads cargo's own variable, as cargo does"
)]
pub(crate) fn target() -> PathBuf {
    let default = || command::root().join("target");
    std::env::var("CARGO_TARGET_DIR").map_or_else(|_| default(), PathBuf::from)
}
