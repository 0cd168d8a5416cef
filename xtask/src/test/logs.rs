//! Log delivery to everything that LocalStack plays: the logs of the running suite, and those of Apache Kafka beside which the shipper
//! runs alone, each to CloudWatch Logs, S3, Kinesis, Firehose and a directory, read back by boto3 line for line.
//!
//! Faults and limits are not its business: no emulator has them (crates/aws-stub).

mod shipper;

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use self::shipper::Shipper;
use super::clients::script_path;
use super::localstack::Localstack;
use super::node::Node;
use super::options::Server;
use super::report::Tally;
use super::up::Up;
use super::{Context, script};
use crate::command::Failure;

const SERVICES: &str = "logs,s3,kinesis,firehose,kms,sts,iam";
/// Reading back; a fraction of it on an idle machine.
const LIMIT: Duration = Duration::from_secs(120);

/// What both shippers are told: objects soon, and names that the script knows.
const COMMON: &[&str] = &[
    "s3.roll-seconds=2",
    "directory.roll-seconds=2",
    "cluster-name=demo",
];
/// The suite's: one event in a record, as JSON.
const OUTRIGGER: &[&str] = &[
    "sink=cloudwatch-logs:/msk/outrigger:{log},s3:outrigger-logs/broker/logs,kinesis:outrigger,firehose:outrigger,directory:",
    "cluster-uuid=11111111-2222-3333-4444-555555555555-1",
    "kinesis.format=json",
    "cloudwatch-logs.gzip=false",
];
/// Kafka's: many in a record, an encrypted bucket, by a role.
const KAFKA: &[&str] = &[
    "sink=cloudwatch-logs:/msk/kafka:{log},s3:kafka-logs,kinesis:kafka,firehose:kafka,directory:",
    "cluster-uuid=99999999-2222-3333-4444-555555555555-2",
    "kinesis.aggregation=kpl",
];

/// The suite.
pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        let why = "it has a server of either kind of its own; leave --server out";
        return Err(Failure::Usage(why.into()));
    }
    let folder = context.folder.join("localstack");
    let localstack = Localstack::start(&context.tools, &folder, SERVICES)?;
    let variables = localstack.variables();
    let made = prepare(context, &variables)?;

    let kafka_logs = context.folder.join("kafka/logs");
    let mut kafka = kafka(context, &kafka_logs)?;
    let directories =
        ["outrigger", "kafka"].map(|name| context.folder.join(format!("{name}-delivered")));
    let shipper = beside_kafka(context, &kafka_logs, &directories[1], &made, &variables)?;
    let outrigger_logs = context.folder.join("up/data/logs");
    let up = suite(context, &outrigger_logs, &directories[0], &variables)?;

    work(context, &kafka.bootstrap(), None)?;
    // Its log files are rotated at a start.
    kafka.stop()?;
    kafka.launch()?;
    work(context, &kafka.bootstrap(), None)?;
    kafka.stop()?;
    let renamed = outrigger_logs.join("server.log");
    work(context, &bootstrap_of(&up)?, Some(&renamed))?;
    up.stop()?;
    shipper.stop()?;

    let mut command = python(context, "logs/read_back.py", &variables);
    command
        .env("OUTRIGGER_LOGS", &outrigger_logs)
        .env("OUTRIGGER_DIRECTORY", &directories[0])
        .env(
            "OUTRIGGER_CLUSTER",
            "demo-11111111-2222-3333-4444-555555555555-1",
        )
        .env("KAFKA_LOGS", &kafka_logs)
        .env("KAFKA_DIRECTORY", &directories[1])
        .env(
            "KAFKA_CLUSTER",
            "demo-99999999-2222-3333-4444-555555555555-2",
        );
    let errors = context.folder.join("read_back.stderr");
    let tally = script::run(&mut kafka, &mut command, LIMIT, &errors)?;
    localstack.stop()?;
    Ok(tally)
}

/// The key of KMS and the role.
struct Made {
    key: String,
    role: String,
}

