//! The border between authn and the broker: who is told what, and what happens when either side
//! is killed.

use identity::Principal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::broker::{PASSWORD, PATIENCE, USER};
use crate::client::{answer, connect, next_frame, opaque, raw_scram, scram, try_connect};
use crate::process::{Authn, status};

#[tokio::test(flavor = "multi_thread")]
async fn the_broker_is_told_who_comes_and_where_clients_find_the_listeners() {
    let authn = Authn::start("advertised.listeners=CLIENT_SECURE://kafka.example:0").await;
    let mut broker = authn.broker(1).await;
    let told: Vec<_> = broker
        .hello
        .listeners
        .iter()
        .map(|l| {
            (
                l.name.as_str(),
                l.security_protocol.as_str(),
                l.host.as_str(),
                l.port,
            )
        })
        .collect();
    let (secure, sasl) = ("CLIENT_SECURE", "CLIENT_SASL_SCRAM");
    let expected = [
        (secure, "SSL", "kafka.example", authn.address(secure).port()),
        (sasl, "SASL_SSL", "127.0.0.1", authn.address(sasl).port()),
    ];
    assert_eq!(told, expected);

    let tls = authn.pki.client(Some("bob"));
    let client = connect(authn.address(secure), tls).await;
    let preface = broker.next().await.preface;
    assert_eq!(preface.principal, Principal::user("CN=bob"));
    assert_eq!(preface.client, client.get_ref().0.local_addr().unwrap());
    assert_eq!(preface.local, authn.address(secure));
    assert_eq!(preface.listener, secure);
    assert_eq!(preface.tls_version.as_deref(), Some("TLSv1.3"));
    assert!(preface.client_certificate && preface.mechanism.is_none());

    let _anonymous = connect(authn.address(secure), authn.pki.client(None)).await;
    let preface = broker.next().await.preface;
    assert_eq!(preface.principal, Principal::anonymous());

    let mut client = connect(authn.address(sasl), authn.pki.client(None)).await;
    let done = scram(&mut client, USER, PASSWORD).await;
    assert_eq!((done.code, done.lifetime_ms), (0, 0));
    let preface = broker.next().await.preface;
    assert_eq!(preface.principal, Principal::user(USER));
    assert_eq!(preface.mechanism.as_deref(), Some("SCRAM-SHA-512"));
    assert_eq!(preface.security_protocol, "SASL_SSL");
}

#[tokio::test(flavor = "multi_thread")]
async fn api_versions_are_those_of_the_broker_and_of_sasl() {
    use protocol::messages::api_versions::ApiVersionsRequest;
    use protocol::{ApiKey, Request, Response, frame};
    let authn = Authn::start("").await;
    let _broker = authn.broker(1).await;
    let tls = authn.pki.client(None);
    let mut client = connect(authn.address("CLIENT_SASL_SCRAM"), tls).await;
    let request = Request::ApiVersions(ApiVersionsRequest {
        client_software_name: "test".to_owned().into(),
        client_software_version: "1".to_owned().into(),
    });
    let request = crate::client::request(4, 7, &request);
    client.write_all(&request).await.unwrap();
    let frame = next_frame(&mut client).await.into();
    let (_, response) = frame::decode_response(frame, ApiKey::ApiVersions, 4).unwrap();
    let Response::ApiVersions(response) = response else {
        panic!("not an answer to ApiVersions");
    };
    let keys: Vec<i16> = response.api_keys.iter().map(|key| key.api_key).collect();
    assert_eq!(keys, [0, 17, 18, 36]);
}

