//! The two exporters: node_exporter out of Debian's packages, with upstream's defaults where Debian has its own, and ours.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{http, scrape};
use crate::command::Failure;
use crate::stopwatch::poll;
use crate::tools::{Release, Tools};

const START_LIMIT: Duration = Duration::from_secs(30);
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// Off by default, and on here; 1.5 has no `softirqs`.
const MORE: [(&str, &[Release]); 5] = [
    ("cgroups", &Release::ALL),
    ("interrupts", &Release::ALL),
    ("processes", &Release::ALL),
    ("softirqs", &[Release::Sid]),
    ("tcpstat", &Release::ALL),
];
/// Debian changed these defaults.
const UPSTREAM: [&str; 5] = [
    "--no-collector.systemd",
    "--collector.netdev.device-exclude=",
    "--collector.diskstats.device-exclude=^(z?ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$",
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)",
    "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|erofs|sysfs|tracefs)$",
];
const TEXTFILE: &str =
    "# HELP suite_text A text file.\n# TYPE suite_text gauge\nsuite_text{a=\"b\"} 1\n";

/// node_exporter.
pub(super) struct Theirs {
    _process: Process,
    pub(super) url: String,
}

/// Ours.
pub(super) struct Ours {
    _process: Process,
    pub(super) url: String,
}

/// Ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Theirs {
    pub(super) fn start(tools: &Tools, release: Release, folder: &Path) -> Result<Theirs, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let program = tools.prometheus(release).join("prometheus-node-exporter");
        let more = MORE
            .iter()
            .filter(|(_, releases)| releases.contains(&release));
        let mut command = Command::new(program);
        command
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(UPSTREAM)
            .args(more.map(|(name, _)| format!("--collector.{name}")))
            .arg(textfile(folder)?);
        let process = spawn(command, &folder.join("theirs.log"))?;
        let url = format!("http://127.0.0.1:{port}/metrics");
        let theirs = Theirs {
            _process: process,
            url,
        };
        wait(&theirs.url)?;
        Ok(theirs)
    }

    /// Those that it has, as it says itself.
    pub(super) fn collectors(&self) -> Result<BTreeSet<String>, Failure> {
        let text = scrape(&self.url)?;
        let lines = text.lines();
        let names = lines.filter_map(|line| {
            let rest = line.strip_prefix("node_scrape_collector_success{collector=\"")?;
            rest.split('"').next().map(str::to_owned)
        });
        Ok(names.collect())
    }
}

impl Ours {
    /// With the collectors of theirs, and no other.
    pub(super) fn start(
        tools: &Tools,
        folder: &Path,
        collectors: &BTreeSet<String>,
    ) -> Result<Ours, Failure> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let program = tools.binary();
        let mut command = Command::new(program);
        command
            .args(["exporter-node", "--collector.disable-defaults"])
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .args(collectors.iter().map(|name| format!("--collector.{name}")))
            .arg(textfile(folder)?);
        let process = spawn(command, &folder.join("ours.log"))?;
        let url = format!("http://127.0.0.1:{port}/metrics");
        let ours = Ours {
            _process: process,
            url,
        };
        wait(&ours.url)?;
        Ok(ours)
    }
}

fn textfile(folder: &Path) -> Result<String, Failure> {
    let folder = folder.join("textfile");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("suite.prom"), TEXTFILE)?;
    Ok(format!(
        "--collector.textfile.directory={}",
        folder.display()
    ))
}

fn spawn(mut command: Command, log: &Path) -> Result<Process, Failure> {
    let output = File::create(log)?;
    let spawned = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .spawn();
    match spawned {
        Ok(child) => Ok(Process(child)),
        Err(cause) => Err(Failure::of(format!("{command:?}"), cause)),
    }
}

fn wait(url: &str) -> Result<(), Failure> {
    let ready = || {
        http::get(url, &[])
            .is_ok_and(|answer| answer.status == 200)
            .then_some(())
    };
    poll(START_LIMIT, POLL_INTERVAL, ready)
        .ok_or_else(|| Failure::Failed(format!("{url} did not answer within {START_LIMIT:?}")))
}
