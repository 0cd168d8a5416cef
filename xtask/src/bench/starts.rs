//! Start time and memory: from the fork to the first acknowledged record of a client that was
//! waiting already, on a fresh directory and on one that was used; then the resident memory.
//!
//! Apache Kafka's `storage format`, which a fresh directory needs before its first start, is not counted.

use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::figures::{Figures, Metric};
use super::load::Load;
use super::machine;
use super::options::Options;
use super::server::{Binaries, Server};
use crate::command::Failure;

/// How long a server is left alone after its start before its memory is read.
const SETTLE: Duration = Duration::from_secs(2);

pub(super) fn measure(
    options: &Options,
    binaries: &Binaries,
    load: &Load,
    folder: &Path,
    figures: &mut Figures,
) -> Result<(), Failure> {
    for round in 0..options.rounds {
        for &engine in &options.engines {
            let folder = folder.join(format!("start-{round}-{}", engine.name()));
            let mut server = Server::prepare(engine, binaries, &folder)?;
            let fresh = start(&mut server, load)?;
            settle();
            let resident = machine::memory_mib(server.pid()?, "VmRSS:")?;
            server.stop()?;
            let existing = start(&mut server, load)?;
            server.stop()?;
            figures.add(engine, Metric::StartFresh, fresh);
            figures.add(engine, Metric::StartExisting, existing);
            figures.add(engine, Metric::MemoryStart, resident);
            println!(
                "start {}: {fresh:.0} ms fresh, {existing:.0} ms existing, {resident:.0} MiB",
                engine.name()
            );
        }
    }
    Ok(())
}

/// Starts a server with a client waiting; the milliseconds to its first ack.
pub(super) fn start(server: &mut Server<'_>, load: &Load) -> Result<f64, Failure> {
    let waiting = load.wait_for(&server.bootstrap())?;
    settle_client();
    let forked_us = unix_us();
    server.start()?;
    let acked_us = waiting.acked_unix_us().map_err(|failure| {
        let said = server.output();
        Failure::Failed(format!("{failure}; the server's last words:\n{said}"))
    })?;
    Ok(acked_us.saturating_sub(forked_us) as f64 / 1000.0)
}

/// Microseconds since the Unix epoch: the clock that this process and the client share.
#[expect(
    clippy::disallowed_methods,
    reason = "two processes compare the time of day; there is no clock to be given"
)]
pub(super) fn unix_us() -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.map_or(0, |time| time.as_micros() as u64)
}

#[expect(clippy::disallowed_methods, reason = "idle time is what is measured")]
fn settle() {
    thread::sleep(SETTLE);
}

/// A client that has only just begun to try would flatter the server's first connection.
#[expect(
    clippy::disallowed_methods,
    reason = "the client must have been waiting"
)]
fn settle_client() {
    thread::sleep(Duration::from_millis(100));
}
