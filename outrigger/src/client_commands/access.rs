//! `outrigger access explain`: whether a principal may do something, and which rule says so.
//!
//! The decision is made here, by the engines that the broker has, over the ACLs that the cluster
//! describes (any Kafka's) or the identity store of the instance. What a cluster does not tell,
//! super users and the rule for resources without ACLs, comes from the broker's configuration file.

mod acls;
mod policies;

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use authz::acl::HostAddress;
use authz::iam::IamAction;
use authz::{CLUSTER_NAME, Operation, ResourceType};
use clap::{Args, Subcommand};
use identity::Principal;
use serde::Serialize;
use service::{Clock, Exit};

use super::CommandError;
use super::cluster_args::ClusterArgs;
use super::output::{self, OutputArgs};
use super::table::Table;

const EXAMPLES: &str = "\
Examples:
  outrigger access explain --principal User:billing --operation Read --resource Topic:orders
  outrigger access explain --principal User:billing --operation Read --resource Topic:orders --host 10.0.0.7
  outrigger access explain --principal arn:aws:iam::000000000000:user/etl --operation Write --resource Topic:orders
  outrigger access explain --principal User:ops --operation Alter --resource Cluster --bootstrap broker-1:9096 --command-config admin.properties

Exit status: 0 it is allowed, 1 it is denied or the cluster cannot be asked, 2 wrong command line.";

/// Explain who may do what
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AccessArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Clone, Debug)]
enum Action {
    /// Say whether something is allowed, by which rule, and what else was looked at
    #[command(after_help = EXAMPLES)]
    Explain(Box<ExplainArgs>),
}

#[derive(Args, Clone, Debug)]
struct ExplainArgs {
    /// Who asks, such as User:alice, or the ARN of an IAM user or of a session of a role
    #[arg(long, value_name = "TYPE:NAME", value_parser = principal)]
    principal: Principal,
    /// What for: Read, Write, Create, Delete, Alter, Describe, ClusterAction, DescribeConfigs, AlterConfigs, IdempotentWrite; for IAM also kafka-cluster:ACTION
    #[arg(long, value_parser = question)]
    operation: Question,
    /// On what: Topic:NAME, Group:NAME, TransactionalId:NAME or Cluster
    #[arg(long, value_name = "TYPE:NAME", value_parser = asked_resource)]
    resource: AskedResource,
    /// From which address
    #[arg(long, value_name = "ADDRESS", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// The broker's server.properties, for super.users and allow.everyone.if.no.acl.found [default: that of the data directory]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of the identity store [default: iam/ in the data directory]
    #[arg(long, value_name = "DIR")]
    iam_dir: Option<PathBuf>,
    #[command(flatten)]
    cluster: ClusterArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// What is asked for.
#[derive(Clone, Copy, Debug)]
enum Question {
    Operation(Operation),
    Action(IamAction),
}

#[derive(Clone, Debug)]
struct AskedResource {
    kind: ResourceType,
    name: String,
}

/// The answer, as `--json` shows it.
#[derive(Clone, Debug, Serialize)]
struct Explained {
    allowed: bool,
    principal: String,
    operation: String,
    resource_type: &'static str,
    resource: String,
    host: String,
    /// `acl` or `iam`.
    engine: &'static str,
    rule: String,
    /// Every entry or statement that was looked at, and what it says.
    considered: Vec<Considered>,
    /// What the decision takes for granted because nobody said it.
    assumed: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Considered {
    what: String,
    says: &'static str,
}

impl AccessArgs {
    /// Explains; the exit status is the decision.
    pub(crate) async fn run(self, clock: &Clock) -> Result<Exit, CommandError> {
        let Action::Explain(args) = self.action;
        let explained = args.explain(clock.now_ms()).await?;
        if args.output.json {
            output::json(&explained)?;
        } else {
            output::line(&explained.text())?;
        }
        Ok(if explained.allowed {
            Exit::Ok
        } else {
            Exit::Failure
        })
    }
}

impl ExplainArgs {
    async fn explain(&self, now_ms: i64) -> Result<Explained, CommandError> {
        if self.principal.is_iam() {
            return policies::explain(self, now_ms);
        }
        match self.operation {
            Question::Operation(operation) => acls::explain(self, operation, now_ms).await,
            Question::Action(action) => Err(CommandError::Usage(format!(
                "{action} is an action of IAM, and ACLs decide about {}; name an operation, such \
                 as Read",
                self.principal
            ))),
        }
    }

