//! The suite of the files of `deploy/`: units by systemd's own checker, and manifests, container file and CI page by a script
//! (tests/compat/deploy), which also runs the pod of the manifests without a container engine.

mod systemd;

use std::process::Command;
use std::time::Duration;

use super::options::Server;
use super::report::Tally;
use super::{Context, script};
use crate::command::Failure;
use crate::test::script::Restart;

/// A fraction of this on an idle machine.
const LIMIT: Duration = Duration::from_secs(300);

/// `--scenario NAME` runs those of the script whose names contain it.
pub(crate) fn run(context: &Context) -> Result<Tally, Failure> {
    if context.options.server != Server::Outrigger {
        let why = "the suite deploy runs against the built binary alone; leave --server out";
        return Err(Failure::Usage(why.into()));
    }
    let scripts = context.tools.repository().join("tests/compat/deploy");
    let mut command = Command::new(context.tools.deploy_python());
    command
        .arg("-u")
        .arg(scripts.join("deploy.py"))
        .arg("--binary")
        .arg(context.tools.binary())
        .arg("--folder")
        .arg(context.folder.join("script"))
        .arg("--kafka-libs")
        .arg(context.tools.kafka_libs())
        .env("NODE_PATH", context.tools.deploy_node_modules());
    if let Some(scenario) = &context.options.scenario {
        command.arg("--scenario").arg(scenario);
    }
    let errors = context.folder.join("script.stderr");
    let mut tally = script::run(&mut Nothing, &mut command, LIMIT, &errors)?;
    if context.options.scenario.is_none() {
        systemd::check(context, &mut tally)?;
    }
    Ok(tally)
}

/// The script starts what it needs itself.
struct Nothing;

impl Restart for Nothing {
    fn again(&mut self, _: &str) -> Result<&'static str, Failure> {
        Ok("unsupported")
    }
}
