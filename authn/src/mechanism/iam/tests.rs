//! The checks of a login of IAM, one after the other, with a store of a few keys in memory.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use identity::{IamCaller, IamContext, Principal};

use super::{BearerHosts, Caller, Form, Hosts, IamLogin, IamVerifier, IdentityStore, Regions};
use super::{request_id, step, verify};
use crate::mechanism::{Message, Reason, Step};
use crate::session::Peer;
use crate::sigv4::{SecretAccessKey, SignedRequest, SigningKey, SigningKeys};

/// 2026-11-22 12:00:00.
pub(crate) const NOW_MS: i64 = 1_795_348_800_000;
const HOST: &str = "b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com";
const USER_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SESSION_KEY: &str = "ASIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "SESSIONTOKEN/Example+Value==";

pub(crate) const PEER: Peer = Peer {
    address: IpAddr::V4(Ipv4Addr::LOCALHOST),
    connection_id: *b"\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef",
};

/// A user's key without end, and a key of a session of one hour.
#[derive(Debug, Default)]
struct Keys {
    connect_is_denied: AtomicBool,
    user_key_is_gone: AtomicBool,
}

const SESSION_END_MS: i64 = NOW_MS + 3_600_000;

impl IdentityStore for Keys {
    fn generation(&self) -> u64 {
        0
    }

    fn caller(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now_ms: i64,
    ) -> Result<Caller, Reason> {
        let (arn, caller, expires_at_ms) = match (access_key_id, session_token) {
            (USER_KEY, _) if self.user_key_is_gone.load(Ordering::Relaxed) => {
                return Err(Reason::UnknownAccessKey);
            }
            (USER_KEY, None) => {
                let name = "alice".to_owned();
                (
                    "arn:aws:iam::000000000000:user/alice",
                    IamCaller::User { name },
                    None,
                )
            }
            (SESSION_KEY, Some(TOKEN)) if now_ms >= SESSION_END_MS => {
                return Err(Reason::SessionExpired);
            }
            (SESSION_KEY, Some(TOKEN)) => {
                let caller = IamCaller::AssumedRole {
                    role: "app".to_owned(),
                    session_name: "one".to_owned(),
                    session_id: SESSION_KEY.to_owned(),
                };
                let arn = "arn:aws:sts::000000000000:assumed-role/app/one";
                (arn, caller, Some(SESSION_END_MS))
            }
            (USER_KEY | SESSION_KEY, _) => return Err(Reason::WrongSessionToken),
            _ => return Err(Reason::UnknownAccessKey),
        };
        Ok(Caller {
            arn: arn.to_owned(),
            context: IamContext {
                account_id: "000000000000".to_owned(),
                caller,
                identity_arn: arn.to_owned(),
                user_id: "id".to_owned(),
                access_key_id: access_key_id.to_owned(),
                source_identity: None,
                token_issued_at: None,
                expires_at_ms,
            },
            secret: SecretAccessKey::new(SECRET.to_owned()),
        })
    }

    fn may_connect(&self, _: &Principal, _: &IamContext, client: IpAddr, _: i64) -> bool {
        assert_eq!(client, PEER.address);
        !self.connect_is_denied.load(Ordering::Relaxed)
    }
}

pub(crate) fn login() -> IamLogin {
    login_with(Keys::default())
}

fn login_with(keys: Keys) -> IamLogin {
    let verifier = IamVerifier::new(
        Arc::new(keys),
        Regions::new(["us-east-1".to_owned(), "eu-west-1".to_owned()]),
        BearerHosts {
            also: ["kafka.internal".to_owned()].into(),
        },
        Duration::from_secs(300),
        SecretAccessKey::new("dummy".to_owned()),
    );
    IamLogin {
        verifier: Arc::new(verifier),
        hosts: Arc::new(Hosts::new([HOST.to_owned(), "localhost".to_owned()])),
    }
}

/// What a client would sign.
#[derive(Clone, Copy, Debug)]
struct Request<'a> {
    host: &'a str,
    key: &'a str,
    token: Option<&'a str>,
    secret: &'a str,
    region: &'a str,
    at: &'a str,
    expires: &'a str,
}

const HONEST: Request<'_> = Request {
    host: HOST,
    key: USER_KEY,
    token: None,
    secret: SECRET,
    region: "us-east-1",
    at: "20261122T120000Z",
    expires: "900",
};

const SESSION: Request<'_> = Request {
    key: SESSION_KEY,
    token: Some(TOKEN),
    ..HONEST
};

