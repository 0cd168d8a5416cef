//! The process's log, in Kafka's line layout and under Kafka's file names, with levels that can
//! be changed while it runs.
//!
//! `init` once in `main`; everywhere else only the macros of `tracing`, with a `target:` where Kafka
//! has a logger for the matter. Metrics are not here: each process declares its own.

mod layer;
mod layout;
mod level;
mod loggers;
mod rolling;
mod rotated;
mod routes;
mod sink;
mod undelivered;
mod writer;

pub use level::{ALL as ALL_LEVELS, LogLevel, UnknownLevel};
pub use loggers::{LevelChangeError, Levels, Loggers, ROOT};
pub(crate) use rolling::Place;
pub use rolling::Rotation;
pub use rotated::{KEEP_DEFAULT, Keep};
pub use routes::KAFKA_ROUTES;
pub(crate) use sink::Sink;
pub use undelivered::Undelivered;
pub(crate) use writer::{Queue, Writer};

use crate::clock::Clock;
use crate::files::create_private_dir;
use jiff::tz::TimeZone;
use layer::KafkaLayer;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io;
use std::path::{Path, PathBuf};
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt;

/// Where the log goes.
#[derive(Clone, Debug)]
pub enum Destination {
    /// A main file and, for a broker, the others of [`KAFKA_ROUTES`].
    Files {
        /// Created when missing.
        dir: PathBuf,
        /// `server.log` for a broker, `authn.log` and so on for sidecars.
        main: &'static str,
        /// Whether Kafka's other files are used.
        routes: bool,
        /// When files end and how many are kept.
        rotation: Rotation,
        /// What is kept longer, for log delivery.
        undelivered: Undelivered,
    },
    /// Standard error: processes under a service manager that keeps their output.
    Stderr,
}

/// The zone of the timestamps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// The machine's, as Kafka does; UTC where it has none.
    Local,
    /// UTC.
    Utc,
}

/// What [`init`] needs.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where lines go.
    pub destination: Destination,
    /// The zone of their timestamps.
    pub zone: Zone,
    /// Levels to start with.
    pub levels: Levels,
    /// Loggers that exist before they log, so that their level can be set by name.
    pub declared: &'static [&'static str],
}

/// The running log. Dropping it writes what is queued; keep it until the end of `main`.
#[derive(Debug)]
pub struct Telemetry {
    loggers: Loggers,
    writer: Writer,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// The directory or its main file cannot be created or written.
    #[error("cannot write log files in {}: {error}; make the directory writable or choose another one", dir.display())]
    Directory {
        /// The directory of the log files.
        dir: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The writer thread cannot be started.
    #[error("cannot start the log's thread: {0}")]
    Thread(io::Error),
    /// Another subscriber is in place.
    #[error("the log was initialised twice")]
    Twice,
}

/// Rotation by the hour, at 128 MiB at the latest, keeping [`KEEP_DEFAULT`].
pub const ROTATION_DEFAULT: Rotation = Rotation {
    bytes_max: 128 << 20,
    keep: KEEP_DEFAULT,
};

/// Starts the log of this process; from here on panics are logged too.
pub fn init(options: Options, clock: &Clock) -> Result<Telemetry, InitError> {
    let (subscriber, telemetry) = build(options, clock)?;
    tracing::subscriber::set_global_default(subscriber).map_err(|_| InitError::Twice)?;
    log_panics(telemetry.writer.queue());
    Ok(telemetry)
}

impl Telemetry {
    /// The table of loggers, for `broker-loggers`.
    pub fn loggers(&self) -> Loggers {
        self.loggers.clone()
    }

    /// Waits until every event so far is in its file.
    pub fn flush(&self) {
        self.writer.queue().flush();
    }

    /// Events that are in no file because the disk failed for long.
    pub fn lost_events(&self) -> u64 {
        self.writer.queue().lost()
    }
}

fn build(
    options: Options,
    clock: &Clock,
) -> Result<(impl Subscriber + Send + Sync + 'static, Telemetry), InitError> {
    let zone = match options.zone {
        Zone::Local => TimeZone::try_system().unwrap_or(TimeZone::UTC),
        Zone::Utc => TimeZone::UTC,
    };
    let (sinks, routes) = match options.destination {
        Destination::Files {
            dir,
            main,
            routes,
            rotation,
            undelivered,
        } => {
            let files = if routes { routes::files() } else { Vec::new() };
            let names = std::iter::once(main).chain(files.iter().copied());
            let places = names.map(|name| Place {
                path: dir.join(name),
                zone: zone.clone(),
                rotation,
                undelivered: undelivered.clone(),
            });
            let sinks = open(&dir, places.collect(), clock)
                .map_err(|error| InitError::Directory { dir, error })?;
            (sinks, files)
        }
        Destination::Stderr => (vec![Sink::stderr(zone.clone())], Vec::new()),
    };
    let writer = Writer::start(sinks, clock.clone()).map_err(InitError::Thread)?;
    let loggers = Loggers::new(options.levels, options.declared);
    let layer = KafkaLayer {
        loggers: loggers.clone(),
        queue: writer.queue(),
        clock: clock.clone(),
        zone,
        routes,
    };
    let subscriber = tracing_subscriber::registry().with(layer);
    Ok((subscriber, Telemetry { loggers, writer }))
}

fn open(dir: &Path, places: Vec<Place>, clock: &Clock) -> io::Result<Vec<Sink>> {
    create_private_dir(dir)?;
    let mut sinks: Vec<_> = places.into_iter().map(Sink::file).collect();
    sinks[0].open(clock.now_ms())?;
    Ok(sinks)
}

fn log_panics(queue: Queue) {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let task = crate::spawn::task_name();
        let thread = std::thread::current()
            .name()
            .unwrap_or("unnamed")
            .to_owned();
        let backtrace = Backtrace::capture();
        let captured = backtrace.status() == BacktraceStatus::Captured;
        let backtrace = if captured {
            format!("\n{backtrace}")
        } else {
            String::new()
        };
        let task = task.unwrap_or("none");
        tracing::error!(target: "outrigger.panic", task, %thread, "{panic}{backtrace}");
        if thread != "log-writer" {
            queue.flush();
        }
        previous(panic);
    }));
}

#[cfg(test)]
mod tests;
