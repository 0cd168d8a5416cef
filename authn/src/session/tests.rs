//! Frames in, frames out: the order of a login, every deviation from it, and renewals.

mod client;
mod renewals;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use identity::Principal;
use protocol::messages::api_versions::ApiVersionsResponse;
use protocol::{ApiKey, ErrorCode, Response};

use super::{Authenticated, Next, SaslSettings, Session};
use crate::mechanism::{Mechanism, Reason};
use client::{
    NOW_MS, PEER, SHA_512, api_versions, authenticated, chosen, code_of_api_versions, decoded,
    failure, go_on, handle, handshake, handshake_answer, metadata, proof, scram, session, settings,
    software, token, token_answer,
};

#[test]
fn a_login_is_versions_handshake_tokens() {
    for version in 0..=2 {
        let (reply, next) = handle(session(), api_versions(4));
        assert_eq!(code_of_api_versions(reply, 4), ErrorCode::NONE);
        let (reply, next) = handle(go_on(next), handshake(1, "SCRAM-SHA-512"));
        let names = vec!["SCRAM-SHA-512".to_owned(), "OAUTHBEARER".to_owned()];
        assert_eq!(handshake_answer(reply, 1), (ErrorCode::NONE, names));
        let (answer, next) = scram(go_on(next), version, "pw");
        assert_eq!(answer.code, ErrorCode::NONE);
        assert!(answer.token.starts_with(b"v="));
        let expected = Authenticated {
            principal: Principal::user("alice"),
            mechanism: SHA_512,
            iam: None,
            expires_at_ms: None,
            token_authenticated: false,
            can_renew: version > 0,
            software: Some(("outrigger-test".to_owned(), "1.0".to_owned())),
        };
        assert_eq!(authenticated(next), expected);
    }
}

#[test]
fn a_wrong_password_is_kafkas_sentence() {
    let (answer, next) = scram(chosen(session(), SHA_512), 2, "wrong");
    assert_eq!(answer.code, ErrorCode::SASL_AUTHENTICATION_FAILED);
    assert_eq!(
        answer.text,
        "Authentication failed during authentication due to invalid credentials with SASL \
         mechanism SCRAM-SHA-512"
    );
    let failure = failure(next);
    assert_eq!(failure.reason, Reason::WrongPassword);
    assert_eq!(failure.claimed.as_deref(), Some("alice"));
    assert_eq!(failure.mechanism, Some(SHA_512));
}

#[test]
fn an_unknown_version_of_api_versions_is_answered_and_may_be_followed_by_a_known_one() {
    // The body of a future version cannot be read, and is not looked at.
    let mut future = api_versions(3).to_vec();
    future[2..4].copy_from_slice(&9_i16.to_be_bytes());
    let (reply, next) = handle(session(), future.into());
    match decoded(reply, ApiKey::ApiVersions, 0) {
        Response::ApiVersions(response) => {
            assert_eq!(response.error_code, ErrorCode::UNSUPPORTED_VERSION);
            assert_eq!(response.api_keys.len(), 1);
            assert_eq!(response.api_keys[0].api_key, 18);
        }
        other => panic!("{other:?}"),
    }
    let (reply, next) = handle(go_on(next), api_versions(0));
    assert_eq!(code_of_api_versions(reply, 0), ErrorCode::NONE);
    chosen(go_on(next), SHA_512);
}

#[test]
fn what_the_broker_does_not_answer_is_unsupported() {
    let turn = session().handle(api_versions(4), NOW_MS, &|version| {
        (version < 4).then(ApiVersionsResponse::default)
    });
    assert_eq!(
        code_of_api_versions(turn.reply, 0),
        ErrorCode::UNSUPPORTED_VERSION
    );
    go_on(turn.next);
}

#[test]
fn software_that_kafka_refuses_to_name_is_an_invalid_request() {
    for (name, version, is_valid) in [
        ("apache-kafka-java", "4.3.1", true),
        ("a", "1", true),
        ("", "1", false),
        ("a", "", false),
        ("-a", "1", false),
        ("a.", "1", false),
        ("a b", "1", false),
        ("a\n", "1", false),
        ("ä", "1", false),
    ] {
        let (reply, next) = handle(session(), software(3, name, version));
        let code = code_of_api_versions(reply, 3);
        assert_eq!(code == ErrorCode::NONE, is_valid, "{name} {version}");
        assert!(is_valid || code == ErrorCode::INVALID_REQUEST);
        chosen(go_on(next), SHA_512);
    }
}

#[test]
fn long_names_of_software_are_cut() {
    let (_, next) = handle(session(), software(3, &"x".repeat(1000), "1"));
    let (_, next) = scram(chosen(go_on(next), SHA_512), 2, "pw");
    let (name, _) = authenticated(next).software.unwrap();
    assert_eq!(name, "x".repeat(128));
}