impl Request<'_> {
    /// The payload; the signature is taken from a request that was read with an empty one.
    fn payload(&self) -> Vec<u8> {
        let day = &self.at[..8];
        let token = self.token.map_or(String::new(), |token| {
            format!(r#""x-amz-security-token":"{token}","#)
        });
        let with = |signature: &str| {
            format!(
                r#"{{"version":"2020_10_22","host":"{}","user-agent":"test","action":"kafka-cluster:Connect","x-amz-algorithm":"AWS4-HMAC-SHA256","x-amz-credential":"{}/{day}/{}/kafka-cluster/aws4_request","x-amz-date":"{}",{token}"x-amz-signedheaders":"host","x-amz-expires":"{}","x-amz-signature":"{signature}"}}"#,
                self.host, self.key, self.region, self.at, self.expires
            )
            .into_bytes()
        };
        let unsigned = SignedRequest::of_json(&with(&"0".repeat(64))).unwrap();
        let secret = SecretAccessKey::new(self.secret.to_owned());
        let key = SigningKey::derive(&secret, day, self.region);
        with(&unsigned.signature_of(&key))
    }
}

fn reason(login: &IamLogin, request: Request<'_>, now_ms: i64) -> Option<Reason> {
    match step(Some(login), &PEER, &request.payload(), now_ms) {
        Step::Done { .. } => None,
        Step::Refused(refusal) => Some(refusal.reason),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_user_logs_in_for_ever_and_a_session_until_its_end() {
    let arn = "arn:aws:iam::000000000000:user/alice";
    let session_arn = "arn:aws:sts::000000000000:assumed-role/app/one";
    for (request, arn, end) in [
        (HONEST, arn, None),
        (SESSION, session_arn, Some(SESSION_END_MS)),
    ] {
        let Step::Done { answer, identity } =
            step(Some(&login()), &PEER, &request.payload(), NOW_MS)
        else {
            panic!("{request:?} refused");
        };
        assert_eq!(
            String::from_utf8(answer).unwrap(),
            r#"{"version":"2020_10_22","request-id":"01234567-89ab-cdef-0123-456789abcdef"}"#
        );
        assert_eq!(identity.principal, Principal::iam(arn));
        assert_eq!(identity.expires_at_ms, end);
        assert_eq!(identity.iam.unwrap().access_key_id, request.key);
    }
}

#[test]
fn the_vector_of_botocore_logs_in() {
    let payload = br#"{"version":"2020_10_22","host":"b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com","user-agent":"test-client","action":"kafka-cluster:Connect","x-amz-algorithm":"AWS4-HMAC-SHA256","x-amz-credential":"AKIAIOSFODNN7EXAMPLE/20261122/us-east-1/kafka-cluster/aws4_request","x-amz-date":"20261122T120000Z","x-amz-signedheaders":"host","x-amz-expires":"900","x-amz-signature":"a0caa4c2ab0e61aafc3665351ea5863f220f1a7afcb1672d02e17d0491e953fd"}"#;
    let done = step(Some(&login()), &PEER, payload, NOW_MS);
    assert!(matches!(done, Step::Done { .. }));
    // A second connection in the same second sends the same bytes.
    let login = login();
    for _ in 0..2 {
        let done = step(Some(&login), &PEER, payload, NOW_MS + 1);
        assert!(matches!(done, Step::Done { .. }));
    }
}

#[test]
fn a_request_is_good_from_its_time_until_its_expiry() {
    let at = |request: Request<'static>, seconds: i64| {
        reason(&login(), request, NOW_MS + seconds * 1000)
    };
    let expires = |expires| Request { expires, ..HONEST };
    for (request, seconds, expected) in [
        (HONEST, 0, None),
        (HONEST, 900, None),
        (HONEST, 901, Some(Reason::Expired)),
        (HONEST, 86_400, Some(Reason::Expired)),
        (HONEST, -300, None),
        (HONEST, -301, Some(Reason::NotYetValid)),
        (expires("300"), 300, None),
        (expires("300"), 301, Some(Reason::Expired)),
        (expires("899.5"), 899, None),
        (expires("899.5"), 900, Some(Reason::Expired)),
        (expires("1"), 2, Some(Reason::Expired)),
    ] {
        assert_eq!(at(request, seconds), expected, "{request:?} {seconds}");
    }
    assert_eq!(
        reason(&login(), HONEST, NOW_MS + 900_001),
        Some(Reason::Expired)
    );
    assert_eq!(
        reason(&login(), HONEST, NOW_MS - 300_001),
        Some(Reason::NotYetValid)
    );
    for far in [i64::MIN, i64::MAX] {
        assert!(reason(&login(), HONEST, far).is_some());
    }
}

#[test]
fn midnight_divides_no_login() {
    let before = Request {
        at: "20261122T235959Z",
        ..HONEST
    };
    let after = Request {
        at: "20261123T000001Z",
        ..HONEST
    };
    let midnight_ms = NOW_MS + 12 * 3_600_000;
    let login = login();
    for request in [before, after, before, after] {
        assert_eq!(reason(&login, request, midnight_ms), None, "{request:?}");
    }
}

#[test]
fn hosts_and_regions_must_be_ours() {
    let host = |host| Request { host, ..HONEST };
    let region = |region| Request { region, ..HONEST };
    let wrong_host = Some(Reason::WrongHost);
    for (request, expected) in [
        (host(HOST), None),
        (
            host("B-1.DEMO.abc123.c2.kafka.us-east-1.amazonaws.com"),
            None,
        ),
        (host("localhost"), None),
        (host("127.0.0.1"), None),
        (host("::1"), None),
        (
            host("b-2.demo.abc123.c2.kafka.us-east-1.amazonaws.com"),
            wrong_host,
        ),
        (
            host("b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com."),
            wrong_host,
        ),
        (
            host("x.b-1.demo.abc123.c2.kafka.us-east-1.amazonaws.com"),
            wrong_host,
        ),
        (host("kafka.us-east-1.amazonaws.com"), wrong_host),
        (host("10.0.0.1"), wrong_host),
        (region("eu-west-1"), None),
        (region("us-east-2"), Some(Reason::WrongRegion)),
        (region("us-east-11"), Some(Reason::WrongRegion)),
    ] {
        assert_eq!(reason(&login(), request, NOW_MS), expected, "{request:?}");
    }
    let elsewhere = Hosts::new(["broker.example".to_owned()]);
    assert!(!elsewhere.contain("localhost"));
}

#[test]
fn an_operator_learns_which_host_or_region_was_signed_for() {
    let host = Request {
        host: "broker-7",
        ..HONEST
    };
    let region = Request {
        region: "us-east-9",
        ..HONEST
    };
    let secret = Request {
        secret: "x",
        ..HONEST
    };
    for (request, claimed) in [
        (host, "AKIAIOSFODNN7EXAMPLE at broker-7"),
        (region, "AKIAIOSFODNN7EXAMPLE in us-east-9"),
        (secret, "AKIAIOSFODNN7EXAMPLE"),
    ] {
        match step(Some(&login()), &PEER, &request.payload(), NOW_MS) {
            Step::Refused(refusal) => assert_eq!(refusal.claimed.as_deref(), Some(claimed)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn keys_tokens_and_signatures_must_belong_together() {
    let request = |key, token, secret| Request {
        key,
        token,
        secret,
        ..HONEST
    };
    for (request, expected) in [
        (request(USER_KEY, None, "wrong"), Reason::WrongSignature),
        (request(USER_KEY, None, "dummy"), Reason::WrongSignature),
        (
            request(USER_KEY, Some(TOKEN), SECRET),
            Reason::WrongSessionToken,
        ),
        (
            request(SESSION_KEY, None, SECRET),
            Reason::WrongSessionToken,
        ),
        (
            request(SESSION_KEY, Some("SESSIONTOKEN"), SECRET),
            Reason::WrongSessionToken,
        ),
        (
            request(SESSION_KEY, Some("SESSIONTOKEN/Example+Valuf=="), SECRET),
            Reason::WrongSessionToken,
        ),
        (
            request(SESSION_KEY, Some(TOKEN), "wrong"),
            Reason::WrongSignature,
        ),
        (
            request("AKIAUNKNOWN", None, SECRET),
            Reason::UnknownAccessKey,
        ),
        // Who guessed the secret that stands in for unknown keys has gained nothing.
        (
            request("AKIAUNKNOWN", None, "dummy"),
            Reason::UnknownAccessKey,
        ),
    ] {
        assert_eq!(
            reason(&login(), request, NOW_MS),
            Some(expected),
            "{request:?}"
        );
    }
}

#[test]
fn a_session_ends_and_is_not_begun_when_nearly_over() {
    let at_end = |ms: i64| {
        let request = Request {
            at: "20261122T125900Z",
            ..SESSION
        };
        reason(&login(), request, SESSION_END_MS + ms)
    };
    assert_eq!(at_end(-5_000), None);
    assert_eq!(at_end(-4_999), Some(Reason::SessionTooShort));
    assert_eq!(at_end(0), Some(Reason::SessionExpired));
}

#[test]
fn a_key_that_is_deleted_or_denied_opens_nothing_any_more() {
    let keys = Keys::default();
    assert_eq!(reason(&login_with(keys), HONEST, NOW_MS), None);
    let keys = Keys {
        user_key_is_gone: true.into(),
        ..Keys::default()
    };
    assert_eq!(
        reason(&login_with(keys), HONEST, NOW_MS),
        Some(Reason::UnknownAccessKey)
    );
    let keys = Keys {
        connect_is_denied: true.into(),
        ..Keys::default()
    };
    assert_eq!(
        reason(&login_with(keys), HONEST, NOW_MS),
        Some(Reason::ConnectDenied)
    );
}

#[test]
fn every_refusal_reads_the_same_but_a_session_nearly_over() {
    let text = |step| match step {
        Step::Refused(refusal) => refusal.message,
        other => panic!("{other:?}"),
    };
    let message =
        |words: &str| Message::Text(format!("[01234567-89ab-cdef-0123-456789abcdef]: {words}"));
    let keys = Keys {
        connect_is_denied: true.into(),
        ..Keys::default()
    };
    let denied = login_with(keys);
    let allowed = login();
    let key = Request {
        key: "AKIA",
        ..HONEST
    };
    let secret = Request {
        secret: "x",
        ..HONEST
    };
    let host = Request {
        host: "x",
        ..HONEST
    };
    let region = Request {
        region: "x",
        ..HONEST
    };
    let token = Request {
        token: Some("x"),
        ..HONEST
    };
    for (login, payload, now_ms) in [
        (None, HONEST.payload(), NOW_MS),
        (Some(&allowed), Vec::new(), NOW_MS),
        (Some(&allowed), b"{}".to_vec(), NOW_MS),
        (Some(&denied), HONEST.payload(), NOW_MS),
        (Some(&allowed), key.payload(), NOW_MS),
        (Some(&allowed), secret.payload(), NOW_MS),
        (Some(&allowed), host.payload(), NOW_MS),
        (Some(&allowed), region.payload(), NOW_MS),
        (Some(&allowed), token.payload(), NOW_MS),
        (Some(&allowed), HONEST.payload(), NOW_MS + 901_000),
        (Some(&allowed), HONEST.payload(), NOW_MS - 301_000),
    ] {
        let found = text(step(login, &PEER, &payload, now_ms));
        assert_eq!(found, message("Access denied"), "{payload:?}");
    }
    let nearly_over = Request {
        at: "20261122T125900Z",
        ..SESSION
    };
    let found = step(
        Some(&allowed),
        &PEER,
        &nearly_over.payload(),
        SESSION_END_MS - 1,
    );
    assert_eq!(text(found), message("Session too short"));
}

#[test]
fn a_json_web_token_or_a_url_is_no_payload() {
    for token in [
        &b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."[..],
        b"https://kafka.us-east-1.amazonaws.com/?Action=kafka-cluster%3AConnect",
        b"n,,\x01auth=Bearer x\x01\x01",
        b"n,,n=user,r=abc",
    ] {
        let step = step(Some(&login()), &PEER, token, NOW_MS);
        assert!(matches!(step, Step::Refused(r) if matches!(r.reason, Reason::Malformed(_))));
    }
}

#[test]
fn a_payload_is_bound_to_the_listener_and_a_token_to_its_region() {
    let check = |host: &str, region: &str, form: Form| {
        let request = Request {
            host,
            region,
            ..HONEST
        };
        let request = SignedRequest::of_json(&request.payload()).unwrap();
        verify(Some(&login()), &PEER, form, &request, NOW_MS)
            .err()
            .map(|r| r.reason)
    };
    let wrong = Some(Reason::WrongHost);
    for (host, region, payload, token) in [
        (HOST, "us-east-1", None, wrong),
        ("kafka.us-east-1.amazonaws.com", "us-east-1", wrong, None),
        ("kafka.eu-west-1.amazonaws.com", "eu-west-1", wrong, None),
        ("kafka.eu-west-1.amazonaws.com.cn", "eu-west-1", wrong, None),
        ("kafka.eu-west-1.amazonaws.com", "us-east-1", wrong, wrong),
        ("kafka.us-east-1.example.com", "us-east-1", wrong, wrong),
        (
            "kafka.us-east-1.amazonaws.com.evil.example",
            "us-east-1",
            wrong,
            wrong,
        ),
        ("KAFKA.us-east-1.amazonaws.com", "us-east-1", wrong, wrong),
        ("kafka.internal", "us-east-1", wrong, None),
    ] {
        assert_eq!(check(host, region, Form::Payload), payload, "{host}");
        assert_eq!(check(host, region, Form::Token), token, "{host}");
    }
}

#[test]
fn the_request_id_is_the_connections() {
    assert_eq!(request_id(&PEER), "01234567-89ab-cdef-0123-456789abcdef");
    let zero = Peer {
        connection_id: [0; 16],
        ..PEER
    };
    assert_eq!(request_id(&zero), "00000000-0000-0000-0000-000000000000");
}

#[test]
fn unknown_keys_share_one_place_among_the_kept() {
    let verifier = login().verifier;
    for key in ["AKIA1", "AKIA2", "AKIA3"] {
        let request = Request { key, ..HONEST };
        let request = SignedRequest::of_json(&request.payload()).unwrap();
        let _ = verifier.verify(&PEER, &request, NOW_MS);
    }
    assert_eq!(SigningKeys::count(&verifier.keys), 1);
}
