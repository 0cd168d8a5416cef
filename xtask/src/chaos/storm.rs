//! The run: writers, kills, services that go away, a disk that is full; then the wait for the last line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::disk::Disk;
use super::process::Process;
use super::shipper::Shipper;
use super::stub::Stub;
use super::verdict::{InFlight, SERVICES, Verdict};
use super::{Options, Scenario};
use crate::codegen::random::Random;
use crate::command::Failure;
use crate::stopwatch::{Stopwatch, poll};

/// Between two kills, on average; from a tenth of it to nearly twice.
const KILL_MEAN_MS: u64 = 1_300;
/// What was accepted so long before a kill may not be in a checkpoint yet: checkpoints follow within a second.
const CHECKPOINT_MS: u64 = 1_000;
/// A request that was under way at the kill is accepted at most so much later.
const SETTLE: Duration = Duration::from_millis(100);
/// One kill in so many, the services have been away before it; and the disk is full until after the next.
const DOWN_EVERY: u32 = 9;
const FULL_EVERY: u32 = 13;
/// No new line for so long: nothing comes any more. Where some are destroyed, that is how every run ends.
const STALL: Duration = Duration::from_secs(45);
const STALL_TRUNCATED: Duration = Duration::from_secs(12);
const READY_LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Storm<'a> {
    options: &'a Options,
    folder: PathBuf,
    disk: Disk,
    stub: Stub,
    shipper: Shipper,
    writers: Vec<Process>,
    random: Random,
    in_flight: InFlight,
    /// Since when the disk is full, until the first kill after it has room again.
    full: Option<Stopwatch>,
    is_full: bool,
}

