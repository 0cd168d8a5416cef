//! THE TABLE of what every API asks: [`table`] has one row per check, in the order in which a
//! handler makes them.
//!
//! A row says which API asks, for which operation on what, which error a denial is, and how much of
//! the answer it is an error of. Handlers call rows; a guard in front of another Kafka can walk
//! them. The order of the whole answer, what is hidden and what is counted stay with the handlers.

pub mod table;

use protocol::{ApiKey, ErrorCode};

use crate::{Authorizer, Denied, Operation, Permit, Resource, ResourceType, Subject};

/// One check of one API.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Who asks.
    pub api: ApiKey,
    /// A right that makes the check needless, asked first.
    pub shortcut: Option<(Operation, Target)>,
    /// What is asked, and what a denial is logged for; where it is about no resource in
    /// particular, a denial is logged for the shortcut.
    pub ask: (Operation, Target),
    /// What a denial is.
    pub denied: ErrorCode,
    /// Where it stands.
    pub level: Level,
}

/// On what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The resource of this type that the request names.
    Named(ResourceType),
    /// The cluster.
    Cluster,
    /// At least one resource of this type.
    Any(ResourceType),
}

/// What a denial is the error of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The whole answer, or the whole entry of a request for several groups or transactions.
    Whole,
    /// The resource, beside others that are served.
    Each,
    /// Nothing: what may not be seen is left out, or a field of the answer stays empty.
    Quiet,
}

/// A check that failed, with what is needed to answer and to log it.
#[derive(Clone, Debug)]
pub struct Refusal<'a> {
    /// The error of the answer.
    pub error: ErrorCode,
    /// What was asked.
    pub operation: Operation,
    /// On what.
    pub resource: Resource<'a>,
    /// Why not.
    pub denied: Denied,
}

impl Check {
    /// A check by one right.
    const fn of(
        api: ApiKey,
        operation: Operation,
        target: Target,
        denied: ErrorCode,
        level: Level,
    ) -> Self {
        Self {
            api,
            shortcut: None,
            ask: (operation, target),
            denied,
            level,
        }
    }

    /// The same check, needless for who has another right.
    const fn unless(self, operation: Operation, target: Target) -> Self {
        Self {
            shortcut: Some((operation, target)),
            ..self
        }
    }

    /// Every right of which one is enough.
    pub fn any_of(&self) -> impl Iterator<Item = (Operation, Target)> {
        self.shortcut.into_iter().chain([self.ask])
    }
}

impl Target {
    /// The resource; of "any of a type" there is none, and a name that no resource has stands for it.
    pub fn resource(self, name: &str) -> Resource<'_> {
        match self {
            Self::Named(kind) => Resource { kind, name },
            Self::Cluster => Resource::cluster(),
            Self::Any(kind) => Resource { kind, name: "" },
        }
    }
}

impl Authorizer {
    /// Makes one check of the table; `name` is the resource's, and not looked at where the check
    /// is not about a named one.
    ///
    /// # Errors
    /// [`Refusal`], of what a denial is logged for.
    pub fn check<'a>(
        &self,
        subject: &Subject<'_>,
        check: &Check,
        name: &'a str,
    ) -> Result<Permit, Box<Refusal<'a>>> {
        let refusal = |(operation, target): (Operation, Target), denied| {
            Box::new(Refusal {
                error: check.denied,
                operation,
                resource: target.resource(name),
                denied,
            })
        };
        let mut logged = None;
        if let Some(shortcut) = check.shortcut {
            match self.ask(subject, shortcut, name) {
                Ok(permit) => return Ok(permit),
                Err(denied) if matches!(check.ask.1, Target::Any(_)) => {
                    logged = Some(refusal(shortcut, denied));
                }
                Err(_) => {}
            }
        }
        self.ask(subject, check.ask, name)
            .map_err(|denied| logged.unwrap_or_else(|| refusal(check.ask, denied)))
    }

    fn ask(
        &self,
        subject: &Subject<'_>,
        (operation, target): (Operation, Target),
        name: &str,
    ) -> Result<Permit, Denied> {
        match target {
            Target::Any(kind) => self.authorize_by_resource_type(subject, operation, kind),
            Target::Named(_) | Target::Cluster => {
                self.authorize(subject, operation, target.resource(name))
            }
        }
    }
}

#[cfg(test)]
mod tests;
