//! THE TABLE of faults that can be made on one machine: what is done, and which alerts must tell of it. What is made is undone by `end`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

use super::super::collector::Collector;
use super::super::grafana::ends_well;
use super::super::load::Load;
use super::Patient;
use super::disk::Disk;
use crate::command::Failure;
use crate::stopwatch::poll;

/// An alert, and parts that its labels and texts must hold.
pub(super) struct Expected {
    pub(super) name: &'static str,
    pub(super) labels: &'static [(&'static str, &'static str)],
}

pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) alerts: &'static [Expected],
    /// Takes down what other alerts are reckoned from, so that they would end without having cleared.
    pub(super) silences: bool,
    pub(super) make: for<'a> fn(&Patient<'a>) -> Result<Cause<'a>, Failure>,
}

const fn expect(name: &'static str, labels: &'static [(&'static str, &'static str)]) -> Expected {
    Expected { name, labels }
}

pub(super) const FAULTS: &[Fault] = &[
    Fault {
        name: "logins fail",
        alerts: &[expect("KafkaLoginsFailing", &[("listener", "SCRAM")])],
        silences: false,
        make: |patient| clients(patient, "refused"),
    },
    Fault {
        name: "lag grows",
        alerts: &[expect(
            "KafkaConsumerLagGrowing",
            &[("groupId", "archive"), ("topic", "orders")],
        )],
        silences: false,
        make: |patient| clients(patient, "archive,flood"),
    },
    Fault {
        name: "certificate near its end",
        alerts: &[
            expect("CertificateNearExpiry", &[("certificate", "server")]),
            expect("CertificateExpiresNow", &[("certificate", "server")]),
        ],
        silences: false,
        make: short_certificate,
    },
    Fault {
        name: "configuration refused",
        alerts: &[expect("ConfigReloadFailing", &[("job", "outrigger")])],
        silences: false,
        make: broken_certificate,
    },
    Fault {
        name: "collector refuses",
        alerts: &[expect("OtlpLosing", &[("signal", "metrics")])],
        silences: false,
        make: |patient| {
            patient.collector.refuse(true);
            Ok(Cause::Refused(patient.collector))
        },
    },
    Fault {
        name: "disk nearly full",
        alerts: &[expect("NodeDiskNearlyFull", &[("mountpoint", "/disk")])],
        silences: false,
        make: full_disk,
    },
    Fault {
        name: "log sink down",
        alerts: &[expect("LogSinkDown", &[("sink", "directory")])],
        silences: false,
        make: obstructed_logs,
    },
    Fault {
        name: "scrape fails",
        alerts: &[expect("ScrapeFailing", &[("job", "node")])],
        silences: false,
        make: |patient| stopped(patient, "exporter-node"),
    },
    Fault {
        name: "broker killed",
        alerts: &[
            expect("KafkaBrokerDown", &[("job", "jmx")]),
            expect("JmxScrapeFailing", &[("job", "jmx")]),
        ],
        silences: true,
        make: |patient| Ok(killed(patient, "broker")),
    },
];

/// A fault under way.
pub(super) enum Cause<'a> {
    Clients(Load),
    /// Files as they were.
    Files(Vec<(PathBuf, Vec<u8>)>),
    Disk(&'a Disk),
    Refused(&'a Collector),
    /// A directory that a file took the place of, and clients that have something logged.
    Obstructed {
        directory: PathBuf,
        aside: PathBuf,
        load: Load,
    },
    /// A process that does not run on.
    Stopped(String),
    /// A process that is killed as often as it comes.
    Killed(Arc<AtomicBool>, JoinHandle<()>),
}

impl Cause<'_> {
    pub(super) fn end(self) -> Result<(), Failure> {
        match self {
            Cause::Clients(load) => load.stop(),
            Cause::Files(before) => {
                for (path, content) in before {
                    fs::write(&path, content)?;
                }
                Ok(())
            }
            Cause::Disk(disk) => disk.free(),
            Cause::Refused(collector) => {
                collector.refuse(false);
                Ok(())
            }
            Cause::Obstructed {
                directory,
                aside,
                load,
            } => {
                fs::remove_file(&directory)?;
                fs::rename(&aside, &directory)?;
                load.stop()
            }
            Cause::Stopped(pid) => signal("-CONT", &pid),
            Cause::Killed(ended, thread) => {
                ended.store(true, Ordering::Relaxed);
                thread
                    .join()
                    .map_err(|_| Failure::Failed("the killing thread failed".into()))
            }
        }
    }
}

