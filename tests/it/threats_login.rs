//! Logins that are pushed, repeated, raced or starved, against the whole product. What a single message may
//! say is tested beside authn's code; here is what only its surroundings can make of it.

use std::time::Duration;

use bytes::Bytes;
use protocol::messages::api_versions::ApiVersionsRequest;
use protocol::messages::metadata::MetadataRequest;
use protocol::messages::sasl_authenticate::{SaslAuthenticateRequest, SaslAuthenticateResponse};
use protocol::{ApiKey, ErrorCode, Request, frame};
use rustix::process::{Pid, Signal, kill_process};
use tests::deadline::Stopwatch;
use tests::login::{
    HANDSHAKE_VERSION, IamKey, SCRAM, ScramUser, TOKEN_VERSION, choose, frames, handshake_request,
    token, token_request,
};
use tests::messages::fetch;
use tests::tls::{self, Shown};
use tests::wire::Exchange;
use tests::{Up, Wire, eventually, within};

const AT_ONCE: Duration = Duration::from_secs(1);
const REFUSED: ErrorCode = ErrorCode::SASL_AUTHENTICATION_FAILED;
const METADATA_VERSION: i16 = 12;

fn connect(up: &Up, way_in: &str) -> Wire {
    tls::connect(up.address(way_in), &tls::config(up, Shown::Nothing))
}

fn metadata() -> Request {
    Request::Metadata(MetadataRequest::default())
}

fn versions() -> Request {
    Request::ApiVersions(ApiVersionsRequest {
        client_software_name: "black-box".into(),
        client_software_version: "1".into(),
    })
}

/// What the next answer to SaslAuthenticate says.
fn token_answer(wire: &mut Wire) -> SaslAuthenticateResponse {
    SaslAuthenticateRequest::answer(wire.receive(ApiKey::SaslAuthenticate, TOKEN_VERSION).1)
}

fn is_served(wire: &mut Wire) -> bool {
    !wire
        .call(METADATA_VERSION, MetadataRequest::default())
        .brokers
        .is_empty()
}

#[test]
fn requests_pushed_behind_the_last_token_are_served_in_order() {
    let up = Up::start(&[]);
    let mut user = ScramUser::of_up(&up);
    let mut wire = connect(&up, "scram");
    let first = user.first();
    wire.send_bytes(&frames(&[
        (3, versions()),
        (HANDSHAKE_VERSION, handshake_request(SCRAM.name())),
        (TOKEN_VERSION, token_request(first.as_bytes())),
    ]));
    wire.receive(ApiKey::ApiVersions, 3);
    wire.receive(ApiKey::SaslHandshake, HANDSHAKE_VERSION);
    let challenge = token_answer(&mut wire).auth_bytes;
    let last = user.last(&challenge);
    let mut stream = vec![(TOKEN_VERSION, token_request(last.as_bytes()))];
    stream.extend((0..20).map(|_| (METADATA_VERSION, metadata())));
    wire.send_bytes(&frames(&stream));
    assert!(token_answer(&mut wire).error_code.is_none());
    for id in 2..=21 {
        assert_eq!(wire.receive(ApiKey::Metadata, METADATA_VERSION).0, id);
    }

    // With one message only, all of it may come at once.
    let mut wire = connect(&up, "iam");
    let payload = IamKey::of_up(&up).payload("localhost");
    wire.send_bytes(&frames(&[
        (HANDSHAKE_VERSION, handshake_request("AWS_MSK_IAM")),
        (TOKEN_VERSION, token_request(&payload)),
        (METADATA_VERSION, metadata()),
    ]));
    wire.receive(ApiKey::SaslHandshake, HANDSHAKE_VERSION);
    assert!(token_answer(&mut wire).error_code.is_none());
    assert_eq!(wire.receive(ApiKey::Metadata, METADATA_VERSION).0, 3);
}

