//! The way in for authn: who is believed, what Metadata then tells, and what everybody else gets.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;

use identity::control::{CONTROL_SOCKET, VERSION};
use identity::{ContextUpdate, HandoffKey, IamCaller, IamContext, Preface, Principal};
use protocol::messages::find_coordinator::FindCoordinatorRequest;
use protocol::messages::metadata::MetadataRequest;
use tests::deadline::PATIENCE;
use tests::handoff::{ADVERTISED, directory, preface, read_snapshot, say_hello};
use tests::messages::create_topic;
use tests::{Authn, Wire};

/// Host and port of the only broker, as Metadata tells them.
fn advertised(wire: &mut Wire) -> (String, i32) {
    let answer = wire.call(12, MetadataRequest::default());
    let broker = &answer.brokers[0];
    (broker.host.to_string(), broker.port)
}

fn closes(mut stream: UnixStream) -> bool {
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    match stream.read(&mut [0; 1]) {
        Ok(count) => count == 0,
        // It was closed with bytes unread.
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

#[test]
fn a_relayed_client_is_told_the_address_of_its_own_listener() {
    let (broker, authn) = Authn::with_broker("");
    let mut relayed = authn.connect("alice");
    let expected = (ADVERTISED.0.to_owned(), i32::from(ADVERTISED.1));
    assert_eq!(advertised(&mut relayed), expected);
    let coordinator = relayed.call(
        3,
        FindCoordinatorRequest {
            key: "g".into(),
            ..FindCoordinatorRequest::default()
        },
    );
    assert_eq!(coordinator.host.to_string(), ADVERTISED.0);
    let own = advertised(&mut broker.connect());
    assert_eq!(
        own,
        ("127.0.0.1".to_owned(), i32::from(broker.address().port()))
    );
}

#[test]
fn whoever_is_not_believed_is_closed_without_an_answer() {
    let (mut broker, authn) = Authn::with_broker("");
    let good = preface(Principal::user("alice"));
    let signed = |preface: &Preface| preface.encode(authn.key()).unwrap();
    let forged = good.encode(&HandoffKey::new([1; 32])).unwrap();
    let elsewhere = Preface {
        listener: "PLAINTEXT".to_owned(),
        ..good.clone()
    };
    let mut long = signed(&good);
    long[14..16].copy_from_slice(&[0xff, 0xff]);
    let metadata = tests::wire::encode(
        1,
        12,
        &protocol::Request::Metadata(MetadataRequest::default()),
    );
    let cases: &[(&str, Vec<u8>)] = &[
        ("no preface but a request", metadata.to_vec()),
        ("a preface under another key", forged),
        (
            "a preface for the broker's own listener",
            signed(&elsewhere),
        ),
        ("a preface that claims 64 KiB", long),
        ("a preface that never ends", signed(&good)[..40].to_vec()),
        ("nothing at all", Vec::new()),
        (
            "a preface of version 1",
            b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".to_vec(),
        ),
    ];
    for (name, bytes) in cases {
        assert!(
            closes(authn.relay_bytes(bytes)),
            "{name}: the connection stays open"
        );
    }
    assert!(broker.process().ended().is_none());
    advertised(&mut authn.connect("alice"));
}

#[test]
fn client_bytes_that_look_like_a_preface_are_no_preface() {
    let (broker, authn) = Authn::with_broker("");
    let bytes = preface(Principal::user("admin"))
        .encode(authn.key())
        .unwrap();
    let mut public = broker.connect();
    public.send_bytes(&bytes);
    assert!(public.closes_within(PATIENCE));
    let mut relayed = authn.connect("alice");
    relayed.send_bytes(&bytes);
    assert!(relayed.closes_within(PATIENCE));
}

#[test]
fn a_preface_in_pieces_is_read_whole() {
    let (_broker, authn) = Authn::with_broker("");
    let bytes = preface(Principal::user("alice"))
        .encode(authn.key())
        .unwrap();
    let (head, rest) = bytes.split_at(20);
    let stream = authn.relay_bytes(head);
    std::io::Write::write_all(&mut &stream, rest).unwrap();
    advertised(&mut Wire::over_unix(stream));
}

fn session(name: &str) -> (String, IamContext) {
    let arn = format!("arn:aws:sts::000000000000:assumed-role/r/{name}");
    let context = IamContext {
        account_id: "000000000000".to_owned(),
        caller: IamCaller::AssumedRole {
            role: "r".to_owned(),
            session_name: name.to_owned(),
            session_id: name.to_owned(),
        },
        identity_arn: "arn:aws:iam::000000000000:role/r".to_owned(),
        user_id: format!("AROA1:{name}"),
        access_key_id: "ASIA1".to_owned(),
        source_identity: None,
        token_issued_at: Some(0),
        expires_at_ms: None,
    };
    (arn, context)
}

#[test]
fn a_context_update_is_legal_once_in_order_and_only_when_relayed() {
    let (broker, authn) = Authn::with_broker("");
    let (arn, context) = session("s1");
    let update = |sequence| {
        let (caller_arn, iam) = session("s2");
        let update = ContextUpdate { caller_arn, iam };
        update.encode(authn.key(), &[7; 16], sequence).unwrap()
    };
    let mut wire = authn.connect_iam(&arn, context);
    advertised(&mut wire);
    wire.send_bytes(&update(1));
    advertised(&mut wire);
    wire.send_bytes(&update(2));
    advertised(&mut wire);
    wire.send_bytes(&update(2));
    assert!(wire.closes_within(PATIENCE), "a replayed update");
    let mut public = broker.connect();
    public.send_bytes(&update(1));
    assert!(
        public.closes_within(PATIENCE),
        "an update on the public port"
    );
}

#[test]
fn only_authn_of_this_release_is_answered_on_the_control_socket() {
    let (broker, authn) = Authn::with_broker("");
    let socket = directory(broker.folder()).join(CONTROL_SOCKET);
    let mut other = UnixStream::connect(&socket).unwrap();
    say_hello(&mut other, VERSION + 1);
    assert!(read_snapshot(&mut other).is_none());
    let mut same = UnixStream::connect(&socket).unwrap();
    say_hello(&mut same, VERSION);
    let snapshot = read_snapshot(&mut same).unwrap();
    assert_eq!(snapshot.handoff_key, authn.key().expose());
}

#[test]
fn every_start_has_its_own_key_and_leaves_no_socket() {
    let (mut broker, authn) = Authn::with_broker("");
    let stale = preface(Principal::user("alice"))
        .encode(authn.key())
        .unwrap();
    broker.kill();
    broker.start_again();
    let next = Authn::greet(broker.folder());
    assert!(
        closes(next.relay_bytes(&stale)),
        "a preface under the old key"
    );
    advertised(&mut next.connect("alice"));
    create_topic(&mut next.connect("alice"), "t", 1, &[]);
    let run = directory(broker.folder());
    assert_eq!(run.metadata().unwrap().permissions().mode() & 0o777, 0o750);
    assert!(broker.stop().success());
    assert_eq!(std::fs::read_dir(run).unwrap().count(), 0);
}
