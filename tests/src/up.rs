//! The whole product: `outrigger up --ports auto` on a data directory of its own, seen through `endpoints.json` and the other commands.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::binary::outrigger;
use crate::deadline::eventually;
use crate::process::Process;
use crate::wire::Wire;

/// A started product.
#[derive(Debug)]
pub struct Up {
    process: Process,
    folder: TempDir,
    words: Vec<String>,
}

impl Up {
    /// Starts it with more words on its command line and waits until everything is healthy.
    pub fn start(words: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let process = spawn(folder.path(), &words);
        let mut up = Self {
            process,
            folder,
            words,
        };
        up.await_healthy();
        up
    }

    /// Starts it again on the same data directory.
    pub fn start_again(&mut self) {
        self.process = spawn(self.folder.path(), &self.words);
        self.await_healthy();
    }

    pub fn data_dir(&self) -> PathBuf {
        data_dir(self.folder.path())
    }

    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// What `endpoints.json` says; `None` where it is not there.
    pub fn endpoints(&self) -> Option<Value> {
        let text = fs::read(self.data_dir().join("endpoints.json")).ok()?;
        Some(serde_json::from_slice(&text).expect("endpoints.json is JSON"))
    }

    /// The pid of one of its processes.
    pub fn pid_of(&self, name: &str) -> Option<i32> {
        let endpoints = self.endpoints()?;
        let processes = endpoints["processes"].as_array()?;
        let process = processes.iter().find(|process| process["name"] == name)?;
        i32::try_from(process["pid"].as_i64()?).ok()
    }

    /// A connection to the plaintext listener.
    pub fn connect(&self) -> Wire {
        let endpoints = self.endpoints().expect("endpoints.json");
        let address: SocketAddr = endpoints["bootstrap"]["plaintext"]
            .as_str()
            .expect("an address")
            .parse()
            .expect("an address");
        Wire::connect(address)
    }

    /// Runs `outrigger WORDS... --data-dir DIR` to its end.
    pub fn command(&self, words: &[&str]) -> Output {
        run(words, &self.data_dir())
    }

    fn await_healthy(&mut self) {
        eventually("endpoints.json appears", || {
            if let Some(status) = self.process.ended() {
                panic!("up ended with {status}: {}", self.process.output());
            }
            let endpoints = self.endpoints()?;
            let pid = endpoints["processes"][0]["pid"].as_i64()?;
            Path::new(&format!("/proc/{pid}")).exists().then_some(())
        });
    }
}

/// Runs `outrigger WORDS... --data-dir DIR` to its end.
pub fn run(words: &[&str], data_dir: &Path) -> Output {
    let mut command = Command::new(outrigger());
    command.args(words).arg("--data-dir").arg(data_dir);
    command.output().expect("outrigger runs")
}

fn spawn(folder: &Path, words: &[String]) -> Process {
    let mut command = Command::new(outrigger());
    command
        .args(["up", "--ports", "auto", "--data-dir"])
        .arg(data_dir(folder))
        .args(words)
        .current_dir(folder);
    Process::start(&mut command, &folder.join("up.out"))
}

fn data_dir(folder: &Path) -> PathBuf {
    folder.join("data")
}
