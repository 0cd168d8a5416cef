//! The process as a program of its own; `outrigger logshipper` is the same.

use std::process::ExitCode;

use clap::Parser;

/// Log files to AWS, to a directory or to standard output; nothing is lost that its file still holds.
#[derive(Parser)]
#[command(name = "outrigger-logshipper", version)]
struct Program {
    #[command(flatten)]
    args: logshipper::cli::ShipperArgs,
}

fn main() -> ExitCode {
    logshipper::cli::run(Program::parse().args)
}
