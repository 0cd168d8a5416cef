//! Apache Kafka as a node: one KRaft process, broker and controller, from the jars in `.tools`.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::probe::free_port;
use crate::command::Failure;
use crate::tools::Tools;

/// A fixed, valid cluster id: each node has a folder of its own.
const CLUSTER_ID: &str = "b3V0cmlnZ2VyLXRlc3RzMQ";
const HEAP: &str = "-Xmx768m";

/// Formats the folder on the first start, picks the ports then, and gives the command that runs the server.
pub(crate) fn command(
    tools: &Tools,
    folder: &Path,
    properties: &str,
    jvm: &[String],
    port: &mut u16,
) -> Result<Command, Failure> {
    let config = folder.join("server.properties");
    if *port == 0 {
        let none = || Failure::Failed("no free port between 20000 and 32000".into());
        *port = free_port().ok_or_else(none)?;
        fs::write(&config, text(folder, properties, *port))?;
        let mut format = java(tools, "-Xmx256m");
        format
            .arg("kafka.tools.StorageTool")
            .args(["format", "-t", CLUSTER_ID, "-c"])
            .arg(&config);
        let output = format.stdin(Stdio::null()).output()?;
        if !output.status.success() {
            return Err(Failure::of(
                "Apache Kafka's storage format",
                String::from_utf8_lossy(&output.stderr),
            ));
        }
    }
    let mut server = java(tools, HEAP);
    server
        .args(jvm)
        .arg("kafka.Kafka")
        .arg(config)
        .current_dir(folder);
    Ok(server)
}

fn text(folder: &Path, properties: &str, port: u16) -> String {
    let controller = port + 1;
    format!(
        "{properties}controller.quorum.voters=1@127.0.0.1:{controller}\n\
         listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}\nlog.dirs={}\n",
        folder.join("data").display()
    )
}

/// A JVM with the jars as its class path, logging warnings to stderr.
pub(crate) fn java(tools: &Tools, heap: &str) -> Command {
    let mut java = Command::new("java");
    java.args([heap, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]);
    java.arg(format!(
        "-Dlog4j2.configurationFile={}",
        tools.log4j().display()
    ));
    java.arg("-cp")
        .arg(format!("{}/*", tools.kafka_libs().display()));
    java
}
