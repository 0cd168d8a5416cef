//! `cargo xtask bench node`: exporter-node beside node_exporter, both alone and with their defaults, scraped in turns as Prometheus
//! does it: one connection each that is kept. CPU and memory are the kernel's figures of the two processes.
//!
//! Ours is the program of its own, `outrigger-exporter-node`: the one file to ship holds all the other processes, too, and more of it is
//! mapped and relocated. `--binary FILE` measures that one.

pub(super) mod client;
mod peer;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use self::client::Client;
use self::peer::Peer;
use super::machine;
use crate::command::{self, Failure};
use crate::stopwatch::Stopwatch;
use crate::tools::{self, Release, Tool, Tools};

const TURNS: usize = 10;
/// What each does before it counts: files are opened, buffers grow.
const WARM_UP: usize = 50;
/// A scrape as Prometheus asks for it, and one whose answer is not packed.
const KINDS: [(&str, &str); 2] = [("identity", "identity"), ("gzip", "gzip")];

struct Options {
    scrapes: usize,
    long: usize,
    release: Release,
    binary: Option<PathBuf>,
    force: bool,
}

/// What one process did in all turns of a kind.
#[derive(Clone, Copy, Default)]
struct Cost {
    cpu_s: f64,
    wall_s: f64,
    scrapes: usize,
    bytes: usize,
}

pub(super) fn run(words: &[String]) -> Result<(), Failure> {
    let options = parse(words)?;
    let tools = Tools::at(&command::root());
    tools::install(&tools, &[Tool::Prometheus])
        .map_err(|failure| Failure::Failed(failure.to_string()))?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => build(&tools)?,
    };
    let other_cores = machine::other_cores()?;
    println!("other processes use {other_cores:.2} cores");
    if other_cores > super::OTHER_CORES_MAX && !options.force {
        return Err(Failure::Failed(
            "the machine is busy: wait, or measure all the same with --force".into(),
        ));
    }
    let folder = tools.repository().join("target/bench/node");
    fs::create_dir_all(&folder)?;
    let theirs = Peer::theirs(&tools, options.release, &folder)?;
    let ours = Peer::ours(&binary, &folder)?;
    let peers = [&theirs, &ours];
    let mut rows = Vec::new();
    for (name, encoding) in KINDS {
        let costs = turns(peers, encoding, options.scrapes)?;
        rows.push((
            format!("CPU per scrape, {name}, ms"),
            costs.map(|cost| cost.cpu_s * 1000.0 / cost.scrapes as f64),
        ));
        rows.push((
            format!("wall per scrape, {name}, ms"),
            costs.map(|cost| cost.wall_s * 1000.0 / cost.scrapes as f64),
        ));
        rows.push((
            format!("answer, {name}, kB"),
            costs.map(|cost| cost.bytes as f64 / cost.scrapes as f64 / 1000.0),
        ));
    }
    let memory = |field| -> Result<[f64; 2], Failure> {
        Ok([
            machine::memory_mib(theirs.pid(), field)?,
            machine::memory_mib(ours.pid(), field)?,
        ])
    };
    rows.push(("resident after all, MiB".into(), memory("VmRSS")?));
    // What no other process can share, and pages of the files that are mapped.
    rows.push(("resident, private, MiB".into(), memory("RssAnon")?));
    rows.push(("resident, of files, MiB".into(), memory("RssFile")?));
    rows.push(("resident peak, MiB".into(), memory("VmHWM")?));
    print(&rows);
    let grown = grow(&ours, options.long)?;
    report(&tools, &rows, other_cores, grown)
}

