//! Policies of one user or role alone.

use super::arguments::{self, Document};
use super::context::{Context, taken};
use super::error::IamCommandError;
use super::policies::as_json;
use clap::Subcommand;
use iam::{Holder, Name, Store};
use serde_json::{Value, json};

#[derive(Subcommand, Clone, Debug)]
pub(super) enum InlinePolicyAction {
    /// Give a user a policy of its own
    #[command(
        after_help = "Examples:\n  outrigger iam put-user-policy --user-name alice --policy-name read --policy-document file://read.json"
    )]
    PutUserPolicy {
        #[command(flatten)]
        inline: UserInline,
        #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
        policy_document: Document,
    },
    /// Show a user's own policy
    #[command(
        after_help = "Examples:\n  outrigger iam get-user-policy --user-name alice --policy-name read"
    )]
    GetUserPolicy(UserInline),
    /// Delete a user's own policy
    #[command(
        after_help = "Examples:\n  outrigger iam delete-user-policy --user-name alice --policy-name read"
    )]
    DeleteUserPolicy(UserInline),
    /// List a user's own policies
    #[command(after_help = "Examples:\n  outrigger iam list-user-policies --user-name alice")]
    ListUserPolicies {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
    },
    /// Give a role a policy of its own
    #[command(
        after_help = "Examples:\n  outrigger iam put-role-policy --role-name reader --policy-name read --policy-document file://read.json"
    )]
    PutRolePolicy {
        #[command(flatten)]
        inline: RoleInline,
        #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
        policy_document: Document,
    },
    /// Show a role's own policy
    #[command(
        after_help = "Examples:\n  outrigger iam get-role-policy --role-name reader --policy-name read"
    )]
    GetRolePolicy(RoleInline),
    /// Delete a role's own policy
    #[command(
        after_help = "Examples:\n  outrigger iam delete-role-policy --role-name reader --policy-name read"
    )]
    DeleteRolePolicy(RoleInline),
    /// List a role's own policies
    #[command(after_help = "Examples:\n  outrigger iam list-role-policies --role-name reader")]
    ListRolePolicies {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
    },
}

#[derive(clap::Args, Clone, Debug)]
pub(super) struct UserInline {
    #[arg(long, value_name = "NAME", value_parser = arguments::user)]
    user_name: Name,
    #[arg(long, value_name = "NAME", value_parser = arguments::policy)]
    policy_name: Name,
}

#[derive(clap::Args, Clone, Debug)]
pub(super) struct RoleInline {
    #[arg(long, value_name = "NAME", value_parser = arguments::role)]
    role_name: Name,
    #[arg(long, value_name = "NAME", value_parser = arguments::policy)]
    policy_name: Name,
}

impl InlinePolicyAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        let store = context.store()?;
        match self {
            Self::PutUserPolicy {
                inline,
                policy_document,
            } => {
                let holder = Holder::User(inline.user_name);
                put(&store, &holder, &inline.policy_name, &policy_document)
            }
            Self::PutRolePolicy {
                inline,
                policy_document,
            } => {
                let holder = Holder::Role(inline.role_name);
                put(&store, &holder, &inline.policy_name, &policy_document)
            }
            Self::GetUserPolicy(inline) => {
                let text = store
                    .inline_policy(&Holder::User(inline.user_name.clone()), &inline.policy_name)?;
                Ok(Some(json!({
                    "UserName": inline.user_name.as_str(),
                    "PolicyName": inline.policy_name.as_str(),
                    "PolicyDocument": as_json(&text),
                })))
            }
            Self::GetRolePolicy(inline) => {
                let text = store
                    .inline_policy(&Holder::Role(inline.role_name.clone()), &inline.policy_name)?;
                Ok(Some(json!({
                    "RoleName": inline.role_name.as_str(),
                    "PolicyName": inline.policy_name.as_str(),
                    "PolicyDocument": as_json(&text),
                })))
            }
            Self::DeleteUserPolicy(inline) => {
                store.delete_inline_policy(&Holder::User(inline.user_name), &inline.policy_name)?;
                Ok(None)
            }
            Self::DeleteRolePolicy(inline) => {
                store.delete_inline_policy(&Holder::Role(inline.role_name), &inline.policy_name)?;
                Ok(None)
            }
            Self::ListUserPolicies { user_name } => {
                store.user(&user_name)?;
                let names = store.inline_policies(&Holder::User(user_name))?;
                Ok(Some(json!({"PolicyNames": names})))
            }
            Self::ListRolePolicies { role_name } => {
                store.role(&role_name)?;
                let names = store.inline_policies(&Holder::Role(role_name))?;
                Ok(Some(json!({"PolicyNames": names})))
            }
        }
    }
}

fn put(
    store: &Store,
    holder: &Holder,
    name: &Name,
    document: &Document,
) -> Result<Option<Value>, IamCommandError> {
    taken(
        document,
        store.put_inline_policy(holder, name, document.text()),
    )?;
    Ok(None)
}
