//! `outrigger iam simulate`: the decision that the broker would make, and what it rests on.

use super::arguments::{self, Tag};
use super::context::{Context, policy_name};
use super::error::IamCommandError;
use authz::Subject;
use authz::iam::{
    Considered, IamAction, IamDecision, IamEngine, IamPolicies, IamSession, Policy, PolicyKind,
    Relevance, SessionOf,
};
use clap::{ArgGroup, Args};
use iam::{Name, PolicyView, Store, arn};
use identity::{IamCaller, IamContext, Principal};
use serde_json::{Value, json};
use service::Exit;
use std::net::IpAddr;
use std::sync::Arc;

#[derive(Args, Clone, Debug)]
#[command(group = ArgGroup::new("who").required(true).args(["user_name", "role_name", "session_id"]), after_help = "\
Exit status: 0 allowed, 1 denied.

Examples:
  outrigger iam simulate --user-name alice --action ReadData --resource orders
  outrigger iam simulate --role-name reader --action kafka-cluster:Connect --source-ip 10.0.0.7
  outrigger iam simulate --session-id ASIA… --action WriteData --resource orders --output text")]
pub(super) struct SimulateArgs {
    #[arg(long, value_name = "NAME", value_parser = arguments::user)]
    user_name: Option<Name>,
    /// As a session of this role
    #[arg(long, value_name = "NAME", value_parser = arguments::role)]
    role_name: Option<Name>,
    /// As this session
    #[arg(long, value_name = "ID", value_parser = arguments::access_key)]
    session_id: Option<Name>,
    /// Such as kafka-cluster:ReadData
    #[arg(long, value_parser = action)]
    action: IamAction,
    /// Name of the topic, group or transactional id; the cluster needs none
    #[arg(long, value_name = "NAME", default_value = "")]
    resource: String,
    /// Where the client is
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    source_ip: IpAddr,
    /// Managed policies that limit the session, with --role-name
    #[arg(long, value_name = "ARN", num_args = 1.., requires = "role_name")]
    policy_arns: Vec<String>,
    /// Tags of the session, with --role-name
    #[arg(long, value_name = "Key=NAME,Value=VALUE", num_args = 1.., requires = "role_name", value_parser = arguments::tag)]
    tags: Vec<Tag>,
}

/// Id and name of the session that `--role-name` is asked as.
const SIMULATED: &str = "simulated";
/// How long that session would last; longer than the question.
const SIMULATED_MS: i64 = 3_600_000;

fn action(text: &str) -> Result<IamAction, String> {
    IamAction::named(text).ok_or_else(|| {
        format!("there is no action '{text}'; `outrigger iam list-actions` shows those that exist")
    })
}

impl SimulateArgs {
    pub(super) fn run(self, context: &Context) -> Result<(Option<Value>, Exit), IamCommandError> {
        let store = context.store()?;
        let (view, problems) = PolicyView::load(context.dir())?;
        for problem in &problems {
            crate::output::note(&format!("warning: {problem}"));
        }
        let mut policies = view.policies();
        let (principal, caller) = self.caller(&store, &mut policies, context.now_ms)?;
        let subject = Subject {
            principal: &principal,
            iam: Some(&caller),
            client_address: self.source_ip,
            secure: true,
            now_ms: context.now_ms,
        };
        let arn = policies.cluster.arn(self.action.arn_type(), &self.resource);
        let engine = IamEngine::new(policies);
        let decision = engine.decide(&subject, self.action, &self.resource);
        let trace = engine.trace(&subject, self.action, &self.resource);
        let exit = if decision.is_allowed() {
            Exit::Ok
        } else {
            Exit::Failure
        };
        Ok((Some(shown(&principal, &arn, &decision, &trace)), exit))
    }

    /// Who asks. A role is asked about as a session that is not in the store, so that none is needed.
    fn caller(
        &self,
        store: &Store,
        policies: &mut IamPolicies,
        now_ms: i64,
    ) -> Result<(Principal, IamContext), IamCommandError> {
        let record = store.record();
        if let Some(id) = &self.session_id {
            return Ok(store.context_of_session(id, now_ms)?);
        }
        let Some(role) = &self.role_name else {
            let name = self.user_name.as_ref().map_or("", Name::as_str);
            return Ok(store.context_of(&arn::user(record, name), now_ms)?);
        };
        let end = now_ms.saturating_add(SIMULATED_MS);
        let session = IamSession {
            of: SessionOf::Role(role.to_string()),
            policies: self.limits(store)?,
            tags: arguments::tags(self.tags.clone()).into_iter().collect(),
            expires_at_ms: end,
        };
        policies.sessions.insert(SIMULATED.to_owned(), session);
        let context = IamContext {
            account_id: record.account_id.clone(),
            caller: IamCaller::AssumedRole {
                role: role.to_string(),
                session_name: SIMULATED.to_owned(),
                session_id: SIMULATED.to_owned(),
            },
            identity_arn: arn::role(record, role.as_str()),
            user_id: format!("{}:{SIMULATED}", store.role(role)?.role_id),
            access_key_id: SIMULATED.to_owned(),
            source_identity: None,
            token_issued_at: Some(now_ms.div_euclid(1000)),
            expires_at_ms: Some(end),
        };
        let principal = arn::assumed_role(record, role.as_str(), SIMULATED);
        Ok((Principal::iam(&principal), context))
    }

    fn limits(&self, store: &Store) -> Result<Vec<Arc<Policy>>, IamCommandError> {
        let mut limits = Vec::new();
        for text in &self.policy_arns {
            let name = policy_name(store.record(), text)?;
            let label = format!("policy {name}, which limits the session");
            let policy = Policy::parse(PolicyKind::Identity, &label, &store.policy(&name)?);
            let policy = policy.map_err(|error| IamCommandError::Policy {
                document: format!("policy {name}"),
                error,
            })?;
            limits.push(Arc::new(policy));
        }
        Ok(limits)
    }
}

fn shown(principal: &Principal, arn: &str, decision: &IamDecision, trace: &[Considered]) -> Value {
    let statements: Vec<Value> = trace
        .iter()
        .map(|one| {
            json!({
                "Policy": &*one.statement.policy,
                "Statement": one.statement.statement,
                "Effect": if one.allows { "Allow" } else { "Deny" },
                "Outcome": outcome(one.relevance),
            })
        })
        .collect();
    json!({"Evaluation": {
        "Principal": principal.to_string(),
        "Action": decision.action.map(|action| action.to_string()),
        "ResourceArn": arn,
        "Decision": if decision.is_allowed() { "allowed" } else { "denied" },
        "Reason": decision.rule.to_string(),
        "Statements": statements,
    }})
}

fn outcome(relevance: Relevance) -> &'static str {
    match relevance {
        Relevance::OtherAction => "about other actions",
        Relevance::OtherPrincipal => "about other principals",
        Relevance::OtherResource => "about other resources",
        Relevance::ConditionUnmet => "its condition does not hold",
        Relevance::Undecidable => "a variable or value in it is not known",
        Relevance::Applies => "applies",
    }
}
