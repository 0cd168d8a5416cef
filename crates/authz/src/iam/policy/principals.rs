//! `Principal` and `NotPrincipal`: whom a statement of a resource or trust policy is about.

use super::PolicyKind;
use crate::iam::document::PrincipalDocument;
use crate::iam::request::{Arn, Request};

/// Digits of an account id.
const ACCOUNT_DIGITS: usize = 12;

/// How directly a policy names a caller. The more directly, the less else is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grade {
    /// By the account: its own policies must say yes, too.
    Account,
    /// By `*`, or a session by its role: boundaries and session policies still limit it.
    Shared,
    /// By its own ARN.
    Direct,
}

#[derive(Debug)]
pub(crate) enum Principals {
    /// A policy that hangs on the caller itself.
    NotAsked,
    AnyOf(Vec<PrincipalPattern>),
    NoneOf(Vec<PrincipalPattern>),
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum PrincipalPattern {
    Everybody,
    Account(String),
    Arn(String),
    /// A service or a federated user: nobody who comes here is one.
    Nobody,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum PrincipalError {
    #[error("a policy of a user, role or session is about that; remove Principal")]
    NotHere,
    #[error("a statement of this kind of policy needs exactly one of Principal and NotPrincipal")]
    ExactlyOne,
    #[error(
        "NotPrincipal with Allow is no way to say who may assume a role; name them in Principal"
    )]
    Nobody,
    #[error(
        "'{0}' is no principal; write *, an account of 12 digits, or the ARN of a user, a role or a \
         session, without wildcards"
    )]
    NotAPrincipal(String),
}

impl PrincipalError {
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::NotAPrincipal(text) => Some(text),
            Self::NotHere | Self::ExactlyOne | Self::Nobody => None,
        }
    }
}

impl Principals {
    pub(super) fn compile(
        kind: PolicyKind,
        these: Option<PrincipalDocument>,
        all_but: Option<PrincipalDocument>,
    ) -> Result<Self, PrincipalError> {
        match (kind, these, all_but) {
            (PolicyKind::Identity, None, None) => Ok(Self::NotAsked),
            (PolicyKind::Identity, ..) => Err(PrincipalError::NotHere),
            (_, Some(these), None) => Ok(Self::AnyOf(compile(these)?)),
            (PolicyKind::Trust, None, Some(_)) => Err(PrincipalError::Nobody),
            (_, None, Some(all_but)) => Ok(Self::NoneOf(compile(all_but)?)),
            _ => Err(PrincipalError::ExactlyOne),
        }
    }

    /// Whether the statement is about the caller.
    pub(super) fn include(&self, request: &Request<'_>) -> bool {
        self.grade(request).is_some()
    }

    /// How directly it names the caller, if at all.
    pub(super) fn grade(&self, request: &Request<'_>) -> Option<Grade> {
        let best = |patterns: &[PrincipalPattern]| {
            patterns
                .iter()
                .filter_map(|pattern| pattern.grade(request))
                .max()
        };
        match self {
            Self::NotAsked => Some(Grade::Direct),
            Self::AnyOf(patterns) => best(patterns),
            Self::NoneOf(patterns) => match best(patterns) {
                None => Some(Grade::Shared),
                Some(_) => None,
            },
        }
    }
}

impl PrincipalPattern {
    fn parse(text: &str) -> Result<Self, PrincipalError> {
        let not_a_principal = || PrincipalError::NotAPrincipal(text.to_owned());
        if text == "*" {
            return Ok(Self::Everybody);
        }
        if is_account(text) {
            return Ok(Self::Account(text.to_owned()));
        }
        let arn = Arn::parse(text)
            .filter(|_| !text.contains(['*', '?', '$']))
            .filter(|arn| is_account(arn.account_id))
            .ok_or_else(not_a_principal)?;
        let (kind, name) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        match (arn.service, kind, name.is_empty()) {
            ("iam", "root", true) => Ok(Self::Account(arn.account_id.to_owned())),
            ("iam", "user" | "role", false) | ("sts", "assumed-role", false) => {
                Ok(Self::Arn(text.to_owned()))
            }
            _ => Err(not_a_principal()),
        }
    }

    fn grade(&self, request: &Request<'_>) -> Option<Grade> {
        let caller = request.caller;
        match self {
            Self::Everybody => Some(Grade::Shared),
            Self::Account(account) => (*account == caller.account_id).then_some(Grade::Account),
            Self::Arn(arn) if arn == request.subject.principal.name() => Some(Grade::Direct),
            // A session is named by its role, and the session of a user by the user.
            Self::Arn(arn) if *arn == caller.identity_arn => Some(Grade::Shared),
            Self::Arn(_) | Self::Nobody => None,
        }
    }
}

fn compile(document: PrincipalDocument) -> Result<Vec<PrincipalPattern>, PrincipalError> {
    let kinds = match document {
        PrincipalDocument::Everybody => return Ok(vec![PrincipalPattern::Everybody]),
        PrincipalDocument::Kinds(kinds) => kinds,
    };
    let others = [kinds.canonical_user, kinds.federated, kinds.service];
    let mut patterns: Vec<_> = others
        .into_iter()
        .flatten()
        .map(|_| PrincipalPattern::Nobody)
        .collect();
    for text in kinds.aws.into_iter().flat_map(|texts| texts.0) {
        patterns.push(PrincipalPattern::parse(&text)?);
    }
    if patterns.is_empty() {
        return Err(PrincipalError::ExactlyOne);
    }
    Ok(patterns)
}

fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|digit| digit.is_ascii_digit())
}