fn parse(words: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        scrapes: 1000,
        long: 0,
        release: Release::Sid,
        binary: None,
        force: false,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || {
            let missing = || Failure::Usage(format!("{word} needs a value"));
            words.next().ok_or_else(missing)
        };
        match word.as_str() {
            "--force" => options.force = true,
            "--scrapes" => options.scrapes = number(value()?)?.max(TURNS),
            "--long" => options.long = number(value()?)?,
            "--binary" => options.binary = Some(PathBuf::from(value()?)),
            "--release" => {
                options.release = match value()?.as_str() {
                    "stable" => Release::Stable,
                    "sid" => Release::Sid,
                    other => {
                        let text = format!("--release takes stable or sid, not `{other}`");
                        return Err(Failure::Usage(text));
                    }
                }
            }
            _ => return Err(Failure::unknown_word("bench", word)),
        }
    }
    Ok(options)
}

fn number(word: &str) -> Result<usize, Failure> {
    word.parse()
        .map_err(|_| Failure::Usage(format!("`{word}` is no number")))
}

fn build(tools: &Tools) -> Result<PathBuf, Failure> {
    let status = Command::new("cargo")
        .args(["build", "--release", "--package", "exporter-node"])
        .current_dir(tools.repository())
        .status()?;
    match status.success() {
        true => Ok(tools
            .repository()
            .join("target/release/outrigger-exporter-node")),
        false => Err(Failure::Failed("cargo build failed".into())),
    }
}

/// Scrapes both in turns.
fn turns(peers: [&Peer; 2], encoding: &str, scrapes: usize) -> Result<[Cost; 2], Failure> {
    let mut costs = [Cost::default(); 2];
    let mut clients = Vec::new();
    for peer in peers {
        let mut client = Client::connect(peer.address())?;
        for _ in 0..WARM_UP {
            client.scrape(encoding)?;
        }
        clients.push(client);
    }
    for _ in 0..TURNS {
        for ((peer, client), cost) in peers.iter().zip(&mut clients).zip(&mut costs) {
            let before = peer.cpu_s()?;
            let watch = Stopwatch::start();
            for _ in 0..scrapes / TURNS {
                cost.bytes += client.scrape(encoding)?;
                cost.scrapes += 1;
            }
            cost.wall_s += watch.seconds();
            cost.cpu_s += peer.cpu_s()? - before;
        }
    }
    Ok(costs)
}

/// Scrapes ours alone; its memory before and after.
fn grow(ours: &Peer, scrapes: usize) -> Result<Option<[f64; 2]>, Failure> {
    if scrapes == 0 {
        return Ok(None);
    }
    let before = machine::memory_mib(ours.pid(), "VmRSS")?;
    let mut client = Client::connect(ours.address())?;
    for _ in 0..scrapes {
        client.scrape("gzip")?;
    }
    let after = machine::memory_mib(ours.pid(), "VmRSS")?;
    println!("resident over {scrapes} more scrapes: {before:.2} MiB, then {after:.2} MiB");
    Ok(Some([before, after]))
}

fn print(rows: &[(String, [f64; 2])]) {
    let head = ["node_exporter", "exporter-node", "ratio"];
    println!("\n{:<34}{:>15}{:>15}{:>9}", "", head[0], head[1], head[2]);
    for (name, [theirs, ours]) in rows {
        println!("{name:<34}{theirs:>15.3}{ours:>15.3}{:>9.3}", ours / theirs);
    }
}

fn report(
    tools: &Tools,
    rows: &[(String, [f64; 2])],
    other_cores: f64,
    grown: Option<[f64; 2]>,
) -> Result<(), Failure> {
    let figures: Vec<_> = rows
        .iter()
        .map(|(name, [theirs, ours])| json!({"figure": name, "node_exporter": theirs, "exporter_node": ours}))
        .collect();
    let report = json!({
        "version": 1,
        "cores": machine::cores(),
        "other_cores_before": other_cores,
        "figures": figures,
        "resident_mib_before_and_after_the_long_run": grown,
    });
    let path = tools.repository().join("target/bench/node.json");
    fs::write(&path, format!("{report:#}\n"))
        .map_err(|cause| Failure::of(path.display(), cause))?;
    println!("all figures: {}", path.display());
    Ok(())
}
