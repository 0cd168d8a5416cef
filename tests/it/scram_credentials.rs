//! SCRAM credentials over the wire: given and taken by users' names, kept without the password, and
//! told to authn alone.

use std::os::unix::net::UnixStream;

use identity::control::{CONTROL_SOCKET, ScramUser, Snapshot, VERSION};
use identity::{Preface, Principal, ScramCredential, ScramMechanism};
use protocol::messages::alter_user_scram_credentials::{
    AlterUserScramCredentialsRequest, ScramCredentialDeletion, ScramCredentialUpsertion,
};
use protocol::messages::describe_user_scram_credentials::{
    DescribeUserScramCredentialsRequest, UserName,
};
use protocol::messages::sasl_authenticate::SaslAuthenticateRequest;
use protocol::messages::sasl_handshake::SaslHandshakeRequest;
use protocol::{ErrorCode, Str};
use tests::handoff::{directory, preface, read_snapshot, say_hello};
use tests::{Authn, Broker, Wire, eventually};

const SHA_512: ScramMechanism = ScramMechanism::Sha512;
const SALTED: [u8; 64] = [0x5a; 64];

fn upsertion(user: &str, iterations: i32) -> ScramCredentialUpsertion {
    ScramCredentialUpsertion {
        name: Str::from(user),
        mechanism: SHA_512.code(),
        iterations,
        salt: b"salt".to_vec().into(),
        salted_password: SALTED.to_vec().into(),
    }
}

fn deletion(user: &str) -> ScramCredentialDeletion {
    ScramCredentialDeletion {
        name: Str::from(user),
        mechanism: SHA_512.code(),
    }
}

/// `user: code sentence` of each answer.
fn alter(
    wire: &mut Wire,
    deletions: Vec<ScramCredentialDeletion>,
    upsertions: Vec<ScramCredentialUpsertion>,
) -> Vec<String> {
    let request = AlterUserScramCredentialsRequest {
        deletions,
        upsertions,
    };
    let results = wire.call(0, request).results.into_iter();
    results
        .map(|result| {
            let sentence = result.error_message.map(|text| format!(" {text}"));
            let sentence = sentence.unwrap_or_default();
            format!("{}: {}{sentence}", result.user, result.error_code)
        })
        .collect()
}

/// The same of DescribeUserScramCredentials, with mechanisms and rounds.
fn describe(wire: &mut Wire, users: Option<&[&str]>) -> Vec<String> {
    let users = users.map(|users| {
        let named = |user: &&str| UserName {
            name: Str::from(*user),
        };
        users.iter().map(named).collect()
    });
    let answer = wire.call(0, DescribeUserScramCredentialsRequest { users });
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let results = answer.results.into_iter();
    results
        .map(|result| {
            let infos = result.credential_infos.iter();
            let infos: Vec<_> = infos
                .map(|info| format!("{}/{}", info.mechanism, info.iterations))
                .collect();
            let sentence = result.error_message.unwrap_or_default();
            format!(
                "{}: {} {sentence}{}",
                result.user,
                result.error_code,
                infos.join(" ")
            )
        })
        .collect()
}

/// What a broker that just started tells authn.
fn told(broker: &Broker) -> Snapshot {
    let socket = directory(broker.folder()).join(CONTROL_SOCKET);
    let mut control = UnixStream::connect(socket).expect("the control socket");
    say_hello(&mut control, VERSION);
    read_snapshot(&mut control).expect("a snapshot")
}

fn expected(user: &str, iterations: u32) -> ScramUser {
    ScramUser {
        name: user.to_owned(),
        mechanism: SHA_512,
        credential: ScramCredential::of_salted_password(
            SHA_512,
            &SALTED,
            b"salt".to_vec(),
            iterations,
        ),
    }
}

#[test]
fn authn_is_told_at_once_and_after_kill_and_stop() {
    let (mut broker, mut authn) = Authn::with_broker("");
    let mut wire = broker.connect();
    let answer = alter(
        &mut wire,
        vec![],
        vec![upsertion("alice", 4096), upsertion("bob", 8192)],
    );
    assert_eq!(answer, ["alice: NONE", "bob: NONE"]);
    let both = [expected("alice", 4096), expected("bob", 8192)];
    assert_eq!(authn.next_snapshot().scram, both);
    assert_eq!(
        alter(&mut wire, vec![deletion("alice")], vec![]),
        ["alice: NONE"]
    );
    assert_eq!(authn.next_snapshot().scram, both[1..]);
    drop(authn);
    broker.kill();
    for _ in 0..2 {
        broker.start_again();
        assert_eq!(told(&broker).scram, both[1..]);
        assert_eq!(describe(&mut broker.connect(), None), ["bob: NONE 2/8192"]);
        // The second time from a snapshot.
        assert!(broker.stop().success());
    }
}

#[test]
fn neither_the_salted_password_nor_keys_are_written_to_the_log() {
    let broker = Broker::start("");
    alter(
        &mut broker.connect(),
        vec![],
        vec![upsertion("alice", 4096)],
    );
    let stored = expected("alice", 4096).credential;
    // The log is written by a thread of its own.
    let output = eventually("the change is logged", || {
        Some(broker.output()).filter(|output| output.contains("altered SCRAM credentials"))
    });
    let hex = |bytes: &[u8]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    for secret in [&SALTED[..], &stored.stored_key, &stored.server_key] {
        assert!(!output.contains(&hex(secret)) && !output.contains(&format!("{secret:?}")));
    }
    let log = std::fs::read_dir(broker.data_dir().join("__cluster_metadata-0")).unwrap();
    for file in log {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        // Base64 of what came: it can log in, what is kept cannot.
        let found = bytes.windows(8).any(|window| window == b"WlpaWlpa");
        assert!(!found, "the salted password is on disk");
    }
}

