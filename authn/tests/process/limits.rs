//! What strangers may take before they have logged in, and how they are turned away.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::broker::{PASSWORD, PATIENCE, USER};
use crate::client::{authenticate, connect, handshake, next_frame, over, scram, try_connect};
use crate::pki::Pki;
use crate::process::Authn;

/// Connections of a flood.
const STRANGERS: u64 = 150;
/// What each may take: authn counts 64 KiB, and an allocator and the first of them take more. With what could be read
/// ahead it would be 157 KiB and that.
const STRANGERS_BYTES_EACH: u64 = 120 * 1024;

async fn ends<S: tokio::io::AsyncRead + Unpin>(stream: &mut S) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    // A reset is an end, too.
    let _ = read.expect("the connection ends in time");
    rest
}

#[tokio::test(flavor = "multi_thread")]
async fn plaintext_on_a_tls_port_gets_an_alert_and_one_line() {
    let authn = Authn::start("").await;
    let _broker = authn.broker(1).await;
    for _ in 0..20 {
        let mut plain = TcpStream::connect(authn.address("CLIENT_SECURE"))
            .await
            .unwrap();
        plain.write_all(&handshake(1, "PLAIN")).await.unwrap();
        let told = ends(&mut plain).await;
        assert!(told.is_empty() || told[0] == 0x15, "an alert: {told:?}");
    }
    let name = "outrigger_authn_tls_handshake_failures_total";
    authn.until_metric(name, "reason=\"not_tls\"", 20.0).await;
    let log = authn.log_with("authn.log", "is not TLS").await;
    assert_eq!(log.matches("is not TLS").count(), 1, "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_has_a_deadline_in_all_however_it_drips() {
    let authn = Authn::start("outrigger.login.timeout.ms=2000").await;
    let _broker = authn.broker(1).await;
    let secure = authn.address("CLIENT_SECURE");
    let sasl = authn.address("CLIENT_SASL_SCRAM");
    // Nothing at all; a ClientHello that never ends; a frame byte by byte.
    let mut silent = TcpStream::connect(secure).await.unwrap();
    let mut half = TcpStream::connect(secure).await.unwrap();
    half.write_all(&[0x16, 3, 1, 1, 0, 1]).await.unwrap();
    let began = tokio::time::Instant::now();
    let mut dripping = connect(sasl, authn.pki.client(None)).await;
    let drip = async {
        for byte in 400_i32.to_be_bytes().into_iter().chain([0, 17]).cycle() {
            if dripping.write_all(&[byte]).await.is_err() || dripping.flush().await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, drip).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(2000));
    ends(&mut silent).await;
    ends(&mut half).await;
    let name = "outrigger_authn_logins_total";
    authn.until_metric(name, "result=\"timeout\"", 3.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_login_is_closed_without_an_answer() {
    let authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    let sasl = authn.address("CLIENT_SASL_SCRAM");
    let claims = |length: i32| [&length.to_be_bytes()[..], &[0, 17, 0, 1, 0, 0, 0, 1]].concat();
    let long_mechanism = handshake(1, &"x".repeat(32_000));
    for bytes in [
        claims(i32::MAX),
        claims(-1),
        claims(0),
        crate::client::opaque(3, 1, 30),
        crate::client::opaque(-2, 1, 30),
        long_mechanism,
        // A GSSAPI token, as old clients send it.
        [&20_i32.to_be_bytes()[..], &[0x60; 20]].concat(),
    ] {
        let mut client = connect(sasl, authn.pki.client(None)).await;
        // It may be closed before all of it was sent.
        let _ = client.write_all(&bytes).await;
        assert_eq!(ends(&mut client).await, b"", "{bytes:?}");
    }
    // A token longer than its mechanism's may be.
    let mut client = connect(sasl, authn.pki.client(None)).await;
    client
        .write_all(&handshake(1, "SCRAM-SHA-512"))
        .await
        .unwrap();
    next_frame(&mut client).await;
    let _ = client.write_all(&authenticate(2, &[b'x'; 100_000])).await;
    assert_eq!(ends(&mut client).await, b"");
    assert!(broker.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_login_is_answered_late_and_alike() {
    let authn = Authn::start("connection.failed.authentication.delay.ms=200").await;
    let mut broker = authn.broker(1).await;
    let mut told = Vec::new();
    for (user, password) in [(USER, "wrong"), ("nobody", PASSWORD)] {
        let tls = authn.pki.client(None);
        let mut client = connect(authn.address("CLIENT_SASL_SCRAM"), tls).await;
        let began = tokio::time::Instant::now();
        let answer = scram(&mut client, user, password).await;
        assert!(began.elapsed() >= Duration::from_millis(200));
        assert_eq!(answer.code, 58);
        told.push(answer.message);
        assert_eq!(ends(&mut client).await, b"");
    }
    assert_eq!(told[0], told[1]);
    assert!(broker.is_quiet());
    let log = authn.log("authn.log") + &authn.log("audit-authn.log");
    assert!(!log.contains("wrong") || !log.contains(PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_password_counts_at_once() {
    let authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    broker.tell("another").await;
    authn
        .until_metric("outrigger_authn_scram_credentials", "", 1.0)
        .await;
    let tls = authn.pki.client(None);
    let changed = async {
        loop {
            let mut client = connect(authn.address("CLIENT_SASL_SCRAM"), tls.clone()).await;
            if scram(&mut client, USER, "another").await.code == 0 {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, changed).await.unwrap();
    let mut client = connect(authn.address("CLIENT_SASL_SCRAM"), tls).await;
    assert_eq!(scram(&mut client, USER, PASSWORD).await.code, 58);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_close_without_looking_like_a_failed_login() {
    let authn = Authn::start("max.connections.per.ip=3").await;
    let mut broker = authn.broker(1).await;
    let address = authn.address("CLIENT_SASL_SCRAM");
    let tls = authn.pki.client(None);
    let mut held = Vec::new();
    for _ in 0..3 {
        let mut client = connect(address, tls.clone()).await;
        assert_eq!(scram(&mut client, USER, PASSWORD).await.code, 0);
        held.push((client, broker.next().await));
    }
    assert!(try_connect(address, tls.clone()).await.is_err());
    let name = "outrigger_authn_refused_connections_total";
    authn
        .until_metric(name, "max_connections_per_ip", 1.0)
        .await;
    held.clear();
    authn
        .until_metric("outrigger_authn_connections", "", 0.0)
        .await;
    connect(address, tls).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_rate_delays() {
    let authn = Authn::start("outrigger.login.rate.per.ip=1").await;
    let mut broker = authn.broker(1).await;
    // All of them knock before the first has logged in.
    let mut knocking = Vec::new();
    for _ in 0..4 {
        let address = authn.address("CLIENT_SASL_SCRAM");
        knocking.push(TcpStream::connect(address).await.unwrap());
    }
    let logins = knocking.into_iter().map(|stream| {
        let tls = authn.pki.client(None);
        tokio::spawn(async move {
            let mut client = over(stream, tls).await.unwrap();
            scram(&mut client, USER, PASSWORD).await.code
        })
    });
    for login in logins.collect::<Vec<_>>() {
        assert_eq!(login.await.unwrap(), 0);
        broker.next().await;
    }
    let name = "outrigger_authn_delayed_logins_total";
    assert!(authn.metric(name, "").await >= 1.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_never_log_in_hold_little_and_starve_nobody() {
    let authn = Authn::start(
        "outrigger.login.timeout.ms=1000\noutrigger.preauth.connections=400\n\
         outrigger.preauth.memory.bytes=4194304",
    )
    .await;
    let mut broker = authn.broker(1).await;
    let address = authn.address("CLIENT_SASL_SCRAM");
    let before = authn.resident_bytes();
    // Half of a handshake each; the kernel queues those that are beyond the limit.
    let mut flood = Vec::new();
    for _ in 0..600 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(&[0x16, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc])
            .await
            .unwrap();
        let _ = stream.try_write(&[0; 9000]);
        flood.push(stream);
    }
    let name = "outrigger_authn_preauth_memory_bytes";
    assert!(authn.metric(name, "").await <= 4_194_304.0);
    assert!(
        authn
            .metric("outrigger_authn_preauth_connections", "")
            .await
            <= 400.0
    );
    let grown = authn.resident_bytes().saturating_sub(before);
    assert!(grown < 32 << 20, "{grown} bytes for strangers");
    // Who is honest waits for a turn, and then has the time of a login.
    let honest = async {
        loop {
            let tls = authn.pki.client(None);
            let Ok(mut client) = try_connect(address, tls).await else {
                continue;
            };
            // On a machine that is busy a login may miss its deadline, and is tried again.
            let login = tokio::spawn(async move { scram(&mut client, USER, PASSWORD).await.code });
            if let Ok(code) = login.await {
                return code;
            }
        }
    };
    let patience = 3 * PATIENCE;
    assert_eq!(tokio::time::timeout(patience, honest).await.unwrap(), 0);
    broker.next().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_sends_ahead_is_not_held() {
    let authn = Authn::start("connection.failed.authentication.delay.ms=8000").await;
    let _broker = authn.broker(1).await;
    let tls = authn.pki.client(None);
    let before = authn.resident_bytes();
    let mut flood = Vec::new();
    for _ in 0..STRANGERS {
        let mut client = connect(authn.address("CLIENT_SASL_SCRAM"), tls.clone()).await;
        client.get_mut().1.set_buffer_limit(None);
        let hello = handshake(1, "SCRAM-SHA-512");
        client.write_all(&hello).await.unwrap();
        next_frame(&mut client).await;
        // What is refused, and behind it as much as one read could take.
        let pushed = [authenticate(2, b"no message"), vec![0; 120_000]].concat();
        flood.push(tokio::spawn(async move {
            // It waits while nobody reads, and holds the connection.
            let _ = client.write_all(&pushed).await;
            ends(&mut client).await
        }));
    }
    let logins = "outrigger_authn_logins_total";
    let refused = STRANGERS as f64;
    authn.until_metric(logins, "SCRAM-SHA-512", refused).await;
    let grown = authn.resident_bytes().saturating_sub(before);
    println!("{STRANGERS} strangers: {} KiB", grown >> 10);
    assert!(
        grown < STRANGERS * STRANGERS_BYTES_EACH,
        "{grown} bytes for strangers"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn network_rules_are_reloaded_and_count() {
    let authn = Authn::prepared("outrigger.network.rules.file=DIR/rules", |dir| {
        std::fs::write(dir.join("rules"), "CLIENT_SECURE deny 127.0.0.0/8\n").unwrap();
    })
    .await;
    let mut broker = authn.broker(1).await;
    let address = authn.address("CLIENT_SECURE");
    let tls = authn.pki.client(None);
    assert!(
        try_connect(address, tls.clone()).await.is_err(),
        "denied from the start"
    );
    let refused = "outrigger_authn_refused_connections_total";
    authn.until_metric(refused, "network_rule", 1.0).await;
    std::fs::write(authn.path("rules"), "nonsense\n").unwrap();
    let failures = "outrigger_authn_reload_failures_total";
    authn.until_metric(failures, "network_rules", 1.0).await;
    assert!(
        try_connect(address, tls.clone()).await.is_err(),
        "the old rules stay"
    );
    std::fs::write(authn.path("rules"), "* allow 127.0.0.0/8\n").unwrap();
    authn
        .until_metric("outrigger_authn_reloads_total", "network_rules", 1.0)
        .await;
    let _client = connect(address, tls).await;
    broker.next().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_is_a_failed_login_to_the_audit() {
    let authn = Authn::prepared("", |dir| {
        std::fs::write(dir.join("ca.pem"), Pki::new().authority_pem()).unwrap();
    })
    .await;
    let _broker = authn.broker(1).await;
    let address = authn.address("CLIENT_SECURE");
    if let Ok(mut tls) = try_connect(address, authn.pki.client(Some("mallory"))).await {
        // In TLS 1.3 the client learns it behind its own handshake.
        ends(&mut tls).await;
    }
    let failures = "outrigger_authn_tls_handshake_failures_total";
    authn
        .until_metric(failures, "reason=\"unknown_issuer\"", 1.0)
        .await;
    authn.log_with("audit-authn.log", "unknown_issuer").await;
}
