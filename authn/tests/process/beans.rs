//! The MBeans after a known number of logins, renewals, frames and connections.

use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::messages::api_versions::ApiVersionsRequest;
use protocol::{Request, Str};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::broker::{Broker, PASSWORD, PATIENCE, Relayed, USER, read_frame, versions_answer};
use crate::client::{Tls, answer, connect, handshake, next_frame, opaque, request, scram};
use crate::process::Authn;

const SCRAM: &str = "CLIENT_SASL_SCRAM";
const SECURE: &str = "CLIENT_SECURE";

/// The bean of a listener's only processor.
fn processor(listener: &str) -> String {
    format!("kafka.server:type=socket-server-metrics,listener={listener},networkProcessor=0")
}

/// Waits until these attributes of the beans are exactly so.
async fn until(authn: &Authn, expected: &[(String, f64)]) {
    let mut seen = BTreeMap::new();
    let waiting = async {
        loop {
            seen = authn.beans().await;
            if expected
                .iter()
                .all(|(name, value)| seen.get(name) == Some(value))
            {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    if tokio::time::timeout(PATIENCE, waiting).await.is_err() {
        for (name, value) in expected {
            assert_eq!(seen.get(name), Some(value), "{name} in {seen:#?}");
        }
    }
}

fn of(listener: &str, rows: &[(&str, f64)]) -> Vec<(String, f64)> {
    let bean = processor(listener);
    let rows = rows.iter();
    rows.map(|(name, value)| (format!("{bean} {name}"), *value))
        .collect()
}

/// Answers each request with a body as long as its correlation id says, the barrier as itself, until
/// the client goes.
async fn serve(mut relayed: Relayed) {
    while let Ok(frame) = read_frame(&mut relayed.stream).await {
        let prefix = protocol::frame::decode_prefix(&frame).unwrap();
        let told = match prefix.api_key {
            18 => versions_answer(&frame),
            _ => answer(prefix.correlation_id, prefix.correlation_id as usize),
        };
        relayed.stream.write_all(&told).await.unwrap();
    }
}

/// Three logins that fail, a client without TLS, and one that leaves at once.
async fn fail(authn: &Authn) {
    for (user, password) in [(USER, "wrong"), ("mallory", PASSWORD), (USER, "")] {
        let mut client = connect(authn.address(SCRAM), authn.pki.client(None)).await;
        assert_eq!(scram(&mut client, user, password).await.code, 58);
    }
    let mut plain = TcpStream::connect(authn.address(SCRAM)).await.unwrap();
    plain.write_all(&handshake(1, "PLAIN")).await.unwrap();
    let _ = plain.read_to_end(&mut Vec::new()).await;
    drop(TcpStream::connect(authn.address(SCRAM)).await.unwrap());
}

async fn log_in(authn: &Authn, broker: &mut Broker) -> Tls {
    let mut client = connect(authn.address(SCRAM), authn.pki.client(None)).await;
    assert_eq!(scram(&mut client, USER, PASSWORD).await.code, 0);
    tokio::spawn(serve(broker.next().await));
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn logins_frames_and_connections_are_counted_exactly() {
    let properties = "connection.failed.authentication.delay.ms=0\n\
                      listener.name.client_sasl_scram.connections.max.reauth.ms=3600000\n\
                      max.connections.per.ip=4";
    let authn = Authn::start(properties).await;
    let mut broker = authn.broker(1).await;
    let mut first = log_in(&authn, &mut broker).await;
    let second = log_in(&authn, &mut broker).await;
    // A health check that leaves is no failure.
    fail(&authn).await;
    let open = of(SCRAM, &[("connection-close-total", 5.0)]);
    until(&authn, &open).await;

    // Requests of 112 bytes, answers of 18 to 27 and of 1008.
    for number in (10..20).chain([1000]) {
        first.write_all(&opaque(0, number, 100)).await.unwrap();
        assert_eq!(next_frame(&mut first).await.len(), 4 + number as usize);
    }
    // Renewed once; a second too soon after that is answered, and a failure ends it.
    let renewal = handshake(1, "SCRAM-SHA-512").len() as f64;
    assert_eq!(scram(&mut first, USER, PASSWORD).await.code, 0);
    first
        .write_all(&handshake(7, "SCRAM-SHA-512"))
        .await
        .unwrap();
    let refused = 4.0 + next_frame(&mut first).await.len() as f64;
    let sent = (10..20).map(|number| 8 + number).sum::<i32>() as f64 + 1008.0 + refused;
    let rows = [
        ("connection-count", 2.0),
        ("connection-creation-total", 7.0),
        ("connection-close-total", 5.0),
        ("successful-authentication-total", 2.0),
        ("successful-authentication-no-reauth-total", 0.0),
        ("failed-authentication-total", 4.0),
        ("successful-reauthentication-total", 1.0),
        ("failed-reauthentication-total", 0.0),
        ("expired-connections-killed-count", 0.0),
        ("response-total", 13.0),
        ("incoming-byte-total", 11.0 * 112.0 + 2.0 * renewal),
        ("request-total", 12.0),
        ("outgoing-byte-total", sent),
        ("request-size-max", 1008.0),
        ("request-size-avg", sent / 12.0),
    ];
    until(&authn, &of(SCRAM, &rows)).await;
    let beans = authn.beans().await;
    for component in ["listeners", "broker"] {
        let name = format!("outrigger.process:type=Component,name={component},process=authn");
        assert_eq!(beans[&format!("{name} Value")], 1.0);
    }
    let bean = processor(SCRAM);
    assert!(beans[&format!("{bean} reauthentication-latency-max")] > 0.0);
    assert!(beans[&format!("{bean} network-io-total")] >= 24.0);
    for name in [
        "connection-creation-rate",
        "incoming-byte-rate",
        "request-rate",
    ] {
        assert!(beans[&format!("{bean} {name}")] > 0.0, "{name}");
    }
    let mechanism = "outrigger.authn:type=Logins,name=RequestsPerSec,mechanism=SCRAM-SHA-512";
    assert_eq!(beans[&format!("{mechanism} Count")], 6.0);
    let moved = authn
        .metric("outrigger_authn_relay_bytes_total", "broker")
        .await;
    assert_eq!(moved, 11.0 * 112.0, "what authn answers is not relayed");

    ends_with_a_failed_renewal(&authn, first, second).await;
}

/// A failed renewal ends its connection, and with the other one nothing is open.
async fn ends_with_a_failed_renewal(authn: &Authn, mut first: Tls, second: Tls) {
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(scram(&mut first, USER, "wrong").await.code, 58);
    drop(second);
    let rows = [
        ("failed-reauthentication-total", 1.0),
        ("connection-count", 0.0),
        ("connection-close-total", 7.0),
    ];
    until(authn, &of(SCRAM, &rows)).await;
    // Nothing of it was the other listener's.
    let idle = [
        ("connection-creation-total", 0.0),
        ("failed-authentication-total", 0.0),
        ("incoming-byte-total", 0.0),
    ];
    until(authn, &of(SECURE, &idle)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_refused_was_accepted_and_no_more() {
    let authn = Authn::start("max.connections.per.ip=1").await;
    let mut broker = authn.broker(1).await;
    let _client = log_in(&authn, &mut broker).await;
    for _ in 0..3 {
        // It may be reset before it is told that it is connected.
        if let Ok(mut refused) = TcpStream::connect(authn.address(SCRAM)).await {
            let _ = refused.read_to_end(&mut Vec::new()).await;
        }
    }
    let rows = [
        ("connection-creation-total", 1.0),
        ("failed-authentication-total", 0.0),
    ];
    until(&authn, &of(SCRAM, &rows)).await;
    let accepting = format!("kafka.server:type=socket-server-metrics,listener={SCRAM}");
    let rate = authn.beans().await[&format!("{accepting} connection-accept-rate")];
    // Four within a window that began with the process, of 60 s at most.
    assert!(rate >= 4.0 / 60.0 - 1e-9, "{rate}");
    let name = "outrigger_authn_refused_connections_total";
    authn
        .until_metric(name, "max_connections_per_ip", 3.0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_session_is_counted_by_kafkas_names() {
    let limit = "listener.name.client_sasl_scram.connections.max.reauth.ms=1200";
    let authn = Authn::start(limit).await;
    let mut broker = authn.broker(1).await;
    let mut client = log_in(&authn, &mut broker).await;
    tokio::time::sleep(std::time::Duration::from_millis(1300)).await;
    client.write_all(&opaque(0, 7, 10)).await.unwrap();
    let _ = client.read_to_end(&mut Vec::new()).await;
    let mut rows = of(SCRAM, &[("expired-connections-killed-count", 1.0)]);
    let all = "kafka.network:type=SocketServer,name=ExpiredConnectionsKilledCount Value";
    rows.push((all.to_owned(), 1.0));
    until(&authn, &rows).await;
}

fn api_versions(name: &str, version: &str) -> Vec<u8> {
    let text = |text: &str| Str::from(text.to_owned());
    let asked = ApiVersionsRequest {
        client_software_name: text(name),
        client_software_version: text(version),
    };
    request(3, 5, &Request::ApiVersions(asked))
}

fn software(name: &str, version: &str) -> String {
    format!(
        "kafka.server:type=socket-server-metrics,clientSoftwareName={name},\
         clientSoftwareVersion={version},listener={SECURE},networkProcessor=0 connections"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn software_of_tls_clients_is_read_in_passing_and_bounded() {
    let authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    let mut clients = Vec::new();
    let mut greet = async |bytes: Vec<u8>| {
        let mut client = connect(authn.address(SECURE), authn.pki.client(None)).await;
        // Byte by byte at its beginning, as a slow network would.
        for byte in &bytes[..9] {
            client.write_all(&[*byte]).await.unwrap();
            client.flush().await.unwrap();
        }
        client.write_all(&bytes[9..]).await.unwrap();
        let mut relayed = broker.next().await;
        let seen = read_frame(&mut relayed.stream).await.unwrap();
        assert_eq!(seen, bytes[4..], "the broker sees the same");
        tokio::spawn(serve(relayed));
        clients.push(client);
    };
    greet(api_versions("apache-kafka-java", "4.3.1")).await;
    greet(api_versions("apache-kafka-java", "4.3.1")).await;
    greet(api_versions("librdkafka", "2.12.0")).await;
    // What Kafka would refuse is not repeated, and who does not say it is unknown.
    greet(api_versions("evil name,x=\"", "1")).await;
    greet(opaque(3, 8, 20)).await;
    let expected = [
        (software("apache-kafka-java", "4.3.1"), 2.0),
        (software("librdkafka", "2.12.0"), 1.0),
        (software("unknown", "unknown"), 2.0),
    ];
    until(&authn, &expected).await;
    for number in 0..99 {
        greet(api_versions("client", &number.to_string())).await;
    }
    authn
        .until_metric("outrigger_authn_unlisted_software_connections", "", 2.0)
        .await;
    let beans = authn.beans().await;
    let listed = beans
        .keys()
        .filter(|name| name.contains("clientSoftwareName"));
    assert_eq!(listed.count(), 100);
    let tls = format!(
        "kafka.server:type=socket-server-metrics,cipher=TLS_AES_128_GCM_SHA256,protocol=TLSv1.3,\
         listener={SECURE},networkProcessor=0 connections"
    );
    assert_eq!(beans[&tls], 104.0);
    let rows = [
        ("successful-authentication-total", 104.0),
        ("successful-authentication-no-reauth-total", 104.0),
    ];
    until(&authn, &of(SECURE, &rows)).await;
    drop(clients);
    until(&authn, &of(SECURE, &[("connection-count", 0.0)])).await;
    let beans = authn.beans().await;
    assert!(
        !beans.keys().any(|name| name.ends_with(" connections")),
        "all gone"
    );
    let unlisted = "outrigger_authn_unlisted_software_connections";
    assert_eq!(authn.metric(unlisted, "").await, 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_greeting_without_end_ends_its_connection() {
    let authn = Authn::start("connections.max.idle.ms=400").await;
    let mut broker = authn.broker(1).await;
    let mut client = connect(authn.address(SECURE), authn.pki.client(None)).await;
    client
        .write_all(&api_versions("a", "1")[..20])
        .await
        .unwrap();
    let _relayed = broker.next().await;
    let ended = tokio::time::timeout(PATIENCE, client.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_ok());
    // One that claims more than a broker takes is refused at its length.
    let mut client = connect(authn.address(SECURE), authn.pki.client(None)).await;
    let mut long = Bytes::from(api_versions("a", "1")).to_vec();
    long[..4].copy_from_slice(&65_537_u32.to_be_bytes());
    client.write_all(&long).await.unwrap();
    let _relayed = broker.next().await;
    let ended = tokio::time::timeout(PATIENCE, client.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_ok());
    let name = "outrigger_authn_closed_connections_total";
    authn.until_metric(name, "reason=\"frame\"", 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn when_certificates_end_is_told_and_follows_a_reload() {
    let properties = "outrigger.ssl.crl.location=DIR/crl.pem";
    let authn = Authn::prepared(properties, |at| {
        std::fs::write(at.join("crl.pem"), crate::pki::empty_crl()).unwrap();
    });
    let authn = authn.await;
    let name = "outrigger_authn_certificate_expiry_timestamp_seconds";
    let told = async |listener: &str, certificate: &str| {
        let label = format!("{{certificate=\"{certificate}\",listener=\"{listener}\"}}");
        authn.metric(name, &label).await
    };
    // rcgen's own: the year 4096.
    let far = 67_090_118_400.0 - 366.0 * 86_400.0;
    assert!(told(SECURE, "server").await > far);
    assert!(told(SECURE, "authority").await > far);
    assert_eq!(
        told(SECURE, "crl").await,
        crate::pki::CRL_NEXT_UPDATE as f64
    );
    // A listener without client certificates trusts nobody.
    let text = authn.http("/metrics").await;
    assert!(!text.contains(&format!("{name}{{certificate=\"crl\",listener=\"{SCRAM}\"")));
    let soon = authn.pki.server_pem_until(2040);
    std::fs::write(authn.path("server.pem"), soon).unwrap();
    authn
        .until_metric("outrigger_authn_reloads_total", "file=\"tls\"", 2.0)
        .await;
    for listener in [SECURE, SCRAM] {
        assert_eq!(told(listener, "server").await, 2_208_988_800.0);
    }
}
