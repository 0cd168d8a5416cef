//! `outrigger broker`: one Kafka node in this process, alone or below `up`.
//!
//! Thin: everything about the broker is in its own crate. What is added here is that a broker
//! started by `up` does not outlive it.

use crate::output;
use clap::Args;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use service::Exit;
use std::process::ExitCode;

/// How `up` tells who it is; not for people.
pub(crate) const SUPERVISOR_OPTION: &str = "--supervised-by";

/// See `outrigger broker --help`.
#[derive(Args, Debug)]
pub(crate) struct BrokerCommand {
    #[command(flatten)]
    broker: broker::cli::BrokerArgs,

    #[arg(long = "supervised-by", value_name = "PID", hide = true)]
    supervised_by: Option<i32>,
}

/// Runs the broker to its end.
pub(crate) fn command(command: BrokerCommand) -> ExitCode {
    if let Some(supervisor) = command.supervised_by
        && let Err(problem) = die_with(supervisor)
    {
        output::error(&problem);
        return Exit::Failure.into();
    }
    broker::cli::run(command.broker)
}

/// Has the kernel send SIGTERM when the supervisor ends, however it ends, so that the broker drains
/// as it would for a clean stop.
fn die_with(supervisor: i32) -> Result<(), String> {
    set_parent_process_death_signal(Some(Signal::TERM))
        .map_err(|error| format!("cannot bind this process to its supervisor: {error}"))?;
    // It may have ended before the call above.
    if getppid().map(Pid::as_raw_nonzero).map(i32::from) == Some(supervisor) {
        return Ok(());
    }
    Err(format!("the supervisor (pid {supervisor}) has ended"))
}