impl<'a> Storm<'a> {
    pub(crate) fn new(options: &'a Options, folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder.join("logs"))?;
        let folder = folder.canonicalize()?;
        let disk = Disk::mount(&folder.join("state"))?;
        let seed = options.seed;
        // Faults that are not kills, all the time and a few of each kind.
        let script = format!(
            r#"{{"seed": {seed}, "rules": [
                {{"when": {{"share": 0.01}}, "fault": {{"throttle": {{"retry_after_ms": 20}}}}}},
                {{"when": {{"share": 0.01}}, "fault": {{"service": {{"status": 500}}}}}},
                {{"when": {{"share": 0.01}}, "fault": "cut"}},
                {{"operation": "PutRecords", "when": {{"share": 0.03}}, "fault": {{"fail_records": {{"indices": [0, 3, 7]}}}}}},
                {{"operation": "PutObject", "when": {{"share": 0.02}}, "fault": "cut_after"}},
                {{"operation": "PutObject", "when": {{"share": 0.02}}, "fault": "conflict"}}]}}"#
        );
        let stub = Stub::start(
            &options.stub,
            &[
                "--keep", "count", "--stream", "logs:64", "--script", &script,
            ],
        )?;
        let shipper = Shipper::new(
            &options.shipper,
            words(&folder, stub.endpoint()),
            Vec::new(),
            &folder.join("shipper.stderr"),
        )?;
        Ok(Self {
            options,
            folder,
            disk,
            stub,
            shipper,
            writers: Vec::new(),
            random: Random(seed),
            in_flight: InFlight::default(),
            full: None,
            is_full: false,
        })
    }

    pub(crate) fn run(mut self) -> Result<Vec<String>, Failure> {
        let watch = Stopwatch::start();
        self.shipper.start()?;
        // What was rotated away before anybody followed the log is no business of a first start.
        self.shipper.ready(READY_LIMIT)?;
        self.start_writers()?;
        for kill in 1..=self.options.kills {
            self.before(kill)?;
            self.wait(self.pause());
            self.kill()?;
            if kill % 10 == 0 || kill == self.options.kills {
                println!("{}", self.progress(kill, watch)?);
            }
        }
        self.clear()?;
        self.drain(watch)?;
        let verdict = self.verdict()?;
        println!(
            "{:.0} s in all, {} kills",
            watch.seconds(),
            self.options.kills
        );
        print!("{verdict}");
        self.shipper.stop()?;
        Ok(verdict.problems(self.options.scenario))
    }

    fn pause(&self) -> Duration {
        Duration::from_millis(KILL_MEAN_MS)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a kill comes at a moment of its own, not when something is ready"
    )]
    fn wait(&mut self, mean: Duration) {
        let mean = mean.as_millis() as usize;
        let ms = mean / 10 + self.random.below(mean * 18 / 10);
        std::thread::sleep(Duration::from_millis(ms as u64));
    }

    fn start_writers(&mut self) -> Result<(), Failure> {
        let rotations: &[&str] = match self.options.scenario {
            Scenario::Rename => &["chain", "hourly"],
            Scenario::Truncate => &["truncate"],
        };
        let lines = u64::from(self.options.lines) / rotations.len() as u64;
        let span_ms = (u64::from(self.options.kills) * KILL_MEAN_MS).max(10_000);
        let per_second = (lines * 1000 / span_ms).max(1);
        for (writer, rotation) in rotations.iter().enumerate() {
            let mut command = Command::new(&self.options.stub);
            command
                .arg("write")
                .arg("--directory")
                .arg(self.folder.join("logs"))
                .args(["--name", ["server.log", "controller.log"][writer % 2]])
                .args(["--writer", &writer.to_string()])
                .args(["--lines", &lines.to_string()])
                .args(["--per-second", &per_second.to_string()])
                .args(["--rotate", rotation])
                .args([
                    "--every",
                    if *rotation == "truncate" { "150" } else { "20" },
                ])
                .args(["--seed", &(self.options.seed + writer as u64).to_string()]);
            if !self.options.keep_files {
                let report = self.folder.join("undelivered.json");
                command.arg("--undelivered").arg(report);
            }
            self.writers.push(Process::start(&mut command)?);
        }
        Ok(())
    }

    /// What else goes wrong before a kill.
    fn before(&mut self, kill: u32) -> Result<(), Failure> {
        if kill.is_multiple_of(FULL_EVERY) && self.disk.can_be_filled() {
            self.disk.fill()?;
            self.full = Some(Stopwatch::start());
            self.is_full = true;
        } else if kill % FULL_EVERY == 2 {
            self.clear()?;
        }
        if kill.is_multiple_of(DOWN_EVERY) {
            // What was under way may have been accepted without the shipper being told.
            let recent = self.stub.ask("/recent?ms=300")?;
            self.in_flight.add(&recent);
            self.stub.ask("/down")?;
            self.wait(Duration::from_millis(700));
            self.stub.ask("/up")?;
        }
        Ok(())
    }

    fn clear(&mut self) -> Result<(), Failure> {
        match std::mem::take(&mut self.is_full) {
            true => self.disk.clear(),
            false => Ok(()),
        }
    }

    fn kill(&mut self) -> Result<(), Failure> {
        self.shipper.kill()?;
        self.wait(SETTLE);
        let full_ms = self
            .full
            .map_or(0, |full| full.elapsed().as_millis() as u64);
        let settle_ms = 2 * SETTLE.as_millis() as u64;
        for (service, sink) in SERVICES {
            // On a busy machine checkpoints follow later: then what was accepted since the last counts.
            let age_ms = checkpoint_age_ms(&self.folder.join("state"), sink);
            let window_ms = CHECKPOINT_MS.max(age_ms) + settle_ms + full_ms;
            let recent = self.stub.ask(&format!("/recent?ms={window_ms}"))?;
            self.in_flight.add_of(service, &recent);
        }
        if !self.is_full {
            self.full = None;
        }
        self.shipper.start()
    }

    /// Lines of each writer, so far.
    fn written(&self) -> Vec<Value> {
        self.writers.iter().filter_map(Process::last).collect()
    }

    fn report(&self) -> Result<Value, Failure> {
        let written = self.written();
        let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
        let pairs: Vec<String> = written
            .iter()
            .filter_map(|last| {
                Some(format!(
                    "{}:{}",
                    number(last, "writer")?,
                    number(last, "lines")?
                ))
            })
            .collect();
        self.stub
            .ask(&format!("/report?written={}", pairs.join(",")))
    }

    fn progress(&self, kill: u32, watch: Stopwatch) -> Result<String, Failure> {
        let report = self.report()?;
        let verdict = Verdict::read(&report, &self.written(), &self.in_flight);
        Ok(format!(
            "{:>5.0} s, {kill} kills: {}",
            watch.seconds(),
            verdict.progress()
        ))
    }

    /// Waits for the writers, then for the last line, or until no line has come for a while.
    fn drain(&mut self, watch: Stopwatch) -> Result<(), Failure> {
        let every = Duration::from_millis(250);
        let stall = match self.options.scenario {
            Scenario::Rename => STALL,
            Scenario::Truncate => STALL_TRUNCATED,
        };
        let mut last = (String::new(), Stopwatch::start());
        let outcome = poll(Duration::from_secs(3600), every, || {
            let written = self.written();
            let done = written.len() == self.writers.len() && written.iter().all(is_done);
            let verdict = match self.report() {
                Ok(report) => Verdict::read(&report, &self.written(), &self.in_flight),
                Err(failure) => return Some(Err(failure)),
            };
            if done && verdict.is_complete() {
                return Some(Ok(()));
            }
            let progress = verdict.progress();
            if progress != last.0 {
                last = (progress, Stopwatch::start());
            }
            (done && last.1.elapsed() >= stall).then_some(Ok(()))
        });
        println!("{:>5.0} s: nothing more comes", watch.seconds());
        outcome.unwrap_or(Ok(()))
    }

    fn verdict(&self) -> Result<Verdict, Failure> {
        self.shipper.ready(READY_LIMIT)?;
        let report = self.report()?;
        let mut verdict = Verdict::read(&report, &self.written(), &self.in_flight);
        let lost = |sink: &str| self.shipper.metric("lost_bytes_total", sink);
        let resent = |sink: &str| match sink.starts_with("s3") {
            true => None,
            false => self.shipper.metric("events_resent_total", sink),
        };
        verdict.lost_bytes = SERVICES.map(|(_, sink)| lost(sink).unwrap_or(0.0));
        verdict.resent = SERVICES.map(|(_, sink)| resent(sink).unwrap_or(0.0));
        verdict.truncations = self.shipper.metric("truncations_total", "").unwrap_or(0.0);
        Ok(verdict)
    }
}

