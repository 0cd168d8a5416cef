//! `outrigger doctor`: whether `outrigger up` would start and run well here, and what to do where it
//! would not; beside a running instance, whether that is well.
//!
//! It only looks: nothing is made, changed, bound or repaired, and no secret is read but to see that
//! it is there.

mod check;
mod checks;
mod report;
mod situation;
mod system;
mod verdict;

use crate::output;
use crate::up::UpArgs;
use check::CHECKS;
use clap::Args;
use report::Report;
use service::{Clock, Exit, environment};
use situation::Situation;
use std::io::IsTerminal;

/// See `outrigger doctor --help`.
#[derive(Args, Clone, Debug)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    up: UpArgs,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Makes every check and prints what was found; the exit status says whether `up` would start.
pub(crate) async fn command(args: &DoctorArgs, clock: &Clock) -> Exit {
    let situation = match Situation::look(&args.up, clock) {
        Ok(situation) => situation,
        Err(error) => {
            output::error(&format!("cannot look into the data directory: {error}"));
            return Exit::Failure;
        }
    };
    let mut found = Vec::new();
    for check in CHECKS {
        found.push((check.name, check.run.verdicts(&situation).await));
    }
    let report = Report::new(situation.data_dir.path(), found);
    let text = if args.json {
        report.json()
    } else {
        report.text(is_coloured())
    };
    match output::print(&text) {
        Exit::Ok => report.exit(),
        failed => failed,
    }
}

/// Colours are for people at a terminal who have not said no (no-color.org).
fn is_coloured() -> bool {
    std::io::stdout().is_terminal() && environment::variable("NO_COLOR").is_none()
}

#[cfg(test)]
mod tests;
