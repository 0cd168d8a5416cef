//! Roles.

use super::arguments::{self, Document, Tag};
use super::context::{Context, policy_name, taken};
use super::error::IamCommandError;
use super::users::add_common;
use clap::Subcommand;
use iam::{Holder, Name, RoleRecord, Store, arn};
use serde_json::{Value, json};

#[derive(Subcommand, Clone, Debug)]
pub(super) enum RoleAction {
    /// Make a role
    #[command(
        after_help = "Examples:\n  outrigger iam create-role --role-name reader --assume-role-policy-document file://trust.json"
    )]
    CreateRole(CreateRole),
    /// Delete a role that has no policies; its sessions end
    #[command(after_help = "Examples:\n  outrigger iam delete-role --role-name reader")]
    DeleteRole {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
    },
    /// Show a role
    #[command(after_help = "Examples:\n  outrigger iam get-role --role-name reader")]
    GetRole {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
    },
    /// List roles
    #[command(after_help = "Examples:\n  outrigger iam list-roles")]
    ListRoles,
    /// Say who may assume a role
    #[command(
        after_help = "Examples:\n  outrigger iam update-assume-role-policy --role-name reader --policy-document file://trust.json"
    )]
    UpdateAssumeRolePolicy {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
        #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
        policy_document: Document,
    },
    /// Bound what a role may have at most
    #[command(
        after_help = "Examples:\n  outrigger iam put-role-permissions-boundary --role-name reader --permissions-boundary arn:aws:iam::000000000000:policy/most"
    )]
    PutRolePermissionsBoundary {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
        /// A managed policy
        #[arg(long, value_name = "ARN")]
        permissions_boundary: String,
    },
    /// Remove that bound
    #[command(
        after_help = "Examples:\n  outrigger iam delete-role-permissions-boundary --role-name reader"
    )]
    DeleteRolePermissionsBoundary {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
    },
    /// Give a role tags
    #[command(
        after_help = "Examples:\n  outrigger iam tag-role --role-name reader --tags Key=team,Value=red"
    )]
    TagRole {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
        #[arg(long, value_name = "Key=NAME,Value=VALUE", num_args = 1.., required = true, value_parser = arguments::tag)]
        tags: Vec<Tag>,
    },
    /// Take tags from a role
    #[command(
        after_help = "Examples:\n  outrigger iam untag-role --role-name reader --tag-keys team"
    )]
    UntagRole {
        #[arg(long, value_name = "NAME", value_parser = arguments::role)]
        role_name: Name,
        #[arg(long, value_name = "NAME", num_args = 1.., required = true)]
        tag_keys: Vec<String>,
    },
}

#[derive(clap::Args, Clone, Debug)]
pub(super) struct CreateRole {
    #[arg(long, value_name = "NAME", value_parser = arguments::role)]
    role_name: Name,
    /// Who may assume it [default: users of the account whose own policies let them]
    #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
    assume_role_policy_document: Option<Document>,
    /// Longest session, in seconds [default: 3600]
    #[arg(long, value_name = "SECONDS")]
    max_session_duration: Option<u32>,
    /// What it may have at most: a managed policy
    #[arg(long, value_name = "ARN")]
    permissions_boundary: Option<String>,
    /// aws:PrincipalTag/… of its sessions
    #[arg(long, value_name = "Key=NAME,Value=VALUE", num_args = 1.., value_parser = arguments::tag)]
    tags: Vec<Tag>,
}

impl RoleAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        let store = context.store()?;
        match self {
            Self::CreateRole(args) => {
                let name = args.role_name.clone();
                let role = args.run(&store, context.now_ms)?;
                Ok(Some(json!({"Role": shown(&store, &name, &role)?})))
            }
            Self::DeleteRole { role_name } => {
                store.delete_role(&role_name)?;
                Ok(None)
            }
            Self::GetRole { role_name } => {
                let role = store.role(&role_name)?;
                Ok(Some(json!({"Role": shown(&store, &role_name, &role)?})))
            }
            Self::ListRoles => {
                let mut roles = Vec::new();
                for (name, role) in store.roles()? {
                    roles.push(shown(&store, &name, &role)?);
                }
                Ok(Some(json!({"Roles": roles})))
            }
            Self::UpdateAssumeRolePolicy {
                role_name,
                policy_document,
            } => {
                let put = store.put_trust_policy(&role_name, policy_document.text());
                taken(&policy_document, put)?;
                Ok(None)
            }
            Self::PutRolePermissionsBoundary {
                role_name,
                permissions_boundary,
            } => {
                let policy = policy_name(store.record(), &permissions_boundary)?;
                store.set_boundary(&Holder::Role(role_name), Some(&policy))?;
                Ok(None)
            }
            Self::DeleteRolePermissionsBoundary { role_name } => {
                store.set_boundary(&Holder::Role(role_name), None)?;
                Ok(None)
            }
            Self::TagRole { role_name, tags } => {
                store.tag(&Holder::Role(role_name), arguments::tags(tags))?;
                Ok(None)
            }
            Self::UntagRole {
                role_name,
                tag_keys,
            } => {
                store.untag(&Holder::Role(role_name), &tag_keys)?;
                Ok(None)
            }
        }
    }
}

impl CreateRole {
    fn run(self, store: &Store, now_ms: i64) -> Result<RoleRecord, IamCommandError> {
        let boundary = match &self.permissions_boundary {
            Some(text) => Some(policy_name(store.record(), text)?),
            None => None,
        };
        let trust = self.assume_role_policy_document.as_ref();
        let made = store.create_role(
            &self.role_name,
            trust.map(Document::text),
            self.max_session_duration,
            boundary.as_ref(),
            arguments::tags(self.tags),
            now_ms,
        );
        match trust {
            Some(document) => taken(document, made),
            None => Ok(made?),
        }
    }
}

fn shown(store: &Store, name: &Name, role: &RoleRecord) -> Result<Value, IamCommandError> {
    let record = store.record();
    let mut shown = json!({
        "Path": "/",
        "RoleName": name.as_str(),
        "RoleId": role.role_id,
        "Arn": arn::role(record, name.as_str()),
        "CreateDate": role.created,
        "MaxSessionDuration": role.max_session_duration,
    });
    add_common(
        record,
        &mut shown,
        role.permissions_boundary.as_deref(),
        &role.tags,
    );
    if let (Some(members), Some(trust)) = (shown.as_object_mut(), store.trust_policy(name)?) {
        let document = super::policies::as_json(&trust);
        members.insert("AssumeRolePolicyDocument".to_owned(), document);
    }
    Ok(shown)
}