/// How long ago the last checkpoint of a sink was written.
fn checkpoint_age_ms(state: &Path, sink: &str) -> u64 {
    let prefix = format!("checkpoint-{}", sink.trim_end_matches(':'));
    let files = fs::read_dir(state).into_iter().flatten().flatten();
    let age = |file: fs::DirEntry| {
        let name = file.file_name();
        let name = name.to_str().filter(|name| name.starts_with(&prefix))?;
        let modified = file.metadata().ok()?.modified().ok()?;
        name.ends_with(".json").then(|| modified.elapsed().ok())?
    };
    let age = files.filter_map(age).max();
    age.map_or(0, |age| age.as_millis() as u64)
}

fn is_done(last: &Value) -> bool {
    last.get("done") == Some(&Value::Bool(true))
}

/// The shipper's words: three sinks at once, and a disk of their own for their checkpoints.
fn words(folder: &Path, endpoint: &str) -> Vec<String> {
    let path = |name: &str| folder.join(name).display().to_string();
    [
        "--input",
        &path("logs/*.log"),
        "--state-dir",
        &path("state"),
        "--undelivered-file",
        &path("undelivered.json"),
        "--endpoint-url",
        endpoint,
        "--sink",
        "cloudwatch-logs:chaos",
        "--sink",
        "s3:bucket",
        "--sink",
        "kinesis:logs",
        "--s3.path-style",
        "true",
        "--s3.roll-seconds",
        "2",
        "--kinesis.aggregation",
        "lines",
        "--cluster-name",
        "chaos",
    ]
    .map(str::to_owned)
    .to_vec()
}
