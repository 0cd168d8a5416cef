//! Sessions that are renewed: what may change meanwhile, and what may not.

use std::sync::Arc;

use identity::{IamCaller, IamContext, Principal};
use protocol::ErrorCode;
use protocol::frame::Prefix;

use super::client::{
    PEER, SHA_512, api_versions, authenticated, chosen, failure, handle, handshake_answer, scram,
    session, settings, token, token_answer,
};
use crate::mechanism::{Identity, Mechanism, Reason};
use crate::session::{Authenticated, RenewalPrincipal, Session, illegal_state, renewal};

fn alice() -> Box<Authenticated> {
    let (_, next) = scram(chosen(session(), SHA_512), 2, "pw");
    Box::new(authenticated(next))
}

fn begin(before: Box<Authenticated>) -> Session {
    Session::renewal(Arc::new(settings()), PEER, before)
}

#[test]
fn a_renewal_is_a_handshake_and_tokens() {
    let before = alice();
    let (answer, next) = scram(chosen(begin(before.clone()), SHA_512), 2, "pw");
    assert_eq!(answer.code, ErrorCode::NONE);
    assert_eq!(authenticated(next), *before);
}

#[test]
fn a_renewal_has_no_api_versions() {
    let (reply, next) = handle(begin(alice()), api_versions(3));
    assert_eq!(reply, None);
    assert_eq!(failure(next).reason, Reason::UnexpectedApi(18));
}

#[test]
fn a_failed_renewal_says_so() {
    let (answer, _) = scram(chosen(begin(alice()), SHA_512), 2, "wrong");
    assert_eq!(
        answer.text,
        "Authentication failed during re-authentication due to invalid credentials with SASL \
         mechanism SCRAM-SHA-512"
    );
}

#[test]
fn a_renewal_by_another_mechanism_fails_at_its_token() {
    let session = chosen(begin(alice()), Mechanism::OauthBearer);
    let (reply, next) = handle(session, token(2, b"n,,\x01auth=Bearer e30\x01\x01"));
    let answer = token_answer(reply, 2);
    assert_eq!(answer.code, ErrorCode::SASL_AUTHENTICATION_FAILED);
    assert_eq!(
        answer.text,
        "SASL mechanism 'OAUTHBEARER' requested by client is not supported for \
         re-authentication of mechanism 'SCRAM-SHA-512'"
    );
    assert_eq!(failure(next).reason, Reason::MechanismChanged);
}

#[test]
fn a_renewal_by_somebody_else_is_refused_in_kafkas_words() {
    let mut before = alice();
    before.principal = Principal::user("bob");
    let (answer, next) = scram(chosen(begin(before), SHA_512), 2, "pw");
    assert_eq!(
        answer.text,
        "Cannot change principals during re-authentication from User.bob: User.alice"
    );
    assert_eq!(failure(next).reason, Reason::PrincipalChanged);
}

fn role(account: &str, role: &str, session_name: &str) -> (Principal, IamContext) {
    let arn = format!("arn:aws:sts::{account}:assumed-role/{role}/{session_name}");
    let context = IamContext {
        account_id: account.to_owned(),
        caller: IamCaller::AssumedRole {
            role: role.to_owned(),
            session_name: session_name.to_owned(),
            session_id: format!("id-{session_name}"),
        },
        identity_arn: format!("arn:aws:iam::{account}:role/{role}"),
        user_id: format!("AROA:{session_name}"),
        access_key_id: "ASIA".to_owned(),
        source_identity: None,
        token_issued_at: None,
        expires_at_ms: None,
    };
    (Principal::iam(&arn), context)
}

#[test]
fn a_role_may_come_back_in_another_session() {
    let (principal, iam) = role("111111111111", "app", "one");
    let before = Authenticated {
        principal,
        iam: Some(iam),
        ..*alice()
    };
    let user = {
        let (_, mut iam) = role("111111111111", "app", "one");
        iam.caller = IamCaller::User {
            name: "app".to_owned(),
        };
        (Principal::iam("arn:aws:iam::111111111111:user/app"), iam)
    };
    for ((principal, iam), rule, is_same) in [
        (
            role("111111111111", "app", "one"),
            RenewalPrincipal::Session,
            true,
        ),
        (
            role("111111111111", "app", "two"),
            RenewalPrincipal::Session,
            false,
        ),
        (
            role("111111111111", "app", "two"),
            RenewalPrincipal::Role,
            true,
        ),
        (
            role("111111111111", "other", "one"),
            RenewalPrincipal::Role,
            false,
        ),
        (
            role("222222222222", "app", "one"),
            RenewalPrincipal::Role,
            false,
        ),
        (user, RenewalPrincipal::Role, false),
    ] {
        let name = principal.to_string();
        let now = Identity {
            principal,
            iam: Some(iam),
            expires_at_ms: None,
        };
        let result = renewal::same(&before, &now, rule);
        assert_eq!(result.is_ok(), is_same, "{name} {rule:?}");
        if let Err(text) = result {
            let was = "IAM.arn:aws:sts::111111111111:assumed-role/app/one";
            let expected = "Cannot change principals during re-authentication from ";
            assert!(
                text.starts_with(&format!("{expected}{was}: IAM.arn:")),
                "{text}"
            );
        }
    }
}

#[test]
fn sasl_after_the_login_is_an_illegal_state() {
    let prefix = |api_key: i16, api_version: i16| Prefix {
        api_key,
        api_version,
        correlation_id: 77,
    };
    assert_eq!(
        handshake_answer(illegal_state(prefix(17, 1)), 1).0,
        ErrorCode::ILLEGAL_SASL_STATE
    );
    for version in 0..=2 {
        let answer = token_answer(illegal_state(prefix(36, version)), version);
        assert_eq!(answer.code, ErrorCode::ILLEGAL_SASL_STATE);
    }
    for (api_key, version) in [(17, 2), (36, 3), (0, 3), (9999, 0), (-2, 1)] {
        assert_eq!(illegal_state(prefix(api_key, version)), None);
    }
}