#[tokio::test(flavor = "multi_thread")]
async fn bare_tokens_log_in_where_they_are_asked_for() {
    let authn = Authn::start("outrigger.sasl.raw.tokens=true").await;
    let mut broker = authn.broker(1).await;
    let tls = authn.pki.client(None);
    let mut client = connect(authn.address("CLIENT_SASL_SCRAM"), tls).await;
    let done = raw_scram(&mut client, USER, PASSWORD).await;
    assert!(done.starts_with(b"v="), "{done:?}");
    let mut relayed = broker.next().await;
    assert_eq!(relayed.preface.principal, Principal::user(USER));
    client.write_all(&opaque(3, 1, 10)).await.unwrap();
    assert_eq!(next_frame(&mut relayed.stream).await.len(), 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_wait_for_a_broker_and_outlive_none() {
    let authn = Authn::start("").await;
    let address = authn.address("CLIENT_SECURE");
    assert!(authn.http("/healthz").await.contains("503"));
    // Before there is a broker a client waits, and is served by the one that comes.
    let early = connect(address, authn.pki.client(None)).await;
    let mut broker = authn.broker(1).await;
    let mut relayed = broker.next().await;
    authn
        .until_metric("outrigger_authn_connections", "CLIENT_SECURE", 1.0)
        .await;
    assert!(authn.http("/healthz").await.contains("200 OK"));

    // The broker's end ends its connections; a new life has another key.
    drop(broker);
    let mut early = early;
    early.write_all(&opaque(3, 1, 10)).await.unwrap();
    assert_eq!(next_frame(&mut relayed.stream).await.len(), 18);
    drop(relayed);
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, early.read_to_end(&mut rest)).await;
    assert!(ended.is_ok());
    let mut broker = authn.broker(2).await;
    let mut client = connect(address, authn.pki.client(None)).await;
    let mut relayed = broker.next().await;
    client.write_all(&opaque(3, 2, 5)).await.unwrap();
    assert_eq!(next_frame(&mut relayed.stream).await.len(), 13);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_authn_closes_its_connections_and_nothing_else() {
    let mut authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    let tls = authn.pki.client(None);
    let mut client = connect(authn.address("CLIENT_SECURE"), tls).await;
    let mut relayed = broker.next().await;
    authn.kill();
    let mut byte = [0];
    let broker_end = tokio::time::timeout(PATIENCE, relayed.stream.read(&mut byte)).await;
    assert!(matches!(broker_end, Ok(Ok(0) | Err(_))));
    let client_end = tokio::time::timeout(PATIENCE, client.read(&mut byte)).await;
    assert!(matches!(client_end, Ok(Ok(0) | Err(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_lets_answers_out_and_removes_the_endpoints_file() {
    let mut authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    let tls = authn.pki.client(None);
    let mut client = connect(authn.address("CLIENT_SECURE"), tls).await;
    let mut relayed = broker.next().await;
    client.write_all(&opaque(3, 1, 10)).await.unwrap();
    next_frame(&mut relayed.stream).await;
    let answering = tokio::spawn(async move {
        relayed.stream.write_all(&answer(1, 100)).await.unwrap();
        relayed
    });
    assert_eq!(authn.terminate().await, 0);
    assert_eq!(next_frame(&mut client).await.len(), 104);
    drop(answering.await);
    assert!(!authn.handoff().join("authn.json").exists());
}

/// What looks like a hand-off is nothing but bytes on a port for clients.
#[tokio::test(flavor = "multi_thread")]
async fn a_preface_from_outside_is_not_believed() {
    let authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    let (secure, sasl) = ("CLIENT_SECURE", "CLIENT_SASL_SCRAM");
    let signature = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\0\x01\0\x02";
    // Instead of TLS.
    let mut plain = tokio::net::TcpStream::connect(authn.address(secure))
        .await
        .unwrap();
    plain.write_all(signature).await.unwrap();
    let mut seen = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, plain.read_to_end(&mut seen))
        .await
        .unwrap();
    assert!(broker.is_quiet());
    // Inside of TLS: after the identity is fixed it is a frame of 218 MB, before it no SASL.
    for listener in [secure, sasl] {
        let mut client = connect(authn.address(listener), authn.pki.client(None)).await;
        let mut relayed = None;
        if listener == secure {
            relayed = Some(broker.next().await);
        }
        client.write_all(signature).await.unwrap();
        let mut seen = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, client.read_to_end(&mut seen)).await;
        assert!(ended.is_ok(), "{listener}");
        if let Some(mut relayed) = relayed {
            let mut seen = Vec::new();
            relayed.stream.read_to_end(&mut seen).await.unwrap();
            assert_eq!(seen, b"", "nothing of it reaches the broker");
        }
        assert!(broker.is_quiet());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_replaced_without_a_restart() {
    let authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    let address = authn.address("CLIENT_SECURE");
    let before = connect(address, authn.pki.client(None)).await;
    let mut first = broker.next().await;
    let other = crate::pki::Pki::new();
    std::fs::write(authn.path("server.pem"), "no certificate").unwrap();
    authn
        .until_metric("outrigger_authn_reload_failures_total", "tls", 2.0)
        .await;
    connect(address, authn.pki.client(None)).await;
    std::fs::write(authn.path("server.pem"), other.server_pem()).unwrap();
    authn
        .until_metric("outrigger_authn_reloads_total", "tls", 2.0)
        .await;
    assert!(try_connect(address, authn.pki.client(None)).await.is_err());
    connect(address, other.client(None)).await;
    let mut before = before;
    before.write_all(&opaque(3, 1, 1)).await.unwrap();
    assert_eq!(next_frame(&mut first.stream).await.len(), 9);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_needed_is_given_up() {
    let authn = Authn::start("").await;
    let status = status(authn.pid());
    assert_eq!(status["NoNewPrivs"], "1");
    assert_eq!(status["Seccomp"], "2", "filtered");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", authn.pid())).unwrap();
    let core = limits
        .lines()
        .find(|line| line.contains("core file"))
        .unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"]);
    authn.log_with("authn.log", "given up: core dumps").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_may_be_links_to_another_folder() {
    let elsewhere = tempfile::tempdir().unwrap();
    let authn = Authn::prepared("", |dir| {
        for file in ["server.pem", "ca.pem"] {
            let (link, real) = (dir.join(file), elsewhere.path().join(file));
            std::fs::rename(&link, &real).unwrap();
            std::os::unix::fs::symlink(&real, &link).unwrap();
        }
    })
    .await;
    let _broker = authn.broker(1).await;
    connect(authn.address("CLIENT_SECURE"), authn.pki.client(None)).await;
}
