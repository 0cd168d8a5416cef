//! Who somebody with credentials is to IAM: the one place that makes a context.

use crate::arn;
use crate::records::{SessionRecord, StoreRecord};
use identity::{IamCaller, IamContext};

/// A user or a session of a role.
#[derive(Clone, Debug)]
pub(crate) struct Owner {
    /// The principal's name.
    pub(crate) arn: String,
    pub(crate) context: IamContext,
}

/// What is known of a user or role.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) name: &'a str,
    /// `AIDA…` or `AROA…`.
    pub(crate) id: &'a str,
}

/// A user, by a key of its own or by that of a session.
pub(crate) fn user(
    record: &StoreRecord,
    user: Known<'_>,
    key_id: &str,
    session: Option<&SessionRecord>,
) -> Owner {
    let caller = IamCaller::User {
        name: user.name.to_owned(),
    };
    let arn = arn::user(record, user.name);
    Owner {
        context: context(
            record,
            caller,
            arn.clone(),
            user.id.to_owned(),
            key_id,
            session,
        ),
        arn,
    }
}

/// A session of a role.
pub(crate) fn session_of_role(
    record: &StoreRecord,
    role: Known<'_>,
    session_name: &str,
    key_id: &str,
    session: &SessionRecord,
) -> Owner {
    let caller = IamCaller::AssumedRole {
        role: role.name.to_owned(),
        session_name: session_name.to_owned(),
        session_id: key_id.to_owned(),
    };
    let identity = arn::role(record, role.name);
    let user_id = format!("{}:{session_name}", role.id);
    Owner {
        arn: arn::assumed_role(record, role.name, session_name),
        context: context(record, caller, identity, user_id, key_id, Some(session)),
    }
}

/// The account itself, whom no policy of its own limits.
pub(crate) fn root(record: &StoreRecord) -> Owner {
    let caller = IamCaller::User {
        name: "root".to_owned(),
    };
    let arn = arn::root(record);
    Owner {
        context: context(
            record,
            caller,
            arn.clone(),
            record.account_id.clone(),
            "",
            None,
        ),
        arn,
    }
}

fn context(
    record: &StoreRecord,
    caller: IamCaller,
    identity_arn: String,
    user_id: String,
    key_id: &str,
    session: Option<&SessionRecord>,
) -> IamContext {
    IamContext {
        account_id: record.account_id.clone(),
        caller,
        identity_arn,
        user_id,
        access_key_id: key_id.to_owned(),
        source_identity: session.and_then(|session| session.source_identity.clone()),
        token_issued_at: session.map(|session| session.issued_at_ms.div_euclid(1000)),
        expires_at_ms: session.map(|session| session.expires_at_ms),
    }
}
