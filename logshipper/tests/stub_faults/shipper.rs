//! The process under test, and the numbered lines that it follows: half of them are there before it starts.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_stub::numbered::{Number, write};
use aws_stub::{Clock, Service, Stub};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

/// Lines of each writer that are there at the start; and those that are added while requests are still to fail.
const FIRST_LINES: u32 = 1_000;
const MORE_LINES: u32 = 20;
const MORE_INTERVAL: Duration = Duration::from_millis(250);
pub const WRITERS: [u8; 2] = [0, 1];
const LINE_BYTES: usize = 2_000;
const NAMES: [&str; 2] = ["server.log", "controller.log"];
/// Faults come with pauses of some seconds; this is for a loaded machine.
const PATIENCE: Duration = Duration::from_secs(150);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// A running shipper; killed with this value.
pub struct Shipper {
    child: Child,
    directory: TempDir,
    lines: u32,
}

impl Shipper {
    /// Starts it on the first lines.
    pub fn start(endpoint: &str, words: &[&str]) -> Self {
        let directory = TempDir::new().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::create_dir(path("logs")).unwrap();
        append(&path("logs"), 0..FIRST_LINES);
        let child = Command::new(env!("CARGO_BIN_EXE_outrigger-logshipper"))
            .arg("--input")
            .arg(path("logs/*.log"))
            .arg("--state-dir")
            .arg(path("state"))
            .args(["--endpoint-url", endpoint, "--cluster-name", "test"])
            .args(words)
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "eu-central-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null())
            .stderr(File::create(path("log")).unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            directory,
            lines: FIRST_LINES,
        }
    }

    /// How many lines each writer has written.
    pub fn lines(&self) -> u32 {
        self.lines
    }

    /// Writes until it is enough.
    pub async fn write_until(&mut self, enough: impl Fn() -> bool) {
        let done = timeout(PATIENCE, async {
            while !enough() {
                let lines = self.lines..self.lines + MORE_LINES;
                self.lines = lines.end;
                append(&self.directory.path().join("logs"), lines);
                sleep(MORE_INTERVAL).await;
            }
        });
        let done = done.await;
        assert!(done.is_ok(), "not all faults were met: {}", self.log());
    }

    /// Asks it to end, and waits.
    pub async fn stop(&mut self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
        let ended = timeout(PATIENCE, async {
            loop {
                if let Some(status) = self.child.try_wait().unwrap() {
                    return status;
                }
                sleep(POLL_INTERVAL).await;
            }
        });
        let status = ended.await.unwrap();
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// What it said.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.path().join("log")).unwrap()
    }
}

impl Shipper {
    /// Waits until it has said so.
    pub async fn logged(&self, part: &str) {
        let said = timeout(PATIENCE, async {
            while !self.log().contains(part) {
                sleep(POLL_INTERVAL).await;
            }
        });
        assert!(said.await.is_ok(), "{part} is not in {}", self.log());
    }

    /// Waits for so many dead letters.
    pub async fn dead_letters(&self, count: usize) -> Vec<String> {
        let letters = timeout(PATIENCE, async {
            loop {
                let letters = letters(&self.directory.path().join("state"));
                if letters.len() >= count {
                    return letters;
                }
                sleep(POLL_INTERVAL).await;
            }
        });
        let letters = letters.await;
        assert!(letters.is_ok(), "too few dead letters: {}", self.log());
        letters.unwrap()
    }
}

/// The lines of all files of dead letters.
fn letters(folder: &Path) -> Vec<String> {
    let mut letters = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path
            .extension()
            .is_some_and(|extension| extension == "ndjson")
        {
            let text = fs::read_to_string(path).unwrap();
            letters.extend(text.lines().map(str::to_owned));
        }
    }
    letters
}

/// Ten lines of another file, so far ahead of now.
pub fn dated(shipper: &Shipper, writer: u8, ahead_ms: i64) {
    let mut text = Vec::new();
    let time = time(Clock::default().now_ms() + ahead_ms);
    for sequence in 0..10 {
        write(&mut text, Number { writer, sequence }, &time, LINE_BYTES, 0);
    }
    let folder = shipper.directory.path().join("logs");
    fs::write(folder.join(format!("dated-{writer}.log")), text).unwrap();
}

impl Drop for Shipper {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until every line has come.
pub async fn delivered(stub: &Stub, service: Service, shipper: &Shipper) {
    let missing = || {
        let oracle = stub.oracle(service);
        let tallies = WRITERS.map(|writer| oracle.tally(writer, shipper.lines));
        tallies.iter().map(|tally| tally.missing).sum::<u64>()
    };
    let all = timeout(PATIENCE, async {
        while missing() > 0 {
            sleep(POLL_INTERVAL).await;
        }
    });
    let came = all.await;
    assert!(
        came.is_ok(),
        "{} lines are missing: {}",
        missing(),
        shipper.log()
    );
}

fn append(folder: &Path, range: std::ops::Range<u32>) {
    let time = time(Clock::default().now_ms());
    for (writer, name) in WRITERS.into_iter().zip(NAMES) {
        let mut text = Vec::new();
        for sequence in range.clone() {
            let number = Number { writer, sequence };
            let frames = (sequence % 3) as usize;
            write(&mut text, number, &time, LINE_BYTES, frames);
        }
        let mut file = OpenOptions::new();
        let file = file.create(true).append(true).open(folder.join(name));
        file.unwrap().write_all(&text).unwrap();
    }
}

/// A time, as Kafka prints it.
fn time(at_ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(at_ms).unwrap();
    let at = jiff::tz::TimeZone::system().to_datetime(at);
    at.strftime("%Y-%m-%d %H:%M:%S,%3f").to_string()
}
