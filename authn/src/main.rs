//! authn as a program of its own; `outrigger authn` is the same.

use std::process::ExitCode;

use clap::Parser;

/// The security sidecar.
#[derive(Parser)]
#[command(name = "outrigger-authn", version)]
struct Program {
    #[command(flatten)]
    args: authn::cli::AuthnArgs,
}

fn main() -> ExitCode {
    authn::cli::run(Program::parse().args)
}
