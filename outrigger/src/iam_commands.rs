//! `outrigger iam`: the identity store, in the manner of `aws iam` and `aws sts`: the same names,
//! options and JSON, so that scripts need another first word and no endpoint.
//!
//! Each command is one change of files or one look at them; broker and authn notice by themselves.
//! Nothing here decides: `simulate` asks the engine that the broker asks.
//! Exit status: 0 done or allowed, 1 refused or denied, 2 wrong command line.

mod access_keys;
mod answer;
mod arguments;
mod attachments;
mod cluster;
mod context;
mod error;
mod inline_policies;
mod policies;
mod roles;
mod sessions;
mod simulate;
mod users;

use answer::{Answer, OutputFormat};
use clap::{Args, Subcommand, ValueHint};
use context::Context;
use error::IamCommandError;
use service::{Clock, Exit};
use std::path::PathBuf;
use std::time::Duration;

use crate::data_dir::DataDirOption;
use crate::output;

/// Manage IAM users, roles, keys, sessions and policies
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  outrigger iam create-user --user-name alice
  outrigger iam put-user-policy --user-name alice --policy-name read --policy-document file://read.json
  eval \"$(outrigger iam create-access-key --user-name alice --output env)\"
  outrigger iam create-role --role-name reader
  outrigger iam assume-role --role-name reader --role-session-name app-1 --duration-seconds 900
  outrigger iam simulate --user-name alice --action kafka-cluster:ReadData --resource orders

A policy, here read.json ('*' for the cluster's name, any UUID and any group):
  {\"Version\": \"2012-10-17\", \"Statement\": [{
    \"Effect\": \"Allow\",
    \"Action\": [\"kafka-cluster:Connect\", \"kafka-cluster:DescribeTopic\", \"kafka-cluster:ReadData\",
               \"kafka-cluster:DescribeGroup\", \"kafka-cluster:AlterGroup\"],
    \"Resource\": [\"arn:aws:kafka:*:*:cluster/*\", \"arn:aws:kafka:*:*:topic/*/*/orders\",
                 \"arn:aws:kafka:*:*:group/*\"]}]}

A change is in force within a second; nothing is restarted.
Exit status: 0 done or allowed, 1 refused or denied, 2 wrong command line.")]
pub(crate) struct IamArgs {
    /// Directory of the identity store [default: iam below the data directory]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    iam_dir: Option<PathBuf>,
    /// Directory of the instance [default: $OUTRIGGER_DATA_DIR, else ./outrigger-data]
    #[arg(long, global = true, value_name = "DIR", value_hint = ValueHint::DirPath)]
    data_dir: Option<PathBuf>,
    /// How the answer is printed
    #[arg(long, global = true, value_enum, default_value_t = OutputFormat::Json)]
    output: OutputFormat,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Clone, Debug)]
enum Action {
    #[command(flatten)]
    Users(users::UserAction),
    #[command(flatten)]
    AccessKeys(access_keys::AccessKeyAction),
    #[command(flatten)]
    Roles(roles::RoleAction),
    #[command(flatten)]
    Policies(policies::PolicyAction),
    #[command(flatten)]
    Attachments(attachments::AttachmentAction),
    #[command(flatten)]
    InlinePolicies(inline_policies::InlinePolicyAction),
    #[command(flatten)]
    Sessions(sessions::SessionAction),
    #[command(flatten)]
    Cluster(cluster::ClusterAction),
    /// Say whether a user, role or session may do something, and which statement decides
    Simulate(simulate::SimulateArgs),
}

/// By then authn has read what was written: it waits for a moment without changes, then reads.
const KNOWN_AFTER: Duration = Duration::from_millis(300);

/// Does it. New credentials are shown when they work, so that the next command may use them.
pub(crate) async fn command(args: IamArgs, clock: &Clock) -> Exit {
    match run(args, clock) {
        Ok(answer) => {
            if answer.has_credentials() {
                tokio::time::sleep(KNOWN_AFTER).await;
            }
            answer.print()
        }
        Err(error) => {
            output::error(&error.report());
            error.exit()
        }
    }
}

fn run(args: IamArgs, clock: &Clock) -> Result<Answer, IamCommandError> {
    let dir = match args.iam_dir {
        Some(dir) => dir,
        None => DataDirOption {
            data_dir: args.data_dir,
        }
        .resolve()
        .map_err(IamCommandError::Directory)?
        .iam(),
    };
    let context = Context::new(dir, clock.now_ms());
    let (value, exit) = match args.action {
        Action::Users(action) => (action.run(&context)?, Exit::Ok),
        Action::AccessKeys(action) => (action.run(&context)?, Exit::Ok),
        Action::Roles(action) => (action.run(&context)?, Exit::Ok),
        Action::Policies(action) => (action.run(&context)?, Exit::Ok),
        Action::Attachments(action) => (action.run(&context)?, Exit::Ok),
        Action::InlinePolicies(action) => (action.run(&context)?, Exit::Ok),
        Action::Sessions(action) => (action.run(&context)?, Exit::Ok),
        Action::Cluster(action) => (action.run(&context)?, Exit::Ok),
        Action::Simulate(args) => args.run(&context)?,
    };
    let answer = Answer::new(value, args.output, exit);
    if answer.has_credentials() {
        let region = context.store()?.record().region.clone();
        return Ok(answer.in_region(region));
    }
    Ok(answer)
}

#[cfg(test)]
mod tests;
