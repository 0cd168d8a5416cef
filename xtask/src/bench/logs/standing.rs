//! What the shipper holds while its sink is away, what it costs when nothing is written, and how soon a line arrives.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{LINE_BYTES, MIB, Options, Rows, arrived, shipper, stub, write};
use crate::bench::machine;
use crate::command::Failure;
use crate::stopwatch::{Stopwatch, poll};

/// Lines of each of the many files: so much that they do not fit into memory together.
const FILE_LINES: u64 = 2_000;
const LIMIT: Duration = Duration::from_secs(120);
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// A megabyte a second.
const LINES_PER_SECOND: u64 = 1_000_000 / (LINE_BYTES + 1);

pub(super) fn measure(options: &Options) -> Result<Rows, Failure> {
    let folder = options.folder.join("files");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    for file in 0..options.files {
        write(options, &folder, &format!("log-{file}.log"), FILE_LINES)?;
    }
    let mut rows = Rows::new();
    sink_away_then_silence(options, &folder, &mut rows)?;
    fs::remove_dir_all(&folder)?;
    latency(options, &mut rows)?;
    Ok(rows)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the interval that is watched, not a sleep to be right"
)]
fn pass(seconds: u64) {
    std::thread::sleep(Duration::from_secs(seconds));
}

fn sink_away_then_silence(
    options: &Options,
    folder: &Path,
    rows: &mut Rows,
) -> Result<(), Failure> {
    let (stub, certificate) = stub(options, "totals")?;
    stub.ask("/down")?;
    let input = folder.join("*.log");
    let mut ours = shipper(options, (&stub, &certificate), &input, &[])?;
    ours.start()?;
    pass(options.seconds);
    let files = options.files;
    let mib = options.files * FILE_LINES * (LINE_BYTES + 1) / MIB;
    let name = format!("{files} files of {mib} MiB, sink away");
    let away = machine::memory_mib(ours.pid(), "VmHWM:")?;
    rows.push((format!("{name}: resident peak, MiB"), away));
    stub.ask("/up")?;
    let lines = options.files * FILE_LINES;
    let watch = Stopwatch::start();
    let done = poll(LIMIT, POLL_INTERVAL, || {
        arrived(&stub).ok().filter(|events| *events >= lines)
    });
    if done.is_none() {
        return Err(Failure::Failed(format!(
            "only {} of {lines} lines came within {LIMIT:?} after the sink was back",
            arrived(&stub)?
        )));
    }
    let back = watch.seconds();
    rows.push((format!("{name}: all delivered after it is back, s"), back));
    let peak = machine::memory_mib(ours.pid(), "VmHWM:")?;
    rows.push((format!("{name}: resident peak after that, MiB"), peak));
    // Checkpoints of the last acknowledgements are still written.
    pass(3);
    let before = machine::cpu_s(ours.pid())?;
    pass(options.seconds);
    let used = machine::cpu_s(ours.pid())? - before;
    let percent = 100.0 * used / options.seconds as f64;
    rows.push((format!("{files} quiet files: % of a core"), percent));
    ours.stop()
}

fn latency(options: &Options, rows: &mut Rows) -> Result<(), Failure> {
    let (stub, certificate) = stub(options, "count")?;
    let folder = options.folder.join("latency");
    fs::create_dir_all(&folder)?;
    let input = folder.join("*.log");
    let mut ours = shipper(options, (&stub, &certificate), &input, &[])?;
    ours.start()?;
    ours.ready(LIMIT)?;
    let lines = LINES_PER_SECOND * options.seconds;
    let status = Command::new(&options.stub)
        .args(["write", "--rotate", "never"])
        .arg("--directory")
        .arg(&folder)
        .args(["--lines", &lines.to_string()])
        .args(["--per-second", &LINES_PER_SECOND.to_string()])
        .args(["--bytes", &format!("{LINE_BYTES}:{LINE_BYTES}")])
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(Failure::Failed("aws-stub write failed".to_owned()));
    }
    let done = poll(LIMIT, POLL_INTERVAL, || {
        arrived(&stub).ok().filter(|events| *events >= lines)
    });
    done.ok_or_else(|| Failure::Failed("not all lines came".to_owned()))?;
    let report = stub.ask("/report")?;
    for which in ["p50", "p99", "max"] {
        let ms = report.pointer(&format!("/services/logs/latency_ms/{which}"));
        let ms = ms.and_then(Value::as_f64).unwrap_or(f64::NAN);
        rows.push((format!("1 MB/s: written to accepted, {which}, ms"), ms));
    }
    fs::remove_dir_all(&folder)?;
    ours.stop()
}
