//! Managed policies, which any number of users and roles may have.

use super::arguments::{self, Document};
use super::context::{Context, policy_name, taken};
use super::error::IamCommandError;
use clap::Subcommand;
use iam::{Name, StoreRecord, arn};
use serde_json::{Value, json};

#[derive(Subcommand, Clone, Debug)]
pub(super) enum PolicyAction {
    /// Make a managed policy, to be attached to users and roles
    #[command(
        after_help = "Examples:\n  outrigger iam create-policy --policy-name read --policy-document file://read.json"
    )]
    CreatePolicy {
        #[arg(long, value_name = "NAME", value_parser = arguments::policy)]
        policy_name: Name,
        #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
        policy_document: Document,
    },
    /// Give a managed policy another text, at once in force (only one version is kept)
    #[command(
        after_help = "Examples:\n  outrigger iam create-policy-version --policy-arn arn:aws:iam::000000000000:policy/read --policy-document file://read.json"
    )]
    CreatePolicyVersion {
        #[arg(long, value_name = "ARN")]
        policy_arn: String,
        #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
        policy_document: Document,
        /// Taken for granted
        #[arg(long)]
        set_as_default: bool,
    },
    /// Delete a managed policy that nobody has
    #[command(
        after_help = "Examples:\n  outrigger iam delete-policy --policy-arn arn:aws:iam::000000000000:policy/read"
    )]
    DeletePolicy {
        #[arg(long, value_name = "ARN")]
        policy_arn: String,
    },
    /// Show a managed policy with its text
    #[command(
        after_help = "Examples:\n  outrigger iam get-policy --policy-arn arn:aws:iam::000000000000:policy/read"
    )]
    GetPolicy {
        #[arg(long, value_name = "ARN")]
        policy_arn: String,
    },
    /// List managed policies
    #[command(after_help = "Examples:\n  outrigger iam list-policies")]
    ListPolicies,
}

impl PolicyAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        let store = context.store()?;
        let record = store.record();
        match self {
            Self::CreatePolicy {
                policy_name,
                policy_document,
            } => {
                let made = store.create_policy(&policy_name, policy_document.text());
                taken(&policy_document, made)?;
                Ok(Some(json!({"Policy": shown(record, policy_name.as_str())})))
            }
            Self::CreatePolicyVersion {
                policy_arn,
                policy_document,
                set_as_default: _,
            } => {
                let name = policy_name(record, &policy_arn)?;
                let replaced = store.replace_policy(&name, policy_document.text());
                taken(&policy_document, replaced)?;
                Ok(Some(
                    json!({"PolicyVersion": {"VersionId": "v1", "IsDefaultVersion": true}}),
                ))
            }
            Self::DeletePolicy { policy_arn } => {
                store.delete_policy(&policy_name(record, &policy_arn)?)?;
                Ok(None)
            }
            Self::GetPolicy { policy_arn } => {
                let name = policy_name(record, &policy_arn)?;
                let mut policy = shown(record, name.as_str());
                let text = store.policy(&name)?;
                if let Some(members) = policy.as_object_mut() {
                    members.insert("Document".to_owned(), as_json(&text));
                }
                Ok(Some(json!({"Policy": policy})))
            }
            Self::ListPolicies => {
                let policies = store.policies()?;
                let policies: Vec<Value> =
                    policies.iter().map(|name| shown(record, name)).collect();
                Ok(Some(json!({"Policies": policies})))
            }
        }
    }
}

fn shown(record: &StoreRecord, name: &str) -> Value {
    json!({
        "PolicyName": name,
        "Arn": arn::policy(record, name),
        "Path": "/",
        "DefaultVersionId": "v1",
    })
}

/// A document as JSON; one that is none, edited by hand, as text.
pub(super) fn as_json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}
