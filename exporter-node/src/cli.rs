//! `outrigger exporter-node`: arguments, configuration, log, signals, and what a failure exits with.

use std::process::ExitCode;

use clap::Args;
use service::command_line::{AWS_CONFIG, Failure, LogNames, ProcessArgs, ProcessLog};
use service::{Clock, Exit};

use crate::config::{NodeConfig, NodeFlagArgs, default_properties};
use crate::start::{self, StartError};

/// What it logs, and where.
const LOG: LogNames = LogNames {
    main: "exporter-node.log",
    routes: false,
    declared: &["exporter_node", AWS_CONFIG],
};

/// Serve the machine's metrics to Prometheus, as node_exporter and Amazon MSK's port 11002 do.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("config", |arg| arg.help(
    "Properties file: each key is a flag without its dashes"
)))]
#[command(after_help = "Examples:
  outrigger exporter-node
  outrigger exporter-node --web.listen-address :11002 --collector.textfile.directory /var/lib/metrics
  outrigger exporter-node --path.procfs /host/proc --path.sysfs /host/sys --path.rootfs /host
  outrigger exporter-node --collector.disable-defaults --collector.cpu --collector.meminfo
  outrigger exporter-node --config exporter-node.properties --check-config
  curl '127.0.0.1:11002/metrics?collect[]=cpu&collect[]=filesystem'")]
pub struct NodeArgs {
    #[command(flatten)]
    process: ProcessArgs,
    #[command(flatten)]
    flags: NodeFlagArgs,
}

/// Runs the command to its end.
pub fn run(args: NodeArgs) -> ExitCode {
    let NodeArgs { process, flags } = args;
    process.run(default_properties, |process| {
        run_configured(process, &flags)
    })
}

fn run_configured(process: &ProcessArgs, flags: &NodeFlagArgs) -> Result<(), Failure> {
    let read = |text: &str| NodeConfig::read(text, &process.overrides, &flags.given);
    let Some((config, warnings)) = process.configured(read, NodeConfig::summary)? else {
        return Ok(());
    };
    let clock = Clock::real();
    let (log, undelivered) = ProcessLog::of(&config.own, LOG, &clock)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    log.serve_alone(
        |signal| start::run(config, undelivered, clock, signal),
        exit,
        |sentence| tracing::error!("{sentence}"),
    )
}

fn exit(error: &StartError) -> Exit {
    match error {
        StartError::Serve(scrape::ServeError::WebConfig(_)) | StartError::Region(_) => Exit::Config,
        StartError::Serve(_) | StartError::Admin(_) => Exit::AddressUnavailable,
        StartError::Metrics(_) | StartError::Otlp(_) | StartError::Thread(_) => Exit::Failure,
        StartError::Endpoints(_) => Exit::CannotWrite,
    }
}
