//! `cargo xtask bench`: our processes beside Apache Kafka, on one machine, in one run, driven by
//! one client (`bench/load`), in interleaved rounds: `kafka` is the broker over plaintext,
//! `security` broker and authn over TLS. `node` is exporter-node beside node_exporter, `exporters` exporter-jmx beside jmx_exporter's
//! agent, each with words of its own.
//!
//! Ratios are what counts: absolute figures of two runs on one machine differ by up to 40 %. The
//! servers run with their defaults; nothing is tuned on either side. It stops all it started.

mod exporters;
mod figures;
mod load;
mod logs;
mod machine;
mod metrics;
mod node;
mod options;
mod rounds;
mod security;
mod server;
mod starts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process;

use serde_json::json;

use crate::command::{self, Command, Failure};
use crate::stopwatch::Stopwatch;
use crate::tools::{self, Tool, Tools};
use figures::Figures;
use load::Load;
use options::{Options, Suite};
use server::{Binaries, Engine};

pub(crate) const COMMAND: Command = Command {
    name: "bench",
    arguments: "kafka|security|node|exporters|logs [--quick] [--only ENGINE] [--rounds N] [--binary FILE] [--out FILE] [--force]",
    about: "figures beside Apache Kafka",
    help: options::HELP,
    run,
};

/// CPU of other processes, in cores, above which figures would not mean anything.
const OTHER_CORES_MAX: f64 = 0.25;

fn run(words: &[String]) -> Result<(), Failure> {
    let first = words.split_first();
    match first.map(|(word, rest)| (word.as_str(), rest)) {
        Some(("node", words)) => return node::run(words),
        Some(("exporters", words)) => return exporters::run(words),
        Some(("logs", words)) => return logs::run(words),
        _ => {}
    }
    if let Some(("metrics", words)) = words
        .split_first()
        .map(|(word, rest)| (word.as_str(), rest))
    {
        return metrics::run(words);
    }
    let options = options::parse(words)?;
    let tools = Tools::at(&command::root());
    tools::install(&tools, &[Tool::Kafka])
        .map_err(|failure| Failure::Failed(failure.to_string()))?;
    let binaries = Binaries::build(&tools, &options)?;
    let load = Load::build(tools.repository())?;
    let other_cores = machine::other_cores()?;
    println!("other processes use {other_cores:.2} cores (other_cpu)");
    if other_cores > OTHER_CORES_MAX && !options.force {
        return Err(Failure::Failed(format!(
            "other processes use {other_cores:.2} cores, more than {OTHER_CORES_MAX}: wait for a \
             quiet machine, or measure all the same with --force"
        )));
    }

    let folder = Folder::create(tools.repository())?;
    let watch = Stopwatch::start();
    let mut figures = Figures::default();
    match options.suite {
        Suite::Kafka => {
            starts::measure(&options, &binaries, &load, &folder.0, &mut figures)?;
            rounds::measure(&options, &binaries, &load, &folder.0, &mut figures)?;
        }
        Suite::Security => {
            security::measure(&options, &binaries, &load, &folder.0, &mut figures)?;
        }
    }
    drop(folder);

    print!("\n{}", figures.table(&options.engines));
    println!("{:.0} s in all", watch.seconds());
    report(&options, &figures, other_cores, tools.repository())
}

/// Where the servers of one run live; removed at its end, whatever that is.
struct Folder(PathBuf);

impl Folder {
    fn create(repository: &Path) -> Result<Self, Failure> {
        let path = repository.join(format!("target/bench/{}", process::id()));
        fs::create_dir_all(&path).map_err(|cause| Failure::of(path.display(), cause))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies under target/, where nobody keeps anything.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn report(
    options: &Options,
    figures: &Figures,
    other_cores: f64,
    repository: &Path,
) -> Result<(), Failure> {
    let default = repository.join(format!("target/bench/{}.json", options.suite.name()));
    let path = options.out.as_deref().unwrap_or(&default);
    let report = json!({
        "version": 1,
        "unix_ms": starts::unix_us() / 1000,
        "cores": machine::cores(),
        "other_cores_before": other_cores,
        "rounds": options.rounds,
        "figures": figures.json(),
    });
    fs::write(path, format!("{report:#}\n")).map_err(|cause| Failure::of(path.display(), cause))?;
    println!("all samples: {}", path.display());
    Ok(())
}
