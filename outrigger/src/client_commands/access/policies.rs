//! The decision by IAM policies: those of an identity store on this machine.

use std::path::PathBuf;

use authz::Subject;
use authz::iam::{IamAction, IamDecision, IamEngine, IamRule, Relevance};
use iam::{PolicyView, Store, StoreError};

use super::super::CommandError;
use super::{Considered, ExplainArgs, Explained, Question};

pub(super) fn explain(args: &ExplainArgs, now_ms: i64) -> Result<Explained, CommandError> {
    let dir = store_dir(args)?;
    let store = Store::open(&dir).map_err(failed)?;
    let (view, problems) = PolicyView::load(&dir).map_err(failed)?;
    let (principal, context) = store
        .context_of(args.principal.name(), now_ms)
        .map_err(failed)?;
    let subject = Subject {
        principal: &principal,
        iam: Some(&context),
        client_address: args.host,
        secure: true,
        now_ms,
    };
    let engine = IamEngine::new(view.policies());
    let action = match args.operation {
        Question::Action(action) => Some(action),
        Question::Operation(operation) => IamAction::of(operation, args.resource.kind),
    };
    let name = args.resource.name.as_str();
    let decision = match action {
        Some(action) => engine.decide(&subject, action, name),
        None => IamDecision {
            action: None,
            rule: IamRule::NoAction,
        },
    };
    let mut explained = args.explained("iam", decision.is_allowed(), decision.to_string());
    if let Some(action) = action {
        let considered = engine.trace(&subject, action, name).into_iter();
        explained.considered = considered
            .map(|one| Considered {
                says: word(one.relevance, one.allows),
                what: one.statement.to_string(),
            })
            .collect();
    }
    let unreadable = problems.into_iter();
    explained.assumed = unreadable
        .map(|problem| {
            let file = problem.path.display();
            format!(
                "{file} was read before as it should be: {}",
                problem.problem
            )
        })
        .collect();
    Ok(explained)
}

fn word(relevance: Relevance, allows: bool) -> &'static str {
    match relevance {
        Relevance::Applies if allows => "allows",
        Relevance::Applies => "denies",
        Relevance::OtherAction => "other action",
        Relevance::OtherPrincipal => "other principal",
        Relevance::OtherResource => "other resource",
        Relevance::ConditionUnmet => "condition unmet",
        Relevance::Undecidable => "cannot be decided",
    }
}

fn store_dir(args: &ExplainArgs) -> Result<PathBuf, CommandError> {
    if let Some(dir) = &args.iam_dir {
        return Ok(dir.clone());
    }
    args.cluster
        .own_data_dir()
        .map(|dir| dir.iam())
        .ok_or_else(|| {
            CommandError::Usage(
                "IAM policies are on the broker's own machine: name their directory with --iam-dir"
                    .to_owned(),
            )
        })
}

fn failed(error: StoreError) -> CommandError {
    CommandError::Incomplete(error.to_string())
}
