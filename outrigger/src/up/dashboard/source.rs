//! Asks exporters and processes, each as anybody could: over plain HTTP on this machine.

use super::figures::{Scrape, Scrapes};
use super::panel::Source;
use super::panels::PANELS;
use super::paths;
use crate::endpoints::{Endpoints, admin_key};
use crate::{log_delivery, probe};
use bytes::Bytes;
use exposition::{Family, Format, parse_as};
use hyper::StatusCode;
use service::{Clock, http};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::task::JoinSet;

/// What is asked every 5 s must be there before it is asked again.
const TIMEOUT: Duration = Duration::from_secs(4);
/// The whole of an exporter of a broker with 10,000 topics is about 30 MiB at level `topic`.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// What everybody answered.
#[derive(Debug, Default)]
pub(super) struct Round {
    pub(super) scrapes: Scrapes,
    pub(super) sources: BTreeMap<Source, Answered>,
    /// By name: why a process is not well, where it is not.
    pub(super) processes: BTreeMap<String, Result<(), String>>,
}

/// How a source answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answered {
    /// Where it is, when that is known.
    pub(super) url: Option<String>,
    /// Milliseconds it took, or why there is no answer.
    pub(super) outcome: Result<f64, String>,
}

/// Asks all at once.
pub(super) async fn ask(endpoints: &Endpoints, clock: &Clock) -> Round {
    let exporter = |key: &str| endpoints.http.get(key).cloned();
    let (jmx, node) = (exporter("exporter_jmx"), exporter("exporter_node"));
    let (jmx_path, node_path) = (paths::jmx(PANELS), paths::node(PANELS));
    let (jmx, node, (processes, families)) = tokio::join!(
        scrape(jmx.as_deref(), &jmx_path, clock),
        scrape(node.as_deref(), &node_path, clock),
        ask_processes(endpoints, clock),
    );
    let mut round = Round {
        processes,
        ..Round::default()
    };
    round.add(Source::Jmx, exporter("exporter_jmx"), jmx, clock);
    round.add(Source::Node, exporter("exporter_node"), node, clock);
    round.add(Source::Processes, None, families, clock);
    round
}

impl Round {
    fn add(&mut self, source: Source, url: Option<String>, answer: Answer, clock: &Clock) {
        let outcome = answer.map(|(families, took)| {
            let seconds = clock.monotonic().as_secs_f64();
            self.scrapes.insert(source, Scrape { seconds, families });
            took
        });
        self.sources.insert(source, Answered { url, outcome });
    }
}

/// Families and how many milliseconds they took, or why there are none.
type Answer = Result<(Vec<Family>, f64), String>;

async fn scrape(base_url: Option<&str>, path: &str, clock: &Clock) -> Answer {
    let Some(base_url) = base_url else {
        return Err("it has not started yet".to_owned());
    };
    let Some(address) = base_url.strip_prefix("http://") else {
        return Err("it asks for TLS, which this page does not speak".to_owned());
    };
    let began = clock.monotonic();
    let answer = tokio::time::timeout(TIMEOUT, get_or_whole(address, path)).await;
    let answer = answer.map_err(|_| format!("no answer within {} s", TIMEOUT.as_secs()))??;
    let took = clock.monotonic().saturating_sub(began);
    // What is parsed is as large as what was sent: off the runtime's threads.
    let families = tokio::task::spawn_blocking(move || {
        let text = str::from_utf8(&answer).map_err(|error| error.to_string())?;
        parse_as(text, Format::Text004).map_err(|error| error.to_string())
    });
    let families = families.await.map_err(|error| error.to_string())??;
    Ok((families, took.as_secs_f64() * 1e3))
}

/// The health of every process, and what all say of themselves.
async fn ask_processes(
    endpoints: &Endpoints,
    clock: &Clock,
) -> (BTreeMap<String, Result<(), String>>, Answer) {
    let mut asked = JoinSet::new();
    for process in &endpoints.processes {
        let name = process.name.clone();
        let url = endpoints.http.get(&admin_key(&name)).cloned();
        let clock = clock.clone();
        asked.spawn(async move {
            let Some(url) = url else {
                return (name, Err("it has no admin listener".to_owned()), None);
            };
            let (health, metrics, sinks) = tokio::join!(
                probe::health(&url),
                scrape(Some(&url), paths::WHOLE, &clock),
                sinks(&name, &url)
            );
            (name, health.and(sinks), metrics.ok())
        });
    }
    let (mut processes, mut all, mut slowest) = (BTreeMap::new(), Vec::new(), 0.0_f64);
    while let Some(answered) = asked.join_next().await {
        let Ok((name, health, metrics)) = answered else {
            continue;
        };
        if let Some((families, took)) = metrics {
            slowest = slowest.max(took);
            all.extend(families.into_iter().map(|family| of_process(family, &name)));
        }
        processes.insert(name, health);
    }
    let answer = if all.is_empty() {
        Err("no process answers".to_owned())
    } else {
        Ok((all, slowest))
    };
    (processes, answer)
}

/// What keeps log lines from where they go, before the process calls itself unhealthy because of it.
async fn sinks(process: &str, url: &str) -> Result<(), String> {
    if process != log_delivery::PROCESS {
        return Ok(());
    }
    let told = log_delivery::ask(url).await.ok();
    let problem = told.and_then(|told| told.problem());
    problem.map_or(Ok(()), Err)
}

/// Says whose it is.
fn of_process(mut family: Family, process: &str) -> Family {
    for sample in &mut family.samples {
        let label = ("process".into(), process.to_owned().into());
        sample.labels.push(label);
    }
    family
}

/// What was chosen, or everything where an exporter refuses the choice: exporter-node does that when somebody turned
/// one of the collectors off, and the other panels must not go without because of it.
async fn get_or_whole(address: &str, path: &str) -> Result<Bytes, String> {
    let (status, answer) = get(address, path).await?;
    let (status, answer) = match status {
        StatusCode::BAD_REQUEST if path != paths::WHOLE => get(address, paths::WHOLE).await?,
        status => (status, answer),
    };
    match status {
        StatusCode::OK => Ok(answer),
        status => Err(format!("it answers {status}")),
    }
}

/// One GET; the answer is not compressed, which on one machine saves more than it costs.
async fn get(address: &str, path: &str) -> Result<(StatusCode, Bytes), String> {
    let asked = http::get(
        address,
        path,
        Format::Text004.content_type(),
        ANSWER_BYTES_MAX,
    );
    asked.await.map_err(|error| probe::explained(&error))
}

#[cfg(test)]
mod tests;
