//! One broker process: `outrigger broker --config FILE` in a folder of its own, on ports it chose itself.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use tempfile::TempDir;

use crate::binary::outrigger;
use crate::deadline::eventually;
use crate::process::Process;
use crate::wire::Wire;

/// A started broker. Its folder goes with it unless the test fails.
#[derive(Debug)]
pub struct Broker {
    process: Process,
    folder: PathBuf,
    properties: String,
    address: SocketAddr,
    _owned: Option<TempDir>,
}

impl Broker {
    /// Starts one with `properties` (lines of `server.properties`) beside the harness's own.
    pub fn start(properties: &str) -> Self {
        let owned = tempfile::tempdir().expect("a temporary folder");
        let folder = owned.path().to_path_buf();
        Self::start_in(&folder, properties, Some(owned))
    }

    /// Starts one with properties that name paths below its folder.
    pub fn start_with(properties: impl FnOnce(&Path) -> String) -> Self {
        let owned = tempfile::tempdir().expect("a temporary folder");
        let folder = owned.path().to_path_buf();
        let properties = properties(&folder);
        Self::start_in(&folder, &properties, Some(owned))
    }

    /// Starts one in a folder that the test keeps.
    pub fn start_at(folder: &Path, properties: &str) -> Self {
        Self::start_in(folder, properties, None)
    }

    fn start_in(folder: &Path, properties: &str, owned: Option<TempDir>) -> Self {
        let process = spawn(folder, properties, 0);
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let folder = folder.to_path_buf();
        let properties = properties.to_owned();
        let mut broker = Self {
            process,
            folder,
            properties,
            address: unknown,
            _owned: owned,
        };
        broker.await_endpoints();
        broker
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A new connection.
    pub fn connect(&self) -> Wire {
        Wire::connect(self.address)
    }

    /// The folder of its configuration; the data is in `data` below it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }

    /// What it printed so far.
    pub fn output(&self) -> String {
        self.process.output()
    }

    /// SIGTERM; gives the exit status.
    pub fn stop(&mut self) -> ExitStatus {
        self.process.terminate()
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same data and the same port, after `stop` or `kill`.
    pub fn start_again(&mut self) {
        let _ = fs::remove_file(endpoints_path(&self.folder));
        self.process = spawn(&self.folder, &self.properties, self.address.port());
        self.await_endpoints();
    }

    fn await_endpoints(&mut self) {
        let path = endpoints_path(&self.folder);
        let pid = u64::from(self.process.pid());
        let endpoints = eventually("the broker writes its endpoints file", || {
            if let Some(status) = self.process.ended() {
                panic!(
                    "the broker ended with {status} at its start: {}",
                    self.process.output()
                );
            }
            let text = fs::read(&path).ok()?;
            let value: serde_json::Value = serde_json::from_slice(&text).ok()?;
            (value["pid"].as_u64() == Some(pid)).then_some(value)
        });
        let parse = |value: &serde_json::Value| value.as_str().and_then(|text| text.parse().ok());
        self.address = parse(&endpoints["listeners"]["PLAINTEXT"]).expect("the listener's address");
    }
}

/// The command that runs a broker on `port` (0: any) with its data below `folder`, not yet started.
pub fn command(folder: &Path, properties: &str, port: u16) -> Command {
    let config = folder.join("server.properties");
    let text = format!(
        "node.id=1\nlisteners=PLAINTEXT://127.0.0.1:{port}\nlog.dirs={}\noutrigger.endpoints.file={}\n\
         num.partitions=4\ngroup.initial.rebalance.delay.ms=0\noffsets.topic.num.partitions=4\n{properties}\n",
        folder.join("data").display(),
        endpoints_path(folder).display(),
    );
    fs::write(&config, text).expect("the configuration can be written");
    let mut command = Command::new(outrigger());
    command
        .arg("broker")
        .arg("--config")
        .arg(config)
        .current_dir(folder);
    command
}

fn spawn(folder: &Path, properties: &str, port: u16) -> Process {
    Process::start(
        &mut command(folder, properties, port),
        &folder.join("broker.out"),
    )
}

fn endpoints_path(folder: &Path) -> PathBuf {
    folder.join("broker-endpoints.json")
}
