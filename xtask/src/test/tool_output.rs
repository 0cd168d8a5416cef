//! The differential of Kafka's own tools: the committed calls on a fresh Apache Kafka and on us, compared by a script with the committed allowances.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::clients::script_path;
use super::node::{Node, java_command};
use super::options::Server;
use super::report::Tally;
use super::{Context, script};
use crate::command::Failure;

/// Both servers have an authorizer, and whoever calls may do everything.
const PROPERTIES: &str = "\
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
";

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    let kafka = outputs(context, &Server::Kafka, "kafka")?;
    let mut ours = Node::start(
        &context.options.server,
        &context.tools,
        &context.folder.join("ours"),
        PROPERTIES,
    )?;
    let our_output = call_all(context, &ours, "ours")?;
    let mut compare = Command::new("python3");
    compare
        .arg(script_path(context, "tools/compare.py"))
        .arg(script_path(context, "tools/calls.txt"));
    compare
        .arg(kafka)
        .arg(our_output)
        .arg(script_path(context, "tools/allowed.txt"));
    let limit = std::time::Duration::from_secs(60);
    let tally = script::run(
        &mut ours,
        &mut compare,
        limit,
        &context.folder.join("differences"),
    )?;
    ours.stop()?;
    Ok(tally)
}

/// What every call prints on a fresh server of its own.
fn outputs(context: &Context, server: &Server, name: &str) -> Result<PathBuf, Failure> {
    let mut node = Node::start(
        server,
        &context.tools,
        &context.folder.join(name),
        PROPERTIES,
    )?;
    let output = call_all(context, &node, name)?;
    node.stop()?;
    Ok(output)
}

fn call_all(context: &Context, node: &Node, name: &str) -> Result<PathBuf, Failure> {
    let calls = context.folder.join(format!("{name}.calls"));
    let text = fs::read_to_string(script_path(context, "tools/calls.txt"))?;
    fs::write(
        &calls,
        substituted(
            &text,
            &node.bootstrap(),
            &script_path(context, "tools/files"),
        ),
    )?;
    let output = context.folder.join(format!("{name}.out"));
    let mut java = java_command(&context.tools, "-Xmx512m");
    java.arg(script_path(context, "java/ToolRunner.java"));
    java.stdin(File::open(&calls)?)
        .stdout(File::create(&output)?);
    let errors = context.folder.join(format!("{name}.err"));
    let status = java.stderr(Stdio::from(File::create(&errors)?)).status()?;
    if status.success() {
        Ok(output)
    } else {
        Err(Failure::Failed(format!(
            "the tools ended with {status}; see {}",
            errors.display()
        )))
    }
}

/// The calls for one server, without comments.
fn substituted(calls: &str, bootstrap: &str, files: &Path) -> String {
    let lines = calls.lines().filter(|line| !line.starts_with('#'));
    let text: String = lines.map(|line| format!("{line}\n")).collect();
    text.replace("BOOTSTRAP", bootstrap)
        .replace("WORK", &files.display().to_string())
}
