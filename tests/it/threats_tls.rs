//! What TLS may not be talked into, against the whole product: old versions, early data, other names, other
//! protocols, and handshakes that are too long or never end. Which certificates are good is tested beside authn's code.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use protocol::Request;
use protocol::messages::api_versions::ApiVersionsRequest;
use rustls::version::{TLS12, TLS13};
use tests::login::ScramUser;
use tests::tls::{self, Shown};
use tests::wire::connected;
use tests::{Up, Wire, within};

/// Every way in that is TLS.
const WAYS_IN: [&str; 3] = ["tls", "scram", "iam"];
/// Content type of a TLS record that says no.
const ALERT: u8 = 21;
/// Content type of a TLS record that goes on.
const HANDSHAKE: u8 = 22;
/// Well before the deadline of a login, which would close a silent connection, too.
const AT_ONCE: Duration = Duration::from_secs(5);
const ONE_SECOND: Duration = Duration::from_secs(1);

/// A ClientHello as clients sent it before there was TLS 1.3: good for everything but its version.
fn client_hello(minor_version: u8) -> Vec<u8> {
    let mut hello = vec![3, minor_version];
    hello.extend([0x5a; 32]);
    // No session; ECDHE-ECDSA with AES-128, GCM and CBC; no compression.
    hello.extend([0, 0, 4, 0xc0, 0x2b, 0xc0, 0x09, 1, 0]);
    // The group secp256r1, uncompressed points, and ECDSA with SHA-256.
    let groups = [0, 10, 0, 4, 0, 2, 0, 23];
    let points = [0, 11, 0, 2, 1, 0];
    let signatures = [0, 13, 0, 4, 0, 2, 4, 3];
    hello.extend([0, 22]);
    hello.extend([&groups[..], &points, &signatures].concat());
    let length = u8::try_from(hello.len()).expect("a short hello");
    handshake_records(&[&[1, 0, 0, length][..], &hello].concat())
}

/// Handshake bytes in records of 16 KiB.
fn handshake_records(bytes: &[u8]) -> Vec<u8> {
    let record = |part: &[u8]| {
        let length = u16::try_from(part.len()).expect("16 KiB").to_be_bytes();
        [&[22, 3, 1][..], &length, part].concat()
    };
    bytes.chunks(1 << 14).flat_map(record).collect()
}

/// All that comes until the end, which must come at once.
fn answer_to(mut socket: TcpStream, bytes: &[u8]) -> Vec<u8> {
    socket.set_read_timeout(Some(AT_ONCE)).expect("a timeout");
    // It may be closed before all of it was sent.
    let _ = socket.write_all(bytes);
    let mut answer = Vec::new();
    if let Err(error) = socket.read_to_end(&mut answer) {
        let kind = error.kind();
        assert_eq!(kind, std::io::ErrorKind::ConnectionReset, "{error}");
    }
    answer
}

fn is_served(wire: &mut Wire) -> bool {
    let request = ApiVersionsRequest {
        client_software_name: "black-box".into(),
        client_software_version: "1".into(),
    };
    wire.call(3, request).error_code.is_none()
}

#[test]
fn nothing_older_than_tls_1_2_is_spoken() {
    let up = Up::start(&[]);
    for way_in in WAYS_IN {
        let address = up.address(way_in);
        // The same as TLS 1.2 is answered with a handshake, so that it is the version that is refused.
        let mut socket = connected(address).unwrap();
        socket.write_all(&client_hello(3)).unwrap();
        let mut kind = [0];
        socket.read_exact(&mut kind).unwrap();
        assert_eq!(kind, [HANDSHAKE], "{way_in}");
        for minor in 0..=2 {
            let answer = answer_to(connected(address).unwrap(), &client_hello(minor));
            let (fatal, protocol_version) = (2, 70);
            assert_eq!(answer.first(), Some(&ALERT), "{way_in} 3.{minor}");
            assert_eq!(answer[5..], [fatal, protocol_version], "{way_in} 3.{minor}");
        }
        for version in [&TLS12, &TLS13] {
            let config = tls::config_of(&up, Shown::Certificate, &[version]);
            assert!(is_served(&mut tls::connect(address, &config)));
        }
    }
}

#[test]
fn other_protocols_get_nothing_but_an_end() {
    let up = Up::start(&[]);
    let mut kafka = 17_i32.to_be_bytes().to_vec();
    kafka.extend([0, 18, 0, 0, 0, 0, 0, 1, 0, 7]);
    kafka.extend(b"unknown");
    for way_in in WAYS_IN {
        for bytes in [
            &kafka[..],
            b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"\r\n\r\n\0\r\nQUIT\n",
        ] {
            let answer = answer_to(connected(up.address(way_in)).unwrap(), bytes);
            assert!(matches!(answer.first(), None | Some(&ALERT)), "{answer:?}");
        }
    }
    // And TLS where none is spoken.
    let hello = client_hello(3);
    let answer = answer_to(connected(up.address("plaintext")).unwrap(), &hello);
    assert_eq!(answer, b"");
    assert!(is_served(&mut up.connect()));
}

