//! Sessions that are renewed in the middle of a stream, and those that are not.

use std::time::Duration;

use protocol::frame;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::broker::{PASSWORD, PATIENCE, Relayed, USER, versions_answer};
use crate::client::{
    Answer, Tls, answer, authenticate, authenticated, connect, finish_scram, handshake, next_frame,
    opaque, scram,
};
use crate::process::Authn;

async fn session(properties: &str) -> (Authn, Tls, Relayed) {
    let authn = Authn::start(properties).await;
    let mut broker = authn.broker(1).await;
    let tls = authn.pki.client(None);
    let mut client = connect(authn.address("CLIENT_SASL_SCRAM"), tls).await;
    assert_eq!(scram(&mut client, USER, PASSWORD).await.code, 0);
    let relayed = broker.next().await;
    drop(broker);
    (authn, client, relayed)
}

/// Answers `id` to every request but the barrier, which it answers as such, until the client goes.
async fn serve(mut relayed: Relayed) -> Vec<i32> {
    let mut seen = Vec::new();
    while let Ok(request) = crate::broker::read_frame(&mut relayed.stream).await {
        let prefix = frame::decode_prefix(&request).unwrap();
        if prefix.api_key == 18 {
            let told = versions_answer(&request);
            relayed.stream.write_all(&told).await.unwrap();
            continue;
        }
        seen.push(prefix.correlation_id);
        // Negative ids stand for acks=0.
        if prefix.correlation_id >= 0 {
            let told = answer(prefix.correlation_id, 50);
            relayed.stream.write_all(&told).await.unwrap();
        }
    }
    seen
}

fn id(frame: &[u8]) -> i32 {
    i32::from_be_bytes(*frame.first_chunk().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_in_the_middle_keeps_the_order_of_everything() {
    let limit = "listener.name.client_sasl_scram.connections.max.reauth.ms=3600000";
    let (authn, mut client, relayed) = session(limit).await;
    let serving = tokio::spawn(serve(relayed));
    // Requests with and without answers, the handshake among them, more behind it.
    let mut stream = Vec::new();
    for number in 10..40 {
        stream.extend(opaque(0, number, 2000));
        stream.extend(opaque(0, -number, 700));
    }
    stream.extend(handshake(1000, "SCRAM-SHA-512"));
    client.write_all(&stream).await.unwrap();
    for number in 10..40 {
        assert_eq!(id(&next_frame(&mut client).await), number);
    }
    assert_eq!(id(&next_frame(&mut client).await), 1000);
    let renewed = finish_scram(&mut client, USER, PASSWORD).await;
    assert_eq!(renewed.code, 0, "{}", renewed.message);
    assert_eq!(renewed.lifetime_ms, 3_600_000);
    client.write_all(&opaque(0, 50, 10)).await.unwrap();
    assert_eq!(id(&next_frame(&mut client).await), 50);
    drop(client);
    let seen = tokio::time::timeout(PATIENCE, serving)
        .await
        .unwrap()
        .unwrap();
    let mut expected: Vec<i32> = (10..40).flat_map(|number| [number, -number]).collect();
    expected.push(50);
    assert_eq!(
        seen, expected,
        "the broker saw every request once, and no SASL"
    );
    let name = "outrigger_authn_reauthentications_total";
    authn.until_metric(name, "result=\"ok\"", 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_is_not_due_is_answered_as_kafka_does() {
    // Without an end of the session there is nothing to renew.
    let (_authn, mut client, relayed) = session("").await;
    tokio::spawn(serve(relayed));
    client
        .write_all(&handshake(77, "SCRAM-SHA-512"))
        .await
        .unwrap();
    let told = next_frame(&mut client).await;
    assert_eq!((id(&told), &told[4..6]), (77, &34_i16.to_be_bytes()[..]));
    client.write_all(&authenticate(78, b"x")).await.unwrap();
    let told: Answer = authenticated(&mut client).await;
    assert_eq!(told.code, 34);
    // The connection goes on.
    client.write_all(&opaque(0, 5, 10)).await.unwrap();
    assert_eq!(id(&next_frame(&mut client).await), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_renewal_within_a_second_is_answered_as_kafka_does() {
    let limit = "listener.name.client_sasl_scram.connections.max.reauth.ms=3600000";
    // On a busy machine a client may be too slow for it, but hardly every time.
    let within_a_second = async {
        loop {
            let (_authn, mut client, relayed) = session(limit).await;
            tokio::spawn(serve(relayed));
            assert_eq!(scram(&mut client, USER, PASSWORD).await.code, 0);
            let again = handshake(79, "SCRAM-SHA-512");
            client.write_all(&again).await.unwrap();
            let told = next_frame(&mut client).await;
            assert_eq!(id(&told), 79);
            if told[4..6] == 34_i16.to_be_bytes() {
                return;
            }
        }
    };
    let answered = tokio::time::timeout(3 * PATIENCE, within_a_second).await;
    assert!(answered.is_ok(), "every second renewal was taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_the_broker_never_lets_begin_ends_as_an_idle_connection() {
    let limit = "listener.name.client_sasl_scram.connections.max.reauth.ms=3600000";
    let (authn, mut client, _relayed) =
        session(&format!("{limit}\nconnections.max.idle.ms=500")).await;
    // Nobody answers what the broker is asked first.
    let _ = client.write_all(&handshake(80, "SCRAM-SHA-512")).await;
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, client.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && rest.is_empty());
    let name = "outrigger_authn_closed_connections_total";
    authn.until_metric(name, "idle", 1.0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_fails_ends_the_connection() {
    let limit = "listener.name.client_sasl_scram.connections.max.reauth.ms=3600000";
    for (user, password) in [(USER, "wrong"), ("mallory", PASSWORD)] {
        let (authn, mut client, relayed) = session(limit).await;
        let serving = tokio::spawn(serve(relayed));
        let told = scram(&mut client, user, password).await;
        assert_eq!(told.code, 58);
        assert_eq!(
            told.message,
            "Authentication failed during re-authentication due to invalid credentials with SASL \
             mechanism SCRAM-SHA-512"
        );
        let mut rest = Vec::new();
        let ended = tokio::time::timeout(PATIENCE, client.read_to_end(&mut rest)).await;
        assert!(ended.is_ok() && rest.is_empty());
        tokio::time::timeout(PATIENCE, serving)
            .await
            .unwrap()
            .unwrap();
        let renewal = r#""renewal":true"#;
        authn.log_with("audit-authn.log", renewal).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_over_takes_nothing_but_its_renewal() {
    let limit = "listener.name.client_sasl_scram.connections.max.reauth.ms=2500";
    let (authn, mut late, relayed) = session(limit).await;
    let serving = tokio::spawn(serve(relayed));
    tokio::time::sleep(Duration::from_millis(2600)).await;
    // Over, but renewed: as good as new.
    assert_eq!(scram(&mut late, USER, PASSWORD).await.code, 0);
    late.write_all(&opaque(0, 6, 10)).await.unwrap();
    assert_eq!(id(&next_frame(&mut late).await), 6);
    tokio::time::sleep(Duration::from_millis(2600)).await;
    late.write_all(&opaque(0, 7, 10)).await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, late.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && rest.is_empty(), "closed without a word");
    let seen = tokio::time::timeout(PATIENCE, serving)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(seen, [6]);
    authn
        .until_metric("outrigger_authn_expired_connections_killed_total", "", 1.0)
        .await;
}
