//! A policy, read strictly and compiled: what `document` found means something here, or is refused.
//!
//! Actions become a set, texts become patterns. A policy is refused whole: half of one would grant
//! or deny something that nobody wrote.

mod position;
mod principals;

use super::action::{ActionSet, IamAction, KAFKA_CLUSTER};
use super::arn_pattern::{ArnPattern, ArnPatternError};
use super::condition::{self, Condition, ConditionError};
use super::document::{Document, Effect, Object, OneOrMany, StatementDocument, Version};
use super::pattern::{Syntax, wildcards_match};
use super::request::Request;
use super::truth::Truth;
use principals::{PrincipalError, Principals};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

pub(crate) use principals::Grade;

/// Longest text of a policy: the most that AWS takes of any kind.
pub const POLICY_BYTES_MAX: usize = 20_480;

/// What a policy hangs on, which decides what its statements must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// On a user, a role or a session: no principal, a resource.
    Identity,
    /// On the cluster: a principal and a resource.
    Resource,
    /// On a role, about who may assume it: a principal, no resource.
    Trust,
}

/// A compiled policy.
#[derive(Debug)]
pub struct Policy {
    statements: Box<[Statement]>,
}

/// Which statement of which policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementName {
    /// As its owner calls the policy.
    pub policy: Arc<str>,
    /// Its `Sid`, or its place, counted from 1.
    pub statement: String,
}

/// Why a policy is refused, and where in its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// Line and column, from 1, where they are known.
    pub position: Option<(usize, usize)>,
    /// What is wrong, and what would be right.
    pub problem: String,
}

#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) name: Arc<StatementName>,
    effect: Effect,
    principals: Principals,
    actions: ActionSet,
    resources: Resources,
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Resources {
    /// A trust policy has none: it is about its own role.
    NotAsked,
    AnyOf(Vec<ArnPattern>),
    NoneOf(Vec<ArnPattern>),
}

/// What a statement has to say about a request; for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relevance {
    /// About other actions.
    OtherAction,
    /// About other principals.
    OtherPrincipal,
    /// About other resources.
    OtherResource,
    /// Its condition does not hold.
    ConditionUnmet,
    /// It has no effect because a variable or value in it is not known.
    Undecidable,
    /// It has its effect.
    Applies,
}