#[test]
fn requests_pushed_behind_a_refused_token_are_never_served() {
    let up = Up::start(&[]);
    let mut wire = connect(&up, "scram");
    let mut mallory = ScramUser::new(&up.credential("scram_username"), "guessed");
    choose(&mut wire, SCRAM.name());
    let challenge = token(&mut wire, mallory.first().as_bytes());
    let last = mallory.last(&challenge.auth_bytes);
    wire.send_bytes(&frames(&[
        (TOKEN_VERSION, token_request(last.as_bytes())),
        (METADATA_VERSION, metadata()),
    ]));
    assert_eq!(token_answer(&mut wire).error_code, REFUSED);
    assert_eq!(wire.rest(), b"");
}

#[test]
fn an_exchange_that_was_overheard_opens_nothing() {
    let up = Up::start(&[]);
    let mut user = ScramUser::of_up(&up);
    let mut wire = connect(&up, "scram");
    choose(&mut wire, SCRAM.name());
    let first = user.first();
    let challenge = token(&mut wire, first.as_bytes());
    let last = user.last(&challenge.auth_bytes);
    assert!(token(&mut wire, last.as_bytes()).error_code.is_none());
    // On the connection that it opened, and on another one.
    let again = token(&mut wire, last.as_bytes());
    assert_eq!(again.error_code, ErrorCode::ILLEGAL_SASL_STATE);
    let mut wire = connect(&up, "scram");
    choose(&mut wire, SCRAM.name());
    let other = token(&mut wire, first.as_bytes());
    assert_ne!(other.auth_bytes, challenge.auth_bytes);
    assert_eq!(token(&mut wire, last.as_bytes()).error_code, REFUSED);
}

#[test]
fn a_password_that_is_changed_between_two_messages_is_the_old_one() {
    let up = Up::start(&[]);
    let mut user = ScramUser::of_up(&up);
    let mut early = connect(&up, "scram");
    choose(&mut early, SCRAM.name());
    let challenge = token(&mut early, user.first().as_bytes());

    let name = up.credential("scram_username");
    let mut changed = ScramUser::create(&mut up.connect(), &name, "another password");
    let taken = within(AT_ONCE, || {
        let answer = changed.log_in(&mut connect(&up, "scram"));
        answer.error_code.is_none().then_some(())
    });
    assert!(taken.is_some(), "a new password holds at once");
    let last = user.last(&challenge.auth_bytes);
    assert_eq!(token(&mut early, last.as_bytes()).error_code, REFUSED);
}

#[test]
fn one_payload_opens_every_connection_of_its_second() {
    let up = Up::start(&[]);
    let payload = IamKey::of_up(&up).payload("localhost");
    let mut wires: Vec<Wire> = (0..5).map(|_| connect(&up, "iam")).collect();
    for wire in &mut wires {
        choose(wire, "AWS_MSK_IAM");
    }
    for wire in &mut wires {
        assert!(token(wire, &payload).error_code.is_none());
        assert!(is_served(wire));
    }
}

const ALLOWED: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kafka-cluster:*","Resource":"*"}]}"#;

#[test]
fn a_deleted_key_logs_nobody_in_and_what_it_opened_may_do_nothing_any_more() {
    let up = Up::start(&["--topic", "t:1"]);
    let guest = ["--user-name", "guest"];
    let with = |words: &[&str]| up.iam(&[&words[..1], &guest, &words[1..]].concat());
    with(&["create-user"]);
    with(&[
        "put-user-policy",
        "--policy-name",
        "all",
        "--policy-document",
        ALLOWED,
    ]);
    let made = with(&["create-access-key"]);
    let key = IamKey::of_answer(&up, &made["AccessKey"]);
    let log_in = || {
        let mut wire = connect(&up, "iam");
        let answer = key.log_in(&mut wire);
        (wire, answer.error_code)
    };
    let (mut open, _) = eventually("the new key logs in", || {
        Some(log_in()).filter(|(_, code)| code.is_none())
    });
    assert!(fetch(&mut open, "t", 0, 0).error_code.is_none());

    with(&["delete-access-key", "--access-key-id", &key.id]);
    let refused = within(AT_ONCE, || (log_in().1 == REFUSED).then_some(()));
    assert!(refused.is_some(), "a deleted key still logs in");
    let denied = within(AT_ONCE, || {
        let code = fetch(&mut open, "t", 0, 0).error_code;
        (code == ErrorCode::TOPIC_AUTHORIZATION_FAILED).then_some(())
    });
    assert!(denied.is_some(), "what logged in with it still reads");
}

