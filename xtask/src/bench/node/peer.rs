//! The two processes.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::client::Client;
use crate::command::Failure;
use crate::stopwatch::poll;
use crate::tools::{Release, Tools};

const START_LIMIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// `/proc` counts CPU time in hundredths of a second on every Linux that Rust runs on.
const TICKS_PER_S: f64 = 100.0;

/// A process that answers scrapes; it ends with this value.
pub(super) struct Peer {
    child: Child,
    address: String,
}

impl Peer {
    /// node_exporter, without the one collector that Debian adds to upstream's.
    pub(super) fn theirs(tools: &Tools, release: Release, folder: &Path) -> Result<Peer, Failure> {
        let program = tools.prometheus(release).join("prometheus-node-exporter");
        let mut command = Command::new(program);
        command.arg("--no-collector.systemd");
        Peer::start(command, &folder.join("theirs.log"))
    }

    /// exporter-node of a build of the product, or of its own binary.
    pub(super) fn ours(binary: &Path, folder: &Path) -> Result<Peer, Failure> {
        let mut command = Command::new(binary);
        let is_alone = binary
            .file_name()
            .is_some_and(|name| name.to_string_lossy().contains("exporter-node"));
        if !is_alone {
            command.arg("exporter-node");
        }
        Peer::start(command, &folder.join("ours.log"))
    }

    fn start(mut command: Command, log: &Path) -> Result<Peer, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let address = format!("127.0.0.1:{port}");
        let output = File::create(log)?;
        command
            .arg(format!("--web.listen-address={address}"))
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let spawned = command.spawn();
        let child = spawned.map_err(|cause| Failure::of(format!("{command:?}"), cause))?;
        let peer = Peer { child, address };
        let ready = || {
            let mut client = Client::connect(&peer.address).ok()?;
            client.scrape("identity").ok()
        };
        match poll(START_LIMIT, POLL_INTERVAL, ready) {
            Some(_) => Ok(peer),
            None => Err(Failure::Failed(format!(
                "it did not answer within {START_LIMIT:?}; its log is {}",
                log.display()
            ))),
        }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// CPU seconds of all its threads so far, in user and kernel mode.
    pub(super) fn cpu_s(&self) -> Result<f64, Failure> {
        let path = format!("/proc/{}/stat", self.pid());
        let stat = fs::read_to_string(&path).map_err(|cause| Failure::of(&path, cause))?;
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields);
        let ticks = fields.map(|fields| fields.split_whitespace().skip(11).take(2));
        let ticks = ticks.into_iter().flatten().flat_map(str::parse::<f64>);
        Ok(ticks.sum::<f64>() / TICKS_PER_S)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
