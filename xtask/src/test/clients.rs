//! The suites of real clients: which script runs in which interpreter. The scenarios are the scripts'.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::Context;
use super::node::{Node, java_command};
use super::report::Tally;
use super::script;
use crate::command::Failure;

/// A client suite of CI must end within this; each takes well under a minute on an idle machine.
const LIMIT: Duration = Duration::from_secs(240);

pub(crate) fn kcat(context: &Context) -> Result<Tally, Failure> {
    against_fresh_node(
        context,
        Command::new("bash").arg(script_path(context, "kcat/scenarios.sh")),
        LIMIT,
    )
}

pub(crate) fn confluent(context: &Context) -> Result<Tally, Failure> {
    python(context, "confluent_scenarios.py", LIMIT)
}

pub(crate) fn kafka_python(context: &Context) -> Result<Tally, Failure> {
    python(context, "kafka_python_scenarios.py", LIMIT)
}

pub(crate) fn aiokafka(context: &Context) -> Result<Tally, Failure> {
    python(context, "aiokafka_scenarios.py", LIMIT)
}

pub(crate) fn kafkajs(context: &Context) -> Result<Tally, Failure> {
    let mut command = Command::new("node");
    command.arg(script_path(context, "node/kafkajs_scenarios.js"));
    command
        .env("NODE_PATH", context.tools.node_modules())
        .env("KAFKAJS_NO_PARTITIONER_WARNING", "1");
    against_fresh_node(context, &mut command, LIMIT)
}

pub(crate) fn java(context: &Context) -> Result<Tally, Failure> {
    let mut command = java_command(&context.tools, "-Xmx512m");
    command.arg(script_path(context, "java/Scenarios.java"));
    against_fresh_node(context, &mut command, LIMIT)
}

/// Runs a script of `tests/compat/python` with the pinned clients.
pub(crate) fn python(context: &Context, name: &str, limit: Duration) -> Result<Tally, Failure> {
    let mut command = Command::new(context.tools.python());
    command
        .arg("-u")
        .arg(script_path(context, &format!("python/{name}")));
    against_fresh_node(context, &mut command, limit)
}

pub(crate) fn script_path(context: &Context, below: &str) -> PathBuf {
    context.tools.repository().join("tests/compat").join(below)
}

/// Starts a server for the suite and runs the script with its address.
pub(crate) fn against_fresh_node(
    context: &Context,
    command: &mut Command,
    limit: Duration,
) -> Result<Tally, Failure> {
    let mut node = Node::start(
        &context.options.server,
        &context.tools,
        &context.folder.join("node"),
        "",
    )?;
    command.arg("--bootstrap").arg(node.bootstrap());
    if let Some(scenario) = &context.options.scenario {
        command.arg("--scenario").arg(scenario);
    }
    let tally = script::run(
        &mut node,
        command,
        limit,
        &context.folder.join("script.stderr"),
    )?;
    node.stop()?;
    Ok(tally)
}
