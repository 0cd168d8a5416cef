//! A session that is renewed on an open connection (KIP-368), through every process: who may come back, what the
//! broker then knows of the caller, and in which order everything is answered.

use protocol::messages::fetch::FetchRequest;
use protocol::messages::metadata::MetadataRequest;
use protocol::messages::sasl_authenticate::SaslAuthenticateRequest;
use protocol::{ApiKey, ErrorCode, Request};
use tests::deadline::Stopwatch;
use tests::login::{
    HANDSHAKE_VERSION, IamKey, TOKEN_VERSION, choose, frames, handshake_request, token,
    token_request,
};
use tests::messages::{FETCH_VERSION, append, fetch, fetch_request};
use tests::tls::{self, Shown};
use tests::wire::Exchange;
use tests::{Up, Wire, eventually};

const TOPIC: &str = "payments";
const MECHANISM: &str = "AWS_MSK_IAM";
const METADATA_VERSION: i16 = 12;
const ALLOWED: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kafka-cluster:*","Resource":"*"}]}"#;
const WITHOUT_READING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kafka-cluster:*","Resource":"*"},{"Sid":"NoReading","Effect":"Deny","Action":"kafka-cluster:ReadData","Resource":"*"}]}"#;

/// An instance with a role that may do everything.
fn start() -> Up {
    let up = Up::start(&["--topic", &format!("{TOPIC}:1")]);
    append(&mut up.connect(), TOPIC, 0, &["a card's number"]);
    role(&up, "app");
    up
}

fn role(up: &Up, name: &str) {
    up.iam(&["create-role", "--role-name", name]);
    let words = [
        "put-role-policy",
        "--role-name",
        name,
        "--policy-name",
        "all",
    ];
    up.iam(&[&words[..], &["--policy-document", ALLOWED]].concat());
}

/// A session of a role, with a policy that limits it.
fn session(up: &Up, role: &str, name: &str, policy: &str) -> IamKey {
    let words = [
        "assume-role",
        "--role-name",
        role,
        "--role-session-name",
        name,
    ];
    let made = up.iam(&[&words[..], &["--policy", policy]].concat());
    IamKey::of_answer(up, &made["Credentials"])
}

/// A client whose login is old enough to be renewed: sooner than after a second it is refused.
fn logged_in(up: &Up, key: &IamKey) -> Wire {
    let mut wire = tls::connect(up.address("iam"), &tls::config(up, Shown::Nothing));
    let answer = key.log_in(&mut wire);
    assert_eq!(
        answer.error_code,
        ErrorCode::NONE,
        "{:?}",
        answer.error_message
    );
    assert!(answer.session_lifetime_ms > 0, "a session ends");
    let watch = Stopwatch::start();
    eventually("a second has passed", || {
        (watch.elapsed().as_millis() > 1_100).then_some(())
    });
    wire
}

#[test]
fn another_session_of_the_role_brings_its_own_limits_to_the_broker() {
    let up = start();
    let mut wire = logged_in(&up, &session(&up, "app", "first", ALLOWED));
    assert_eq!(fetch(&mut wire, TOPIC, 0, 0).error_code, ErrorCode::NONE);
    let limited = session(&up, "app", "second", WITHOUT_READING);
    choose(&mut wire, MECHANISM);
    let renewed = token(&mut wire, &limited.payload("localhost"));
    assert_eq!(renewed.error_code, ErrorCode::NONE);
    let code = fetch(&mut wire, TOPIC, 0, 0).error_code;
    assert_eq!(code, ErrorCode::TOPIC_AUTHORIZATION_FAILED);
    let audit = eventually("the denial is in the audit log", || {
        let text = std::fs::read_to_string(up.data_dir().join("logs/audit.log")).ok()?;
        let line = text.lines().find(|line| line.contains("NoReading"))?;
        Some(line.to_owned())
    });
    assert!(audit.contains("assumed-role/app/second"), "{audit}");
    // And what the first one could, nobody can take along.
    append(&mut wire, TOPIC, 0, &["still allowed"]);
}

#[test]
fn nobody_else_comes_back_on_a_connection() {
    let up = start();
    role(&up, "other");
    let session_of_app = session(&up, "app", "first", ALLOWED);
    for (who, key) in [
        ("a user", IamKey::of_up(&up)),
        ("another role", session(&up, "other", "first", ALLOWED)),
    ] {
        let mut wire = logged_in(&up, &session_of_app);
        choose(&mut wire, MECHANISM);
        wire.send_bytes(&frames(&[
            (TOKEN_VERSION, token_request(&key.payload("localhost"))),
            (
                METADATA_VERSION,
                Request::Metadata(MetadataRequest::default()),
            ),
        ]));
        let answer = wire.receive(ApiKey::SaslAuthenticate, TOKEN_VERSION).1;
        let code = SaslAuthenticateRequest::answer(answer).error_code;
        assert_eq!(code, ErrorCode::SASL_AUTHENTICATION_FAILED, "{who}");
        assert_eq!(wire.rest(), b"", "{who} is served");
    }
}

#[test]
fn a_renewal_waits_for_what_was_asked_before_and_what_follows_waits_for_it() {
    let up = start();
    let key = session(&up, "app", "first", ALLOWED);
    let mut wire = logged_in(&up, &key);
    // A fetch that waits for records, the renewal behind it, and more behind that, in one write.
    let waiting = fetch_request(TOPIC, 0, 1, 20_000);
    let metadata = || {
        (
            METADATA_VERSION,
            Request::Metadata(MetadataRequest::default()),
        )
    };
    wire.send_bytes(&frames(&[
        (FETCH_VERSION, Request::Fetch(waiting)),
        (HANDSHAKE_VERSION, handshake_request(MECHANISM)),
        (TOKEN_VERSION, token_request(&key.payload("localhost"))),
        metadata(),
        metadata(),
    ]));
    append(&mut up.connect(), TOPIC, 0, &["what the fetch waits for"]);
    let (id, answer) = wire.receive(ApiKey::Fetch, FETCH_VERSION);
    let answer = FetchRequest::answer(answer);
    assert_eq!(
        (id, answer.responses[0].partitions[0].error_code),
        (1, ErrorCode::NONE)
    );
    assert_eq!(wire.receive(ApiKey::SaslHandshake, HANDSHAKE_VERSION).0, 2);
    let (id, answer) = wire.receive(ApiKey::SaslAuthenticate, TOKEN_VERSION);
    let answer = SaslAuthenticateRequest::answer(answer);
    assert_eq!((id, answer.error_code), (3, ErrorCode::NONE));
    for id in [4, 5] {
        assert_eq!(wire.receive(ApiKey::Metadata, METADATA_VERSION).0, id);
    }
}
