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
        Self::start_in(tempfile::tempdir().expect("a temporary folder"), words)
    }

    /// The same below a folder that the test chooses.
    pub fn start_in(folder: TempDir, words: &[&str]) -> Self {
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

    /// Where a way in is: `plaintext`, `tls`, `scram` or `iam`.
    pub fn address(&self, way_in: &str) -> SocketAddr {
        let endpoints = self.endpoints().expect("endpoints.json");
        let address = endpoints["bootstrap"][way_in].as_str();
        address.expect(way_in).parse().expect("an address")
    }

    /// A connection to the plaintext listener.
    pub fn connect(&self) -> Wire {
        Wire::connect(self.address("plaintext"))
    }

    /// The value of a key below `credentials`.
    pub fn credential(&self, key: &str) -> String {
        let endpoints = self.endpoints().expect("endpoints.json");
        let value = endpoints["credentials"][key].as_str();
        value.expect(key).to_owned()
    }

    /// What is in the file that a key below `credentials` names.
    pub fn secret(&self, key: &str) -> String {
        let text = fs::read_to_string(self.credential(key)).expect(key);
        text.trim_end().to_owned()
    }

    /// A file that a client can be started with, such as `java-scram.properties`.
    pub fn client_file(&self, name: &str) -> PathBuf {
        self.data_dir().join("clients").join(name)
    }

    /// Runs `outrigger WORDS... --data-dir DIR` to its end.
    pub fn command(&self, words: &[&str]) -> Output {
        run(words, &self.data_dir())
    }

    /// Runs `outrigger iam WORDS...` on its identity store; what it answers.
    pub fn iam(&self, words: &[&str]) -> Value {
        let output = self.command(&[&["iam"], words].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{words:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    }

    /// Runs `outrigger WORDS... --command-config FILE` to its end, as somebody who logs in with what
    /// is in the file, in a shell that has evaluated `outrigger env`.
    pub fn command_as(&self, client_file: &str, words: &[&str]) -> Output {
        let env = self.command(&["env", "--format", "dotenv"]);
        let env = String::from_utf8(env.stdout).expect("text");
        let variables = env.lines().filter_map(|line| {
            let (name, value) = line.split_once('=')?;
            Some((name.to_owned(), value.trim_matches('"').to_owned()))
        });
        let mut command = Command::new(outrigger());
        command
            .args(words)
            .arg("--command-config")
            .arg(self.client_file(client_file))
            .envs(variables);
        command.output().expect("outrigger runs")
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
