//! The suite of what is shown: a loaded `outrigger up`, scraped by two releases of Prometheus, and every query of every board, alert and
//! recording rule asked of both. It never looks at Grafana.

mod empty;
mod queries;
mod scrapes;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::collector::Collector;
use super::load::Load;
use super::options::Server;
use super::prometheus::{Prometheus, Setup};
use super::report::Tally;
use super::up::Up;
use super::{Context, http};
use crate::command::Failure;
use crate::grafana;
use crate::stopwatch::poll;
use crate::tools::Release;

/// A query that has data at all has it by then: rates of a minute begin after five seconds, lags with their first round.
const DATA_LIMIT: Duration = Duration::from_secs(90);
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// Scrapes that there must be before anything is judged.
const SCRAPES_WANTED: f64 = 15.0;
/// Share of scrapes that succeed, with a second for each.
const SUCCESS_WANTED: f64 = 0.95;
/// The rules as they are shipped; their waits are tested elsewhere.
const AS_SHIPPED: u32 = 1;

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        return Err(Failure::Usage(
            "only `outrigger up` has these exporters; leave --server out".into(),
        ));
    }
    let mut tally = Tally::default();
    let collector = Collector::start()?;
    let folder = context.folder.join("up");
    let up = Up::start(&context.tools, &folder, &collector.words(), &[])?;
    let endpoints = endpoints(&up)?;
    let load = Load::start(context, &up, &context.folder, None)?;
    let targets = targets(&up);
    let rules = grafana::hurried_rules(AS_SHIPPED);
    let assets = assets(context)?;
    let setup = Setup {
        targets: &targets,
        rules: &rules,
        assets: &assets,
    };
    let mut servers = Vec::new();
    for release in Release::ALL {
        let folder = context.folder.join(format!("{release:?}"));
        let server = Prometheus::start(&context.tools, release, &folder, &setup)?;
        servers.push((release, server));
    }
    for (release, server) in &servers {
        tally.add(scraped(server));
        let outcome = queries::all(server);
        println!("    {release:?}: {} queries", outcome.len());
        outcome.into_iter().for_each(|one| tally.add(one));
        tally.add(scrapes_succeed(server));
    }
    let (_, server) = &servers[0];
    tally.add(runbooks(server));
    for job in ["exporter_jmx", "exporter_node"] {
        let url = format!("{}/metrics", text(&endpoints["http"][job]));
        tally.add(without_syntax_fault(context, &url));
    }
    for outcome in scrapes::all(&up, &endpoints)? {
        tally.add(outcome);
    }
    for (release, server) in &servers {
        let warnings = server.warnings()?;
        tally.add(match warnings.first() {
            None => Ok(()),
            Some(first) => Err(format!(
                "{release:?} warned {} times: {first}",
                warnings.len()
            )),
        });
    }
    load.stop()?;
    up.stop()?;
    Ok(tally)
}

/// The running product's own description.
pub(super) fn endpoints(up: &Up) -> Result<Value, Failure> {
    let text = fs::read_to_string(up.endpoints())?;
    serde_json::from_str(&text).map_err(|cause| Failure::of("endpoints.json", cause))
}

/// The file that tells Prometheus what to scrape.
pub(super) fn targets(up: &Up) -> PathBuf {
    up.endpoints()
        .with_file_name("prometheus")
        .join("targets.json")
}

/// A folder whose `runbooks` is the committed one, as compose mounts it.
pub(super) fn assets(context: &Context) -> Result<PathBuf, Failure> {
    let folder = context.folder.join("user");
    fs::create_dir_all(&folder)?;
    let runbooks = context.tools.repository().join("grafana/runbooks");
    std::os::unix::fs::symlink(runbooks, folder.join("runbooks"))?;
    Ok(folder)
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn scraped(server: &Prometheus) -> Result<(), String> {
    let enough = poll(DATA_LIMIT, POLL_INTERVAL, || {
        let scrapes = server.number(r#"min(count_over_time(up{job=~"jmx|node"}[5m]))"#);
        scrapes
            .ok()
            .flatten()
            .filter(|count| *count >= SCRAPES_WANTED)
    });
    enough
        .map(drop)
        .ok_or_else(|| "Prometheus did not scrape both exporters".to_owned())
}

/// Under load, before anything is broken on purpose. A busy machine may miss its second now and then.
fn scrapes_succeed(server: &Prometheus) -> Result<(), String> {
    let expr = format!("avg_over_time(up[10m]) < {SUCCESS_WANTED}");
    let failed = server.query(&expr)?;
    match failed.first() {
        None => Ok(()),
        Some(sample) => Err(format!(
            "only {:.2} of the scrapes of {:?} succeeded",
            sample.value, sample.labels
        )),
    }
}

/// The page behind every alert, where the alert says that it is.
fn runbooks(server: &Prometheus) -> Result<(), String> {
    for alert in grafana::alerts::all() {
        let url = format!("{}/user/runbooks/{}.md", server.url(), alert.name);
        let answer = http::get(&url, &[])?;
        if answer.status != 200 || !answer.text().starts_with(&format!("# {}", alert.name)) {
            return Err(format!("{url} is no runbook: {}", answer.status));
        }
    }
    Ok(())
}

/// promtool's own reading of a scrape; that it dislikes names which are Kafka's is no fault.
fn without_syntax_fault(context: &Context, url: &str) -> Result<(), String> {
    const LINT_ALONE: i32 = 3;
    let body = http::get(url, &[])?.body;
    let promtool = context.tools.prometheus(Release::Stable).join("promtool");
    let told = |cause: std::io::Error| format!("{}: {cause}", promtool.display());
    let mut child = Command::new(&promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(told)?;
    let stdin = child.stdin.take();
    let feed = std::thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&body)));
    let output = child.wait_with_output().map_err(told)?;
    let _ = feed.join();
    match output.status.code() {
        Some(0 | LINT_ALONE) => Ok(()),
        _ => Err(format!(
            "{url}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}
