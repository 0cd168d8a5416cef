//! The suite of five consumers of three client libraries in one group. Who joins, leaves and dies when is the script's.

use std::process::Command;
use std::time::Duration;

use super::Context;
use super::clients::{against_fresh_node, script_path};
use super::report::Tally;
use crate::command::Failure;

/// About a minute on an idle machine: sessions must run out.
const LIMIT: Duration = Duration::from_secs(420);

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    let mut command = Command::new(context.tools.python());
    command
        .arg("-u")
        .arg(script_path(context, "python/mixed_group.py"));
    let class_path = format!("{}/*", context.tools.kafka_libs().display());
    command.arg("--java").arg(class_path);
    command
        .arg("--member-source")
        .arg(script_path(context, "java/GroupMember.java"));
    against_fresh_node(context, &mut command, LIMIT)
}
