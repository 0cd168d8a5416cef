//! Sessions: what `aws sts` gives, and what it cannot: to see and to end them.

use super::arguments::{self, Document, Tag};
use super::context::{Context, policy_name, role_name, taken};
use super::error::IamCommandError;
use clap::{ArgGroup, Subcommand};
use iam::{
    Name, NewSession, SessionCredentials, SessionOf, SessionRecord, Store, StoreRecord, arn,
};
use serde_json::{Value, json};

#[derive(Subcommand, Clone, Debug)]
pub(super) enum SessionAction {
    /// Make temporary credentials of a role
    AssumeRole(Box<AssumeRole>),
    /// Make temporary credentials of a user
    #[command(
        after_help = "Examples:\n  outrigger iam get-session-token --user-name alice --duration-seconds 900 --output env"
    )]
    GetSessionToken {
        #[arg(long, value_name = "NAME", value_parser = arguments::user)]
        user_name: Name,
        /// How long they work [default: 43200]
        #[arg(long, value_name = "SECONDS")]
        duration_seconds: Option<u32>,
    },
    /// List sessions that are not over
    #[command(after_help = "Examples:\n  outrigger iam list-sessions")]
    ListSessions,
    /// End a session: its logins fail, and its open connections may do nothing more
    #[command(
        after_help = "Examples:\n  outrigger iam revoke-session --session-id ASIAIOSFODNN7EXAMPLE"
    )]
    RevokeSession {
        /// The session's access key id
        #[arg(long, value_name = "ID", value_parser = arguments::access_key)]
        session_id: Name,
    },
}

#[derive(clap::Args, Clone, Debug)]
#[command(group = ArgGroup::new("role").required(true).args(["role_arn", "role_name"]), after_help = "\
Who asks is the account itself, unless --caller names a user: then the user's own policies count.

Examples:
  outrigger iam assume-role --role-name reader --role-session-name app-1
  eval \"$(outrigger iam assume-role --role-name reader --role-session-name app-1 --output env)\"
  outrigger iam assume-role --role-name reader --role-session-name app-1 --caller alice \\
    --duration-seconds 900 --policy file://less.json --source-identity alice")]
pub(super) struct AssumeRole {
    #[arg(long, value_name = "ARN")]
    role_arn: Option<String>,
    #[arg(long, value_name = "NAME", value_parser = arguments::role)]
    role_name: Option<Name>,
    /// What the session is called; it stands in the principal's name
    #[arg(long, value_name = "NAME")]
    role_session_name: String,
    /// How long it lasts [default: 3600]
    #[arg(long, value_name = "SECONDS")]
    duration_seconds: Option<u32>,
    /// A policy that limits it
    #[arg(long, value_name = "file://PATH|JSON", value_parser = arguments::document)]
    policy: Option<Document>,
    /// Managed policies that limit it
    #[arg(long, value_name = "ARN", num_args = 1..)]
    policy_arns: Vec<String>,
    /// aws:PrincipalTag/… of it
    #[arg(long, value_name = "Key=NAME,Value=VALUE", num_args = 1.., value_parser = arguments::tag)]
    tags: Vec<Tag>,
    /// Who stands behind it: aws:SourceIdentity
    #[arg(long, value_name = "NAME")]
    source_identity: Option<String>,
    /// What the role's trust policy may ask for
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// The user who asks [default: the account itself]
    #[arg(long, value_name = "USER", value_parser = arguments::user)]
    caller: Option<Name>,
}

impl SessionAction {
    pub(super) fn run(self, context: &Context) -> Result<Option<Value>, IamCommandError> {
        let store = context.store()?;
        match self {
            Self::AssumeRole(args) => {
                let made = args.run(&store, context.now_ms)?;
                Ok(Some(json!({
                    "Credentials": credentials(&made),
                    "AssumedRoleUser": {"AssumedRoleId": made.user_id, "Arn": made.arn},
                })))
            }
            Self::GetSessionToken {
                user_name,
                duration_seconds,
            } => {
                let made = store.session_token(&user_name, duration_seconds, context.now_ms)?;
                Ok(Some(json!({"Credentials": credentials(&made)})))
            }
            Self::ListSessions => {
                let sessions: Vec<Value> = store
                    .sessions(context.now_ms)?
                    .iter()
                    .map(|(id, session)| shown(store.record(), id, session))
                    .collect();
                Ok(Some(json!({"Sessions": sessions})))
            }
            Self::RevokeSession { session_id } => {
                store.revoke_session(&session_id)?;
                Ok(None)
            }
        }
    }
}

impl AssumeRole {
    fn run(
        self: Box<Self>,
        store: &Store,
        now_ms: i64,
    ) -> Result<SessionCredentials, IamCommandError> {
        let role = match (&self.role_arn, self.role_name) {
            (Some(arn), _) => role_name(store.record(), arn)?,
            (None, Some(name)) => name,
            // clap asks for one of them.
            (None, None) => return Err(IamCommandError::Usage("name a role".to_owned())),
        };
        let policies: Result<Vec<Name>, _> = self
            .policy_arns
            .iter()
            .map(|text| policy_name(store.record(), text))
            .collect();
        let new = NewSession {
            session_name: self.role_session_name,
            duration_seconds: self.duration_seconds,
            policy: self
                .policy
                .as_ref()
                .map(|document| document.text().to_owned()),
            policies: policies?,
            tags: arguments::tags(self.tags),
            source_identity: self.source_identity,
            external_id: self.external_id,
            caller: self.caller,
        };
        let made = store.assume_role(&role, &new, now_ms);
        match &self.policy {
            Some(document) => taken(document, made),
            None => Ok(made?),
        }
    }
}

fn credentials(made: &SessionCredentials) -> Value {
    json!({
        "AccessKeyId": made.access_key_id,
        "SecretAccessKey": made.secret_access_key.expose().as_str(),
        "SessionToken": made.session_token.expose().as_str(),
        "Expiration": time(made.expires_at_ms),
    })
}

fn shown(record: &StoreRecord, id: &str, session: &SessionRecord) -> Value {
    let arn = match &session.of {
        SessionOf::Role {
            name, session_name, ..
        } => arn::assumed_role(record, name, session_name),
        SessionOf::User { name, .. } => arn::user(record, name),
    };
    json!({
        "SessionId": id,
        "Arn": arn,
        "SourceIdentity": session.source_identity,
        "Limited": session.policy.is_some() || !session.policies.is_empty(),
        "Issued": time(session.issued_at_ms),
        "Expiration": time(session.expires_at_ms),
    })
}

fn time(ms: i64) -> String {
    jiff::Timestamp::from_second(ms.div_euclid(1000))
        .map_or_else(|_| String::new(), |time| time.to_string())
}