/// How a login ended: with this code, or without an answer.
fn attempt(up: &Up) -> Option<ErrorCode> {
    let config = tls::config(up, Shown::Nothing);
    let mut wire = tls::try_connect(up.address("scram"), "localhost", &config).ok()?;
    let mut user = ScramUser::of_up(up);
    let first = user.first();
    // Who was closed may notice when it writes.
    let _ = wire.try_send_bytes(&frames(&[
        (HANDSHAKE_VERSION, handshake_request(SCRAM.name())),
        (TOKEN_VERSION, token_request(first.as_bytes())),
    ]));
    wire.receive_frame()?;
    let challenge = token_answer_in(wire.receive_frame()?);
    let last = user.last(&challenge.auth_bytes);
    let last = frames(&[(TOKEN_VERSION, token_request(last.as_bytes()))]);
    let _ = wire.try_send_bytes(&last);
    Some(token_answer_in(wire.receive_frame()?).error_code)
}

fn token_answer_in(frame: Bytes) -> SaslAuthenticateResponse {
    let decoded = frame::decode_response(frame, ApiKey::SaslAuthenticate, TOKEN_VERSION);
    SaslAuthenticateRequest::answer(decoded.expect("an answer").1)
}

/// Clients give up for good after error 58, and come back after anything else.
#[test]
fn a_flood_of_honest_logins_is_delayed_or_closed_and_never_called_a_wrong_password() {
    let up = Up::start(&[
        "--set",
        "authn.max.connections.per.ip=20",
        "--set",
        "authn.outrigger.login.rate.per.ip=20",
    ]);
    let held: Vec<Wire> = (0..20)
        .map(|_| Wire::connect(up.address("scram")))
        .collect();
    eventually("who comes beyond the limit is closed", || {
        let end = attempt(&up);
        assert_ne!(end, Some(REFUSED));
        end.is_none().then_some(())
    });
    drop(held);
    let ends: Vec<Option<ErrorCode>> = std::thread::scope(|scope| {
        let storm: Vec<_> = (0..60).map(|_| scope.spawn(|| attempt(&up))).collect();
        storm
            .into_iter()
            .map(|one| one.join().expect("a client"))
            .collect()
    });
    assert!(ends.contains(&Some(ErrorCode::NONE)), "{ends:?}");
    assert!(!ends.contains(&Some(REFUSED)), "{ends:?}");
    eventually("there is room again", || {
        (attempt(&up) == Some(ErrorCode::NONE)).then_some(())
    });
}

#[test]
fn a_broker_that_does_not_answer_delays_logins_and_refuses_none() {
    let up = Up::start(&["--set", "authn.outrigger.login.timeout.ms=1500"]);
    let broker = Pid::from_raw(up.pid_of("broker").unwrap()).unwrap();
    let mut user = ScramUser::of_up(&up);
    let mut early = connect(&up, "scram");
    choose(&mut early, SCRAM.name());
    let challenge = token(&mut early, user.first().as_bytes());
    kill_process(broker, Signal::STOP).unwrap();
    let last = user.last(&challenge.auth_bytes);
    // The kernel takes connections for a stopped broker, so that this one may even be told yes.
    early.send(TOKEN_VERSION, token_request(last.as_bytes()));
    let watch = Stopwatch::start();
    assert_ne!(attempt(&up), Some(REFUSED));
    assert!(watch.elapsed() < Duration::from_secs(10));
    kill_process(broker, Signal::CONT).unwrap();
    let said = early.receive_frame().map(token_answer_in);
    assert_ne!(said.map(|said| said.error_code), Some(REFUSED));
    assert_eq!(attempt(&up), Some(ErrorCode::NONE));
}
