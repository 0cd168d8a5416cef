//! `outrigger completion SHELL`: the script that lets a shell complete our commands.

use crate::output;
use clap::{Args, Command};
use clap_complete::Shell;
use service::Exit;

/// See `outrigger completion --help`.
#[derive(Args, Clone, Debug)]
pub(crate) struct CompletionArgs {
    /// The shell to write for
    shell: Shell,
}

/// Prints the script for `command`.
pub(crate) fn command(args: &CompletionArgs, command: &mut Command) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "outrigger", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}
