//! `outrigger authn`: the front door in this process, alone or below `up`.
//!
//! Thin: everything about it is in its own crate.

use crate::supervised::Supervised;
use clap::Args;
use std::process::ExitCode;

/// See `outrigger authn --help`.
#[derive(Args, Debug)]
pub(crate) struct AuthnCommand {
    #[command(flatten)]
    authn: authn::cli::AuthnArgs,
    #[command(flatten)]
    supervised: Supervised,
}

/// Runs authn to its end.
pub(crate) fn command(command: AuthnCommand) -> ExitCode {
    command.supervised.run(|| authn::cli::run(command.authn))
}
