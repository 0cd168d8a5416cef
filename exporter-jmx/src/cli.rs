//! `outrigger exporter-jmx`: arguments, configuration, log, signals, and what a failure exits with.

use std::process::ExitCode;

use clap::Args;
use service::command_line::{AWS_CONFIG, Failure, LogNames, ProcessArgs, ProcessLog};
use service::{Clock, Exit};

use crate::config::{JmxConfig, JmxFlagArgs, default_properties};
use crate::start::{self, StartError};

/// What it logs, and where.
const LOG: LogNames = LogNames {
    main: "exporter-jmx.log",
    routes: false,
    declared: &["exporter_jmx", AWS_CONFIG],
};

/// Serve MBeans of broker and front door to Prometheus, as Amazon MSK's port 11001 does.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("config", |arg| arg.help(
    "Properties file: each key is a flag without its dashes"
)))]
#[command(after_help = "Examples:
  outrigger exporter-jmx --source native:outrigger-data/run/broker.json
  outrigger exporter-jmx --source native:http://127.0.0.1:8080 --rules strimzi --web.listen-address :11001
  outrigger exporter-jmx --config exporter-jmx.properties --check-config
  curl '127.0.0.1:11001/metrics?dialect=confluent&level=topic'")]
pub struct JmxArgs {
    #[command(flatten)]
    process: ProcessArgs,
    #[command(flatten)]
    flags: JmxFlagArgs,
}

/// Runs the command to its end.
pub fn run(args: JmxArgs) -> ExitCode {
    let JmxArgs { process, flags } = args;
    process.run(default_properties, |process| {
        run_configured(process, &flags)
    })
}

fn run_configured(process: &ProcessArgs, flags: &JmxFlagArgs) -> Result<(), Failure> {
    let read = |text: &str| JmxConfig::read(text, &process.overrides, &flags.given);
    let Some((config, warnings)) = process.configured(read, JmxConfig::summary)? else {
        return Ok(());
    };
    let clock = Clock::real();
    let (log, undelivered) = ProcessLog::of(&config.own, LOG, &clock)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    log.serve(
        |signal| start::run(config, undelivered, clock, signal),
        exit,
        |sentence| tracing::error!("{sentence}"),
    )
}

fn exit(error: &StartError) -> Exit {
    match error {
        StartError::Serve(scrape::ServeError::WebConfig(_)) | StartError::Region(_) => Exit::Config,
        StartError::Serve(_) | StartError::Admin(_) => Exit::AddressUnavailable,
        StartError::Metrics(_) | StartError::Otlp(_) => Exit::Failure,
        StartError::Endpoints(_) => Exit::CannotWrite,
    }
}
