//! Fifty scrapers at once while topics come and go and the broker is killed: every answer is whole and right, or plainly an error.

use std::collections::HashSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use super::super::http;
use super::super::up::Up;
use super::{endpoints, text};
use crate::command::Failure;
use crate::stopwatch::poll;

const SCRAPERS: usize = 50;
/// Answers before the broker is killed, and again after it came back.
const ANSWERS_WANTED: usize = 200;
const LIMIT: Duration = Duration::from_secs(60);
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Of a broker that is there.
const BROKER: &str = r#"kafka_server_ReplicaManager_Value{name="PartitionCount"#;

/// What the scrapers saw.
#[derive(Default)]
struct Seen {
    whole: AtomicUsize,
    without_broker: AtomicUsize,
    refused: AtomicUsize,
    faults: Mutex<Vec<String>>,
}

pub(super) fn all(up: &Up, before: &Value) -> Result<Vec<Result<(), String>>, Failure> {
    let mut outcomes = Vec::new();
    let jmx = format!("{}/metrics", text(&before["http"]["exporter_jmx"]));
    let node = format!("{}/metrics", text(&before["http"]["exporter_node"]));
    let (seen, ended) = (Arc::new(Seen::default()), Arc::new(AtomicBool::new(false)));
    let scrapers: Vec<_> = (0..SCRAPERS)
        .map(|at| {
            let (url, seen, ended) = (
                if at % 5 == 4 {
                    node.clone()
                } else {
                    jmx.clone()
                },
                Arc::clone(&seen),
                Arc::clone(&ended),
            );
            std::thread::spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    seen.look(&url);
                }
            })
        })
        .collect();
    outcomes.push(seen.wait_for_more("before the kill"));
    let killed = pid(before, "broker");
    Command::new("kill").args(["-KILL", &killed]).status()?;
    let back = poll(LIMIT, POLL_INTERVAL, || {
        let now = endpoints(up).ok()?;
        (pid(&now, "broker") != killed).then_some(())
    });
    outcomes.push(back.ok_or_else(|| "the broker did not come back".to_owned()));
    outcomes.push(seen.wait_for_more("after the kill"));
    let told_again = poll(LIMIT, POLL_INTERVAL, || {
        http::get(&jmx, &[])
            .is_ok_and(|answer| answer.text().contains(BROKER))
            .then_some(())
    });
    outcomes.push(told_again.ok_or_else(|| "the broker's metrics did not come back".to_owned()));
    ended.store(true, Ordering::Relaxed);
    for scraper in scrapers {
        let _ = scraper.join();
    }
    println!(
        "    {} whole answers, {} without the broker, {} refused",
        seen.whole.load(Ordering::Relaxed),
        seen.without_broker.load(Ordering::Relaxed),
        seen.refused.load(Ordering::Relaxed)
    );
    let faults = seen
        .faults
        .lock()
        .map_err(|_| Failure::Failed("a scraper failed".into()))?;
    outcomes.push(match faults.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} faulty answers: {first}", faults.len())),
    });
    Ok(outcomes)
}

fn pid(endpoints: &Value, name: &str) -> String {
    let processes = endpoints["processes"].as_array().into_iter().flatten();
    let of_name = processes.filter(|process| process["name"] == name);
    of_name.map(|process| process["pid"].to_string()).collect()
}

impl Seen {
    fn look(&self, url: &str) {
        let fault = match http::get(url, &[]) {
            Ok(answer) if answer.status == 200 => judged(&answer.text()).map(|sources| {
                let count = match sources {
                    Some(false) => &self.without_broker,
                    _ => &self.whole,
                };
                count.fetch_add(1, Ordering::Relaxed);
            }),
            // An exporter that says that it cannot is right, too.
            Ok(answer) if answer.status >= 500 => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Ok(answer) => Err(format!("{url}: status {}", answer.status)),
            Err(cut) => Err(cut),
        };
        if let (Err(fault), Ok(mut faults)) = (fault, self.faults.lock()) {
            faults.push(fault);
        }
    }

    fn wait_for_more(&self, when: &str) -> Result<(), String> {
        let had = self.whole.load(Ordering::Relaxed);
        let more = || (self.whole.load(Ordering::Relaxed) >= had + ANSWERS_WANTED).then_some(());
        poll(LIMIT, POLL_INTERVAL, more).ok_or_else(|| format!("too few whole answers {when}"))
    }
}

/// Whether a body is a whole scrape: no series twice, no type twice, and of the broker either all that it always has or nothing, as the
/// exporter itself says of its sources. Gives whether the broker was in it; `None` for a scrape of something else.
fn judged(body: &str) -> Result<Option<bool>, String> {
    if !body.ends_with('\n') {
        return Err("the body ends within a line".into());
    }
    let mut series = HashSet::new();
    let mut types = HashSet::new();
    for line in body.lines() {
        if let Some(of) = line.strip_prefix("# TYPE ") {
            let name = of.split(' ').next().unwrap_or_default();
            if !types.insert(name) {
                return Err(format!("the type of {name} is told twice"));
            }
        } else if !line.starts_with('#') && !line.is_empty() {
            let (name, value) = line
                .rsplit_once(' ')
                .ok_or_else(|| format!("no value: {line}"))?;
            if value.parse::<f64>().is_err() && !matches!(value, "+Inf" | "-Inf" | "NaN") {
                return Err(format!("no number: {line}"));
            }
            if !series.insert(name) {
                return Err(format!("{name} is told twice"));
            }
        }
    }
    let has_broker = body.contains(BROKER);
    let is_up = source_up(body);
    match (is_up, has_broker) {
        (Some(up), has) if up != has => Err(format!(
            "the exporter says that its source is {}, and its metrics are {}",
            if up { "up" } else { "down" },
            if has { "there" } else { "not there" }
        )),
        (told, _) => Ok(told),
    }
}

/// What exporter-jmx says about the broker; `None` in a scrape of something else.
fn source_up(body: &str) -> Option<bool> {
    let line = body
        .lines()
        .find(|line| line.starts_with("outrigger_source_up{") && line.contains(r#""broker""#))?;
    line.rsplit_once(' ')
        .map(|(_, value)| value.starts_with('1'))
}
