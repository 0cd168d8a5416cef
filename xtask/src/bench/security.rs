//! `cargo xtask bench security`: broker and authn beside Apache Kafka's own SSL and SASL_SSL
//! listeners, with the same certificates and the same client, in interleaved slices.
//!
//! The CPU of both of our processes counts, as the whole JVM does.

mod secured;

use std::path::Path;

use serde_json::Value;

use super::figures::{Figures, Metric};
use super::load::Load;
use super::options::Options;
use super::server::{Binaries, Engine};
use crate::command::Failure;
use secured::Secured;

/// Logins of a slice; each is a connection of its own with a whole handshake.
const LOGINS: u32 = 1000;
/// Handshakes under way at once: enough to keep a core of the server busy.
const CONCURRENCY: u32 = 8;
/// Messages of a slice: 205 MB of 1 KiB.
const MESSAGES: u64 = 200_000;
/// Messages that warm a server up, which a JVM needs most.
const WARM_MESSAGES: u64 = 100_000;
const SLICES: u32 = 3;
const LATENCY_S: u32 = 10;

/// How a client of the load generator logs in.
#[derive(Clone, Copy)]
enum Login {
    Tls,
    Mtls,
    Scram,
}

pub(super) fn measure(
    options: &Options,
    binaries: &Binaries,
    load: &Load,
    folder: &Path,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let ours = Secured::start_outrigger(binaries, folder)?;
    let credentials = ours.credentials().clone();
    let mut servers = Vec::new();
    if options.engines.contains(&Engine::Kafka) {
        let kafka = Secured::start_kafka(binaries, folder, &credentials)?;
        kafka.wait(load)?;
        servers.push(kafka);
    }
    if options.engines.contains(&Engine::Outrigger) {
        servers.push(ours);
    }
    println!("warming up");
    for server in &servers {
        warm_up(server, load)?;
    }
    for round in 1..=options.rounds {
        println!("round {round} of {}", options.rounds);
        for slice in 0..SLICES {
            servers.reverse();
            for server in &servers {
                logins(server, load, figures)?;
            }
            for server in &servers {
                throughput(server, &format!("{round}-{slice}"), load, figures)?;
            }
        }
        for server in &servers {
            latencies(server, round, load, figures)?;
        }
    }
    servers.into_iter().try_for_each(Secured::stop)
}

fn warm_up(server: &Secured, load: &Load) -> Result<(), Failure> {
    for login in [Login::Tls, Login::Mtls, Login::Scram] {
        server.run(load, login, &login_words())?;
    }
    let produce = format!("produce -t warm --create -s 1024 -n {WARM_MESSAGES}");
    server.run(load, Login::Tls, &produce)?;
    server.run(load, Login::Tls, "consume -t warm").map(|_| ())
}

fn login_words() -> String {
    format!("connections --raw --churn -n {LOGINS} --concurrency {CONCURRENCY}")
}

fn logins(server: &Secured, load: &Load, figures: &mut Figures) -> Result<(), Failure> {
    let rows = [
        (Login::Tls, Metric::TlsLogins),
        (Login::Mtls, Metric::MtlsLogins),
        (Login::Scram, Metric::ScramLogins),
    ];
    for (login, metric) in rows {
        let line = server.run(load, login, &login_words())?;
        let ms_each = number_at(&line, "/result/broker_cpu_ms_each")?;
        figures.add(server.engine(), metric, 1000.0 / ms_each);
    }
    Ok(())
}

fn throughput(
    server: &Secured,
    name: &str,
    load: &Load,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let rows = [
        (
            Metric::ProduceTls,
            format!("produce -t large-{name} --create -s 1024 -n {MESSAGES}"),
        ),
        (Metric::ConsumeTls, format!("consume -t large-{name}")),
    ];
    for (metric, words) in rows {
        let line = server.run(load, Login::Tls, &words)?;
        let cost = number_at(&line, "/broker/cpu_s_per_gb")?;
        figures.add(server.engine(), metric, 1000.0 / cost);
    }
    Ok(())
}

/// Acknowledgements over plaintext and over TLS: the difference is what TLS, and here also the
/// relay, adds to a round trip.
fn latencies(
    server: &Secured,
    round: u32,
    load: &Load,
    figures: &mut Figures,
) -> Result<(), Failure> {
    let words = format!(
        "latency --no-consumer --create --linger 0 --rate 1000 --warmup 2 --duration {LATENCY_S}"
    );
    let p50 = |line: &Value| number_at(line, "/result/ack_latency/p50_us").map(|us| us / 1000.0);
    let line = server.run_plaintext(load, &format!("{words} -t plain-{round}"))?;
    let plaintext = p50(&line)?;
    let line = server.run(load, Login::Tls, &format!("{words} -t tls-{round}"))?;
    let tls = p50(&line)?;
    let p99 = number_at(&line, "/result/ack_latency/p99_us")? / 1000.0;
    figures.add(server.engine(), Metric::TlsAckP50, tls);
    figures.add(server.engine(), Metric::TlsAckP99, p99);
    figures.add(server.engine(), Metric::TlsAdded, tls - plaintext);
    Ok(())
}

fn number_at(line: &Value, pointer: &str) -> Result<f64, Failure> {
    let number = line.pointer(pointer).and_then(Value::as_f64);
    number.ok_or_else(|| Failure::of("load's report", format!("no number at {pointer}")))
}
