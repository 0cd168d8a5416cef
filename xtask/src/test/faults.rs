//! The suite of alerts on the running product: faults are made one by one, each raises the alert that names it, and it clears when the
//! fault is gone. A real Prometheus evaluates the shipped rules with every wait divided by sixty.

mod disk;
mod table;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::Context;
use super::collector::Collector;
use super::dashboards::{assets, endpoints, targets};
use super::options::Server;
use super::prometheus::{Prometheus, Setup};
use super::report::Tally;
use super::up::Up;
use crate::command::Failure;
use crate::grafana;
use crate::stopwatch::{Stopwatch, poll};
use crate::tools::Release;
use disk::Disk;
use table::{Expected, FAULTS, Fault};

/// Minutes become seconds.
const HURRY: u32 = 60;
/// An alert waits for 15 s at most then, and its windows for a minute.
const RAISE_LIMIT: Duration = Duration::from_secs(60);
const CLEAR_LIMIT: Duration = Duration::from_secs(120);
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// The machine's own faults, which are none of the product's: a loaded machine of the tests, a clock that nobody keeps.
const OF_THE_MACHINE: [&str; 7] = [
    "NodeClockNotSynchronised",
    "NodeClockSkew",
    "NodeCpuHigh",
    "NodeDiskFillsUp",
    "NodeDiskFull",
    "NodeDiskNearlyFull",
    "NodeMemoryHigh",
];

/// What a fault is made with.
pub(super) struct Patient<'a> {
    pub(super) context: &'a Context,
    pub(super) up: &'a Up,
    pub(super) disk: &'a Disk,
    pub(super) collector: &'a Collector,
    pub(super) folder: &'a Path,
}

impl Patient<'_> {
    pub(super) fn endpoints(&self) -> Result<Value, Failure> {
        endpoints(self.up)
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        self.up
            .endpoints()
            .parent()
            .map(Path::to_path_buf)
            .unwrap_or_default()
    }
}

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        return Err(Failure::Usage(
            "only `outrigger up` has these alerts; leave --server out".into(),
        ));
    }
    let disk = Disk::mount(&context.folder.join("disk"))?;
    let collector = Collector::start()?;
    let folder = disk.path().join("up");
    let mut words = collector.words();
    // What is logged reaches the sink within the hurried times.
    words.extend(["--set", "logshipper.directory.roll-seconds=1"].map(str::to_owned));
    let up = Up::start(&context.tools, &folder, &words, &[])?;
    let (targets, assets) = (targets(&up), assets(context)?);
    let rules = grafana::hurried_rules(HURRY);
    let setup = Setup {
        targets: &targets,
        rules: &rules,
        assets: &assets,
    };
    let folder = context.folder.join("prometheus");
    let server = Prometheus::start(&context.tools, Release::Sid, &folder, &setup)?;
    let patient = Patient {
        context,
        up: &up,
        disk: &disk,
        collector: &collector,
        folder: &context.folder,
    };
    let mut tally = Tally::default();
    tally.add(is_well(&server));
    let wanted = context.options.scenario.as_deref();
    let mut ended: Vec<(&Fault, Stopwatch)> = Vec::new();
    for fault in FAULTS
        .iter()
        .filter(|fault| wanted.is_none_or(|name| name == fault.name))
    {
        if fault.silences {
            // What it takes down would take alerts with it that have not cleared by themselves.
            for (fault, since) in ended.drain(..) {
                tally.add(named(fault, cleared(&server, fault, since)));
            }
        }
        match raised(&patient, &server, fault) {
            Ok(since) => ended.push((fault, since)),
            Err(reason) => tally.add(named(fault, Err(reason))),
        }
    }
    for (fault, since) in ended {
        tally.add(named(fault, cleared(&server, fault, since)));
    }
    let warnings = server.warnings()?;
    tally.add(match warnings.first() {
        None => Ok(()),
        Some(first) => Err(format!(
            "Prometheus warned {} times: {first}",
            warnings.len()
        )),
    });
    drop(server);
    up.stop()?;
    disk.unmount()?;
    Ok(tally)
}

/// Nothing fires while nothing is wrong.
fn is_well(server: &Prometheus) -> Result<(), String> {
    let scraped = || {
        let well = server
            .number(r#"count(count_over_time(up[1m]) > 10) == count(up)"#)
            .ok()??;
        (well > 0.0).then_some(())
    };
    poll(RAISE_LIMIT, POLL_INTERVAL, scraped).ok_or("nothing was scraped for ten seconds")?;
    let firing = firing(server)?;
    let unexpected: Vec<&String> = firing
        .iter()
        .filter(|name| !OF_THE_MACHINE.contains(&name.as_str()))
        .collect();
    if unexpected.is_empty() {
        Ok(())
    } else {
        Err(format!("before any fault {unexpected:?} fire"))
    }
}

/// Makes the fault, waits for its alerts and takes it away; gives the time since then.
fn raised(patient: &Patient<'_>, server: &Prometheus, fault: &Fault) -> Result<Stopwatch, String> {
    let told = |failure: Failure| failure.to_string();
    let watch = Stopwatch::start();
    let cause = (fault.make)(patient).map_err(told)?;
    for alert in fault.alerts {
        let raised = poll(RAISE_LIMIT, POLL_INTERVAL, || {
            fires(server, alert).ok().filter(|fires| *fires).map(drop)
        });
        if raised.is_none() {
            let others = firing(server)?;
            return Err(format!(
                "{} did not fire within {RAISE_LIMIT:?}; {others:?} do",
                alert.name
            ));
        }
    }
    println!("    {}: raised after {:.0} s", fault.name, watch.seconds());
    cause.end().map_err(told)?;
    Ok(Stopwatch::start())
}

/// Waits until the alerts of a fault that is gone are gone, too.
fn cleared(server: &Prometheus, fault: &Fault, since: Stopwatch) -> Result<(), String> {
    for alert in fault.alerts {
        let cleared = poll(CLEAR_LIMIT, POLL_INTERVAL, || {
            fires(server, alert).ok().filter(|fires| !*fires).map(drop)
        });
        cleared.ok_or_else(|| format!("{} did not clear within {CLEAR_LIMIT:?}", alert.name))?;
    }
    println!(
        "    {}: clear, {:.0} s after its end at the latest",
        fault.name,
        since.seconds()
    );
    Ok(())
}

fn named(fault: &Fault, outcome: Result<(), String>) -> Result<(), String> {
    outcome.map_err(|reason| format!("{}: {reason}", fault.name))
}

fn fires(server: &Prometheus, alert: &Expected) -> Result<bool, String> {
    let alerts = server.alerts("firing")?;
    Ok(alerts.iter().any(|labels| {
        let has =
            |key: &str, value: &str| labels.get(key).is_some_and(|found| found.contains(value));
        has("alertname", alert.name) && alert.labels.iter().all(|(key, value)| has(key, value))
    }))
}

fn firing(server: &Prometheus) -> Result<Vec<String>, String> {
    let alerts = server.alerts("firing")?;
    let mut names: Vec<String> = alerts
        .into_iter()
        .filter_map(|mut labels| labels.remove("alertname"))
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}
