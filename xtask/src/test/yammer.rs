//! The rates and percentiles of `crates/mbean` beside Yammer's metrics-core 2.2 and Kafka's own
//! metrics: one program of the JVM feeds them series of events with a clock of its own and writes
//! down what they show; an example of the crate reads that, feeds the same and compares.

use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::Context;
use super::clients::script_path;
use super::node::java_command;
use super::report::Tally;
use crate::command::Failure;
use crate::stopwatch::poll;

/// The program takes seconds, most of them to be compiled.
const LIMIT: Duration = Duration::from_secs(120);
const POLL_INTERVAL: Duration = Duration::from_millis(50);

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    let series = context.folder.join("series.txt");
    let mut java = java_command(&context.tools, "-Xmx512m");
    java.arg(script_path(context, "java/MetricSeries.java"))
        .stdout(File::create(&series)?);
    let mut child = java.spawn().map_err(|cause| Failure::of("java", cause))?;
    let ended = poll(LIMIT, POLL_INTERVAL, || child.try_wait().ok().flatten());
    let Some(status) = ended else {
        let _ = child.kill();
        let _ = child.wait();
        let limit = LIMIT.as_secs();
        return Err(Failure::Failed(format!("no series within {limit} s")));
    };
    if !status.success() {
        return Err(Failure::Failed(format!("the series ended with {status}")));
    }
    let mut example = Command::new("cargo");
    example
        .args([
            "run",
            "--quiet",
            "--package",
            "mbean",
            "--example",
            "series",
        ])
        .current_dir(context.tools.repository())
        .stdin(Stdio::from(File::open(&series)?));
    let output = example
        .output()
        .map_err(|cause| Failure::of("cargo", cause))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last().unwrap_or_default();
    let expectations = last.split_once(' ').and_then(|(n, _)| n.parse().ok());
    let mut tally = Tally::default();
    let failures = text.lines().filter(|line| *line != last);
    tally.failed.extend(failures.map(str::to_owned));
    let expectations: usize = expectations.unwrap_or(0);
    tally.passed = expectations.saturating_sub(tally.failed.len());
    if !output.status.success() && tally.failed.is_empty() {
        let errors = String::from_utf8_lossy(&output.stderr);
        tally.failed.push(format!("the example failed: {errors}"));
    }
    Ok(tally)
}