#[derive(Debug, thiserror::Error)]
enum StatementError {
    #[error("a statement needs exactly one of {0} and Not{0}")]
    ExactlyOne(&'static str),
    #[error("this kind of policy has no {0}; remove it")]
    NotHere(&'static str),
    #[error("two statements have the Sid '{0}'; give each its own")]
    SameSid(String),
    #[error("'{0}' is no action; write SERVICE:NAME, such as kafka-cluster:ReadData, or *")]
    NotAnAction(String),
    #[error("there is no action '{text}'{}", suggestion(.text))]
    UnknownAction { text: String },
    #[error(transparent)]
    Principal(#[from] PrincipalError),
    #[error("{error}")]
    Resource {
        text: String,
        error: ArnPatternError,
    },
    #[error(transparent)]
    Condition(#[from] ConditionError),
}

impl Policy {
    /// Reads a policy; `name` is what explanations call it.
    ///
    /// # Errors
    /// [`PolicyError`], about the first thing that is wrong.
    pub fn parse(kind: PolicyKind, name: &str, text: &str) -> Result<Self, PolicyError> {
        if text.len() > POLICY_BYTES_MAX {
            return Err(PolicyError {
                position: None,
                problem: format!(
                    "longer than {POLICY_BYTES_MAX} bytes; split it into several policies"
                ),
            });
        }
        let Object(document): Object<Document> =
            serde_json::from_str(text).map_err(PolicyError::of_json)?;
        let name: Arc<str> = name.into();
        let mut statements: Vec<Statement> = Vec::new();
        let mut sids = BTreeSet::new();
        for (at, Object(statement)) in document.statement.0.into_iter().enumerate() {
            // An empty Sid is none.
            let sid = statement.sid.clone().filter(|sid| !sid.is_empty());
            let compiled = match sid {
                Some(sid) if !sids.insert(sid.clone()) => Err(StatementError::SameSid(sid)),
                sid => Statement::compile(kind, &name, at, sid, document.version, statement),
            };
            statements.push(compiled.map_err(|error| error.told(text, at))?);
        }
        Ok(Self {
            statements: statements.into(),
        })
    }

    pub(crate) fn statements(&self) -> impl Iterator<Item = &Statement> {
        self.statements.iter()
    }
}

impl Statement {
    fn compile(
        kind: PolicyKind,
        policy: &Arc<str>,
        at: usize,
        sid: Option<String>,
        version: Version,
        document: StatementDocument,
    ) -> Result<Self, StatementError> {
        let syntax = Syntax {
            wildcards: true,
            variables: version == Version::V2012,
        };
        let principals = Principals::compile(kind, document.principal, document.not_principal)?;
        let actions = match exactly_one("Action", document.action, document.not_action)? {
            Asked::These(names) => actions(&names)?,
            Asked::AllBut(names) => actions(&names)?.complement(),
        };
        let conditions = match document.condition {
            Some(conditions) => condition::compile(conditions, syntax)?,
            None => Vec::new(),
        };
        let name = StatementName {
            policy: Arc::clone(policy),
            statement: sid.unwrap_or_else(|| (at + 1).to_string()),
        };
        let resources = match kind {
            PolicyKind::Trust => {
                if document.resource.is_some() || document.not_resource.is_some() {
                    return Err(StatementError::NotHere("Resource"));
                }
                Resources::NotAsked
            }
            _ => match exactly_one("Resource", document.resource, document.not_resource)? {
                Asked::These(texts) => Resources::AnyOf(arns(texts, syntax)?),
                Asked::AllBut(texts) => Resources::NoneOf(arns(texts, syntax)?),
            },
        };
        Ok(Self {
            name: Arc::new(name),
            effect: document.effect,
            principals,
            actions,
            resources,
            conditions,
        })
    }

    pub(crate) fn allows(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// Whether it has its effect on the request. What is not known never allows and always denies.
    pub(crate) fn applies(&self, request: &Request<'_>) -> bool {
        self.relevance(request) == Relevance::Applies
    }

    /// How directly it names the caller; meaningful where it applies.
    pub(crate) fn grade(&self, request: &Request<'_>) -> Option<Grade> {
        self.principals.grade(request)
    }

    pub(crate) fn relevance(&self, request: &Request<'_>) -> Relevance {
        if !self.actions.contains(request.action) {
            return Relevance::OtherAction;
        }
        if !self.principals.include(request) {
            return Relevance::OtherPrincipal;
        }
        let resource = self.resources.include(request);
        if resource == Truth::No {
            return Relevance::OtherResource;
        }
        let conditions = self.conditions.iter().map(|one| one.holds(request));
        match resource.and(Truth::every(conditions)) {
            Truth::No => Relevance::ConditionUnmet,
            Truth::Unknown if self.allows() => Relevance::Undecidable,
            Truth::Unknown | Truth::Yes => Relevance::Applies,
        }
    }
}

impl Resources {
    fn include(&self, request: &Request<'_>) -> Truth {
        let any = |patterns: &[ArnPattern]| {
            Truth::any(
                patterns
                    .iter()
                    .map(|pattern| pattern.matches(&request.resource, request)),
            )
        };
        match self {
            Self::NotAsked => Truth::Yes,
            Self::AnyOf(patterns) => any(patterns),
            Self::NoneOf(patterns) => any(patterns).negated(),
        }
    }
}

enum Asked<T> {
    These(Vec<T>),
    AllBut(Vec<T>),
}

fn exactly_one<T>(
    what: &'static str,
    these: Option<OneOrMany<T>>,
    all_but: Option<OneOrMany<T>>,
) -> Result<Asked<T>, StatementError> {
    match (these, all_but) {
        (Some(these), None) => Ok(Asked::These(these.0)),
        (None, Some(all_but)) => Ok(Asked::AllBut(all_but.0)),
        _ => Err(StatementError::ExactlyOne(what)),
    }
}

/// The actions that patterns name. Those of other services are none of ours and mean nothing; one
/// of ours that does not exist is a misspelling that would silently not grant or not deny.
fn actions(names: &[String]) -> Result<ActionSet, StatementError> {
    let mut set = ActionSet::default();
    for text in names {
        let lower = text.to_ascii_lowercase();
        if lower == "*" {
            return Ok(ActionSet::of(|_| true));
        }
        let is_name = |text: &str| {
            let known = |letter: char| letter.is_ascii_alphanumeric() || "-_*?".contains(letter);
            !text.is_empty() && text.chars().all(known)
        };
        let (service, _) = lower
            .split_once(':')
            .filter(|(service, name)| is_name(service) && is_name(name))
            .ok_or_else(|| StatementError::NotAnAction(text.clone()))?;
        let found = ActionSet::of(|action| {
            wildcards_match(&lower, &action.to_string().to_ascii_lowercase())
        });
        // STS has more actions than are ours; who may do those is no question here.
        if found.is_empty() && service == KAFKA_CLUSTER {
            return Err(StatementError::UnknownAction { text: text.clone() });
        }
        set = set.union(found);
    }
    Ok(set)
}

fn suggestion(text: &str) -> String {
    let name = text.split_once(':').map_or(text, |(_, name)| name);
    let near = IamAction::all()
        .filter(|action| action.service() == KAFKA_CLUSTER)
        .map(|action| {
            (
                distance(&name.to_lowercase(), &action.name().to_lowercase()),
                action,
            )
        })
        .min();
    match near {
        Some((distance, action)) if distance <= 3 => format!("; did you mean {action}?"),
        _ => "; `outrigger iam list-actions` shows those that exist".to_owned(),
    }
}

/// Letters to add, remove or change (Levenshtein).
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (at, letter) in left.chars().enumerate() {
        let mut diagonal = at;
        let mut before = at + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(right.chars()) {
            let changed = diagonal + usize::from(letter != other);
            diagonal = *cell;
            before = changed.min(before + 1).min(*cell + 1);
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = at + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

fn arns(texts: Vec<String>, syntax: Syntax) -> Result<Vec<ArnPattern>, StatementError> {
    texts
        .into_iter()
        .map(|text| {
            ArnPattern::compile(&text, syntax)
                .map_err(|error| StatementError::Resource { text, error })
        })
        .collect()
}

impl StatementError {
    /// With the place of the text that is wrong, where it names one.
    fn told(self, document: &str, at: usize) -> PolicyError {
        let text = match &self {
            Self::NotAnAction(text)
            | Self::UnknownAction { text }
            | Self::Resource { text, .. }
            | Self::SameSid(text) => Some(text.as_str()),
            Self::Condition(error) => error.text(),
            Self::Principal(error) => error.text(),
            Self::ExactlyOne(_) | Self::NotHere(_) => None,
        };
        let mut problem = self.to_string();
        let mut cause = std::error::Error::source(&self);
        while let Some(error) = cause {
            problem = format!("{problem}: {error}");
            cause = error.source();
        }
        let position = text.and_then(|text| position::of_string(document, text));
        if position.is_none() {
            problem = format!("statement {}: {problem}", at + 1);
        }
        PolicyError { position, problem }
    }
}

impl PolicyError {
    fn of_json(error: serde_json::Error) -> Self {
        let place = format!(" at line {} column {}", error.line(), error.column());
        let text = error.to_string();
        Self {
            position: (error.line() > 0).then(|| (error.line(), error.column())),
            problem: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
        }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.position {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for PolicyError {}

impl fmt::Display for StatementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "statement {} of {}", self.statement, self.policy)
    }
}

#[cfg(test)]
mod tests;