fn prepare(context: &Context, variables: &[(&str, String)]) -> Result<Made, Failure> {
    let output = python(context, "logs/prepare.py", variables).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let made: Option<serde_json::Value> = serde_json::from_str(&text).ok();
    let field = |name: &str| Some(made.as_ref()?[name].as_str()?.to_owned());
    match (output.status.success(), field("key"), field("role")) {
        (true, Some(key), Some(role)) => Ok(Made { key, role }),
        _ => Err(Failure::of(
            "prepare.py",
            String::from_utf8_lossy(&output.stderr),
        )),
    }
}

/// Apache Kafka with its own names of log files.
fn kafka(context: &Context, logs: &Path) -> Result<Node, Failure> {
    let folder = context.folder.join("kafka");
    let configuration = script_path(context, "logs/log4j2.xml");
    let jvm = vec![
        format!("-Dlog4j2.configurationFile={}", configuration.display()),
        format!("-Dkafka.logs.dir={}", logs.display()),
    ];
    Node::start_kafka(&context.tools, &folder, "", jvm)
}

fn beside_kafka(
    context: &Context,
    logs: &Path,
    directory: &Path,
    made: &Made,
    variables: &[(&str, String)],
) -> Result<Shipper, Failure> {
    let mut settings: Vec<String> = settings(KAFKA, directory);
    settings.push(format!("input={}/*.log*", logs.display()));
    settings.push(format!("role-arn={}", made.role));
    settings.push(format!("s3.sse-kms-key-id={}", made.key));
    Shipper::start(
        &context.tools,
        &context.folder.join("shipper"),
        &settings,
        variables,
    )
}

fn suite(
    context: &Context,
    logs: &Path,
    directory: &Path,
    variables: &[(&str, String)],
) -> Result<Up, Failure> {
    let mut words = Vec::new();
    let mut settings = settings(OUTRIGGER, directory);
    // Who delivers cannot deliver its own last line, nor that of who starts it.
    let not = [".*", "authn/.*", "logshipper.log", "outrigger.log"];
    let not = not.map(|name| logs.join(name).display().to_string());
    settings.push(format!("exclude={}", not.join(",")));
    for setting in settings {
        words.extend(["--set".to_owned(), format!("logshipper.{setting}")]);
    }
    Up::start(
        &context.tools,
        &context.folder.join("up"),
        &words,
        variables,
    )
}

/// The settings, with the directory behind its sink.
fn settings(own: &[&str], directory: &Path) -> Vec<String> {
    let all = COMMON.iter().chain(own);
    all.map(|setting| match setting.strip_suffix("directory:") {
        Some(_) => format!("{setting}{}", directory.display()),
        None => (*setting).to_owned(),
    })
    .collect()
}

fn bootstrap_of(up: &Up) -> Result<String, Failure> {
    let text = std::fs::read_to_string(up.endpoints())?;
    let endpoints: serde_json::Value =
        serde_json::from_str(&text).map_err(|cause| Failure::of("endpoints.json", cause))?;
    let found = endpoints["bootstrap"]["plaintext"].as_str();
    found
        .map(str::to_owned)
        .ok_or_else(|| Failure::Failed("endpoints.json has no bootstrap.plaintext".into()))
}

fn work(context: &Context, bootstrap: &str, renamed: Option<&Path>) -> Result<(), Failure> {
    let errors = context.folder.join("workload.stderr");
    let mut command = python(context, "logs/workload.py", &[]);
    command
        .args(["--bootstrap", bootstrap])
        .stderr(File::create(&errors)?);
    if let Some(renamed) = renamed {
        command.arg("--rename").arg(renamed);
    }
    if command.status()?.success() {
        return Ok(());
    }
    let text = std::fs::read_to_string(&errors).unwrap_or_default();
    Err(Failure::of("workload.py", text))
}

fn python(context: &Context, below: &str, variables: &[(&str, String)]) -> Command {
    let mut command = Command::new(context.tools.python());
    command
        .arg("-u")
        .arg(script_path(context, below))
        .env("PYTHONPATH", script_path(context, "python"))
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null());
    command
}
