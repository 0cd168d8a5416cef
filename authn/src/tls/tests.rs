//! TLS between a real rustls client and a listener of ours, over memory.

mod handshake;
mod pki;

use super::*;
use handshake::{client as connecting, connect, handshake};
use pki::{DAY_MS, Files, HOUR_MS, Leaf, NOW_MS};
use rcgen::ExtendedKeyUsagePurpose;
use rustls::HandshakeKind::{Full, Resumed};
use rustls::version::{TLS12, TLS13};
use rustls::{CipherSuite, ServerConnection, SupportedProtocolVersion};
use std::sync::atomic::AtomicBool;

const VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// A listener that trusts one authority, and what is needed to connect to it.
struct Fixture {
    authority: pki::Authority,
    files: Files,
    clock: Clock,
    hands: service::ManualClock,
}

impl Fixture {
    fn new() -> Self {
        let authority = pki::authority("root");
        let files = Files::new();
        files.write("server.pem", pki::server(&authority).pem);
        files.write("ca.pem", authority.pem());
        let (clock, hands) = Clock::manual(NOW_MS);
        Self {
            authority,
            files,
            clock,
            hands,
        }
    }

    fn with_crl(revoked: &[u64]) -> Self {
        let fixture = Self::new();
        fixture.write_crl(revoked, NOW_MS + 30 * DAY_MS);
        fixture
    }

    fn write_crl(&self, revoked: &[u64], next_update_ms: i64) {
        let list = pki::crl(&self.authority, revoked, next_update_ms);
        self.files.write("crl.pem", list);
    }

    fn open(&self, client_auth: ClientAuth) -> TlsListener {
        TlsListener::open(self.files.settings(client_auth), self.clock.clone()).unwrap()
    }

    /// A client with that identity.
    fn client(
        &self,
        identity: Option<&pki::Identity>,
        version: &'static SupportedProtocolVersion,
    ) -> Arc<rustls::ClientConfig> {
        connecting(self.authority.der(), identity, version, &self.clock)
    }

    /// The outcome of a first connection of a client with this certificate, in both versions.
    #[track_caller]
    fn check(&self, identity: Option<&pki::Identity>, expected: Result<bool, &'static str>) {
        let listener = self.open(ClientAuth::Required);
        for version in VERSIONS {
            let outcome = connect(&listener, &self.client(identity, version));
            assert_eq!(outcome.map(|(_, shown)| shown), expected, "{version:?}");
        }
    }
}

