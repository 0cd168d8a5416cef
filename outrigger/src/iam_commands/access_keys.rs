//! Access keys of users. A secret is shown once, when its key is made.

use super::arguments;
use super::context::Context;
use super::error::IamCommandError;
use clap::{Subcommand, ValueEnum};
use iam::{KeyStatus, Name};
use serde_json::{Value, json};

#[derive(Subcommand, Clone, Debug)]
pub(super) enum AccessKeyAction {
    /// Make an access key; its secret is shown now and never again
    #[command(
        after_help = "Examples:\n  outrigger iam create-access-key --user-name alice --output env"
    )]
    CreateAccessKey {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
    },
    /// Delete an access key
    #[command(
        after_help = "Examples:\n  outrigger iam delete-access-key --user-name alice --access-key-id AKIAIOSFODNN7EXAMPLE"
    )]
    DeleteAccessKey {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
        #[arg(long, value_name = "ID", value_parser = arguments::access_key)]
        access_key_id: Name,
    },
    /// Switch an access key off or on
    #[command(
        after_help = "Examples:\n  outrigger iam update-access-key --user-name alice --access-key-id AKIAIOSFODNN7EXAMPLE --status Inactive"
    )]
    UpdateAccessKey {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
        #[arg(long, value_name = "ID", value_parser = arguments::access_key)]
        access_key_id: Name,
        #[arg(long, value_enum)]
        status: Status,
    },
    /// List the access keys of a user
    #[command(after_help = "Examples:\n  outrigger iam list-access-keys --user-name alice")]
    ListAccessKeys {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(super) enum Status {
    Active,
    Inactive,
}

impl AccessKeyAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        let store = context.store()?;
        match self {
            Self::CreateAccessKey { user_name } => {
                let key = store.create_access_key(&user_name, context.now_ms)?;
                Ok(Some(json!({"AccessKey": {
                    "UserName": user_name.as_str(),
                    "AccessKeyId": key.access_key_id,
                    "Status": "Active",
                    "SecretAccessKey": key.secret_access_key.expose().as_str(),
                    "CreateDate": key.created,
                }})))
            }
            Self::DeleteAccessKey {
                user_name,
                access_key_id,
            } => {
                store.delete_access_key(&user_name, &access_key_id)?;
                Ok(None)
            }
            Self::UpdateAccessKey {
                user_name,
                access_key_id,
                status,
            } => {
                let status = match status {
                    Status::Active => KeyStatus::Active,
                    Status::Inactive => KeyStatus::Inactive,
                };
                store.set_access_key_status(&user_name, &access_key_id, status)?;
                Ok(None)
            }
            Self::ListAccessKeys { user_name } => {
                let keys: Vec<Value> = store
                    .access_keys(&user_name)?
                    .iter()
                    .map(|key| {
                        json!({
                            "UserName": user_name.as_str(),
                            "AccessKeyId": key.access_key_id,
                            "Status": key.status,
                            "CreateDate": key.created,
                        })
                    })
                    .collect();
                Ok(Some(json!({"AccessKeyMetadata": keys})))
            }
        }
    }
}
