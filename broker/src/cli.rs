//! `outrigger broker`: arguments, configuration, log, signals, and what a failure exits with.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use service::telemetry::{self, Destination, Levels, Loggers, Options, Zone};
use service::{Clock, Exit, shutdown};
use storage::OpenDiskError;

use crate::config::{
    BrokerConfig, ConfigErrors, LOGGERS, Warnings, check_report, default_properties,
};
use crate::start::{self, StartError};

/// The largest `server.properties` that is read.
const PROPERTIES_BYTES_MAX: u64 = 1 << 20;

/// Run one Kafka node.
#[derive(Args, Clone, Debug)]
#[command(after_help = "Examples:
  outrigger broker --config server.properties
  outrigger broker --config server.properties --override num.partitions=4
  outrigger broker --config server.properties --check-config
  outrigger broker --print-default-config > server.properties")]
pub struct BrokerArgs {
    /// Kafka's server.properties; without it every property has its default
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set one property, over what the file says; may be repeated
    #[arg(long = "override", value_name = "KEY=VALUE", value_parser = key_value)]
    pub overrides: Vec<(String, String)>,
    /// Say whether the configuration is usable, and exit
    #[arg(long)]
    pub check_config: bool,
    /// Print every property that has an effect, with its default, and exit
    #[arg(long, conflicts_with_all = ["config", "check_config"])]
    pub print_default_config: bool,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
        None => Err(format!("{text:?} is no KEY=VALUE")),
    }
}

/// Runs the command to its end.
pub fn run(args: BrokerArgs) -> ExitCode {
    if args.print_default_config {
        print!("{}", default_properties());
        return ExitCode::SUCCESS;
    }
    match run_configured(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err((exit, sentence)) => {
            eprintln!("{sentence}");
            ExitCode::from(exit.status())
        }
    }
}

fn run_configured(args: &BrokerArgs) -> Result<(), (Exit, String)> {
    let text = match &args.config {
        None => String::new(),
        Some(path) => service::files::read_text(path, PROPERTIES_BYTES_MAX).map_err(|e| {
            (
                Exit::Config,
                format!("error: cannot read {}: {e}", path.display()),
            )
        })?,
    };
    let read = BrokerConfig::from_properties(&text, &args.overrides);
    if args.check_config {
        return match &read {
            Ok(_) => {
                print!("{}", check_report(&read));
                Ok(())
            }
            Err(_) => Err((Exit::Config, report(args, &read))),
        };
    }
    let (config, warnings) = match read {
        Ok(read) => read,
        Err(errors) => return Err((Exit::Config, report(args, &Err(errors)))),
    };
    let clock = Clock::real();
    let telemetry = telemetry::init(log_options(&config), &clock)
        .map_err(|e| (Exit::CannotWrite, format!("error: {e}")))?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let has_log_files = config.log_dir.is_some();
    let outcome = serve(config, clock, telemetry.loggers());
    // Where the log is the terminal, once is enough.
    if let Err((_, sentence)) = &outcome
        && has_log_files
    {
        tracing::error!("{sentence}");
    }
    telemetry.flush();
    outcome.map_err(|(exit, sentence)| (exit, format!("error: {sentence}")))
}

/// What is wrong with the configuration, under the name of the file that its lines count in.
fn report(args: &BrokerArgs, read: &Result<(BrokerConfig, Warnings), ConfigErrors>) -> String {
    let report = check_report(read);
    match &args.config {
        Some(path) => format!("{}:\n{}", path.display(), report.trim_end()),
        None => report.trim_end().to_owned(),
    }
}

fn log_options(config: &BrokerConfig) -> Options {
    let destination = match &config.log_dir {
        None => Destination::Stderr,
        Some(dir) => Destination::Files {
            dir: dir.clone(),
            main: "server.log",
            routes: true,
            rotation: telemetry::ROTATION_DEFAULT,
        },
    };
    Options {
        destination,
        zone: Zone::Local,
        levels: Levels::default(),
        declared: LOGGERS,
    }
}

fn serve(config: BrokerConfig, clock: Clock, loggers: Loggers) -> Result<(), (Exit, String)> {
    let failed = |e: std::io::Error| (Exit::Failure, e.to_string());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    runtime.block_on(async {
        let (_trigger, signal) = shutdown::on_signals().map_err(failed)?;
        start::run(config, clock, loggers, signal)
            .await
            .map_err(|error| (exit(&error), error.to_string()))
    })
}

fn exit(error: &StartError) -> Exit {
    match error {
        StartError::Disk(OpenDiskError::Locked(_)) => Exit::AlreadyRunning,
        StartError::Disk(OpenDiskError::Create(..)) => Exit::CannotWrite,
        StartError::Disk(_) | StartError::Metadata(_) => Exit::Data,
        StartError::Bind(_) | StartError::Admin { .. } => Exit::AddressUnavailable,
        StartError::Epoch(_) => Exit::Failure,
        StartError::Endpoints { .. } => Exit::CannotWrite,
    }
}
