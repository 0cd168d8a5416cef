//! The suite of a large real text file: in through Kafka's console producer, out through four clients byte for byte, and again after `kill -9`.
//! The text is this machine's own documentation and package lists; nothing of it is committed.

mod corpus;

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use super::Context;
use super::clients::script_path;
use super::node::{Node, java_command};
use super::report::Tally;
use crate::command::Failure;
use crate::stopwatch::Stopwatch;

const TOPIC: &str = "big-file";

pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    let text = context.folder.join("text");
    let (bytes, lines) = corpus::write(&text)?;
    println!("    {bytes} bytes in {lines} lines");
    let folder = context.folder.join("node");
    let mut node = Node::start(&context.options.server, &context.tools, &folder, "")?;
    produce(context, &node, &text)?;
    let mut tally = Tally::default();
    for again in [false, true] {
        if again {
            node.kill()?;
            node.launch()?;
        }
        for (name, mut command) in readers(context, &node) {
            let watch = Stopwatch::start();
            let outcome = same(&mut command, &text, &context.folder.join("out"));
            let when = if again { " after kill -9" } else { "" };
            let mark = if outcome.is_ok() { "ok" } else { "not ok" };
            println!("    {mark} {name}{when} ({:.1} s)", watch.seconds());
            tally.add(outcome.map_err(|failure| format!("{name}{when}: {failure}")));
        }
    }
    node.stop()?;
    Ok(tally)
}

/// One partition, so that the order is the file's; then every line a record.
fn produce(context: &Context, node: &Node, text: &Path) -> Result<(), Failure> {
    let mut create = java_command(&context.tools, "-Xmx256m");
    create.args([
        "org.apache.kafka.tools.TopicCommand",
        "--bootstrap-server",
        &node.bootstrap(),
    ]);
    create.args(["--create", "--topic", TOPIC, "--partitions", "1"]);
    finished(create.stdout(Stdio::null()))?;
    let watch = Stopwatch::start();
    let mut produce = java_command(&context.tools, "-Xmx512m");
    produce.args([
        "org.apache.kafka.tools.ConsoleProducer",
        "--bootstrap-server",
        &node.bootstrap(),
    ]);
    produce.args(["--topic", TOPIC, "--command-property", "linger.ms=20"]);
    finished(produce.stdin(File::open(text)?).stdout(Stdio::null()))?;
    println!("    produced in {:.1} s", watch.seconds());
    Ok(())
}

fn readers(context: &Context, node: &Node) -> Vec<(&'static str, Command)> {
    let bootstrap = node.bootstrap();
    let mut kcat = Command::new("kcat");
    kcat.args([
        "-q",
        "-b",
        &bootstrap,
        "-C",
        "-t",
        TOPIC,
        "-p",
        "0",
        "-o",
        "beginning",
        "-e",
    ]);
    let python = |library: &str| {
        let mut command = Command::new(context.tools.python());
        command.arg(script_path(context, "python/dump_topic.py"));
        command.args([&bootstrap, TOPIC, library]);
        command
    };
    let mut kafkajs = Command::new("node");
    kafkajs
        .arg(script_path(context, "node/dump_topic.js"))
        .args([&bootstrap, TOPIC]);
    kafkajs.env("NODE_PATH", context.tools.node_modules());
    vec![
        ("kcat", kcat),
        ("confluent-kafka", python("confluent")),
        ("kafka-python", python("kafka-python")),
        ("kafkajs", kafkajs),
    ]
}

/// Runs a reader and compares what it wrote.
fn same(reader: &mut Command, text: &Path, out: &Path) -> Result<(), Failure> {
    finished(reader.stdin(Stdio::null()).stdout(File::create(out)?))?;
    finished(Command::new("cmp").arg(text).arg(out))?;
    fs::remove_file(out)?;
    Ok(())
}

fn finished(command: &mut Command) -> Result<(), Failure> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .map_err(|cause| Failure::of(&shown, cause))?;
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Failed(format!("{shown} ended with {status}")))
    }
}
