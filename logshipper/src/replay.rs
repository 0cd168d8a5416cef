//! `outrigger logshipper replay`: sends dead letters again, to one sink, and says what became of them. It goes
//! on where it ended.
//!
//! How far it is stands beside the file (`….replayed`: which file, and by sink the offset of the next line). What the sink refuses again goes to
//! `….rejected`, which is a file of dead letters as well.

mod letters;
mod patience;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use service::command_line::{AWS_CONFIG, Failure, LogNames, ProcessLog};
use service::telemetry::Undelivered;
use service::{Clock, Exit, telemetry};

use crate::config::{ReplayFlagArgs, SinkConfig, replayed_sinks};
use crate::sink::table::Surroundings;
pub use letters::{ReplayError, Report, replay};
pub use patience::Patience;

const LOG: LogNames = LogNames {
    main: "logshipper-replay.log",
    routes: false,
    declared: &["logshipper", AWS_CONFIG],
};

/// Send dead letters again.
#[derive(Args, Clone, Debug)]
#[command(
    after_help = "It goes on where it ended when it is run again with the same file and sink: how far it is stands beside it, in
FILE.replayed. What the sink refuses again is in FILE.rejected, and the exit status is then not 0.

Examples:
  outrigger logshipper replay --dead-letters state/dead-letters-….ndjson --sink cloudwatch-logs:kafka-late
  outrigger logshipper replay --dead-letters state/dead-letters-….ndjson.1 --sink directory:late"
)]
pub struct ReplayArgs {
    /// A file of dead letters; best a rotated one, or one of a shipper that is stopped
    #[arg(long, value_name = "FILE")]
    dead_letters: PathBuf,
    /// Give up, with exit status 1, when the sink has taken nothing for so long; at the third attempt where somebody has to act first,
    /// such as for a bucket that is missing. The letters stay
    #[arg(long, value_name = "N", default_value_t = 300)]
    give_up_seconds: u64,
    #[command(flatten)]
    flags: ReplayFlagArgs,
}

/// Runs the command to its end.
pub fn run(args: ReplayArgs) -> ExitCode {
    match run_configured(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::from(failure.exit().status())
        }
    }
}

fn run_configured(args: &ReplayArgs) -> Result<(), Failure> {
    let read = replayed_sinks(&args.flags.given);
    let (mut sinks, level) = read.map_err(|errors| Failure::Config(errors.report()))?;
    let (Some(sink), true) = (sinks.pop(), sinks.is_empty()) else {
        return Err(Failure::Config("sink: one at a time".to_owned()));
    };
    let clock = Clock::real();
    let log = ProcessLog::start(None, &Undelivered::told_in(None), LOG, &clock)?;
    log.set_level(telemetry::ROOT, level);
    log.set_level(AWS_CONFIG, telemetry::LogLevel::Error);
    let path = args.dead_letters.clone();
    let patience = Patience::new(Duration::from_secs(args.give_up_seconds));
    log.serve(
        |mut signal| async move {
            let opened = open(&sink, &clock).await?;
            let replaying = replay(&path, (&sink.name, &*opened), patience, &clock);
            let report = tokio::select! {
                report = replaying => report?,
                cause = signal.wait() => return Err(ReplayError::Stopped(cause)),
            };
            let checked = report.check(&path);
            if !matches!(checked, Err(ReplayError::NoLetters { .. })) {
                println!("{}", report.told(&path));
            }
            checked
        },
        |error| match error {
            ReplayError::Sink(_) => Exit::Config,
            ReplayError::Io { .. } => Exit::CannotWrite,
            ReplayError::NoLetters { .. } => Exit::Data,
            ReplayError::Refused(_) | ReplayError::GaveUp { .. } | ReplayError::Stopped(_) => {
                Exit::Failure
            }
        },
        |sentence| tracing::error!("{sentence}"),
    )
}

async fn open(
    config: &SinkConfig,
    clock: &Clock,
) -> Result<std::sync::Arc<dyn crate::sink::Sink>, ReplayError> {
    let surroundings = Surroundings {
        clock: clock.clone(),
    };
    (config.open)(surroundings).await.map_err(ReplayError::Sink)
}