#[test]
fn users_are_described_by_name_or_all_together() {
    let broker = Broker::start("");
    let mut wire = broker.connect();
    assert_eq!(describe(&mut wire, None), Vec::<String>::new());
    alter(
        &mut wire,
        vec![],
        vec![upsertion("b", 4096), upsertion("a", 4096)],
    );
    let all = ["a: NONE 2/4096", "b: NONE 2/4096"];
    assert_eq!(describe(&mut wire, None), all);
    assert_eq!(describe(&mut wire, Some(&[])), all);
    let twice = "Cannot describe SCRAM credentials for the same user twice in a single request";
    let absent = "Attempt to describe a user credential that does not exist";
    let expected = [
        format!("b: DUPLICATE_RESOURCE {twice}: b"),
        format!("c: RESOURCE_NOT_FOUND {absent}: c"),
        "a: NONE 2/4096".to_owned(),
    ];
    assert_eq!(describe(&mut wire, Some(&["b", "c", "b", "a"])), expected);
}

#[test]
fn a_user_who_is_altered_twice_is_not_and_others_are() {
    let broker = Broker::start("");
    let mut wire = broker.connect();
    alter(&mut wire, vec![], vec![upsertion("there", 4096)]);
    let answer = alter(
        &mut wire,
        vec![deletion("there"), deletion("absent")],
        vec![
            upsertion("there", 8192),
            upsertion("new", 4096),
            upsertion("weak", 4095),
        ],
    );
    let expected = [
        "there: DUPLICATE_RESOURCE A user credential cannot be altered twice in the same request",
        "absent: RESOURCE_NOT_FOUND Attempt to delete a user credential that does not exist",
        "new: NONE",
        "weak: UNACCEPTABLE_CREDENTIAL Too few iterations",
    ];
    assert_eq!(answer, expected);
    assert_eq!(
        describe(&mut wire, None),
        ["new: NONE 2/4096", "there: NONE 2/4096"]
    );
}

#[test]
fn a_password_that_crossed_a_network_in_the_clear_is_refused() {
    let (_broker, authn) = Authn::with_broker("");
    let encrypted = preface(Principal::user("admin"));
    let clear = Preface {
        tls_version: None,
        security_protocol: "SASL_PLAINTEXT".to_owned(),
        ..encrypted.clone()
    };
    let answer = alter(&mut authn.relay(&clear), vec![], vec![upsertion("a", 4096)]);
    let refused = "a: UNACCEPTABLE_CREDENTIAL The salted password crossed a network unencrypted";
    assert!(answer[0].starts_with(refused), "{answer:?}");
    let answer = alter(
        &mut authn.relay(&encrypted),
        vec![],
        vec![upsertion("a", 4096)],
    );
    assert_eq!(answer, ["a: NONE"]);
    // There is nothing to read in the removal of one.
    let answer = alter(&mut authn.relay(&clear), vec![deletion("a")], vec![]);
    assert_eq!(answer, ["a: NONE"]);
}

#[test]
fn whoever_may_not_is_told_so_for_each_user() {
    let (broker, authn) = Authn::with_broker(
        "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
         super.users=User:ANONYMOUS\n",
    );
    let mut alice = authn.connect("alice");
    let answer = alter(
        &mut alice,
        vec![deletion("a")],
        vec![upsertion("b", 1), upsertion("a", 1)],
    );
    let denied = [
        "a: CLUSTER_AUTHORIZATION_FAILED",
        "b: CLUSTER_AUTHORIZATION_FAILED",
    ];
    assert_eq!(answer, denied);
    let users = Some(vec![UserName::default(), UserName::default()]);
    for (users, results) in [(users, 2), (None, 0)] {
        let answer = alice.call(0, DescribeUserScramCredentialsRequest { users });
        assert_eq!(answer.error_code, ErrorCode::CLUSTER_AUTHORIZATION_FAILED);
        assert_eq!(
            (answer.results.len(), answer.error_message),
            (results, None)
        );
    }
    assert_eq!(describe(&mut broker.connect(), None), Vec::<String>::new());
}

#[test]
fn nobody_logs_in_at_the_broker() {
    let (broker, authn) = Authn::with_broker("");
    for mut wire in [broker.connect(), authn.connect("alice")] {
        for version in 0..=1 {
            let request = SaslHandshakeRequest {
                mechanism: "PLAIN".into(),
            };
            let answer = wire.call(version, request);
            assert_eq!(answer.error_code, ErrorCode::ILLEGAL_SASL_STATE);
            assert!(answer.mechanisms.is_empty());
        }
        for version in 0..=2 {
            let answer = wire.call(version, SaslAuthenticateRequest::default());
            assert_eq!(answer.error_code, ErrorCode::ILLEGAL_SASL_STATE);
            let sentence = "SaslAuthenticate request received after successful authentication";
            assert_eq!(answer.error_message.as_deref(), Some(sentence));
        }
    }
}
