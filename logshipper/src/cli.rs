//! `outrigger logshipper`: arguments, configuration, log, signals, and what a failure exits with.

use std::process::ExitCode;

use clap::{Args, Subcommand};
use service::command_line::{AWS_CONFIG, Failure, LogNames, ProcessArgs, ProcessLog, Usable};
use service::flags::Given;
use service::{Clock, Exit};

use crate::config::{ShipperConfig, ShipperFlagArgs, check, default_properties};
use crate::pipeline::PipelineError;
use crate::replay::{self, ReplayArgs};
use crate::start::{self, StartError};

/// What it logs, and where.
const LOG: LogNames = LogNames {
    main: "logshipper.log",
    routes: false,
    declared: &["logshipper", AWS_CONFIG],
};

/// Ship log files to CloudWatch Logs, S3, Kinesis, Firehose, a directory or standard output; nothing is lost that its file still holds.
#[derive(Args, Clone, Debug)]
#[command(args_conflicts_with_subcommands = true)]
#[command(mut_arg("config", |arg| arg.help(
    "Properties file: each key is a flag without its dashes; read again at SIGHUP"
)))]
#[command(after_help = "Sinks:
  cloudwatch-logs:GROUP[:STREAM]   CloudWatch Logs; group and stream are made if they are not there
  s3:BUCKET[/PREFIX]               objects in Amazon MSK's layout, each made once, after a crash too
  kinesis:STREAM                   Kinesis Data Streams
  firehose:STREAM                  Amazon Data Firehose
  directory:PATH                   files in the layout of the S3 sink
  stdout:                          events as lines

Examples:
  outrigger logshipper --input '/var/log/kafka/*.log' --state-dir /var/lib/logshipper --sink cloudwatch-logs:kafka
  outrigger logshipper --input '/opt/kafka/logs/*.log' --state-dir state --sink s3:my-bucket/logs --sink stdout:
  outrigger logshipper --input 'logs/*.log' --state-dir state --sink directory:archive --from end
  outrigger logshipper --config logshipper.properties --check-config
  outrigger logshipper --input '/var/log/kafka/*.log' --state-dir state --logging-info logging-info.json
  outrigger logshipper replay --dead-letters state/dead-letters-….ndjson --sink cloudwatch-logs:kafka-late")]
pub struct ShipperArgs {
    #[command(subcommand)]
    command: Option<ShipperCommand>,
    /// What a shell makes of a pattern without quotes
    #[arg(hide = true, value_name = "WORD", value_parser = stray)]
    stray: Vec<String>,
    #[command(flatten)]
    process: ProcessArgs,
    #[command(flatten)]
    flags: ShipperFlagArgs,
}

#[derive(Clone, Debug, Subcommand)]
enum ShipperCommand {
    /// Send dead letters again
    Replay(ReplayArgs),
}

/// Nothing is taken that no flag stands before.
fn stray(_: &str) -> Result<String, &'static str> {
    Err(
        "neither a flag nor a command; a pattern needs quotes, as in --input 'logs/*.log', or the shell makes many words of it",
    )
}

/// Runs the command to its end.
pub fn run(args: ShipperArgs) -> ExitCode {
    let ShipperArgs {
        command,
        process,
        flags,
        stray: _,
    } = args;
    match command {
        Some(ShipperCommand::Replay(args)) => replay::run(args),
        None => process.run(default_properties, |process| {
            run_configured(process, &flags.given)
        }),
    }
}

fn run_configured(process: &ProcessArgs, given: &Given) -> Result<(), Failure> {
    let read = |text: &str| {
        let read = ShipperConfig::read(text, &process.overrides, given);
        match process.check_config {
            true => check::examined(read),
            false => read,
        }
    };
    let Some((config, warnings)) = process.configured(read, ShipperConfig::summary)? else {
        return Ok(());
    };
    let clock = Clock::real();
    let (log, _) = ProcessLog::of(&config.own, LOG, &clock)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let (process, given) = (process.clone(), given.clone());
    let reread = move || reread(&process, &given);
    log.serve(
        |signal| start::run(config, Box::new(reread), clock, signal),
        exit,
        |sentence| tracing::error!("{sentence}"),
    )
}

/// The configuration as it is now.
fn reread(process: &ProcessArgs, given: &Given) -> Result<Usable<ShipperConfig>, String> {
    let properties = process
        .properties()
        .map_err(|failure| failure.to_string())?;
    let read = ShipperConfig::read(&properties, &process.overrides, given);
    read.map_err(|errors| errors.report())
}

fn exit(error: &StartError) -> Exit {
    match error {
        StartError::Pipeline(PipelineError::StateDir { .. }) | StartError::Endpoints(_) => {
            Exit::CannotWrite
        }
        StartError::Pipeline(PipelineError::InUse { .. }) => Exit::AlreadyRunning,
        StartError::Pipeline(PipelineError::Checkpoint(_)) => Exit::Data,
        StartError::Pipeline(PipelineError::Input(_) | PipelineError::Sink { .. }) => Exit::Config,
        StartError::Admin(_) => Exit::AddressUnavailable,
        StartError::Pipeline(PipelineError::Thread(_))
        | StartError::Metrics(_)
        | StartError::Otlp(_)
        | StartError::Broken
        | StartError::Signals(_) => Exit::Failure,
    }
}