#[test]
fn bytes_that_are_no_request_close_without_an_answer() {
    for (name, frame) in [
        ("nothing", &b""[..]),
        ("short", b"\0\x12\0\0\0\0\0"),
        ("GSSAPI token", b"\x60\x82\x02\x4e\x06\x09\x2a\x86\x48"),
        ("TLS", b"\x16\x03\x01\x02\0\x01\0\x01\xfc"),
        ("HTTP", b"GET / HTTP/1.1\r\n"),
        ("preface", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"),
        ("unknown key", b"\x27\x10\0\0\0\0\0\x01\xff\xff"),
        ("negative key", b"\xff\xfe\0\x01\0\0\0\x01"),
        ("handshake 2", b"\0\x11\0\x02\0\0\0\x01\xff\xff\0\x01x"),
        ("broken handshake", b"\0\x11\0\x01\0\0\0\x01\xff\xff\0\x09x"),
        (
            "negative length",
            b"\0\x11\0\x01\0\0\0\x01\xff\xff\xff\xffx",
        ),
    ] {
        let (reply, next) = handle(session(), Bytes::from_static(frame));
        assert_eq!(reply, None, "{name}");
        assert_eq!(failure(next).reason, Reason::NotKafka, "{name}");
    }
}

#[test]
fn anything_else_before_the_handshake_closes_without_an_answer() {
    let after_versions = || go_on(handle(session(), api_versions(3)).1);
    let zeros = Bytes::from(vec![0; 4097]);
    for (session, frame, reason) in [
        (session(), metadata(), Reason::NoLogin(ApiKey::Metadata)),
        (session(), token(1, b"x"), Reason::UnexpectedApi(36)),
        (after_versions(), api_versions(3), Reason::UnexpectedApi(18)),
        (
            after_versions(),
            metadata(),
            Reason::NoLogin(ApiKey::Metadata),
        ),
        (session(), zeros, Reason::TooLong),
        (
            session(),
            handshake(1, &"m".repeat(32_000)),
            Reason::TooLong,
        ),
    ] {
        let (reply, next) = handle(session, frame);
        assert_eq!(reply, None, "{reason}");
        assert_eq!(failure(next).reason, reason);
    }
}

#[test]
fn a_mechanism_that_is_not_offered_is_answered_with_those_that_are() {
    let names = ["SCRAM-SHA-512", "OAUTHBEARER"].map(str::to_owned).to_vec();
    for mechanism in [
        "PLAIN",
        "GSSAPI",
        "SCRAM-SHA-256",
        "SCRAM-SHA-1",
        "SCRAM-SHA-512-PLUS",
        "AWS_MSK_IAM",
        "scram-sha-512",
        "SCRAM-SHA-512 ",
        "",
    ] {
        let (reply, next) = handle(session(), handshake(1, mechanism));
        let expected = (ErrorCode::UNSUPPORTED_SASL_MECHANISM, names.clone());
        assert_eq!(handshake_answer(reply, 1), expected, "{mechanism}");
        let failure = failure(next);
        assert_eq!(failure.reason, Reason::UnsupportedMechanism);
        assert_eq!(failure.claimed.as_deref(), Some(mechanism));
    }
}

#[test]
fn bare_tokens_are_off_unless_asked_for() {
    let (reply, next) = handle(session(), handshake(0, "SCRAM-SHA-512"));
    assert_eq!(handshake_answer(reply, 0).0, ErrorCode::UNSUPPORTED_VERSION);
    assert_eq!(failure(next).reason, Reason::RawTokens);

    let settings = Arc::new(SaslSettings {
        raw_tokens: true,
        ..settings()
    });
    let session = Session::new(Arc::clone(&settings), PEER);
    let (reply, next) = handle(session, handshake(0, "SCRAM-SHA-512"));
    assert_eq!(handshake_answer(reply, 0).0, ErrorCode::NONE);
    let (reply, next) = handle(go_on(next), Bytes::from_static(b"n,,n=alice,r=abc"));
    let reply = reply.unwrap();
    assert_eq!(
        reply[..4],
        u32::try_from(reply.len() - 4).unwrap().to_be_bytes()
    );
    let good = proof(&reply[4..], "pw");
    let (reply, next) = handle(go_on(next), good.into());
    assert!(reply.unwrap()[4..].starts_with(b"v="));
    let before = Box::new(authenticated(next));
    let renewal = Session::renewal(settings, PEER, before);
    let (_, next) = handle(renewal, handshake(0, "SCRAM-SHA-512"));
    assert_eq!(failure(next).reason, Reason::RawTokens, "a renewal");
}

#[test]
fn bare_tokens_fail_without_an_answer() {
    let settings = SaslSettings {
        raw_tokens: true,
        ..settings()
    };
    let session = Session::new(Arc::new(settings), PEER);
    let (_, next) = handle(session, handshake(0, "SCRAM-SHA-512"));
    let (reply, next) = handle(go_on(next), Bytes::from_static(b"n,,"));
    assert_eq!(reply, None);
    assert!(matches!(failure(next).reason, Reason::Malformed(_)));
}

#[test]
fn another_request_among_the_tokens_is_an_illegal_state() {
    for (frame, api_key, version) in [
        (handshake(1, "SCRAM-SHA-512"), ApiKey::SaslHandshake, 1),
        (handshake(1, "OAUTHBEARER"), ApiKey::SaslHandshake, 1),
        (api_versions(3), ApiKey::ApiVersions, 3),
    ] {
        let (reply, next) = handle(chosen(session(), SHA_512), frame);
        let code = match decoded(reply, api_key, version) {
            Response::SaslHandshake(response) => response.error_code,
            Response::ApiVersions(response) => response.error_code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code, ErrorCode::ILLEGAL_SASL_STATE);
        assert_eq!(failure(next).reason, Reason::UnexpectedApi(api_key.code()));
    }
    let (reply, next) = handle(chosen(session(), SHA_512), metadata());
    assert_eq!(reply, None);
    assert_eq!(failure(next).reason, Reason::UnexpectedApi(3));
}

#[test]
fn an_unknown_version_of_sasl_authenticate_closes_without_an_answer() {
    let mut future = token(2, b"n,,n=alice,r=abc").to_vec();
    future[2..4].copy_from_slice(&3_i16.to_be_bytes());
    let (reply, next) = handle(chosen(session(), SHA_512), future.into());
    assert_eq!(reply, None);
    assert_eq!(failure(next).reason, Reason::NotKafka);
}

#[test]
fn tokens_have_a_longest_length() {
    let longest = chosen(session(), SHA_512).frame_bytes_max();
    assert_eq!(longest, 8 * 1024);
    let (reply, next) = handle(chosen(session(), SHA_512), token(2, &[b'x'; 4097]));
    assert_eq!(
        token_answer(reply, 2).code,
        ErrorCode::SASL_AUTHENTICATION_FAILED
    );
    assert_eq!(failure(next).reason, Reason::TooLong);
    let (reply, next) = handle(
        chosen(session(), SHA_512),
        Bytes::from(vec![0; longest + 1]),
    );
    assert_eq!(reply, None);
    assert_eq!(failure(next).reason, Reason::TooLong);
}

#[test]
fn a_refused_bearer_acknowledges_before_it_is_told() {
    let session = chosen(session(), Mechanism::OauthBearer);
    let (reply, next) = handle(session, token(2, b"n,,\x01auth=Bearer e30\x01\x01"));
    let answer = token_answer(reply, 2);
    assert_eq!(answer.code, ErrorCode::NONE);
    assert_eq!(answer.token, br#"{"status":"invalid_token"}"#);
    let (reply, next) = handle(go_on(next), token(2, b"\x01"));
    let answer = token_answer(reply, 2);
    assert_eq!(answer.code, ErrorCode::SASL_AUTHENTICATION_FAILED);
    assert_eq!(
        answer.text,
        "[abababab-abab-abab-abab-abababababab]: Access denied"
    );
    failure(next);
}

#[test]
fn the_session_ends_when_the_setting_says() {
    let settings = SaslSettings {
        session_max: Some(Duration::from_secs(5)),
        ..settings()
    };
    let session = Session::new(Arc::new(settings), PEER);
    let (answer, next) = scram(chosen(session, SHA_512), 1, "pw");
    assert_eq!(answer.lifetime_ms, 5_000);
    let authenticated = authenticated(next);
    assert_eq!(authenticated.expires_at_ms, Some(NOW_MS + 5_000));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        frames in proptest::collection::vec(
            (0_i16..40, -1_i16..6, proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)),
            1..6,
        ),
        chooses in proptest::prelude::any::<bool>(),
    ) {
        let mut session = session();
        if chooses {
            session = chosen(session, SHA_512);
        }
        for (key, version, rest) in frames {
            let mut frame = key.to_be_bytes().to_vec();
            frame.extend(version.to_be_bytes());
            frame.extend(rest);
            match handle(session, frame.into()).1 {
                Next::Continue(next) => session = *next,
                Next::Failed(_) => break,
                Next::Authenticated(who) => panic!("random bytes logged in: {who:?}"),
            }
        }
    }
}
