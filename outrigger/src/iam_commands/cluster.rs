//! The store itself, the cluster that it is about, and the policy on the cluster.

use super::arguments::{self, Document};
use super::context::{Context, taken};
use super::error::IamCommandError;
use super::policies::as_json;
use authz::iam::IamAction;
use clap::Subcommand;
use iam::{NewStore, PolicyView, Store};
use serde_json::{Value, json};

#[derive(Subcommand, Clone, Debug)]
pub(super) enum ClusterAction {
    /// Make an identity store; `outrigger up` makes its own
    #[command(
        after_help = "Examples:\n  outrigger iam create-store --iam-dir iam --cluster-name demo\n  outrigger iam create-store --iam-dir iam --if-missing"
    )]
    CreateStore(CreateStore),
    /// Show the account, the cluster and its ARN
    #[command(after_help = "Examples:\n  outrigger iam describe-store")]
    DescribeStore,
    /// Look for files that cannot be read, and say what is wrong with them
    #[command(after_help = "Examples:\n  outrigger iam check-store --iam-dir iam")]
    CheckStore,
    /// List the actions that policies may name
    #[command(after_help = "Examples:\n  outrigger iam list-actions")]
    ListActions,
    /// Put a policy on the cluster itself
    #[command(
        after_help = "Examples:\n  outrigger iam put-cluster-policy --policy file://cluster-policy.json"
    )]
    PutClusterPolicy {
        #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
        policy: Document,
    },
    /// Show the policy on the cluster
    #[command(after_help = "Examples:\n  outrigger iam get-cluster-policy")]
    GetClusterPolicy,
    /// Remove the policy on the cluster
    #[command(after_help = "Examples:\n  outrigger iam delete-cluster-policy")]
    DeleteClusterPolicy,
}

#[derive(clap::Args, Clone, Debug)]
pub(super) struct CreateStore {
    /// Account of users and cluster
    #[arg(long, value_name = "DIGITS", default_value = "000000000000")]
    account_id: String,
    /// Region of the cluster
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Name of the cluster, as ARNs have it
    #[arg(long, value_name = "NAME", default_value = "outrigger")]
    cluster_name: String,
    /// UUID of the cluster, as ARNs have it [default: a new one]
    #[arg(long, value_name = "UUID")]
    cluster_uuid: Option<String>,
    /// First part of ARNs
    #[arg(long, default_value = "aws")]
    partition: String,
    /// Leave a store that is there as it is, so that a start may ask for one each time
    #[arg(long)]
    if_missing: bool,
}

impl ClusterAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        match self {
            Self::CreateStore(args) if args.if_missing && context.store().is_ok() => {
                described(context)
            }
            Self::CreateStore(args) => {
                let new = NewStore {
                    partition: args.partition,
                    region: args.region,
                    account_id: args.account_id,
                    cluster_name: args.cluster_name,
                    cluster_uuid: args.cluster_uuid,
                };
                Store::create(context.dir(), &new)?;
                described(context)
            }
            Self::DescribeStore => described(context),
            Self::CheckStore => {
                context.store()?;
                let (_, mut problems) = PolicyView::load(context.dir())?;
                problems.extend(iam::CredentialView::load(context.dir())?.1);
                problems.dedup();
                if let Some(first) = problems.first() {
                    for other in problems.iter().skip(1) {
                        crate::output::error(&other.to_string());
                    }
                    return Err(first.clone().into());
                }
                Ok(None)
            }
            Self::ListActions => {
                let actions: Vec<Value> = IamAction::all()
                    .map(|action| {
                        json!({"Action": action.to_string(), "Resource": action.arn_type().word()})
                    })
                    .collect();
                Ok(Some(json!({"Actions": actions})))
            }
            Self::PutClusterPolicy { policy } => {
                let put = context.store()?.put_cluster_policy(policy.text());
                taken(&policy, put)?;
                Ok(None)
            }
            Self::GetClusterPolicy => {
                let policy = context.store()?.cluster_policy()?;
                Ok(policy.map(|text| json!({"Policy": as_json(&text)})))
            }
            Self::DeleteClusterPolicy => {
                context.store()?.delete_cluster_policy()?;
                Ok(None)
            }
        }
    }
}

fn described(context: &Context) -> Result<Option<Value>, IamCommandError> {
    let (view, _) = PolicyView::load(context.dir())?;
    let record = view.record();
    let cluster = view.policies().cluster;
    Ok(Some(json!({"Store": {
        "Account": record.account_id,
        "Region": record.region,
        "ClusterName": record.cluster_name,
        "ClusterArn": cluster.arn(authz::iam::ArnType::Cluster, ""),
        "TopicArn": cluster.arn(authz::iam::ArnType::Topic, "TOPIC"),
        "GroupArn": cluster.arn(authz::iam::ArnType::Group, "GROUP"),
        "TransactionalIdArn": cluster.arn(authz::iam::ArnType::TransactionalId, "ID"),
    }})))
}