fn clients<'a>(patient: &Patient<'a>, tasks: &str) -> Result<Cause<'a>, Failure> {
    let load = Load::start(patient.context, patient.up, patient.folder, Some(tasks))?;
    Ok(Cause::Clients(load))
}

/// The server gets the certificate of a client of the same authority that lasts a day.
fn short_certificate<'a>(patient: &Patient<'a>) -> Result<Cause<'a>, Failure> {
    let mut issue = Command::new(patient.context.tools.binary());
    issue
        .args(["certs", "issue", "short", "--days", "1", "--data-dir"])
        .arg(patient.data_dir());
    ends_well(&mut issue).map_err(Failure::Failed)?;
    let short = patient.data_dir().join("pki/clients/short");
    let mut both = fs::read(short.join("client-key.pem"))?;
    both.extend(fs::read(short.join("client.pem"))?);
    replaced(patient, &both)
}

fn broken_certificate<'a>(patient: &Patient<'a>) -> Result<Cause<'a>, Failure> {
    replaced(patient, b"no certificate at all\n")
}

/// Key and certificate of the server, which are one file.
fn replaced<'a>(patient: &Patient<'a>, content: &[u8]) -> Result<Cause<'a>, Failure> {
    let path = patient.data_dir().join("pki/served/server.pem");
    let before = fs::read(&path)?;
    fs::write(&path, content)?;
    Ok(Cause::Files(vec![(path, before)]))
}

fn full_disk<'a>(patient: &Patient<'a>) -> Result<Cause<'a>, Failure> {
    patient.disk.fill()?;
    Ok(Cause::Disk(patient.disk))
}

/// Where log lines are delivered, nothing can be written any more.
fn obstructed_logs<'a>(patient: &Patient<'a>) -> Result<Cause<'a>, Failure> {
    let directory = patient.data_dir().join("delivered-logs");
    let aside = directory.with_extension("aside");
    fs::create_dir_all(&directory)?;
    fs::rename(&directory, &aside)?;
    fs::write(&directory, "in the way\n")?;
    let tasks = Some("topics");
    let load = Load::start(patient.context, patient.up, patient.folder, tasks)?;
    Ok(Cause::Obstructed {
        directory,
        aside,
        load,
    })
}

/// Neither dead nor alive: it answers nobody.
fn stopped<'a>(patient: &Patient<'a>, process: &str) -> Result<Cause<'a>, Failure> {
    let pid = pid(&patient.endpoints()?, process);
    signal("-STOP", &pid)?;
    Ok(Cause::Stopped(pid))
}

/// `up` starts it again; it does not live to serve anybody.
fn killed<'a>(patient: &Patient<'a>, process: &str) -> Cause<'a> {
    let data_dir = patient.data_dir();
    let file = data_dir.join(format!("run/{process}.pid"));
    let ended = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&ended);
    let thread = std::thread::spawn(move || {
        let _ = poll(Duration::MAX, Duration::from_millis(20), || {
            let pid = fs::read_to_string(&file).unwrap_or_default();
            if is_ours(pid.trim(), &data_dir) {
                let _ = signal("-KILL", pid.trim());
            }
            over.load(Ordering::Relaxed).then_some(())
        });
    });
    Cause::Killed(ended, thread)
}

/// Whether the process is one of this data directory: the number of a dead one may be another's by now.
fn is_ours(pid: &str, data_dir: &Path) -> bool {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).contains(&*data_dir.to_string_lossy())
}

fn pid(endpoints: &Value, name: &str) -> String {
    let processes = endpoints["processes"].as_array().into_iter().flatten();
    let of_name = processes.filter(|process| process["name"] == name);
    of_name.map(|process| process["pid"].to_string()).collect()
}

fn signal(which: &str, pid: &str) -> Result<(), Failure> {
    if pid.is_empty() || !pid.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Failure::Failed(format!("`{pid}` is no process id")));
    }
    let mut kill = Command::new("kill");
    kill.args([which, pid])
        .stderr(std::process::Stdio::null())
        .status()?;
    Ok(())
}
