//! Apache Kafka's jars by the committed pom (broker, tools, Java client), and the message definitions inside the client jar, which the protocol crate's oracle test reads.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, file, pinned};

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    let pom = tools.repository().join("tests/compat/java/pom.xml");
    let step = Step::new("Apache Kafka", tools.path("kafka"), pinned(&pom)?);
    step.once(|step| {
        for stale in ["libs", "message"] {
            let folder = step.folder().join(stale);
            if folder.exists() {
                fs::remove_dir_all(&folder).map_err(|source| file(&folder, source))?;
            }
        }
        let libs = tools.kafka_libs();
        let mut mvn = Command::new("mvn");
        mvn.args(["-q", "-B", "-f"])
            .arg(&pom)
            .arg("dependency:copy-dependencies");
        mvn.arg(format!("-DoutputDirectory={}", libs.display()))
            .arg("-DincludeScope=runtime");
        step.command(&mut mvn)?;
        let clients = clients_jar(tools)?;
        step.command(
            Command::new("jar")
                .arg("xf")
                .arg(clients)
                .arg("common/message")
                .current_dir(step.folder()),
        )?;
        let (unpacked, wanted) = (
            step.folder().join("common/message"),
            step.folder().join("message"),
        );
        fs::rename(&unpacked, &wanted).map_err(|source| file(&unpacked, source))?;
        fs::remove_dir(step.folder().join("common")).map_err(|source| file(&wanted, source))
    })
}

fn clients_jar(tools: &Tools) -> Result<PathBuf, Failure> {
    let libs = tools.kafka_libs();
    let entries = fs::read_dir(&libs).map_err(|source| file(&libs, source))?;
    let found = entries.flatten().map(|entry| entry.path()).find(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("kafka-clients-") && name.ends_with(".jar")
    });
    found.ok_or_else(|| Failure::Missing {
        what: "kafka-clients-*.jar".into(),
        remedy: format!(
            "Maven left none in {}: look at tests/compat/java/pom.xml",
            libs.display()
        ),
    })
}
