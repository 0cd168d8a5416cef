//! `outrigger broker`: arguments, configuration, log, signals, and what a failure exits with.

use std::process::ExitCode;

use clap::Args;
use service::command_line::{Failure, LogNames, ProcessArgs, ProcessLog};
use service::telemetry::Undelivered;
use service::{Clock, Exit};
use storage::OpenDiskError;

use crate::config::{BrokerConfig, LOGGERS, check_report, default_properties};
use crate::start::{self, StartError};

/// What the broker logs, and where.
const LOG: LogNames = LogNames {
    main: "server.log",
    routes: true,
    declared: LOGGERS,
};

/// Run one Kafka node.
#[derive(Args, Clone, Debug)]
#[command(
    mut_arg("config", |arg| arg.help(
        "Kafka's server.properties; without it every property has its default"
    )),
    mut_arg("print_default_config", |arg| arg.help(
        "Print every property that has an effect, with its default, and exit"
    )),
)]
#[command(after_help = "Examples:
  outrigger broker --config server.properties
  outrigger broker --config server.properties --override num.partitions=4
  outrigger broker --config server.properties --check-config
  outrigger broker --print-default-config > server.properties")]
pub struct BrokerArgs {
    #[command(flatten)]
    process: ProcessArgs,
}

/// Runs the command to its end.
pub fn run(args: BrokerArgs) -> ExitCode {
    args.process.run(default_properties, run_configured)
}

fn run_configured(args: &ProcessArgs) -> Result<(), Failure> {
    let read = BrokerConfig::from_properties(&args.properties()?, &args.overrides);
    let report = check_report(&read);
    let Some((config, warnings)) = args.checked(read, &report)? else {
        return Ok(());
    };
    let clock = Clock::real();
    let undelivered = Undelivered::told_in(config.undelivered_file.clone());
    let log = ProcessLog::start(config.log_dir.as_deref(), &undelivered, LOG, &clock)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let loggers = log.loggers();
    log.serve(
        |signal| start::run(config, clock, (loggers, undelivered), signal),
        exit,
        |sentence| tracing::error!("{sentence}"),
    )
}

fn exit(error: &StartError) -> Exit {
    match error {
        StartError::Disk(OpenDiskError::Locked(_)) => Exit::AlreadyRunning,
        StartError::Disk(OpenDiskError::Create(..)) => Exit::CannotWrite,
        StartError::Disk(_) | StartError::Metadata(_) | StartError::IdentityStore(_) => Exit::Data,
        StartError::Bind(_) | StartError::Admin(_) | StartError::Handoff(_) => {
            Exit::AddressUnavailable
        }
        StartError::Epoch(_) | StartError::Telemetry(_) => Exit::Failure,
        StartError::Audit { .. } | StartError::Endpoints(_) => Exit::CannotWrite,
    }
}
