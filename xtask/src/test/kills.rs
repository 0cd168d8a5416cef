//! The suite of `kill -9` at random moments under load: five in CI, as many as `--count` says by hand. What is counted is the script's.

use std::process::Command;
use std::time::Duration;

use super::Context;
use super::clients::{against_fresh_node, script_path};
use super::report::Tally;
use crate::command::Failure;

/// Kills of a run that does not say how many.
const CI_KILLS: u32 = 5;
/// What all but the kills takes at most.
const BASE_LIMIT: Duration = Duration::from_secs(240);
/// What one kill takes at most on a busy machine, its share of the count at the end included.
const LIMIT_PER_KILL: Duration = Duration::from_secs(8);

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    let kills = context.options.kills.unwrap_or(CI_KILLS);
    let mut command = Command::new(context.tools.python());
    command
        .arg("-u")
        .arg(script_path(context, "python/kills.py"));
    command.arg("--count").arg(kills.to_string());
    command.arg("--seed").arg(context.options.seed.to_string());
    let limit = BASE_LIMIT.saturating_add(LIMIT_PER_KILL.saturating_mul(kills));
    against_fresh_node(context, &mut command, limit)
}
