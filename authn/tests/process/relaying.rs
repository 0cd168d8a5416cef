//! Bytes through TLS, authn and a Unix socket: whole, in order, at the reader's pace, to the end of
//! either side.

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::broker::{PATIENCE, Relayed};
use crate::client::{Tls, answer, connect, opaque};
use crate::process::Authn;

async fn one(properties: &str) -> (Authn, Tls, Relayed) {
    let authn = Authn::start(properties).await;
    let mut broker = authn.broker(1).await;
    let tls = authn.pki.client(None);
    let client = connect(authn.address("CLIENT_SECURE"), tls).await;
    let relayed = broker.next().await;
    // Connections that are relayed need no conversation.
    drop(broker);
    (authn, client, relayed)
}

#[tokio::test(flavor = "multi_thread")]
async fn megabytes_pass_in_order_in_both_directions() {
    let (authn, client, relayed) = one("").await;
    let requests: Vec<u8> = (0..30).flat_map(|id| opaque(0, id, 300_000)).collect();
    let answers: Vec<u8> = (0..30).flat_map(|id| answer(id, 400_000)).collect();
    let (mut from_client, mut to_client) = tokio::io::split(client);
    let (mut from_broker, mut to_broker) = relayed.stream.into_split();
    let (sent, answered) = (requests.clone(), answers.clone());
    let sending = tokio::spawn(async move {
        to_client.write_all(&sent).await.unwrap();
        // Half-closed: the answers still come.
        to_client.shutdown().await.unwrap();
    });
    let serving = tokio::spawn(async move {
        let mut seen = Vec::new();
        from_broker.read_to_end(&mut seen).await.unwrap();
        to_broker.write_all(&answered).await.unwrap();
        to_broker.shutdown().await.unwrap();
        seen
    });
    let mut seen = Vec::new();
    from_client.read_to_end(&mut seen).await.unwrap();
    assert!(seen == answers);
    sending.await.unwrap();
    assert!(serving.await.unwrap() == requests);
    let name = "outrigger_authn_relay_bytes_total";
    authn
        .until_metric(name, "broker", requests.len() as f64)
        .await;
    authn
        .until_metric(name, "client", answers.len() as f64)
        .await;
    authn
        .until_metric("outrigger_authn_connections", "", 0.0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_stops_the_broker() {
    let (authn, client, mut relayed) = one("").await;
    let mut sent = 0_usize;
    let flood = answer(1, 1 << 20);
    loop {
        let write = relayed.stream.write_all(&flood);
        let pause = std::time::Duration::from_millis(500);
        if tokio::time::timeout(pause, write).await.is_err() {
            break;
        }
        sent += flood.len();
        assert!(sent < 64 << 20, "nobody reads, and still more is taken");
    }
    assert!(authn.resident_bytes() < 256 << 20);
    drop(client);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_passed_on() {
    let (_authn, client, mut relayed) = one("").await;
    client.get_ref().0.set_zero_linger().unwrap();
    drop(client);
    let mut byte = [0];
    let ended = tokio::time::timeout(PATIENCE, relayed.stream.read(&mut byte)).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))));

    let (_authn, mut client, relayed) = one("").await;
    // Unread bytes make the close of a Unix socket a reset.
    client.write_all(&opaque(0, 1, 100_000)).await.unwrap();
    relayed.stream.readable().await.unwrap();
    drop(relayed);
    let ended = tokio::time::timeout(PATIENCE, client.read(&mut byte)).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_closed() {
    let (authn, mut client, mut relayed) = one("connections.max.idle.ms=300").await;
    let mut byte = [0];
    let ended = tokio::time::timeout(PATIENCE, client.read(&mut byte)).await;
    assert!(matches!(ended, Ok(Ok(0) | Err(_))));
    assert_eq!(relayed.stream.read(&mut byte).await.unwrap(), 0);
    authn
        .until_metric("outrigger_authn_closed_connections_total", "idle", 1.0)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_frames_end_the_connection_before_the_broker_sees_them() {
    for bytes in [
        opaque(-2, 1, 100),
        opaque(i16::MIN, 1, 100),
        i32::to_be_bytes(-1).to_vec(),
        [&i32::to_be_bytes(2_000_000)[..], &[0, 0]].concat(),
        [&i32::to_be_bytes(0)[..], &[0, 0]].concat(),
    ] {
        let (_authn, mut client, mut relayed) = one("socket.request.max.bytes=1000000").await;
        let good = opaque(3, 9, 20);
        let stream = [&good[..], &bytes, &[0; 100]].concat();
        client.write_all(&stream).await.unwrap();
        let mut seen = Vec::new();
        let read = relayed.stream.read_to_end(&mut seen);
        tokio::time::timeout(PATIENCE, read).await.unwrap().unwrap();
        assert_eq!(seen, good);
    }
}

/// Hundreds of connections come and go, in several ways, and leave nothing behind.
#[tokio::test(flavor = "multi_thread")]
async fn connections_leave_no_descriptors_behind() {
    let authn = Authn::start("").await;
    let mut broker = authn.broker(1).await;
    let address = authn.address("CLIENT_SECURE");
    let tls = authn.pki.client(None);
    connect(address, tls.clone()).await;
    drop(broker.next().await);
    authn
        .until_metric("outrigger_authn_connections", "", 0.0)
        .await;
    let before = authn.descriptors();
    for round in 0..300 {
        let mut client = connect(address, tls.clone()).await;
        match round % 3 {
            0 => drop(client),
            1 => {
                drop(broker.next().await);
                let mut rest = Vec::new();
                let _ = client.read_to_end(&mut rest).await;
                continue;
            }
            _ => {
                client.write_all(&opaque(-1, 1, 10)).await.unwrap();
                let mut rest = Vec::new();
                let _ = client.read_to_end(&mut rest).await;
            }
        }
        drop(broker.next().await);
    }
    authn
        .until_metric("outrigger_authn_connections", "", 0.0)
        .await;
    // The admin connection that was asked is one of them at times.
    assert!(authn.descriptors() <= before + 1);
}
