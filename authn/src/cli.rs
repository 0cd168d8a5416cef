//! `outrigger authn`: arguments, configuration, log, sandbox, signals, and what a failure exits
//! with.

use std::process::ExitCode;

use clap::Args;
use service::command_line::{Failure, LogNames, ProcessArgs, ProcessLog};
use service::telemetry::Undelivered;
use service::{Clock, Exit};

use crate::config::{AuthnConfig, check_report, default_properties};
use crate::sandbox;
use crate::start::{self, StartError};

/// What authn logs, and where.
const LOG: LogNames = LogNames {
    main: "authn.log",
    routes: false,
    declared: &["authn"],
};

/// Run the security sidecar: TLS, SCRAM and IAM in front of a broker.
#[derive(Args, Clone, Debug)]
#[command(mut_arg("config", |arg| arg.help(
    "Properties file; outrigger.handoff.directory and ssl.keystore.location have no default"
)))]
#[command(after_help = "Examples:
  outrigger authn --config authn.properties
  outrigger authn --config authn.properties --override connections.max.reauth.ms=3600000
  outrigger authn --config authn.properties --check-config
  outrigger authn --print-default-config > authn.properties")]
pub struct AuthnArgs {
    #[command(flatten)]
    process: ProcessArgs,
}

/// Runs the command to its end.
pub fn run(args: AuthnArgs) -> ExitCode {
    args.process.run(default_properties, run_configured)
}

fn run_configured(args: &ProcessArgs) -> Result<(), Failure> {
    let read = AuthnConfig::from_properties(&args.properties()?, &args.overrides);
    let report = check_report(&read);
    let Some((config, warnings)) = args.checked(read, &report)? else {
        return Ok(());
    };
    let clock = Clock::real();
    // Before there is a second thread: what is given up is given up for all of them.
    let given_up = sandbox::enter(&config);
    let undelivered = Undelivered::told_in(config.undelivered_file.clone());
    let log = ProcessLog::start(config.log_dir.as_deref(), &undelivered, LOG, &clock)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    given_up.log();
    log.serve(
        |signal| start::run(config, undelivered, clock, signal),
        exit,
        |sentence| tracing::error!("{sentence}"),
    )
}

fn exit(error: &StartError) -> Exit {
    match error {
        StartError::Bind(_) | StartError::Admin(_) => Exit::AddressUnavailable,
        StartError::Tls { .. } | StartError::NetworkRules { .. } | StartError::IamStore(_) => {
            Exit::Config
        }
        StartError::PhantomKey(_) | StartError::Random(_) => Exit::Failure,
        StartError::Metrics(_) | StartError::Otlp(_) => Exit::Failure,
        StartError::Audit { .. } | StartError::Endpoints(_) => Exit::CannotWrite,
    }
}
