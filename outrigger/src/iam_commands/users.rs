//! Users.

use super::arguments::{self, Tag};
use super::context::{Context, policy_name};
use super::error::IamCommandError;
use clap::Subcommand;
use iam::{Holder, Name, StoreRecord, UserRecord, arn};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Subcommand, Clone, Debug)]
pub(super) enum UserAction {
    /// Make a user
    #[command(
        after_help = "Examples:\n  outrigger iam create-user --user-name alice --tags Key=team,Value=red"
    )]
    CreateUser {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
        /// What it may have at most: a managed policy
        #[arg(long, value_name = "ARN")]
        permissions_boundary: Option<String>,
        /// aws:PrincipalTag/… of it
        #[arg(long, value_name = "Key=NAME,Value=VALUE", num_args = 1.., value_parser = arguments::tag)]
        tags: Vec<Tag>,
    },
    /// Delete a user that has no keys and no policies
    #[command(after_help = "Examples:\n  outrigger iam delete-user --user-name alice")]
    DeleteUser {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
    },
    /// Show a user
    #[command(after_help = "Examples:\n  outrigger iam get-user --user-name alice")]
    GetUser {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
    },
    /// List users
    #[command(after_help = "Examples:\n  outrigger iam list-users")]
    ListUsers,
    /// Bound what a user may have at most
    #[command(
        after_help = "Examples:\n  outrigger iam put-user-permissions-boundary --user-name alice --permissions-boundary arn:aws:iam::000000000000:policy/most"
    )]
    PutUserPermissionsBoundary {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
        /// A managed policy
        #[arg(long, value_name = "ARN")]
        permissions_boundary: String,
    },
    /// Remove that bound
    #[command(
        after_help = "Examples:\n  outrigger iam delete-user-permissions-boundary --user-name alice"
    )]
    DeleteUserPermissionsBoundary {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
    },
    /// Give a user tags
    #[command(
        after_help = "Examples:\n  outrigger iam tag-user --user-name alice --tags Key=team,Value=red"
    )]
    TagUser {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
        #[arg(long, value_name = "Key=NAME,Value=VALUE", num_args = 1.., required = true, value_parser = arguments::tag)]
        tags: Vec<Tag>,
    },
    /// Take tags from a user
    #[command(
        after_help = "Examples:\n  outrigger iam untag-user --user-name alice --tag-keys team"
    )]
    UntagUser {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
        #[arg(long, value_name = "NAME", num_args = 1.., required = true)]
        tag_keys: Vec<String>,
    },
}

impl UserAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        let store = context.store()?;
        let record = store.record();
        match self {
            Self::CreateUser {
                user_name,
                permissions_boundary,
                tags,
            } => {
                let boundary = match permissions_boundary {
                    Some(text) => Some(policy_name(record, &text)?),
                    None => None,
                };
                let tags = arguments::tags(tags);
                let user =
                    store.create_user(&user_name, boundary.as_ref(), tags, context.now_ms)?;
                Ok(Some(json!({"User": shown(record, &user_name, &user)})))
            }
            Self::DeleteUser { user_name } => {
                store.delete_user(&user_name)?;
                Ok(None)
            }
            Self::GetUser { user_name } => {
                let user = store.user(&user_name)?;
                Ok(Some(json!({"User": shown(record, &user_name, &user)})))
            }
            Self::ListUsers => {
                let users: Vec<Value> = store
                    .users()?
                    .iter()
                    .map(|(name, user)| shown(record, name, user))
                    .collect();
                Ok(Some(json!({"Users": users})))
            }
            Self::PutUserPermissionsBoundary {
                user_name,
                permissions_boundary,
            } => {
                let policy = policy_name(record, &permissions_boundary)?;
                store.set_boundary(&Holder::User(user_name), Some(&policy))?;
                Ok(None)
            }
            Self::DeleteUserPermissionsBoundary { user_name } => {
                store.set_boundary(&Holder::User(user_name), None)?;
                Ok(None)
            }
            Self::TagUser { user_name, tags } => {
                store.tag(&Holder::User(user_name), arguments::tags(tags))?;
                Ok(None)
            }
            Self::UntagUser {
                user_name,
                tag_keys,
            } => {
                store.untag(&Holder::User(user_name), &tag_keys)?;
                Ok(None)
            }
        }
    }
}

fn shown(record: &StoreRecord, name: &Name, user: &UserRecord) -> Value {
    let mut shown = json!({
        "Path": "/",
        "UserName": name.as_str(),
        "UserId": user.user_id,
        "Arn": arn::user(record, name.as_str()),
        "CreateDate": user.created,
    });
    add_common(
        record,
        &mut shown,
        user.permissions_boundary.as_deref(),
        &user.tags,
    );
    shown
}

/// What users and roles both show, where they have it.
pub(super) fn add_common(
    record: &StoreRecord,
    shown: &mut Value,
    boundary: Option<&str>,
    tags: &BTreeMap<String, String>,
) {
    let Some(members) = shown.as_object_mut() else {
        return;
    };
    if let Some(policy) = boundary {
        let boundary = json!({
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": arn::policy(record, policy),
        });
        members.insert("PermissionsBoundary".to_owned(), boundary);
    }
    if !tags.is_empty() {
        let tags: Vec<Value> = tags
            .iter()
            .map(|(name, value)| json!({"Key": name, "Value": value}))
            .collect();
        members.insert("Tags".to_owned(), tags.into());
    }
}
