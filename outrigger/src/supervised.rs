//! What a process that was started by `up` has more than one that was started alone: it does not
//! outlive its supervisor.

use crate::output;
use clap::Args;
use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};
use service::Exit;
use std::process::ExitCode;

/// How `up` tells who it is; not for people.
pub(crate) const OPTION: &str = "--supervised-by";

/// The option of every command that runs one process.
#[derive(Args, Clone, Copy, Debug)]
pub(crate) struct Supervised {
    #[arg(long = "supervised-by", value_name = "PID", hide = true)]
    supervised_by: Option<i32>,
}

impl Supervised {
    /// Runs the process to its end.
    pub(crate) fn run(self, process: impl FnOnce() -> ExitCode) -> ExitCode {
        match self.supervised_by.map(die_with) {
            Some(Err(problem)) => {
                output::error(&problem);
                Exit::Failure.into()
            }
            None | Some(Ok(())) => process(),
        }
    }
}

/// Has the kernel send SIGTERM when the supervisor ends, however it ends, so that the process drains
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
