//! jmx_exporter's java agent by the committed pom: what Apache Kafka shows its MBeans with, in the version that Amazon MSK has.

use std::process::Command;

use super::Tools;
use super::step::{Failure, Step, pinned};

pub(super) fn install(tools: &Tools) -> Result<(), Failure> {
    let pom = tools.repository().join("tests/compat/jmx/pom.xml");
    let step = Step::new(
        "jmx_exporter's agent",
        tools.path("jmx-agent"),
        pinned(&pom)?,
    );
    step.once(|step| {
        let mut mvn = Command::new("mvn");
        mvn.args(["-q", "-B", "-f"])
            .arg(&pom)
            .arg("dependency:copy-dependencies")
            .arg(format!("-DoutputDirectory={}", step.folder().display()))
            .args(["-Dmdep.stripVersion=true", "-DincludeScope=runtime"]);
        step.command(&mut mvn)
    })
}