    fn explained(&self, engine: &'static str, allowed: bool, rule: String) -> Explained {
        Explained {
            allowed,
            principal: self.principal.to_string(),
            operation: match self.operation {
                Question::Operation(operation) => operation.name().to_owned(),
                Question::Action(action) => action.to_string(),
            },
            resource_type: self.resource.kind.title(),
            resource: self.resource.name.clone(),
            host: HostAddress(self.host).to_string(),
            engine,
            rule,
            considered: Vec::new(),
            assumed: Vec::new(),
        }
    }
}

impl Explained {
    fn text(&self) -> String {
        let (verdict, may) = if self.allowed {
            ("ALLOWED", "may")
        } else {
            ("DENIED", "may not")
        };
        let mut text = format!(
            "{verdict}: {} {may} {} {} {} from {}\nrule: {}\n",
            self.principal, self.operation, self.resource_type, self.resource, self.host, self.rule
        );
        if let Some(meaning) = meaning(&self.rule) {
            text.push_str(&format!("      {meaning}\n"));
        }
        for assumed in &self.assumed {
            text.push_str(&format!("assumed: {assumed}\n"));
        }
        if !self.considered.is_empty() {
            let mut table = Table::new(["SAYS", "WHAT WAS LOOKED AT"]);
            for one in &self.considered {
                table.row([one.says.to_owned(), one.what.clone()]);
            }
            text.push('\n');
            text.push_str(&table.to_string());
        }
        text.trim_end().to_owned()
    }
}

/// What a rule without an ACL in it means.
fn meaning(rule: &str) -> Option<&'static str> {
    match rule {
        "DefaultAllow" => {
            Some("no ACL is for the resource, and allow.everyone.if.no.acl.found is true")
        }
        "DefaultDeny" => Some("no ACL allows it"),
        "NoAuthorizer" => Some("the cluster has no authorizer: everybody may do everything"),
        "SuperUser" => Some("the principal stands in super.users, which ACLs do not limit"),
        _ => None,
    }
}

fn principal(text: &str) -> Result<Principal, String> {
    if text.starts_with("arn:") {
        return Ok(Principal::iam(text));
    }
    if let Some(arn) = text.strip_prefix("User:").filter(|name| is_of_iam(name)) {
        return Err(format!(
            "nobody is called that: principals of IAM are of the type IAM, and policies decide about \
             them; write IAM:{arn}"
        ));
    }
    Principal::parse(text).map_err(|error| error.to_string())
}

/// Whether it is the ARN of a user, a role or a session of one, whatever the partition.
fn is_of_iam(name: &str) -> bool {
    let mut parts = name.split(':');
    parts.next() == Some("arn") && matches!(parts.nth(1), Some("iam" | "sts"))
}

fn question(text: &str) -> Result<Question, String> {
    if let Some(operation) = Operation::parse(text) {
        return Ok(Question::Operation(operation));
    }
    IamAction::named(text).map(Question::Action).ok_or_else(|| {
        let names = Operation::ALL.map(Operation::name);
        format!(
            "no such operation; there are {}, and for IAM kafka-cluster:ACTION",
            names.join(", ")
        )
    })
}

fn asked_resource(text: &str) -> Result<AskedResource, String> {
    let (kind, name) = text.split_once(':').unwrap_or((text, ""));
    let kind = ResourceType::parse(kind).ok_or_else(|| {
        let names = ResourceType::ALL.map(ResourceType::title);
        format!("no such type of resource; there are {}", names.join(", "))
    })?;
    match (kind, name) {
        (ResourceType::Cluster, "" | CLUSTER_NAME) => Ok(AskedResource {
            kind,
            name: CLUSTER_NAME.to_owned(),
        }),
        (ResourceType::Cluster, _) => Err(format!("the one cluster is named {CLUSTER_NAME}")),
        (_, "") => Err(format!("which one? Write {}:NAME", kind.title())),
        (_, name) => Ok(AskedResource {
            kind,
            name: name.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests;
