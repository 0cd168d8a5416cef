//! `cargo xtask bench metrics`: what recording and reading metrics costs. Nanoseconds of an event and of a snapshot come from the examples
//! of `crates/mbean`; the share of a produce request is counted in instructions by callgrind, on two builds of the broker, one of which
//! records nothing and reads no clock for it.
//!
//! A request's instructions are the difference of two runs, one with more requests, so that what a start and a stop cost drops out. They
//! are those of the process: what the kernel does for a request counts for neither.

use std::fs::{self, File};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use super::server::{PROPERTIES, free_ports};
use crate::chaos;
use crate::command::{self, Failure};
use crate::stopwatch::poll;
use crate::tools::{self, Tool, Tools};

/// Under valgrind everything takes fifty times as long.
const START_MAX: Duration = Duration::from_secs(120);
const STOP_MAX: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);
/// Requests of the short and of the long run.
const COUNTS: [u64; 2] = [200, 2200];
/// Runs of each; the median counts. Two differ by the clock's ticks that fall into them.
const ROUNDS: usize = 3;
/// Bytes of the one record of a request: a small one, one of a usual record, and the batch of a producer that keeps its defaults
/// (`batch.size`).
const SIZES: [u64; 3] = [100, 1024, DEFAULT_BATCH];
const DEFAULT_BATCH: u64 = 16 * 1024;
/// What recording may cost of a request of a default producer, in percent.
const SHARE_MAX: f64 = 1.0;
/// THE BUILDS: what each is called, and the feature that it takes.
const BUILDS: [(&str, &[&str]); 2] = [
    ("recording", &[]),
    ("unrecorded", &["--features", "mbean/unrecorded"]),
];

pub(super) fn run(words: &[String]) -> Result<(), Failure> {
    let as_built = match words {
        [] => false,
        [word] if word == "--as-built" => true,
        [word, ..] => return Err(Failure::unknown_word("bench", word)),
    };
    let tools = Tools::at(&command::root());
    tools::install(&tools, &[Tool::Python, Tool::Valgrind])
        .map_err(|failure| Failure::Failed(failure.to_string()))?;
    let folder = tools.repository().join("target/bench/metrics");
    fs::create_dir_all(&folder)?;
    for example in ["recording", "reading"] {
        println!("{example}:");
        cargo(
            &tools,
            &[
                "run",
                "--quiet",
                "--release",
                "-p",
                "mbean",
                "--example",
                example,
            ],
        )?;
    }
    let binaries = BUILDS.map(|(name, _)| folder.join(name));
    if !as_built {
        for ((_, feature), binary) in BUILDS.iter().zip(&binaries) {
            build(&tools, feature, binary)?;
        }
    }
    let mut shares = Vec::new();
    for size in SIZES {
        let mut medians = [0.0; BUILDS.len()];
        for (median, binary) in medians.iter_mut().zip(&binaries) {
            *median = per_request(&tools, binary, &folder, size)?;
        }
        shares.push(Share::told(size, medians));
    }
    report(&folder, &shares)
}

/// What recording costs of a request.
struct Share {
    bytes: u64,
    recording: f64,
    unrecorded: f64,
}

impl Share {
    fn told(bytes: u64, [recording, unrecorded]: [f64; 2]) -> Self {
        let share = Self {
            bytes,
            recording,
            unrecorded,
        };
        println!(
            "a produce request of {bytes} bytes takes {recording:.0} instructions, {:.0} of them ({:.2} %) to record metrics",
            recording - unrecorded,
            share.percent()
        );
        share
    }

    fn percent(&self) -> f64 {
        100.0 * (self.recording - self.unrecorded) / self.recording
    }
}

fn report(folder: &Path, shares: &[Share]) -> Result<(), Failure> {
    let figures: Vec<_> = shares
        .iter()
        .map(|share| {
            json!({
                "bytes": share.bytes,
                "recording": share.recording,
                "unrecorded": share.unrecorded,
                "share_percent": share.percent(),
            })
        })
        .collect();
    fs::write(folder.join("metrics.json"), json!(figures).to_string())?;
    let judged = shares.iter().find(|share| share.bytes == DEFAULT_BATCH);
    match judged.map(Share::percent) {
        Some(percent) if percent > SHARE_MAX => Err(Failure::Failed(format!(
            "{percent:.2} % of a request of {DEFAULT_BATCH} bytes is more than {SHARE_MAX} %"
        ))),
        _ => Ok(()),
    }
}

