//! The rounds: both servers stay up, and each piece of work is done on one and then on the other,
//! the order turning with every round. A first round warms both and is not counted.

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
    /// Messages of 1 KiB and of 100 B.
    large: u64,
    small: u64,
    latency_s: u32,
}

const FULL: Size = Size {
    large: 600_000,
    small: 3_000_000,
    latency_s: 10,
};
const QUICK: Size = Size {
    large: 300_000,
    small: 1_000_000,
    latency_s: 5,
};
const WARM: Size = Size {
    large: 200_000,
    small: 1_000_000,
    latency_s: 3,
};

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
    round(0, &WARM, &servers, load, folder, &mut Figures::default())?;
    for number in 1..=options.rounds {
        println!("round {number} of {}", options.rounds);
        servers.reverse();
        round(number, size, &servers, load, folder, figures)?;
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
    servers: &[(Engine, Server<'_>)],
    load: &Load,
    folder: &Path,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let (large, small, seconds) = (size.large, size.small, size.latency_s);
    let throughput = [
        (
            Metric::ProduceLarge,
            format!("produce -t large-{number} --create -s 1024 -n {large}"),
        ),
        (Metric::ConsumeLarge, format!("consume -t large-{number}")),
        (
            Metric::ProduceSmall,
            format!("produce -t small-{number} --create --partitions 4 -s 100 -n {small}"),
        ),
        (Metric::ConsumeSmall, format!("consume -t small-{number}")),
    ];
    for (metric, words) in throughput {
        let bytes = if metric.is_large() {
            large * 1024
        } else {
            small * 100
        };
        for (engine, server) in servers {
            // Fresh pages cost up to ten times as much where the host has to give them first. What
            // is written and removed here is at hand for whoever comes next, so that all pay alike.
            let floor = machine::page_cache_cpu_s_per_gb(folder, bytes)?;
            let line = run(load, server, &words)?;
            // Below one clock tick the cost cannot be seen; half a tick stands for it.
            let tick = 0.005 / (bytes as f64 / 1e9);
            let cost = number_at(&line, "/broker/cpu_s_per_gb")?.max(tick);
            figures.add(*engine, metric, 1000.0 / cost);
            match metric {
                Metric::ProduceLarge => {
                    figures.add(*engine, Metric::PageCacheFloor, floor);
                    figures.add(*engine, Metric::ProduceBeyond, cost - floor);
                }
                Metric::ConsumeLarge => figures.add(*engine, Metric::ConsumeCost, cost),
                _ => {}
            }
            figures.disturbed(*engine, other_share(&line)?);
        }
    }
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
