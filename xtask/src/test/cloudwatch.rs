//! What both exporters publish to CloudWatch, which LocalStack plays: `outrigger up` with every level on, and
//! a script that reads it back.

use std::process::Command;
use std::time::Duration;

use super::clients::script_path;
use super::options::Server;
use super::report::Tally;
use super::up::Up;
use super::{Context, localstack, script};
use crate::command::Failure;

/// A fraction of this on an idle machine: LocalStack's start and some periods of two seconds.
const LIMIT: Duration = Duration::from_secs(240);

/// What is set of each exporter. The period is short, so that the script need not wait for minutes.
const SETTINGS: &[&str] = &[
    "cloudwatch.enabled=true",
    "cloudwatch.namespace=Own/Kafka",
    "cloudwatch.cluster-name=demo",
    "cloudwatch.broker-id=7",
    "cloudwatch.level=PER_TOPIC_PER_PARTITION",
    "cloudwatch.interval=2s",
    "cloudwatch.topics=orders.*",
];

/// The suite.
pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        let why = "only `outrigger up` publishes to CloudWatch; leave --server out";
        return Err(Failure::Usage(why.into()));
    }
    let folder = context.folder.join("localstack");
    let localstack = localstack::Localstack::start(&context.tools, &folder, "cloudwatch")?;
    let variables = localstack.variables();
    let mut words = Vec::new();
    for exporter in ["exporter-jmx", "exporter-node"] {
        for setting in SETTINGS {
            words.extend(["--set".to_owned(), format!("{exporter}.{setting}")]);
        }
    }
    // Lag soon after it is there.
    let lag = "broker.outrigger.lag.interval.ms=1000";
    words.extend(["--set", lag, "--topic", "orders:2", "--topic", "secret:1"].map(str::to_owned));
    let mut up = Up::start(
        &context.tools,
        &context.folder.join("up"),
        &words,
        &variables,
    )?;
    let mut command = Command::new(context.tools.python());
    command
        .arg("-u")
        .arg(script_path(context, "secured/cloudwatch.py"))
        .env("PYTHONPATH", script_path(context, "python"))
        .env("OUTRIGGER", context.tools.binary())
        .envs(variables)
        .arg("--endpoints")
        .arg(up.endpoints());
    if let Some(scenario) = &context.options.scenario {
        command.arg("--scenario").arg(scenario);
    }
    let errors = context.folder.join("script.stderr");
    let tally = script::run(&mut up, &mut command, LIMIT, &errors)?;
    up.stop()?;
    localstack.stop()?;
    Ok(tally)
}
