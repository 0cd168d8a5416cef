//! The load generator of `bench/load`: built once, run with words, answered in one JSON line.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::command::Failure;

/// Its exit status where the run came about but something failed, was lost or fell short.
const EXIT_UNCLEAN: i32 = 1;

pub(super) struct Load {
    binary: PathBuf,
}

impl Load {
    pub(super) fn build(repository: &Path) -> Result<Self, Failure> {
        let folder = repository.join("bench");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--release"])
            .current_dir(&folder)
            .status()
            .map_err(|cause| Failure::of("cargo build in bench/", cause))?;
        if !status.success() {
            let remedy = "it needs a C compiler, pkg-config and libssl-dev";
            return Err(Failure::of("building bench/load", remedy));
        }
        Ok(Self {
            binary: folder.join("target/release/load"),
        })
    }

    /// Runs it to its end. An unclean run is a failure: its figures would mean nothing.
    pub(super) fn run(&self, bootstrap: &str, words: &str) -> Result<Value, Failure> {
        let output = self
            .command(bootstrap, words)
            .output()
            .map_err(|cause| Failure::of("load", cause))?;
        let text = String::from_utf8_lossy(&output.stdout);
        if output.status.code() == Some(EXIT_UNCLEAN) {
            return Err(Failure::of(format!("load {words}: not clean"), text.trim()));
        }
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(Failure::of(format!("load {words}"), said.trim()));
        }
        parse(&text)
    }

    /// Starts a client that waits for a server, and returns once it does.
    pub(super) fn wait_for(&self, bootstrap: &str) -> Result<Waiting, Failure> {
        let mut child = self
            .command(bootstrap, "first-ack")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|cause| Failure::of("load", cause))?;
        let stdout = child.stdout.take();
        let mut stdout = BufReader::new(stdout.ok_or_else(|| Failure::of("load", "no stdout"))?);
        let mut line = String::new();
        stdout.read_line(&mut line)?;
        Ok(Waiting { child, stdout })
    }

    fn command(&self, bootstrap: &str, words: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(words.split_whitespace());
        command
            .args(["--bootstrap", bootstrap])
            .stdin(Stdio::null());
        command
    }
}

/// A client under way that waits for its first ack.
pub(super) struct Waiting {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Waiting {
    /// Microseconds since the Unix epoch at which the ack arrived.
    pub(super) fn acked_unix_us(mut self) -> Result<u64, Failure> {
        let mut text = String::new();
        self.stdout.read_to_string(&mut text)?;
        let status = self.child.wait()?;
        if !status.success() {
            return Err(Failure::of("load first-ack", status));
        }
        let report = parse(&text)?;
        let acked = report["result"]["acked_unix_us"].as_u64();
        acked.ok_or_else(|| Failure::of("load first-ack", "no acked_unix_us in its report"))
    }
}

fn parse(text: &str) -> Result<Value, Failure> {
    let line = text.lines().last().unwrap_or_default();
    serde_json::from_str(line).map_err(|cause| Failure::of(format!("load said `{line}`"), cause))
}