fn build(tools: &Tools, feature: &[&str], binary: &Path) -> Result<(), Failure> {
    let build = [
        "build",
        "--quiet",
        "--release",
        "-p",
        "broker",
        "--bin",
        "outrigger-broker",
    ];
    cargo(tools, &[&build, feature].concat())?;
    fs::copy(chaos::target().join("release/outrigger-broker"), binary)?;
    Ok(())
}

fn cargo(tools: &Tools, words: &[&str]) -> Result<(), Failure> {
    let mut command = Command::new("cargo");
    command.args(words).current_dir(tools.repository());
    let status = command
        .status()
        .map_err(|cause| Failure::of("cargo", cause))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Failed(format!("{command:?} ended with {status}")))
}

/// Instructions that one more produce request takes, in the median of the rounds.
fn per_request(tools: &Tools, binary: &Path, folder: &Path, size: u64) -> Result<f64, Failure> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let mut totals = Vec::new();
        for count in COUNTS {
            totals.push(total(tools, binary, folder, [count, size])?);
        }
        let more = totals[1] as f64 - totals[0] as f64;
        rounds.push(more / (COUNTS[1] - COUNTS[0]) as f64);
    }
    rounds.sort_by(f64::total_cmp);
    Ok(rounds[ROUNDS / 2])
}

/// Instructions of a broker from its start to its stop, with so many requests of one size between.
fn total(
    tools: &Tools,
    binary: &Path,
    folder: &Path,
    [requests, size]: [u64; 2],
) -> Result<u64, Failure> {
    let data = folder.join("data");
    let _ = fs::remove_dir_all(&data);
    let [port, _] = free_ports()?;
    let config = folder.join("server.properties");
    let text = format!(
        "{PROPERTIES}log.dirs={}\nlisteners=PLAINTEXT://127.0.0.1:{port}\noffsets.topic.num.partitions=1\n",
        data.display()
    );
    fs::write(&config, text)?;
    let profile = folder.join("callgrind.out");
    let broker = Broker::start(binary, &config, &profile, port)?;
    let mut producer = Command::new(tools.python());
    producer
        .arg(
            tools
                .repository()
                .join("tests/compat/python/produce_one_by_one.py"),
        )
        .args(["--bootstrap", &format!("127.0.0.1:{port}")])
        .args(["--count", &requests.to_string()])
        .args(["--size", &size.to_string()]);
    let status = producer
        .status()
        .map_err(|cause| Failure::of("python", cause))?;
    if !status.success() {
        return Err(Failure::Failed(format!("the producer ended with {status}")));
    }
    broker.stop()?;
    summary(&profile)
}

/// `summary: N` or `totals: N` of callgrind's file.
fn summary(profile: &Path) -> Result<u64, Failure> {
    let text = fs::read_to_string(profile)?;
    let total = text.lines().find_map(|line| {
        let rest = line
            .strip_prefix("summary:")
            .or_else(|| line.strip_prefix("totals:"))?;
        rest.split_whitespace().next()?.parse().ok()
    });
    total.ok_or_else(|| Failure::Failed(format!("{} has no summary", profile.display())))
}

struct Broker(Child);

impl Broker {
    fn start(binary: &Path, config: &Path, profile: &Path, port: u16) -> Result<Self, Failure> {
        let log: PathBuf = profile.with_extension("log");
        let output = File::create(&log)?;
        let child = Command::new("valgrind")
            .arg("--tool=callgrind")
            .arg(format!("--callgrind-out-file={}", profile.display()))
            .arg(binary)
            .arg("--config")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .map_err(|cause| Failure::of("valgrind", cause))?;
        let mut broker = Self(child);
        let ready = poll(START_MAX, POLL, || {
            if let Ok(Some(status)) = broker.0.try_wait() {
                return Some(Err(format!("the broker ended with {status}")));
            }
            TcpStream::connect(("127.0.0.1", port))
                .is_ok()
                .then_some(Ok(()))
        });
        let late = || Err("the broker does not listen".to_owned());
        ready
            .unwrap_or_else(late)
            .map_err(|why| Failure::Failed(format!("{why}; its output is in {}", log.display())))?;
        Ok(broker)
    }

    fn stop(mut self) -> Result<(), Failure> {
        let pid = self.0.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        let ended = poll(STOP_MAX, POLL, || self.0.try_wait().ok().flatten());
        ended
            .map(drop)
            .ok_or_else(|| Failure::Failed("the broker does not stop".into()))
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
