//! `cargo xtask localstack`: AWS to try things out with, on LocalStack's own port, without a container, until a signal ends it.
//! The suites start their own; what is in this one is in memory and gone afterwards.

use std::fs;
use std::os::unix::process::CommandExt as _;

use crate::command::{self, Command, Failure};
use crate::test::localstack;
use crate::tools::{self, Tool, Tools};

const ADDRESS: &str = "127.0.0.1:4566";
/// What pages of the documents speak to.
const SERVICES: &str = "cloudwatch,firehose,iam,kinesis,kms,logs,s3,secretsmanager,sts";

/// The row of the command table.
pub(crate) const COMMAND: Command = Command {
    name: "localstack",
    arguments: "",
    about: "AWS on 127.0.0.1:4566 to try things out with",
    help: "Runs LocalStack, which is installed into .tools/ where it is missing, in the foreground until Ctrl-C or SIGTERM. It checks no signature: any credentials are good.\n\n\
           examples:\n  cargo xtask localstack\n  export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test",
    run,
};

fn run(words: &[String]) -> Result<(), Failure> {
    if let Some(word) = words.first() {
        return Err(Failure::unknown_word(COMMAND.name, word));
    }
    let tools = Tools::at(&command::root());
    tools::install(&tools, &[Tool::Localstack])
        .map_err(|failure| Failure::Failed(failure.to_string()))?;
    let folder = tools.repository().join("target/localstack");
    fs::create_dir_all(&folder).map_err(|cause| Failure::of(folder.display(), cause))?;
    localstack::provide_kinesis(&tools, &folder)?;
    println!(
        "LocalStack is coming up at http://{ADDRESS}, which takes some seconds; Ctrl-C stops it. In the shells that use it:\n\n\
         export AWS_ENDPOINT_URL=http://{ADDRESS} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test\n"
    );
    // It takes this process's place, so that whatever signal ends this one ends it too.
    let mut command = localstack::command(&tools, &folder, ADDRESS, SERVICES);
    let cause = command.exec();
    Err(Failure::of(format!("{command:?}"), cause))
}
