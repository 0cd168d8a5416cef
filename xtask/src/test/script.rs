//! Runs one client's script and reads its verdicts. A script prints a line per scenario, `ok NAME`, `not ok NAME: why` or `skip NAME: why`;
//! `@kill` and `@restart` ask for a `kill -9` or a clean stop and start of the server, answered with a line on its stdin (`done` or `unsupported`).
//! Every other line is passed through. The script knows nothing of how the server is run.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use super::node::Node;
use super::report::Tally;
use crate::command::Failure;
use crate::stopwatch::Stopwatch;

/// Lines of a failed script's stderr that are shown.
const ERROR_TAIL_LINES: usize = 15;

/// What can be killed and started again where it stood.
pub(crate) trait Restart {
    /// Does what `@kill` or `@restart` asks for; the answer is the script's.
    fn again(&mut self, request: &str) -> Result<&'static str, Failure>;
}

/// Runs `command` to its end, at most for `limit`; stderr goes to `errors`.
pub(crate) fn run(
    server: &mut dyn Restart,
    command: &mut Command,
    limit: Duration,
    errors: &Path,
) -> Result<Tally, Failure> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(File::create(errors)?);
    let mut child = command
        .spawn()
        .map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
    let mut tally = Tally::default();
    let outcome = converse(server, &mut child, limit, &mut tally);
    let _ = child.kill();
    let status = child.wait()?;
    let failed = match outcome {
        Err(reason) => Some(reason.to_string()),
        Ok(()) if !status.success() && tally.failed.is_empty() => {
            Some(format!("the script ended with {status}"))
        }
        Ok(()) => None,
    };
    tally.failed.extend(failed);
    if !tally.green() {
        print_tail(errors);
    }
    Ok(tally)
}

/// Serves the script until it closes its stdout.
fn converse(
    server: &mut dyn Restart,
    child: &mut Child,
    limit: Duration,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let watch = Stopwatch::start();
    let lines = lines(child);
    loop {
        let left = limit.saturating_sub(watch.elapsed());
        match lines.recv_timeout(left) {
            Ok(line) => match line.as_str() {
                "@kill" | "@restart" => {
                    let answer = server.again(&line)?;
                    let Some(stdin) = child.stdin.as_mut() else {
                        return Ok(());
                    };
                    writeln!(stdin, "{answer}")?;
                }
                verdict => record(verdict, tally),
            },
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                return Err(Failure::Failed(format!(
                    "the script did not end within {} s",
                    limit.as_secs()
                )));
            }
        }
    }
    let left = limit.saturating_sub(watch.elapsed());
    let ended = crate::stopwatch::poll(left, Duration::from_millis(20), || {
        child.try_wait().ok().flatten()
    });
    ended
        .map(drop)
        .ok_or_else(|| Failure::Failed("the script closed its output and did not end".into()))
}

impl Restart for Node {
    fn again(&mut self, request: &str) -> Result<&'static str, Failure> {
        if !self.restartable() {
            return Ok("unsupported");
        }
        match request {
            "@kill" => self.kill()?,
            _ => self.stop()?,
        }
        self.launch()?;
        Ok("done")
    }
}

fn record(line: &str, tally: &mut Tally) {
    println!("    {line}");
    if line.starts_with("ok ") {
        tally.passed += 1;
    } else if line.starts_with("skip ") {
        tally.skipped += 1;
    } else if let Some(failure) = line.strip_prefix("not ok ") {
        tally.failed.push(failure.to_owned());
    }
}

fn lines(child: &mut Child) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
    }
    receiver
}

fn print_tail(errors: &Path) {
    let text = std::fs::read(errors).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    for line in &lines[lines.len().saturating_sub(ERROR_TAIL_LINES)..] {
        println!("    stderr: {line}");
    }
}
