//! What must stay the same when a session is renewed (KIP-368), and the answer to a SASL request
//! where none is due.

use std::time::Duration;

use bytes::Bytes;
use identity::{IamCaller, IamContext};
use protocol::frame::Prefix;
use protocol::{ApiKey, ErrorCode};

use super::{Authenticated, answer};
use crate::mechanism::Identity;

/// Shortest time between the starts of two renewals of one connection, as in Kafka; an earlier
/// SaslHandshake is answered by [`illegal_state`].
pub const MINIMUM_INTERVAL: Duration = Duration::from_secs(1);

/// Who counts as the same in a renewal, where IAM made the principal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RenewalPrincipal {
    /// The same role of the same account, whatever its session is called: a client that fetches
    /// new credentials of its role stays connected. Policies hang on the role.
    #[default]
    Role,
    /// The same session, as Kafka and Amazon MSK have it.
    Session,
}

/// Kafka's text where the principal is another one; clients log it.
pub(super) fn same(
    before: &Authenticated,
    now: &Identity,
    rule: RenewalPrincipal,
) -> Result<(), String> {
    let same_role = rule == RenewalPrincipal::Role && is_same_role(&before.iam, &now.iam);
    if before.principal == now.principal || same_role {
        return Ok(());
    }
    let (was, is) = (&before.principal, &now.principal);
    Err(format!(
        "Cannot change principals during re-authentication from {}.{}: {}.{}",
        was.kind(),
        was.name(),
        is.kind(),
        is.name()
    ))
}

fn is_same_role(before: &Option<IamContext>, now: &Option<IamContext>) -> bool {
    let (Some(before), Some(now)) = (before, now) else {
        return false;
    };
    let roles = matches!(
        (&before.caller, &now.caller),
        (IamCaller::AssumedRole { role: a, .. }, IamCaller::AssumedRole { role: b, .. }) if a == b
    );
    roles && before.account_id == now.account_id && before.identity_arn == now.identity_arn
}

/// Kafka's text where the mechanism is another one.
pub(super) fn other_mechanism_text(wanted: &str, before: &str) -> String {
    format!(
        "SASL mechanism '{wanted}' requested by client is not supported for re-authentication \
         of mechanism '{before}'"
    )
}

/// ILLEGAL_SASL_STATE in the shape of the API that was asked; `None` where the API is none of
/// those that a login has, or the version is unknown: then the connection closes unanswered.
pub fn illegal_state(prefix: Prefix) -> Option<Bytes> {
    let code = ErrorCode::ILLEGAL_SASL_STATE;
    let api_key = ApiKey::from_i16(prefix.api_key)?;
    if !api_key.versions().contains(&prefix.api_version) {
        return None;
    }
    match api_key {
        ApiKey::SaslHandshake => answer::handshake(prefix, code, &[]),
        ApiKey::SaslAuthenticate => answer::authenticate_error(
            prefix,
            code,
            "SaslAuthenticate request received after successful authentication".to_owned(),
        ),
        ApiKey::ApiVersions => answer::api_versions_error(prefix, code),
        _ => None,
    }
}
