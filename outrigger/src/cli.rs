//! The command line: every command in one table, its help with examples, and its dispatch.

use crate::authn_command::{self, AuthnCommand};
use crate::broker_command::{self, BrokerCommand};
use crate::certs::{self, CertsArgs};
use crate::client_commands::{
    AccessArgs, CommandError, ConsumeArgs, GroupsArgs, ProduceArgs, TopicsArgs,
};
use crate::completion::{self, CompletionArgs};
use crate::doctor::{self, DoctorArgs};
use crate::exporter_jmx_command::{self, ExporterJmxCommand};
use crate::exporter_node_command::{self, ExporterNodeCommand};
use crate::iam_commands::{self, IamArgs};
use crate::logshipper_command::{self, LogshipperCommand};
use crate::output;
use crate::shell_variables::{self, EnvArgs};
use crate::status::{self, StatusArgs};
use crate::up::{self, UpArgs};
use crate::wait::{self, WaitArgs};
use clap::{CommandFactory, Parser, Subcommand};
use service::{Clock, Exit};
use std::future::Future;
use std::process::ExitCode;

const EXIT_STATUSES: &str = "\
Exit statuses:
   0  done, or stopped cleanly     65  data on disk is damaged or of a newer version
   1  failed                       69  an address cannot be bound
   2  wrong command line           73  a directory or file cannot be written
   3  degraded                     75  another instance has the data directory
   4  not running                  78  a configuration file or property is wrong";

const EXAMPLES: &str = "\
Examples:
  outrigger                                  the suite, in the foreground, on MSK's ports
  outrigger up --ephemeral --ports auto      for one test run: free ports, nothing is left behind
  outrigger up --topic orders:3 --set broker.num.partitions=4
  outrigger wait && eval \"$(outrigger env)\"  in a script: wait for it, then know where it is
  outrigger topics --help                    topics, produce, consume, groups: against any Kafka";

const UP_EXAMPLES: &str = "\
Examples:
  outrigger up
  outrigger up --data-dir kafka --topic orders:3 --topic audit:1
  outrigger up --ephemeral --ports auto
  outrigger up --client-broker tls           no plaintext, as MSK has it by default
  outrigger up --preset msk --set broker.log.retention.hours=24
  outrigger up --set authn.ssl.client.auth=required
  outrigger up --set logshipper.sink=cloudwatch-logs:kafka,s3:my-bucket/logs
  OUTRIGGER_SET_BROKER_NUM_PARTITIONS=4 outrigger up