#[test]
fn the_name_that_a_client_asks_for_changes_nothing() {
    let up = Up::start(&[]);
    let config = tls::config(&up, Shown::Nothing);
    let address = up.address("scram");
    for name in ["localhost", "127.0.0.1", "::1"] {
        let wire = tls::try_connect(address, name, &config);
        assert!(is_served(&mut wire.expect(name)));
    }
    // It is shown the one certificate there is, and turns away by itself.
    let turned_away = tls::try_connect(address, "other.example", &config).unwrap_err();
    let said = turned_away.to_string();
    assert!(said.contains("not valid for name"), "{said}");
}

#[test]
fn a_resumed_session_begins_with_no_early_data() {
    let up = Up::start(&[]);
    for version in [&TLS12, &TLS13] {
        let mut config = tls::config_of(&up, Shown::Nothing, &[version]);
        Arc::get_mut(&mut config).unwrap().enable_early_data = true;
        let address = up.address("scram");
        // Tickets come behind the handshake: with an answer they have arrived.
        assert!(is_served(&mut tls::connect(address, &config)));
        let name = "localhost".try_into().unwrap();
        let mut second = rustls::ClientConnection::new(Arc::clone(&config), name).unwrap();
        assert!(second.early_data().is_none(), "it could be replayed");
        let mut socket = connected(address).unwrap();
        while second.is_handshaking() {
            second.complete_io(&mut socket).unwrap();
        }
        let kind = second.handshake_kind();
        assert_eq!(kind, Some(rustls::HandshakeKind::Resumed));
    }
}

#[test]
fn a_handshake_longer_than_any_is_cut_off() {
    let up = Up::start(&[]);
    // What rustls alone would gather: one message of nearly 64 KiB, and certificates of 16 MiB.
    for (kind, claimed) in [(1, [0, 0xea, 0x60]), (11, [0xff, 0xff, 0xff])] {
        let head = [&[kind][..], &claimed].concat();
        let bomb = handshake_records(&[head, vec![0; 59_000]].concat());
        let answer = answer_to(connected(up.address("tls")).unwrap(), &bomb);
        assert!(matches!(answer.first(), None | Some(&ALERT)), "{answer:?}");
    }
}

#[test]
fn handshakes_that_never_end_are_given_up() {
    let up = Up::start(&["--set", "authn.outrigger.login.timeout.ms=1000"]);
    let config = tls::config(&up, Shown::Nothing);
    let mut user = ScramUser::of_up(&up);
    let address = up.address("scram");
    let whole = client_hello(3);
    let mut answered = connected(address).unwrap();
    answered.write_all(&whole).unwrap();
    answered.read_exact(&mut [0; 5]).unwrap();
    let mut held = vec![answered];
    for index in 0..200 {
        let mut socket = connected(address).unwrap();
        // Nothing, half of a record, or a whole one that is answered, and then silence.
        let sent = [0, whole.len() / 2, whole.len()][index % 3];
        socket.write_all(&whole[..sent]).unwrap();
        held.push(socket);
    }
    for socket in held {
        answer_to(socket, b"");
    }
    assert!(
        user.log_in(&mut tls::connect(address, &config))
            .error_code
            .is_none()
    );
}

/// Whether a certificate is worth anything only shows with the first answer: with TLS 1.3 the client's side of a
/// handshake is over before the server has looked at it.
fn lets_in(up: &Up, config: &Arc<rustls::ClientConfig>) -> bool {
    let wire = tls::try_connect(up.address("tls"), "localhost", config);
    let Ok(mut wire) = wire else {
        return false;
    };
    let request = Request::ApiVersions(ApiVersionsRequest::default());
    let sent = wire.try_send_bytes(&tests::wire::encode(1, 0, &request));
    sent.is_ok() && wire.receive_frame().is_some()
}

#[test]
fn a_revoked_client_is_turned_away_within_a_second_and_does_not_come_back_with_a_ticket() {
    let up = Up::start(&[]);
    for (name, version) in [("orders", &TLS12), ("billing", &TLS13)] {
        let issued = up.command(&["certs", "issue", name]);
        assert!(issued.status.success(), "{issued:?}");
        let with_ticket = tls::config_of_issued(&up, name, version);
        let mut open = tls::connect(up.address("tls"), &with_ticket);
        assert!(is_served(&mut open) && lets_in(&up, &with_ticket));

        let revoked = up.command(&["certs", "revoke", name]);
        assert!(revoked.status.success(), "{revoked:?}");
        // One that has no ticket, so that none is used up while it is waited for.
        let refused = within(ONE_SECOND, || {
            let fresh = tls::config_of_issued(&up, name, version);
            (!lets_in(&up, &fresh)).then_some(())
        });
        assert!(refused.is_some(), "{name} is still let in");
        assert!(
            !lets_in(&up, &with_ticket),
            "{name} came back with a ticket"
        );
        // As with Kafka, what is open stays: ACLs are for those who must go at once.
        assert!(is_served(&mut open));
    }
    assert!(lets_in(&up, &tls::config(&up, Shown::Certificate)));
}
