//! Which managed policies users and roles have.

use super::arguments;
use super::context::{Context, policy_name};
use super::error::IamCommandError;
use clap::Subcommand;
use iam::{Holder, Name, StoreRecord, arn};
use serde_json::{Value, json};

#[derive(Subcommand, Clone, Debug)]
pub(super) enum AttachmentAction {
    /// Attach a managed policy to a user
    #[command(
        after_help = "Examples:\n  outrigger iam attach-user-policy --user-name alice --policy-arn arn:aws:iam::000000000000:policy/read"
    )]
    AttachUserPolicy(UserAndPolicy),
    /// Detach a managed policy from a user
    #[command(
        after_help = "Examples:\n  outrigger iam detach-user-policy --user-name alice --policy-arn arn:aws:iam::000000000000:policy/read"
    )]
    DetachUserPolicy(UserAndPolicy),
    /// List the managed policies of a user
    #[command(
        after_help = "Examples:\n  outrigger iam list-attached-user-policies --user-name alice"
    )]
    ListAttachedUserPolicies {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
    },
    /// Attach a managed policy to a role
    #[command(
        after_help = "Examples:\n  outrigger iam attach-role-policy --role-name reader --policy-arn arn:aws:iam::000000000000:policy/read"
    )]
    AttachRolePolicy(RoleAndPolicy),
    /// Detach a managed policy from a role
    #[command(
        after_help = "Examples:\n  outrigger iam detach-role-policy --role-name reader --policy-arn arn:aws:iam::000000000000:policy/read"
    )]
    DetachRolePolicy(RoleAndPolicy),
    /// List the managed policies of a role
    #[command(
        after_help = "Examples:\n  outrigger iam list-attached-role-policies --role-name reader"
    )]
    ListAttachedRolePolicies {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
    },
}

#[derive(clap::Args, Clone, Debug)]
pub(super) struct UserAndPolicy {
    #[arg(long, value_name = "NAME", value_parser = arguments::user)]
    user_name: Name,
    #[arg(long, value_name = "ARN")]
    policy_arn: String,
}

#[derive(clap::Args, Clone, Debug)]
pub(super) struct RoleAndPolicy {
    #[arg(long, value_name = "NAME", value_parser = arguments::role)]
    role_name: Name,
    #[arg(long, value_name = "ARN")]
    policy_arn: String,
}

impl AttachmentAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        let store = context.store()?;
        let record = store.record();
        match self {
            Self::AttachUserPolicy(args) => {
                let policy = policy_name(record, &args.policy_arn)?;
                store.attach_policy(&Holder::User(args.user_name), &policy)?;
                Ok(None)
            }
            Self::DetachUserPolicy(args) => {
                let policy = policy_name(record, &args.policy_arn)?;
                store.detach_policy(&Holder::User(args.user_name), &policy)?;
                Ok(None)
            }
            Self::AttachRolePolicy(args) => {
                let policy = policy_name(record, &args.policy_arn)?;
                store.attach_policy(&Holder::Role(args.role_name), &policy)?;
                Ok(None)
            }
            Self::DetachRolePolicy(args) => {
                let policy = policy_name(record, &args.policy_arn)?;
                store.detach_policy(&Holder::Role(args.role_name), &policy)?;
                Ok(None)
            }
            Self::ListAttachedUserPolicies { user_name } => {
                let user = store.user(&user_name)?;
                Ok(Some(attached(record, &user.attached_policies)))
            }
            Self::ListAttachedRolePolicies { role_name } => {
                let role = store.role(&role_name)?;
                Ok(Some(attached(record, &role.attached_policies)))
            }
        }
    }
}

fn attached(record: &StoreRecord, names: &[String]) -> Value {
    let policies: Vec<Value> = names
        .iter()
        .map(|name| json!({"PolicyName": name, "PolicyArn": arn::policy(record, name)}))
        .collect();
    json!({"AttachedPolicies": policies})
}