outrigger.toml:
  [broker]
  num.partitions = 4
  [authn]
  listeners = \"CLIENT_SECURE://0.0.0.0:9094\"
  [up]
  topics = [\"orders:3\"]";

const STATUS_EXAMPLES: &str = "\
Exit status: 0 all healthy, 3 something is degraded, 4 not running.

Examples:
  outrigger status
  outrigger status --json | jq .endpoints.bootstrap.plaintext";

const WAIT_EXAMPLES: &str = "\
Exit status: 0 when all is healthy; after the time-out that of `outrigger status`.

Examples:
  outrigger up & outrigger wait --timeout 30 && run-tests";

const DOCTOR_EXAMPLES: &str = "\
It takes the options of `outrigger up`, and only looks. A line begins with ok, warning or problem,
and ends with what to do.
Exit status: 0 nothing is in the way, 1 something would stop `outrigger up` or what runs is of no use.

Examples:
  outrigger doctor                           before the first `outrigger up`, or beside it
  outrigger doctor --ephemeral --ports auto  for a test run
  outrigger doctor --json | jq -r '.checks[] | select(.level != \"ok\") | .found'";

const ENV_EXAMPLES: &str = "\
Examples:
  eval \"$(outrigger env)\" && kcat -b \"$OUTRIGGER_BOOTSTRAP\" -L
  eval \"$(outrigger env)\" && python3 with-an-aws-signer.py   # AWS_* name the IAM user
  outrigger env --format fish | source
  outrigger env --format dotenv > .env";

const COMPLETION_EXAMPLES: &str = "\
Examples:
  outrigger completion bash > ~/.local/share/bash-completion/completions/outrigger
  outrigger completion zsh > \"${fpath[1]}/_outrigger\"
  outrigger completion fish > ~/.config/fish/completions/outrigger.fish";

/// An open, self-hosted Amazon MSK: a Kafka broker and what MSK puts around it
#[derive(Debug, Parser)]
#[command(
    name = "outrigger",
    version,
    propagate_version = true,
    args_conflicts_with_subcommands = true,
    before_help = "Without a command, `up` is run.",
    after_help = EXAMPLES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_STATUSES}")
)]
pub(crate) struct Cli {
    #[command(flatten)]
    up: UpArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run broker, front door, exporters and log delivery in the foreground until Ctrl-C
    #[command(after_help = UP_EXAMPLES)]
    Up(UpArgs),
    /// Say how an instance is
    #[command(after_help = STATUS_EXAMPLES)]
    Status(StatusArgs),
    /// Wait until an instance is healthy
    #[command(after_help = WAIT_EXAMPLES)]
    Wait(WaitArgs),
    /// Look for what would keep an instance from running well, and say what to do
    #[command(after_help = DOCTOR_EXAMPLES)]
    Doctor(DoctorArgs),
    /// Print endpoints and credentials as shell variables
    #[command(after_help = ENV_EXAMPLES)]
    Env(EnvArgs),
    /// Run one Kafka node alone
    Broker(BrokerCommand),
    /// Run the front door alone: TLS, SASL and IAM before a broker
    Authn(AuthnCommand),
    /// Run the exporter of MBeans alone: Kafka's metrics in MSK's names, on port 11001
    ExporterJmx(ExporterJmxCommand),
    /// Run the exporter of the machine alone: node_exporter's metrics, on port 11002
    ExporterNode(ExporterNodeCommand),
    /// Deliver log files: to CloudWatch Logs, S3, Kinesis, Firehose or a directory
    Logshipper(LogshipperCommand),
    Topics(TopicsArgs),
    Produce(ProduceArgs),
    Consume(ConsumeArgs),
    Groups(GroupsArgs),
    Access(AccessArgs),
    Certs(CertsArgs),
    Iam(IamArgs),
    /// Print the completion script of a shell
    #[command(after_help = COMPLETION_EXAMPLES)]
    Completion(CompletionArgs),
    /// Print the version
    Version,
}

/// The program: parses the command line, runs the command, gives its exit status.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let clock = Clock::real();
    let exit = match cli.command.unwrap_or(Command::Up(cli.up)) {
        Command::Broker(command) => return broker_command::command(command),
        Command::Authn(command) => return authn_command::command(command),
        Command::ExporterJmx(command) => return exporter_jmx_command::command(command),
        Command::ExporterNode(command) => return exporter_node_command::command(command),
        Command::Logshipper(command) => return logshipper_command::command(command),
        Command::Up(args) => block_on(async { up::command(&args, &clock).await }),
        Command::Status(args) => block_on(async { status::command(&args).await }),
        Command::Wait(args) => block_on(async { wait::command(&args, &clock).await }),
        Command::Doctor(args) => block_on(async { doctor::command(&args, &clock).await }),
        Command::Env(args) => block_on(async { shell_variables::command(&args).await }),
        Command::Topics(args) => block_on(async { ended(args.run().await) }),
        Command::Produce(args) => block_on(async { ended(args.run().await) }),
        Command::Consume(args) => block_on(async { ended(args.run().await) }),
        Command::Groups(args) => block_on(async { ended(args.run().await) }),
        Command::Access(args) => block_on(async {
            match args.run(&clock).await {
                Ok(decision) => decision,
                Err(failure) => ended(Err(failure)),
            }
        }),
        Command::Certs(args) => certs::command(args, &clock),
        Command::Iam(args) => block_on(async { iam_commands::command(args, &clock).await }),
        Command::Completion(args) => completion::command(&args, &mut Cli::command()),
        Command::Version => output::print(&(service::build_info::line("outrigger") + "\n")),
    };
    exit.into()
}

/// The exit status of a client command, its error said.
fn ended(result: Result<(), CommandError>) -> Exit {
    let Err(failure) = result else {
        return Exit::Ok;
    };
    if failure.exit() != Exit::Ok {
        output::error(&failure.report());
    }
    failure.exit()
}

/// One thread is enough for what waits most of the time. It also is the main thread, which the
/// kernel watches on behalf of the children of `up`.
fn block_on(command: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => {
            output::error(&format!("cannot start the runtime: {error}"));
            Exit::Failure
        }
    }
}

#[cfg(test)]
mod tests;
