//! The command line: every command in one table, its help with examples, and its dispatch.

use crate::broker_command::{self, BrokerCommand};
use crate::client_commands::{CommandError, ConsumeArgs, GroupsArgs, ProduceArgs, TopicsArgs};
use crate::completion::{self, CompletionArgs};
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
  outrigger up --preset msk --set broker.log.retention.hours=24
  OUTRIGGER_SET_BROKER_NUM_PARTITIONS=4 outrigger up

outrigger.toml:
  [broker]
  num.partitions = 4
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

const ENV_EXAMPLES: &str = "\
Examples:
  eval \"$(outrigger env)\" && kcat -b \"$OUTRIGGER_BOOTSTRAP\" -L
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
    /// Run the suite in the foreground until Ctrl-C
    #[command(after_help = UP_EXAMPLES)]
    Up(UpArgs),
    /// Say how an instance is
    #[command(after_help = STATUS_EXAMPLES)]
    Status(StatusArgs),
    /// Wait until an instance is healthy
    #[command(after_help = WAIT_EXAMPLES)]
    Wait(WaitArgs),
    /// Print endpoints as shell variables
    #[command(after_help = ENV_EXAMPLES)]
    Env(EnvArgs),
    /// Run one Kafka node alone
    Broker(BrokerCommand),
    Topics(TopicsArgs),
    Produce(ProduceArgs),
    Consume(ConsumeArgs),
    Groups(GroupsArgs),
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
        Command::Up(args) => block_on(async { up::command(&args, &clock).await }),
        Command::Status(args) => block_on(async { status::command(&args).await }),
        Command::Wait(args) => block_on(async { wait::command(&args, &clock).await }),
        Command::Env(args) => block_on(async { shell_variables::command(&args).await }),
        Command::Topics(args) => block_on(async { ended(args.run().await) }),
        Command::Produce(args) => block_on(async { ended(args.run().await) }),
        Command::Consume(args) => block_on(async { ended(args.run().await) }),
        Command::Groups(args) => block_on(async { ended(args.run().await) }),
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
