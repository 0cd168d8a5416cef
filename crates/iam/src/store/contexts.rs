//! Who a principal is to IAM, by its ARN: for those who ask what it may do, without its secrets.

use super::Store;
use crate::arn;
use crate::error::{Kind, StoreError};
use crate::name::Name;
use crate::owner::{self, Known, Owner};
use crate::records::{SessionOf, SessionRecord};
use identity::{IamContext, Principal};

impl Store {
    /// The principal and its context: of a user's ARN; of the ARN of an assumed role, whose session
    /// must exist; of a role's ARN, any session of the role that there is.
    ///
    /// # Errors
    /// The ARN is none of this store's, or there is no such user or session.
    pub fn context_of(
        &self,
        arn: &str,
        now_ms: i64,
    ) -> Result<(Principal, IamContext), StoreError> {
        let owner = if let Some(name) = self.name_in(arn, "iam", "user/") {
            self.user_owner(&Name::parse(Kind::User, name)?)?
        } else if let Some(path) = self.name_in(arn, "sts", "assumed-role/") {
            self.session_owner(path, now_ms)?
        } else if let Some(name) = self.name_in(arn, "iam", "role/") {
            self.role(&Name::parse(Kind::Role, name)?)?;
            self.session_owner(name, now_ms)?
        } else {
            return Err(StoreError::Limit(format!(
                "'{arn}' is no ARN of this store; those are {}, {} and {}",
                arn::user(&self.record, "NAME"),
                arn::role(&self.record, "NAME"),
                arn::assumed_role(&self.record, "ROLE", "SESSION"),
            )));
        };
        Ok((Principal::iam(&owner.arn), owner.context))
    }

    /// The principal and the context of a session, by its id.
    ///
    /// # Errors
    /// There is no such session, or it is over.
    pub fn context_of_session(
        &self,
        id: &Name,
        now_ms: i64,
    ) -> Result<(Principal, IamContext), StoreError> {
        let mut sessions = self.sessions(now_ms)?.into_iter();
        let (id, session) = sessions
            .find(|(other, _)| other == id.as_str())
            .ok_or_else(|| no_session(id.as_str()))?;
        let owner = self.owner_of(&id, &session);
        Ok((Principal::iam(&owner.arn), owner.context))
    }

    pub(super) fn user_owner(&self, name: &Name) -> Result<Owner, StoreError> {
        let user = self.user(name)?;
        let known = Known {
            name: name.as_str(),
            id: &user.user_id,
        };
        Ok(owner::user(&self.record, known, "", None))
    }

    /// Of a session by `ROLE` or `ROLE/SESSION`.
    fn session_owner(&self, path: &str, now_ms: i64) -> Result<Owner, StoreError> {
        let is_it = |session: &SessionRecord| match &session.of {
            SessionOf::Role {
                name, session_name, ..
            } => *name == path || format!("{name}/{session_name}") == path,
            SessionOf::User { .. } => false,
        };
        let mut sessions = self.sessions(now_ms)?.into_iter();
        match sessions.find(|(_, session)| is_it(session)) {
            Some((id, session)) => Ok(self.owner_of(&id, &session)),
            None => Err(no_session(path)),
        }
    }

    fn owner_of(&self, key_id: &str, session: &SessionRecord) -> Owner {
        match &session.of {
            SessionOf::User { name, id } => {
                owner::user(&self.record, Known { name, id }, key_id, Some(session))
            }
            SessionOf::Role {
                name,
                id,
                session_name,
            } => owner::session_of_role(
                &self.record,
                Known { name, id },
                session_name,
                key_id,
                session,
            ),
        }
    }

    fn name_in<'a>(&self, arn: &'a str, service: &str, kind: &str) -> Option<&'a str> {
        arn.strip_prefix(&arn::of(&self.record, service, kind))
    }
}

fn no_session(what: &str) -> StoreError {
    StoreError::Limit(format!(
        "there is no session '{what}' that is not over; `outrigger iam assume-role` makes one, \
         `outrigger iam list-sessions` shows those that exist"
    ))
}