/// Names of the files that a reload finds changed.
fn changed(listener: &TlsListener) -> Vec<String> {
    let Reloaded::Changed(files) = listener.reload().unwrap() else {
        return Vec::new();
    };
    let names = files.iter().filter_map(|file| file.file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_good_certificate_is_accepted() {
    let fixture = Fixture::with_crl(&[8]);
    let good = pki::client(&fixture.authority, Leaf::default(), &[]);
    fixture.check(Some(&good), Ok(true));
}

#[test]
fn a_missing_certificate_is_a_matter_of_the_setting() {
    let fixture = Fixture::new();
    fixture.check(None, Err("no_certificate"));
    let good = pki::client(&fixture.authority, Leaf::default(), &[]);
    for (setting, shown) in [(ClientAuth::None, false), (ClientAuth::Requested, true)] {
        let listener = fixture.open(setting);
        for version in VERSIONS {
            let without = connect(&listener, &fixture.client(None, version));
            assert_eq!(without, Ok((Full, false)));
            let with = connect(&listener, &fixture.client(Some(&good), version));
            assert_eq!(with, Ok((Full, shown)));
        }
    }
}

#[test]
fn a_certificate_at_the_wrong_time_or_for_the_wrong_purpose_is_refused() {
    let fixture = Fixture::new();
    let default = Leaf::default;
    for (leaf, expected) in [
        (
            Leaf {
                to_ms: NOW_MS - HOUR_MS,
                ..default()
            },
            "expired",
        ),
        (
            Leaf {
                from_ms: NOW_MS + HOUR_MS,
                ..default()
            },
            "not_valid_yet",
        ),
        (
            Leaf {
                usage: Some(&ExtendedKeyUsagePurpose::ServerAuth),
                ..default()
            },
            "purpose",
        ),
    ] {
        let identity = pki::client(&fixture.authority, leaf, &[]);
        fixture.check(Some(&identity), Err(expected));
    }
    // No extended key usage at all means any.
    let any = pki::client(
        &fixture.authority,
        Leaf {
            usage: None,
            ..default()
        },
        &[],
    );
    fixture.check(Some(&any), Ok(true));
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let fixture = Fixture::new();
    for name in ["root", "other"] {
        let other = pki::authority(name);
        let stranger = pki::client(&other, Leaf::default(), &[]);
        fixture.check(Some(&stranger), Err("unknown_issuer"));
    }
}

#[test]
fn a_self_signed_certificate_is_refused_with_the_remedy() {
    let fixture = Fixture::new();
    // As `openssl req -x509` makes them, whether or not somebody trusts them.
    for own in [pki::authority("alice"), pki::authority("root")] {
        let identity = pki::self_signed(&own);
        fixture.check(Some(&identity), Err("ca_certificate"));
    }
    let listener = fixture.open(ClientAuth::Required);
    let identity = pki::self_signed(&pki::authority("alice"));
    let client = fixture.client(Some(&identity), &TLS13);
    let error = handshake(listener.server_config(), &client).err().unwrap();
    let text = Refusal::of(&error).to_string();
    assert!(text.contains("give the client one that"), "{text}");
}

#[test]
fn an_intermediate_must_be_sent_and_must_not_be_revoked() {
    let fixture = Fixture::new();
    let below = pki::intermediate(&fixture.authority, 40);
    let without = pki::client(&below, Leaf::default(), &[]);
    fixture.check(Some(&without), Err("unknown_issuer"));
    let with = pki::client(&below, Leaf::default(), &[&below]);
    fixture.check(Some(&with), Ok(true));

    // With lists, each certificate of the chain must be covered.
    fixture.write_crl(&[], NOW_MS + DAY_MS);
    fixture.check(Some(&with), Err("no_revocation_list"));
    let lists = |of_root: &[u64]| {
        let of_root = pki::crl(&fixture.authority, of_root, NOW_MS + DAY_MS);
        let of_intermediate = pki::crl(&below, &[], NOW_MS + DAY_MS);
        fixture.files.write("crl.pem", of_root + &of_intermediate);
    };
    lists(&[]);
    fixture.check(Some(&with), Ok(true));
    lists(&[40]);
    fixture.check(Some(&with), Err("revoked"));
}

#[test]
fn a_revoked_certificate_is_refused_and_an_old_list_refuses_all() {
    let fixture = Fixture::with_crl(&[7]);
    let revoked = pki::client(&fixture.authority, Leaf::default(), &[]);
    fixture.check(Some(&revoked), Err("revoked"));
    let good = pki::client(
        &fixture.authority,
        Leaf {
            serial: 9,
            ..Leaf::default()
        },
        &[],
    );
    fixture.check(Some(&good), Ok(true));
    fixture.write_crl(&[], NOW_MS - HOUR_MS);
    fixture.check(Some(&good), Err("revocation_list_expired"));
    let mut settings = fixture.files.settings(ClientAuth::Required);
    settings.crl_expiry = CrlExpiry::Ignored;
    let lenient = TlsListener::open(settings, fixture.clock.clone()).unwrap();
    let outcome = connect(&lenient, &fixture.client(Some(&good), &TLS13));
    assert_eq!(outcome, Ok((Full, true)));
}

#[test]
fn a_name_outside_the_authoritys_constraints_is_refused() {
    let fixture = Fixture::new();
    let constrained = pki::constrained_authority("example.org");
    let trusted = fixture.authority.pem() + &constrained.pem();
    fixture.files.write("ca.pem", trusted);
    let inside = Leaf {
        dns_name: Some("orders.example.org"),
        ..Leaf::default()
    };
    fixture.check(Some(&pki::client(&constrained, inside, &[])), Ok(true));
    let outside = Leaf {
        dns_name: Some("orders.example.net"),
        ..Leaf::default()
    };
    fixture.check(
        Some(&pki::client(&constrained, outside, &[])),
        Err("certificate"),
    );
}

#[test]
fn a_session_is_resumed_with_its_certificate() {
    let fixture = Fixture::with_crl(&[]);
    let good = pki::client(&fixture.authority, Leaf::default(), &[]);
    let listener = fixture.open(ClientAuth::Required);
    for version in VERSIONS {
        let client = fixture.client(Some(&good), version);
        assert_eq!(connect(&listener, &client), Ok((Full, true)), "{version:?}");
        assert_eq!(
            connect(&listener, &client),
            Ok((Resumed, true)),
            "{version:?}"
        );
    }
}

#[test]
fn an_expired_client_does_not_come_back_with_a_ticket() {
    for version in VERSIONS {
        let fixture = Fixture::new();
        let soon = Leaf {
            to_ms: NOW_MS + HOUR_MS,
            ..Leaf::default()
        };
        let soon = pki::client(&fixture.authority, soon, &[]);
        let listener = fixture.open(ClientAuth::Required);
        let client = fixture.client(Some(&soon), version);
        assert_eq!(connect(&listener, &client), Ok((Full, true)));
        fixture.hands.advance(Duration::from_secs(2 * 60 * 60));
        let done = handshake(listener.server_config(), &client).unwrap();
        assert_eq!(
            done.server.handshake_kind(),
            Some(Resumed),
            "rustls alone lets it in"
        );
        let refused = listener.verify_peer(&done.server).unwrap_err().to_string();
        assert_eq!(
            refused,
            "the client certificate of a resumed session is refused: a certificate of the client's chain has expired"
        );
    }
}

#[test]
fn a_session_ends_with_its_revocation_list() {
    for version in VERSIONS {
        let fixture = Fixture::new();
        fixture.write_crl(&[], NOW_MS + HOUR_MS);
        let good = pki::client(&fixture.authority, Leaf::default(), &[]);
        let listener = fixture.open(ClientAuth::Required);
        let client = fixture.client(Some(&good), version);
        assert_eq!(connect(&listener, &client), Ok((Full, true)));
        fixture.hands.advance(Duration::from_secs(2 * 60 * 60));
        assert_eq!(connect(&listener, &client), Err("revocation_list_expired"));
    }
}

#[test]
fn a_revoked_client_does_not_come_back_with_a_ticket() {
    for version in VERSIONS {
        let fixture = Fixture::with_crl(&[]);
        let good = pki::client(&fixture.authority, Leaf::default(), &[]);
        let listener = fixture.open(ClientAuth::Required);
        let client = fixture.client(Some(&good), version);
        assert_eq!(connect(&listener, &client), Ok((Full, true)));
        // A resumption that began under the files of before is judged by those of now.
        let before = listener.server_config();
        fixture.write_crl(&[7], NOW_MS + 30 * DAY_MS);
        assert_eq!(changed(&listener), ["crl.pem"]);
        let done = handshake(before, &client).unwrap();
        assert_eq!(done.server.handshake_kind(), Some(Resumed));
        let refused = listener.verify_peer(&done.server).unwrap_err();
        assert!(matches!(refused, PeerError::Resumed(refusal) if refusal.reason() == "revoked"));
        // One that begins now is not resumed at all.
        assert_eq!(connect(&listener, &client), Err("revoked"));
    }
}

#[test]
fn a_session_does_not_outlive_its_authority() {
    for version in VERSIONS {
        let fixture = Fixture::new();
        let good = pki::client(&fixture.authority, Leaf::default(), &[]);
        let listener = fixture.open(ClientAuth::Required);
        let client = fixture.client(Some(&good), version);
        assert_eq!(connect(&listener, &client), Ok((Full, true)));
        fixture.files.write("ca.pem", pki::authority("new").pem());
        assert_eq!(changed(&listener), ["ca.pem"]);
        assert_eq!(connect(&listener, &client), Err("unknown_issuer"));
    }
}

#[test]
fn a_ticket_of_one_listener_is_nothing_to_another() {
    let fixture = Fixture::new();
    let open = fixture.open(ClientAuth::Requested);
    let closed = fixture.open(ClientAuth::Required);
    for version in VERSIONS {
        let client = fixture.client(None, version);
        assert_eq!(connect(&open, &client), Ok((Full, false)));
        assert_eq!(connect(&open, &client), Ok((Resumed, false)));
        assert_eq!(connect(&closed, &client), Err("no_certificate"));
    }
}

#[test]
fn a_broken_new_file_leaves_the_old_one_in_force() {
    let fixture = Fixture::with_crl(&[]);
    let good = pki::client(&fixture.authority, Leaf::default(), &[]);
    let listener = fixture.open(ClientAuth::Required);
    let server = std::fs::read(fixture.files.path("server.pem")).unwrap();
    let other = pki::server(&fixture.authority).pem;
    let (other_key, _) = other.split_once("-----BEGIN CERTIFICATE").unwrap();
    let (_, own_certificate) = std::str::from_utf8(&server)
        .unwrap()
        .split_once("-----BEGIN CERTIFICATE")
        .unwrap();
    let mismatch = format!("{other_key}-----BEGIN CERTIFICATE{own_certificate}");
    let broken = ["", "not PEM", &mismatch, &other[..other.len() / 2]];
    for (failures, text) in (1..).zip(broken) {
        fixture.files.write("server.pem", text);
        assert!(listener.reload().is_err(), "{text}");
        assert_eq!(listener.figures().reload_failures, failures);
        let client = fixture.client(Some(&good), &TLS13);
        assert_eq!(connect(&listener, &client), Ok((Full, true)));
    }
    fixture.files.write("server.pem", &server);
    assert_eq!(listener.reload().unwrap(), Reloaded::Unchanged);
    fixture.files.write("server.pem", &other);
    assert_eq!(changed(&listener), ["server.pem"]);
    let figures = listener.figures();
    assert_eq!((figures.reloads, figures.reload_failures), (1, 4));
    let second = |ms: i64| ms / 1000;
    assert_eq!(
        second(figures.certificate_not_after_ms),
        second(NOW_MS + 300 * DAY_MS)
    );
    assert_eq!(
        figures.crl_next_update_ms.map(second),
        Some(second(NOW_MS + 30 * DAY_MS))
    );
}

#[test]
fn nobody_notices_a_reload() {
    let fixture = Fixture::with_crl(&[]);
    let good = pki::client(&fixture.authority, Leaf::default(), &[]);
    let listener = fixture.open(ClientAuth::Required);
    let held = handshake(
        listener.server_config(),
        &fixture.client(Some(&good), &TLS13),
    )
    .unwrap();
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load = || {
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) || count == 0 {
                let client = fixture.client(Some(&good), &TLS13);
                assert!(connect(&listener, &client).is_ok());
                assert!(connect(&listener, &client).is_ok());
                count += 1;
            }
        };
        scope.spawn(load);
        scope.spawn(load);
        for serial in 100..130 {
            fixture.write_crl_whole(&[serial]);
            assert_eq!(changed(&listener), ["crl.pem"]);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    // The connection of before still carries bytes.
    let mut held = held;
    std::io::Write::write_all(&mut held.client.writer(), b"after").unwrap();
    let mut wire = Vec::new();
    held.client.write_tls(&mut wire).unwrap();
    held.server.read_tls(&mut wire.as_slice()).unwrap();
    held.server.process_new_packets().unwrap();
    let mut read = [0; 5];
    std::io::Read::read_exact(&mut held.server.reader(), &mut read).unwrap();
    assert_eq!(&read, b"after");
}

impl Fixture {
    /// As a careful tool writes it: beside the old file, then renamed.
    fn write_crl_whole(&self, revoked: &[u64]) {
        let list = pki::crl(&self.authority, revoked, NOW_MS + 30 * DAY_MS);
        self.files.write("new.pem", list);
        std::fs::rename(self.files.path("new.pem"), self.files.path("crl.pem")).unwrap();
    }
}

#[test]
fn files_that_cannot_be_served_are_named_with_a_remedy() {
    let fixture = Fixture::with_crl(&[]);
    let root = fixture.files.root().display().to_string();
    let good = std::fs::read_to_string(fixture.files.path("server.pem")).unwrap();
    let (key, certificate) = good.split_once("-----BEGIN CERTIFICATE").unwrap();
    let certificate = format!("-----BEGIN CERTIFICATE{certificate}");
    let encrypted = certificate.clone()
        + "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    let cases: &[(&str, &str, &str)] = &[
        ("server.pem", "", "DIR/server.pem holds no CERTIFICATE"),
        ("server.pem", key, "DIR/server.pem holds no CERTIFICATE"),
        (
            "server.pem",
            &certificate,
            "DIR/server.pem holds no PRIVATE KEY",
        ),
        (
            "server.pem",
            &encrypted,
            "the private key in DIR/server.pem is encrypted; write it without a passphrase, readable by its owner alone: openssl pkey -in KEY -out NEW",
        ),
        ("ca.pem", "", "DIR/ca.pem holds no CERTIFICATE"),
        ("crl.pem", &certificate, "DIR/crl.pem holds no X509 CRL"),
    ];
    for (name, text, expected) in cases {
        let before = std::fs::read(fixture.files.path(name)).unwrap();
        fixture.files.write(name, text);
        let settings = fixture.files.settings(ClientAuth::Required);
        let refused = TlsListener::open(settings, fixture.clock.clone()).unwrap_err();
        assert_eq!(refused.to_string().replace(&root, "DIR"), *expected);
        fixture.files.write(name, before);
    }
}

#[test]
fn a_clients_own_certificate_is_no_authority() {
    let fixture = Fixture::new();
    let client = pki::client(&fixture.authority, Leaf::default(), &[]);
    fixture.files.write("ca.pem", client.pem);
    let settings = fixture.files.settings(ClientAuth::Required);
    let refused = TlsListener::open(settings, fixture.clock.clone()).unwrap_err();
    let expected = "holds \"CN=alice\", which is no authority (no CA in its basic constraints)";
    assert!(refused.to_string().contains(expected), "{refused}");
}

#[test]
fn stores_of_java_are_recognized() {
    let fixture = Fixture::new();
    for (bytes, expected) in [
        (&[0x30, 0x82, 0x01, 0x00][..], "openssl pkcs12 -in STORE"),
        (&[0xFE, 0xED, 0xFE, 0xED], "keytool -importkeystore"),
    ] {
        fixture.files.write("server.pem", bytes);
        let settings = fixture.files.settings(ClientAuth::None);
        let refused = TlsListener::open(settings, fixture.clock.clone()).unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    }
}

#[test]
fn settings_that_lack_a_file_or_have_no_meaning_are_refused() {
    let fixture = Fixture::new();
    let mut settings = fixture.files.settings(ClientAuth::Requested);
    settings.truststore = None;
    let refused = TlsListener::open(settings, fixture.clock.clone()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ssl.client.auth=requested needs ssl.truststore.location: a PEM file with the authorities that issue client certificates"
    );
    assert_eq!("TLSv1.3, TLSv1.2".parse(), Ok(Protocols::Both));
    assert_eq!("TLSv1.2".parse(), Ok(Protocols::Tls12));
    for text in ["", "TLSv1.1", "TLSv1.2,SSLv3", "tlsv1.2"] {
        assert!(text.parse::<Protocols>().is_err(), "{text}");
    }
    assert!("REQUIRED".parse::<ClientAuth>().is_err());
    assert_eq!("ignored".parse(), Ok(CrlExpiry::Ignored));
    assert!(
        "TLS_RSA_WITH_AES_128_CBC_SHA"
            .parse::<CipherSuites>()
            .is_err()
    );
}

#[test]
fn the_server_chooses_the_suite_and_the_version() {
    let fixture = Fixture::new();
    let suite = |listener: &TlsListener, version| {
        let done = handshake(listener.server_config(), &fixture.client(None, version));
        let suite = done.map(|done| done.server.negotiated_cipher_suite().unwrap().suite());
        suite.map_err(|error| Refusal::of(&error).reason())
    };
    let listener = fixture.open(ClientAuth::None);
    assert_eq!(
        suite(&listener, &TLS13),
        Ok(CipherSuite::TLS13_AES_128_GCM_SHA256)
    );
    assert_eq!(
        suite(&listener, &TLS12),
        Ok(CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256)
    );
    assert_eq!(
        listener.server_config().max_early_data_size,
        0,
        "0-RTT can be replayed"
    );
    let mut settings = fixture.files.settings(ClientAuth::None);
    settings.protocols = Protocols::Tls13;
    settings.cipher_suites = "TLS_CHACHA20_POLY1305_SHA256, TLS_AES_256_GCM_SHA384"
        .parse()
        .unwrap();
    let strict = TlsListener::open(settings, fixture.clock.clone()).unwrap();
    assert_eq!(
        suite(&strict, &TLS13),
        Ok(CipherSuite::TLS13_CHACHA20_POLY1305_SHA256)
    );
    assert_eq!(suite(&strict, &TLS12), Err("incompatible"));
}

#[test]
fn what_is_no_handshake_is_refused_at_once() {
    let fixture = Fixture::new();
    let listener = fixture.open(ClientAuth::Required);
    let refused = |bytes: &[u8]| {
        let mut server = ServerConnection::new(listener.server_config()).unwrap();
        let mut unread = bytes;
        while !unread.is_empty() {
            server.read_tls(&mut unread).unwrap();
            let outcome = server.process_new_packets();
            outcome.map_err(|error| Refusal::of(&error).reason())?;
        }
        Ok(())
    };
    // Kafka's ApiVersions in the clear, HTTP, and a handshake message of 16 MiB.
    assert_eq!(
        refused(b"\0\0\0\x11\0\x12\0\x03\0\0\0\x01\0\x03cli\0\0"),
        Err("not_tls")
    );
    assert_eq!(refused(b"GET / HTTP/1.1\r\n\r\n"), Err("not_tls"));
    let bomb = [
        b"\x16\x03\x01\x40\x00\x01\xFF\xFF\xFF".as_slice(),
        &[0; 0x4000],
    ]
    .concat();
    assert_eq!(refused(&bomb), Err("protocol"));
    assert_eq!(
        refused(b"\x16\x03\x01\x00\x05"),
        Ok(()),
        "half a record waits"
    );
}
