//! The rounds: both servers stay up, and each piece of work is done on one and then on the other,
//! in slices whose order turns. A first round warms both and is not counted.
//!
//! Slices are many and short because a page that the kernel hands out fresh costs the server up to
//! ten times as much where a virtual machine has to get it from its host first: the best slice shows
//! what the server does, the median what the machine did to it.

use std::path::Path;

use serde_json::Value;

use super::figures::{Figures, Metric};
use super::load::Load;
use super::machine;
use super::options::Options;
use super::server::{Binaries, Engine, Server};
use super::starts;
use crate::command::Failure;

/// How much is done in a round.
struct Size {
    slices: u32,
    latency_s: u32,
}

const FULL: Size = Size {
    slices: 4,
    latency_s: 10,
};
const QUICK: Size = Size {
    slices: 3,
    latency_s: 5,
};
const WARM: Size = Size {
    slices: 2,
    latency_s: 3,
};

/// Messages of a slice: 205 MB of 1 KiB, 100 MB of 100 B.
const LARGE_MESSAGES: u64 = 200_000;
const SMALL_MESSAGES: u64 = 1_000_000;

pub(super) fn measure(
    options: &Options,
    binaries: &Binaries,
    load: &Load,
    folder: &Path,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let mut servers = Vec::new();
    for &engine in &options.engines {
        let folder = folder.join(format!("rounds-{}", engine.name()));
        let mut server = Server::prepare(engine, binaries, &folder)?;
        starts::start(&mut server, load)?;
        servers.push((engine, server));
    }
    let size = if options.quick { &QUICK } else { &FULL };
    println!("warming up");
    round(
        0,
        &WARM,
        &mut servers,
        load,
        folder,
        &mut Figures::default(),
    )?;
    for number in 1..=options.rounds {
        println!("round {number} of {}", options.rounds);
        round(number, size, &mut servers, load, folder, figures)?;
    }
    for (engine, server) in &mut servers {
        let peak = machine::memory_mib(server.pid()?, "VmHWM:")?;
        figures.add(*engine, Metric::MemoryPeak, peak);
        server.stop()?;
    }
    Ok(())
}

fn round(
    number: u32,
    size: &Size,
    servers: &mut [(Engine, Server<'_>)],
    load: &Load,
    folder: &Path,
    figures: &mut Figures,
) -> Result<(), Failure> {
    for slice in 0..size.slices {
        servers.reverse();
        throughput(&format!("{number}-{slice}"), servers, load, folder, figures)?;
    }
    let seconds = size.latency_s;
    let words = format!(
        "latency -t latency-{number} --create --linger 0 --rate 1000 --warmup 2 --duration {seconds}"
    );
    for (engine, server) in servers {
        let line = run(load, server, &words)?;
        for (metric, pointer) in Metric::LATENCIES {
            let us = number_at(&line, pointer)?;
            figures.add(*engine, metric, us / 1000.0);
        }
        let cores = number_at(&line, "/broker/cores")?;
        figures.add(*engine, Metric::LatencyCores, cores * 100.0);
        figures.disturbed(*engine, other_share(&line)?);
    }
    Ok(())
}

/// One slice of every kind on every server, into and out of topics of its own.
fn throughput(
    name: &str,
    servers: &[(Engine, Server<'_>)],
    load: &Load,
    folder: &Path,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let work = [
        (
            Metric::ProduceLarge,
            format!("produce -t large-{name} --create -s 1024 -n {LARGE_MESSAGES}"),
        ),
        (Metric::ConsumeLarge, format!("consume -t large-{name}")),
        (
            Metric::ProduceSmall,
            format!("produce -t small-{name} --create --partitions 4 -s 100 -n {SMALL_MESSAGES}"),
        ),
        (Metric::ConsumeSmall, format!("consume -t small-{name}")),
    ];
    for (metric, words) in work {
        for (engine, server) in servers {
            if metric == Metric::ProduceLarge {
                let floor = machine::page_cache_cpu_s_per_gb(folder, LARGE_MESSAGES * 1024)?;
                figures.add(*engine, Metric::PageCacheFloor, floor);
            }
            let line = run(load, server, &words)?;
            let cost = number_at(&line, "/broker/cpu_s_per_gb")?;
            figures.add(*engine, metric, 1000.0 / cost);
            match metric {
                Metric::ProduceLarge => figures.add(*engine, Metric::ProduceCost, cost),
                Metric::ConsumeLarge => figures.add(*engine, Metric::ConsumeCost, cost),
                _ => {}
            }
            figures.disturbed(*engine, other_share(&line)?);
        }
    }
    Ok(())
}

fn run(load: &Load, server: &Server<'_>, words: &str) -> Result<Value, Failure> {
    let words = format!("{words} --pid {}", server.pid()?);
    load.run(&server.bootstrap(), &words)
}

/// Percent of one core that neither the server nor the client used during a run.
fn other_share(line: &Value) -> Result<f64, Failure> {
    let other = number_at(line, "/host/other_cpu_s")?;
    Ok(100.0 * other / number_at(line, "/host/wall_s")?)
}

fn number_at(line: &Value, pointer: &str) -> Result<f64, Failure> {
    let number = line.pointer(pointer).and_then(Value::as_f64);
    number.ok_or_else(|| Failure::of("load's report", format!("no number at {pointer}")))
}
