//! `cargo xtask fuzz`: builds the fuzz targets on stable Rust and runs them for a number of inputs.
//!
//! libFuzzer needs coverage in the code under test; the flags below give it without nightly and
//! without cargo-fuzz. Seeds come from the captured frames and the schema, see `seeds`. What is
//! found lands in `fuzz/target/artifacts/`; a find becomes a case in the tests of its crate.

mod kernel_seeds;
mod login_seeds;
mod seeds;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};

use crate::command::{Command, Failure, root};

/// The row of the command table.
pub(crate) const COMMAND: Command = Command {
    name: "fuzz",
    arguments: "[--inputs N] [--target NAME] [--seed S]",
    about: "runs the fuzz targets of fuzz/",
    help: "Builds every target with coverage and runs each for N inputs (default 100000) of up to\n\
           64 KiB; the targets themselves assert the memory rules.\n\n\
           examples:\n  cargo xtask fuzz --inputs 2500000\n  cargo xtask fuzz --target batch --seed 7",
    run,
};

const TARGETS: [&str; 24] = [
    "frame",
    "request",
    "response",
    "batch",
    "frames",
    "session",
    "scram",
    "signed_request",
    "oauthbearer",
    "distinguished_name",
    "mapping_rules",
    "preface",
    "context_update",
    "policy",
    "network_rules",
    "exposition",
    "scrape_request",
    "mbean_snapshot",
    "otlp_answer",
    "kernel_file",
    "netlink",
    "dbus",
    "log_events",
    "compressed_log",
];

/// The longest input, in bytes.
const INPUT_BYTES_MAX: usize = 64 * 1024;

/// Resident memory at which libFuzzer gives up, in MiB. Its own tables take most of it.
const RESIDENT_MIB_MAX: usize = 768;

/// The slowest input that is no hang, in seconds. Generous, because machines are shared.
const SECONDS_PER_INPUT_MAX: usize = 20;

/// Coverage as libFuzzer wants it, on stable.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing";

struct Options {
    inputs: u64,
    seed: u64,
    targets: Vec<&'static str>,
}

fn run(words: &[String]) -> Result<(), Failure> {
    let options = parse(words)?;
    let folder = root().join("fuzz");
    let binaries = build(&folder)?;
    let mut failed = Vec::new();
    println!(
        "{:<18} {:>10} {:>9} {:>9} {:>9}",
        "target", "inputs", "per s", "peak MiB", "corpus"
    );
    for target in &options.targets {
        match fuzz(&folder, &binaries, target, &options) {
            Ok(row) => println!("{row}"),
            Err(failure) => failed.push(format!("{target}: {failure}")),
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Failure::Failed(failed.join("\n")))
    }
}

fn parse(words: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        inputs: 100_000,
        seed: 1,
        targets: TARGETS.to_vec(),
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            words
                .next()
                .ok_or_else(|| Failure::Usage(format!("`{word}` needs a value")))
        };
        let number = |text: &String| {
            text.parse()
                .map_err(|_| Failure::Usage(format!("`{text}` is no number")))
        };
        match word.as_str() {
            "--inputs" => options.inputs = number(value()?)?,
            "--seed" => options.seed = number(value()?)?,
            "--target" => {
                let name = value()?;
                let target = TARGETS
                    .iter()
                    .find(|target| *target == name)
                    .ok_or_else(|| {
                        Failure::Usage(format!(
                            "no target `{name}`; there are {}",
                            TARGETS.join(", ")
                        ))
                    })?;
                options.targets = vec![target];
            }
            _ => return Err(Failure::unknown_word("fuzz", word)),
        }
    }
    Ok(options)
}

/// Builds all targets and names the folder of their binaries. With an explicit `--target`, cargo
/// keeps the coverage flags away from build scripts.
fn build(folder: &Path) -> Result<PathBuf, Failure> {
    let host = host()?;
    let status = Process::new("cargo")
        .args([
            "build",
            "--release",
            "--quiet",
            "--target",
            &host,
            "--manifest-path",
        ])
        .arg(folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(folder.join("target"))
        .env("RUSTFLAGS", COVERAGE)
        .status()
        .map_err(|e| Failure::of("cargo", e))?;
    if !status.success() {
        return Err(Failure::Failed(
            "the fuzz targets do not build; see above".to_owned(),
        ));
    }
    Ok(folder.join("target").join(host).join("release"))
}

/// The platform that this machine compiles for.
fn host() -> Result<String, Failure> {
    let output = Process::new("rustc")
        .arg("-vV")
        .output()
        .map_err(|e| Failure::of("rustc", e))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Failure::Failed("`rustc -vV` names no host".to_owned()))
}

/// Runs one target and gives its row of the table.
fn fuzz(
    folder: &Path,
    binaries: &Path,
    target: &str,
    options: &Options,
) -> Result<String, Failure> {
    let seeds = folder.join("target/seeds").join(target);
    let corpus = folder.join("corpus").join(target);
    let artifacts = folder.join("target/artifacts");
    for path in [&seeds, &corpus, &artifacts] {
        fs::create_dir_all(path).map_err(|e| Failure::of(path.display(), e))?;
    }
    seeds::write(&root().join("crates/protocol"), target, &seeds)?;
    let output = Process::new(binaries.join(target))
        .arg(format!("-runs={}", options.inputs))
        .arg(format!("-seed={}", options.seed))
        .arg(format!("-max_len={INPUT_BYTES_MAX}"))
        .arg(format!("-rss_limit_mb={RESIDENT_MIB_MAX}"))
        .arg(format!("-timeout={SECONDS_PER_INPUT_MAX}"))
        .arg(format!(
            "-artifact_prefix={}/{target}-",
            artifacts.display()
        ))
        .args(["-len_control=0", "-print_final_stats=1", "-verbosity=0"])
        .args([&corpus, &seeds])
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Failure::of(binaries.join(target).display(), e))?;
    let log = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        // The panic's own words, then where the input was kept.
        let telling = |line: &str| {
            ["panicked at", "SUMMARY", "Test unit written"]
                .iter()
                .any(|word| line.contains(word))
        };
        let lines: Vec<&str> = log.lines().collect();
        let told: Vec<String> = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| telling(line))
            .map(|(i, _)| {
                lines
                    .iter()
                    .skip(i)
                    .take(2)
                    .copied()
                    .collect::<Vec<_>>()
                    .join("\n")
            })
            .collect();
        return Err(Failure::Failed(format!(
            "found something\n{}",
            told.join("\n")
        )));
    }
    let statistic = |name: &str| {
        log.lines()
            .find_map(|line| {
                line.strip_prefix("stat::")?
                    .strip_prefix(name)?
                    .strip_prefix(':')
            })
            .map_or("?", str::trim)
    };
    let kept = fs::read_dir(&corpus).map_or(0, Iterator::count);
    Ok(format!(
        "{target:<18} {:>10} {:>9} {:>9} {kept:>9}",
        statistic("number_of_executed_units"),
        statistic("average_exec_per_sec"),
        statistic("peak_rss_mb"),
    ))
}
