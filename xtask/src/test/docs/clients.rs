//! The folder in which a page is tried out, and the programs that its reader has: the product, Kafka's tools, the clients' languages.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::command::Failure;
use crate::tools::Tools;

/// THE TABLE: Kafka's scripts and the classes that they start.
const KAFKA_TOOLS: &[(&str, &str)] = &[
    ("kafka-acls.sh", "org.apache.kafka.tools.AclCommand"),
    ("kafka-configs.sh", "kafka.admin.ConfigCommand"),
    (
        "kafka-console-consumer.sh",
        "org.apache.kafka.tools.consumer.ConsoleConsumer",
    ),
    (
        "kafka-console-producer.sh",
        "org.apache.kafka.tools.ConsoleProducer",
    ),
    (
        "kafka-consumer-groups.sh",
        "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    ),
    ("kafka-topics.sh", "org.apache.kafka.tools.TopicCommand"),
];
/// Of the checkout, as a reader sees them who stands in it.
const FROM_CHECKOUT: [&str; 6] = [".tools", "deploy", "docs", "grafana", "tests", "xtask"];

/// One reader's folder.
pub(super) struct Desk {
    folder: PathBuf,
    /// What each of its shells reads first.
    head: PathBuf,
    node_modules: PathBuf,
}

impl Desk {
    /// `folder` is new.
    pub(super) fn set_up(tools: &Tools, folder: &Path) -> Result<Desk, Failure> {
        let bin = folder.join("bin");
        fs::create_dir_all(&bin).map_err(|cause| Failure::of(bin.display(), cause))?;
        for name in FROM_CHECKOUT {
            symlink(tools.repository().join(name), folder.join(name))?;
        }
        let release = folder.join("target/release");
        fs::create_dir_all(&release)?;
        for binary in [bin.join("outrigger"), release.join("outrigger")] {
            symlink(tools.binary(), binary)?;
        }
        // `cargo run` would build, and is the binary under test.
        script(
            &bin,
            "cargo",
            "shift 2; [ \"$1\" != -- ] || shift; exec outrigger \"$@\"",
        )?;
        let python = tools.python();
        script(
            &bin,
            "python3",
            &format!("exec {} \"$@\"", python.display()),
        )?;
        for (name, class) in KAFKA_TOOLS {
            let text = format!(
                "exec java -Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp '{}/*' -Dlog4j2.configurationFile={} {class} \"$@\"",
                tools.kafka_libs().display(),
                tools.log4j().display()
            );
            script(&bin, name, &text)?;
        }
        let localstack = tools.localstack_python();
        let aws = localstack.parent().unwrap_or(&localstack).display();
        let head = folder.join(".head");
        fs::write(
            &head,
            format!("export PATH=\"{}:$PATH:{aws}\"\n", bin.display()),
        )?;
        Ok(Desk {
            folder: folder.to_path_buf(),
            head,
            node_modules: tools.node_modules(),
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A shell of this reader. The product binds free ports there without being told.
    pub(super) fn bash(&self) -> Command {
        let mut bash = Command::new("bash");
        bash.current_dir(&self.folder)
            .env("BASH_ENV", &self.head)
            .env("NODE_PATH", &self.node_modules)
            .env("KAFKAJS_NO_PARTITIONER_WARNING", "1")
            .env("GOFLAGS", "-mod=mod")
            .env("GOTOOLCHAIN", "local")
            .env("OUTRIGGER_SET_UP_PORTS", "auto")
            // Nobody joins the groups of the pages but their first member, who need not wait for others.
            .env("OUTRIGGER_SET_BROKER_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
        bash
    }
}

fn script(bin: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = bin.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n"))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}
