//! The suites of real clients on the secured ports of `outrigger up`: which script runs in which interpreter. The scenarios are the scripts'.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::clients::script_path;
use super::node::java_command;
use super::options::Server;
use super::report::Tally;
use super::up::Up;
use super::{Context, localstack, script};
use crate::command::Failure;

/// Each takes a fraction of this on an idle machine.
const LIMIT: Duration = Duration::from_secs(240);

pub(crate) fn kcat(context: &Context) -> Result<Tally, Failure> {
    let mut command = Command::new("bash");
    command.arg(script_path(context, "secured/kcat.sh"));
    against_up(context, &mut command)
}

pub(crate) fn confluent(context: &Context) -> Result<Tally, Failure> {
    against_up(context, &mut python(context, "confluent_logins.py"))
}

pub(crate) fn kafka_python(context: &Context) -> Result<Tally, Failure> {
    against_up(context, &mut python(context, "kafka_python_logins.py"))
}

pub(crate) fn kafkajs(context: &Context) -> Result<Tally, Failure> {
    let mut command = Command::new("node");
    command.arg(script_path(context, "secured/kafkajs_logins.js"));
    command
        .env("NODE_PATH", context.tools.node_modules())
        .env("KAFKAJS_NO_PARTITIONER_WARNING", "1");
    against_up(context, &mut command)
}

pub(crate) fn java(context: &Context) -> Result<Tally, Failure> {
    let mut command = java_command(&context.tools, "-Xmx512m");
    command.arg(script_path(context, "secured/Logins.java"));
    against_up(context, &mut command)
}

pub(crate) fn go(context: &Context) -> Result<Tally, Failure> {
    against_up(context, &mut Command::new(context.tools.go_client()))
}

/// Kafka's own tools, and ours, with `--command-config` on every port.
pub(crate) fn tools(context: &Context) -> Result<Tally, Failure> {
    let runner = script_path(context, "java/ToolRunner.java");
    with_commands(context, "tools.py", Some(runner))
}

/// IAM roles and sessions as real clients use them.
pub(crate) fn sessions(context: &Context) -> Result<Tally, Failure> {
    with_commands(context, "sessions.py", None)
}

/// A script that starts our commands and a JVM with Kafka's.
fn with_commands(
    context: &Context,
    script: &str,
    java_source: Option<PathBuf>,
) -> Result<Tally, Failure> {
    ours(context)?;
    let mut command = python(context, script);
    let outrigger = context.tools.binary();
    let java = java_command(&context.tools, "-Xmx512m");
    // Where our binary is, then how a JVM is started; the options come last.
    command.arg(outrigger).arg(java.get_program());
    command.args(java.get_args()).args(java_source);
    // Sessions so short that the clients meet their ends, too.
    let words = ["--set", "authn.connections.max.reauth.ms=3000"].map(str::to_owned);
    let up = Up::start(&context.tools, &context.folder.join("up"), &words, &[])?;
    run(context, up, &mut command)
}

/// SCRAM users out of AWS Secrets Manager, which LocalStack plays.
pub(crate) fn secrets_manager(context: &Context) -> Result<Tally, Failure> {
    ours(context)?;
    let localstack = localstack::Localstack::start(
        &context.tools,
        &context.folder.join("localstack"),
        "secretsmanager",
    )?;
    let variables = localstack.variables();
    let words = [
        "--set",
        "authn.outrigger.secrets.manager.enabled=true",
        "--set",
        "authn.outrigger.secrets.manager.poll.ms=500",
    ];
    let words = words.map(str::to_owned);
    let folder = context.folder.join("up");
    let up = Up::start(&context.tools, &folder, &words, &variables)?;
    let mut command = python(context, "secrets_manager.py");
    command.envs(variables);
    let tally = run(context, up, &mut command)?;
    localstack.stop()?;
    Ok(tally)
}

/// Sessions of a few seconds under load, for long enough that every connection renews a few times.
pub(crate) fn reauthentication(context: &Context) -> Result<Tally, Failure> {
    renew_for(context, "15", LIMIT)
}

/// The same for long enough to see what happens once in a thousand times.
pub(crate) fn reauthentication_full(context: &Context) -> Result<Tally, Failure> {
    renew_for(context, "180", Duration::from_secs(900))
}

fn renew_for(context: &Context, seconds: &str, limit: Duration) -> Result<Tally, Failure> {
    ours(context)?;
    let words = ["--set", "authn.connections.max.reauth.ms=5000"].map(str::to_owned);
    let up = Up::start(&context.tools, &context.folder.join("up"), &words, &[])?;
    let mut command = python(context, "reauthentication.py");
    command.args(["--seconds", seconds]);
    run_within(context, up, &mut command, limit)
}

fn python(context: &Context, name: &str) -> Command {
    let mut command = Command::new(context.tools.python());
    command
        .arg("-u")
        .arg(script_path(context, &format!("secured/{name}")))
        .env("PYTHONPATH", script_path(context, "python"));
    command
}

/// Starts the product for the suite and runs the script with its endpoints.
fn against_up(context: &Context, command: &mut Command) -> Result<Tally, Failure> {
    ours(context)?;
    let up = Up::start(&context.tools, &context.folder.join("up"), &[], &[])?;
    run(context, up, command)
}

fn run(context: &Context, up: Up, command: &mut Command) -> Result<Tally, Failure> {
    run_within(context, up, command, LIMIT)
}

fn run_within(
    context: &Context,
    mut up: Up,
    command: &mut Command,
    limit: Duration,
) -> Result<Tally, Failure> {
    command.arg("--endpoints").arg(up.endpoints());
    if let Some(scenario) = &context.options.scenario {
        command.arg("--scenario").arg(scenario);
    }
    let errors = context.folder.join("script.stderr");
    let tally = script::run(&mut up, command, limit, &errors)?;
    up.stop()?;
    Ok(tally)
}

/// There is no other server with these doors.
fn ours(context: &Context) -> Result<(), Failure> {
    if context.options.server == Server::Outrigger {
        return Ok(());
    }
    Err(Failure::Usage(
        "the suites of secured ports run against `outrigger up` alone; leave --server out".into(),
    ))
}
