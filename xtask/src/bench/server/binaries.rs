//! What the servers are started from: the release build of the product, and Apache Kafka's jars.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Engine;
use crate::bench::options::Options;
use crate::command::Failure;
use crate::tools::Tools;

/// The heap that Apache Kafka's `kafka-server-start.sh` gives it; everything else is the JVM's own choice.
const KAFKA_HEAP: [&str; 2] = ["-Xmx1G", "-Xms1G"];
const KAFKA_CLUSTER_ID: &str = "b3V0cmlnZ2VyLWJlbmNoMQ";

pub(in crate::bench) struct Binaries {
    outrigger: PathBuf,
    tools: Tools,
}

impl Binaries {
    /// Builds what is ours, where it takes part and is not there already.
    pub(in crate::bench) fn build(tools: &Tools, options: &Options) -> Result<Self, Failure> {
        let outrigger = match &options.binary {
            Some(binary) => {
                fs::canonicalize(binary).map_err(|cause| Failure::of(binary.display(), cause))?
            }
            None => tools.repository().join("target/release/outrigger"),
        };
        if options.binary.is_none() && options.engines.contains(&Engine::Outrigger) {
            build_outrigger(tools.repository())?;
        }
        Ok(Self {
            outrigger,
            tools: tools.clone(),
        })
    }

    /// The server; its configuration file comes last.
    pub(super) fn outrigger(&self) -> Command {
        let mut command = Command::new(&self.outrigger);
        command.args(["broker", "--config"]);
        command
    }

    /// Broker and sidecars; their options follow.
    pub(in crate::bench) fn outrigger_up(&self) -> Command {
        let mut command = Command::new(&self.outrigger);
        command.arg("up");
        command
    }

    /// The server; its configuration file comes last.
    pub(in crate::bench) fn kafka(&self) -> Command {
        self.kafka_with(&[])
    }

    /// [`Self::kafka`] with options of the JVM, which win over the usual ones.
    pub(in crate::bench) fn kafka_with(&self, options: &[&str]) -> Command {
        let mut command = self.java();
        command.args(options).arg("kafka.Kafka");
        command
    }

    /// Prepares a fresh directory, as Apache Kafka wants it before its first start.
    pub(super) fn format(&self, config: &Path) -> Result<(), Failure> {
        self.format_with(config, &[])
    }

    /// [`Self::format`] with further words.
    pub(in crate::bench) fn format_with(
        &self,
        config: &Path,
        words: &[&str],
    ) -> Result<(), Failure> {
        let mut command = self.java();
        command.args(["kafka.tools.StorageTool", "format", "-t", KAFKA_CLUSTER_ID]);
        let output = command.arg("-c").arg(config).args(words).output();
        let output = output.map_err(|cause| Failure::of("java", cause))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(Failure::of("kafka.tools.StorageTool format", said.trim()))
    }

    fn java(&self) -> Command {
        let mut java = Command::new("java");
        let log4j = self.tools.log4j();
        java.args(KAFKA_HEAP);
        java.arg(format!("-Dlog4j2.configurationFile={}", log4j.display()));
        let libs = self.tools.kafka_libs();
        java.arg("-cp").arg(format!("{}/*", libs.display()));
        java
    }
}

fn build_outrigger(repository: &Path) -> Result<(), Failure> {
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--package", "outrigger"])
        .current_dir(repository)
        .status()
        .map_err(|cause| Failure::of("cargo build --release", cause))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::of(
        "cargo build --release --package outrigger",
        status,
    ))
}
