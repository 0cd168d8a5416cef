//! `cargo xtask bench exporters`: what a scrape of all MBeans costs, `outrigger up` beside Apache Kafka with jmx_exporter's agent, at the same
//! topics, in turns. The CPU of broker, authn and exporter-jmx together counts, and of the whole JVM, each less what it uses unasked.

mod options;
mod servers;

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::json;

use self::options::Options;
use self::servers::Scraped;
use super::machine;
use super::node::client::Client;
use crate::command::{self, Failure};
use crate::stopwatch::Stopwatch;
use crate::tools::{self, Tool, Tools};

/// Of each topic.
const PARTITIONS_EACH: usize = 10;
/// A JVM compiles what it does often; ours has its names rendered after the first.
const WARM_UP: usize = 12;
const TURNS: usize = 4;
/// Partitions at which each is scraped as often as was asked for. With more it is seldomer in proportion, but at least
/// once a turn: the agent takes seconds for a scrape of ten thousand.
const PARTITIONS_FULL: usize = 1000;
/// How long each is watched for what it uses unasked.
const IDLE: Duration = Duration::from_secs(4);
const ENCODINGS: [&str; 2] = ["identity", "gzip"];

/// What a scrape came to, on average.
#[derive(Clone, Debug, Default)]
struct Cost {
    cpu_ms: f64,
    wall_ms: f64,
    bytes: f64,
    /// CPU by process.
    parts: Vec<(String, f64)>,
}

pub(super) fn run(words: &[String]) -> Result<(), Failure> {
    let options = options::parse(words)?;
    let tools = Tools::at(&command::root());
    tools::install(&tools, &[Tool::JmxAgent, Tool::Kafka, Tool::Python])
        .map_err(|failure| Failure::Failed(failure.to_string()))?;
    let other_cores = machine::other_cores()?;
    println!("other processes use {other_cores:.2} cores");
    if other_cores > super::OTHER_CORES_MAX && !options.force {
        return Err(Failure::Failed(
            "the machine is busy: wait, or measure all the same with --force".into(),
        ));
    }
    let folder = super::Folder::create(tools.repository())?;
    let mut rows = Vec::new();
    for partitions in &options.partitions {
        let folder = folder.0.join(partitions.to_string());
        rows.extend(at(*partitions, &options, &tools, &folder)?);
    }
    let path = tools.repository().join("target/bench/exporters.json");
    let report = json!({
        "version": 1,
        "cores": machine::cores(),
        "other_cores_before": other_cores,
        "figures": rows,
    });
    fs::write(&path, format!("{report:#}\n"))
        .map_err(|cause| Failure::of(path.display(), cause))?;
    println!("all figures: {}", path.display());
    Ok(())
}

/// Both servers with so many partitions.
fn at(
    partitions: usize,
    options: &Options,
    tools: &Tools,
    folder: &std::path::Path,
) -> Result<Vec<serde_json::Value>, Failure> {
    fs::create_dir_all(folder)?;
    let topics = (partitions / PARTITIONS_EACH).max(1);
    println!("\n{partitions} partitions in {topics} topics");
    let servers = [
        servers::kafka(tools, &options.binaries(tools)?, folder)?,
        servers::outrigger(&options.binaries(tools)?, folder)?,
    ];
    for server in &servers {
        let watch = Stopwatch::start();
        server.create(tools, topics, PARTITIONS_EACH, folder)?;
        println!("  {}: topics after {:.0} s", server.name, watch.seconds());
    }
    let mut rows = Vec::new();
    let scrapes = options.scrapes * PARTITIONS_FULL / partitions.max(PARTITIONS_FULL);
    for encoding in ENCODINGS {
        let [theirs, ours] = turns(&servers, encoding, scrapes)?;
        println!(
            "  {encoding:<9} Kafka's JVM {:>9.1} ms CPU, {:>8.1} ms, {:>7.2} MB; ours {:>7.1} ms CPU, {:>7.1} ms, {:>7.2} MB; ratio {:.3}",
            theirs.cpu_ms,
            theirs.wall_ms,
            theirs.bytes / 1e6,
            ours.cpu_ms,
            ours.wall_ms,
            ours.bytes / 1e6,
            ours.cpu_ms / theirs.cpu_ms
        );
        for (name, cpu_ms) in &ours.parts {
            println!("            of which {name:<14}{cpu_ms:>7.1} ms");
        }
        for (name, cost) in [("kafka", theirs), ("outrigger", ours)] {
            rows.push(json!({
                "partitions": partitions, "encoding": encoding, "engine": name, "cpu_ms": cost.cpu_ms,
                "wall_ms": cost.wall_ms, "bytes": cost.bytes, "cpu_ms_by_process": cost.parts,
            }));
        }
    }
    Ok(rows)
}

/// Scrapes both in turns, warmed up.
fn turns(servers: &[Scraped; 2], encoding: &str, scrapes: usize) -> Result<[Cost; 2], Failure> {
    let mut clients = Vec::new();
    let mut idle = Vec::new();
    for server in servers {
        let mut client = Client::connect(&server.address)?;
        for _ in 0..WARM_UP.min(scrapes.max(TURNS)) {
            client.scrape(encoding)?;
        }
        idle.push(idle_cores(server)?);
        clients.push(client);
    }
    let mut costs = [Cost::default(), Cost::default()];
    let each = (scrapes / TURNS).max(1);
    for _ in 0..TURNS {
        for (((server, client), cost), idle) in
            servers.iter().zip(&mut clients).zip(&mut costs).zip(&idle)
        {
            let before = server.cpu_s()?;
            let watch = Stopwatch::start();
            for _ in 0..each {
                cost.bytes += client.scrape(encoding)? as f64;
            }
            let wall_s = watch.seconds();
            cost.wall_ms += wall_s * 1000.0;
            let spent = server.cpu_s()?.into_iter().zip(before).zip(idle);
            let spent = spent.map(|(((name, after), (_, before)), idle)| {
                (name, (after - before - idle * wall_s) * 1000.0)
            });
            for (index, (name, cpu_ms)) in spent.enumerate() {
                cost.cpu_ms += cpu_ms;
                match cost.parts.get_mut(index) {
                    Some(part) => part.1 += cpu_ms,
                    None => cost.parts.push((name, cpu_ms)),
                }
            }
        }
    }
    let count = (each * TURNS) as f64;
    for cost in &mut costs {
        cost.cpu_ms /= count;
        cost.wall_ms /= count;
        cost.bytes /= count;
        cost.parts.iter_mut().for_each(|part| part.1 /= count);
    }
    Ok(costs)
}

/// Cores that each of its processes uses while nobody asks.
#[expect(
    clippy::disallowed_methods,
    reason = "the interval that is watched, not a sleep to be right"
)]
fn idle_cores(server: &Scraped) -> Result<Vec<f64>, Failure> {
    let before = server.cpu_s()?;
    let watch = Stopwatch::start();
    thread::sleep(IDLE);
    let seconds = watch.seconds();
    let spent = server.cpu_s()?.into_iter().zip(before);
    Ok(spent
        .map(|((_, after), (_, before))| (after - before) / seconds)
        .collect())
}
