//! Both directions over in-memory streams: order around the barrier, requests without an answer,
//! back-pressure, and the end of either side.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::{FrameError, Gate, Moved, Relay, Stop, Whole};

const GATE: Gate = Gate {
    request_bytes_max: 1 << 20,
    holds_sasl: true,
    expired: false,
    holds_greeting: false,
};
const ROOM: usize = 64 * 1024;

struct Ends {
    relay: Relay<DuplexStream, DuplexStream>,
    client: DuplexStream,
    broker: DuplexStream,
}

fn ends(room: usize) -> Ends {
    let (client, ours) = duplex(room);
    let (broker, theirs) = duplex(room);
    Ends {
        relay: Relay::new(ours, theirs),
        client,
        broker,
    }
}

fn request(key: i16, id: i32, body: usize) -> Vec<u8> {
    let mut frame = i32::try_from(8 + body).unwrap().to_be_bytes().to_vec();
    frame.extend(key.to_be_bytes());
    frame.extend([0, 0]);
    frame.extend(id.to_be_bytes());
    frame.extend(vec![b'q'; body]);
    frame
}

fn response(id: i32, body: usize) -> Vec<u8> {
    let mut frame = i32::try_from(4 + body).unwrap().to_be_bytes().to_vec();
    frame.extend(id.to_be_bytes());
    frame.extend(vec![b'a'; body]);
    frame
}

async fn next_frame(stream: &mut DuplexStream) -> Vec<u8> {
    let length = stream.read_u32().await.unwrap();
    let mut frame = length.to_be_bytes().to_vec();
    frame.resize(4 + length as usize, 0);
    stream.read_exact(&mut frame[4..]).await.unwrap();
    frame
}

async fn run(relay: &mut Relay<DuplexStream, DuplexStream>, gate: Gate) -> Stop {
    relay.run(|| gate, Duration::MAX, |_| {}).await
}

#[tokio::test]
async fn a_renewal_waits_for_every_earlier_answer_and_holds_what_follows() {
    let mut ends = ends(ROOM);
    let (produce, silent) = (request(0, 1, 5000), request(0, 2, 100));
    let (handshake, behind) = (request(17, 3, 20), request(3, 4, 10));
    let all = [&produce[..], &silent, &handshake, &behind].concat();
    ends.client.write_all(&all).await.unwrap();
    assert!(matches!(run(&mut ends.relay, GATE).await, Stop::Sasl));
    assert_eq!(next_frame(&mut ends.broker).await, produce);
    assert_eq!(next_frame(&mut ends.broker).await, silent);
    let held = ends.relay.held_request(1000).await.unwrap();
    assert_eq!(held, handshake[4..]);

    // The broker answers the first request late, the second (acks=0) never.
    let barrier = request(18, 99, 10);
    let mut broker = ends.broker;
    let serving = tokio::spawn(async move {
        let asked = next_frame(&mut broker).await;
        broker.write_all(&response(1, 700)).await.unwrap();
        broker.write_all(&response(99, 300)).await.unwrap();
        (broker, asked)
    });
    ends.relay.barrier(&barrier, 99).await.unwrap();
    ends.relay.tell_client(&response(3, 2)).await.unwrap();
    let (mut broker, asked) = serving.await.unwrap();
    assert_eq!(asked, barrier);
    ends.relay.tell_broker(b"told").await.unwrap();

    // Only now what came behind the handshake goes on.
    let mut client = ends.client;
    let mut relay = ends.relay;
    let relaying = tokio::spawn(async move { run(&mut relay, GATE).await });
    let mut told = [0; 4];
    broker.read_exact(&mut told).await.unwrap();
    assert_eq!(&told, b"told");
    assert_eq!(next_frame(&mut broker).await, behind);
    broker.write_all(&response(4, 1)).await.unwrap();
    for expected in [response(1, 700), response(3, 2), response(4, 1)] {
        assert_eq!(next_frame(&mut client).await, expected);
    }
    drop(broker);
    assert!(matches!(relaying.await.unwrap(), Stop::Ended));
}

#[tokio::test]
async fn a_whole_request_does_not_wait_for_the_rest_of_the_next() {
    let mut ends = ends(ROOM);
    let (heartbeat, produce) = (request(12, 1, 30), request(0, 2, 5000));
    let sent = [&heartbeat[..], &produce[..100]].concat();
    ends.client.write_all(&sent).await.unwrap();
    tokio::select! {
        stop = run(&mut ends.relay, GATE) => panic!("{stop:?}"),
        frame = next_frame(&mut ends.broker) => assert_eq!(frame, heartbeat),
    }
}

#[tokio::test]
async fn a_client_that_leaves_before_its_barrier_is_noticed() {
    let mut ends = ends(ROOM);
    let stream = [request(17, 3, 20), request(3, 4, 10)].concat();
    ends.client.write_all(&stream).await.unwrap();
    assert!(matches!(run(&mut ends.relay, GATE).await, Stop::Sasl));
    ends.relay.held_request(1000).await.unwrap();
    // The broker never answers.
    drop(ends.client);
    let barrier = ends.relay.barrier(&request(18, 99, 10), 99).await;
    assert!(matches!(barrier, Err(Stop::Ended)));
    drop(ends.broker);
}

#[tokio::test]
async fn a_held_request_comes_in_pieces_and_answers_go_on_meanwhile() {
    let mut ends = ends(ROOM);
    let handshake = request(17, 3, 500);
    let mut client = ends.client;
    let (head, tail) = handshake.split_at(100);
    client.write_all(head).await.unwrap();
    ends.broker.write_all(&response(8, 9)).await.unwrap();
    assert!(matches!(run(&mut ends.relay, GATE).await, Stop::Sasl));
    let tail = tail.to_vec();
    let sending = tokio::spawn(async move {
        // Sent only when the answer has come.
        assert_eq!(next_frame(&mut client).await, response(8, 9));
        client.write_all(&tail).await.unwrap();
        client
    });
    let held = ends.relay.held_request(1000).await.unwrap();
    assert_eq!(held, handshake[4..]);
    let mut client = sending.await.unwrap();
    client.write_all(&request(36, 1, 5000)).await.unwrap();
    let refused = ends.relay.held_request(1000).await;
    let too_large = FrameError::TooLarge {
        claimed: 5008,
        limit: 1000,
    };
    assert!(matches!(refused, Err(Stop::Frame(error)) if error == too_large));
}

#[tokio::test]
async fn what_may_not_pass_never_reaches_the_broker() {
    let expired = Gate {
        expired: true,
        ..GATE
    };
    for (gate, key, expected) in [
        (GATE, -2, FrameError::ApiKey(-2)),
        (expired, 3, FrameError::Expired),
    ] {
        let mut ends = ends(ROOM);
        ends.client.write_all(&request(key, 1, 50)).await.unwrap();
        let stop = run(&mut ends.relay, gate).await;
        assert!(matches!(stop, Stop::Frame(error) if error == expected));
        drop(ends.relay);
        let mut seen = Vec::new();
        ends.broker.read_to_end(&mut seen).await.unwrap();
        assert_eq!(seen, b"");
    }
}

#[tokio::test]
async fn megabytes_pass_whole_through_small_windows() {
    let ends = ends(3000);
    let requests: Vec<u8> = (0..40).flat_map(|id| request(0, id, 60_000)).collect();
    let answers: Vec<u8> = (0..40).flat_map(|id| response(id, 70_001)).collect();
    let (mut from_client, mut to_client) = tokio::io::split(ends.client);
    let (mut from_broker, mut to_broker) = tokio::io::split(ends.broker);
    let (sent, answered) = (requests.clone(), answers.clone());
    tokio::spawn(async move {
        to_client.write_all(&sent).await.unwrap();
        to_client.shutdown().await.unwrap();
    });
    let serving = tokio::spawn(async move {
        to_broker.write_all(&answered).await.unwrap();
        let mut seen = Vec::new();
        from_broker.read_to_end(&mut seen).await.unwrap();
        // It closes once the client has: half-closed connections still carry answers.
        to_broker.shutdown().await.unwrap();
        seen
    });
    let mut relay = ends.relay;
    let relaying = tokio::spawn(async move {
        let mut moved = Moved::default();
        let count = |part: Moved| {
            moved.to_broker += part.to_broker;
            moved.to_client += part.to_client;
            moved.requests = sum(moved.requests, part.requests);
            moved.responses = sum(moved.responses, part.responses);
        };
        let stop = relay.run(|| GATE, Duration::MAX, count).await;
        (matches!(stop, Stop::Ended), moved)
    });
    let mut seen = Vec::new();
    from_client.read_to_end(&mut seen).await.unwrap();
    assert!(seen == answers, "every answer, in order");
    assert!(
        serving.await.unwrap() == requests,
        "every request, in order"
    );
    let (ended, moved) = relaying.await.unwrap();
    assert!(ended);
    let bytes = |all: &[u8]| all.len() as u64;
    assert_eq!(moved.to_broker, bytes(&requests));
    assert_eq!(moved.to_client, bytes(&answers));
    for (whole, frames) in [(moved.requests, &requests), (moved.responses, &answers)] {
        assert_eq!(whole, counted(frames));
    }
}

fn sum(a: Whole, b: Whole) -> Whole {
    Whole {
        count: a.count + b.count,
        bytes: a.bytes + b.bytes,
        largest: a.largest.max(b.largest),
    }
}

/// The frames of a stream, counted one by one.
fn counted(mut frames: &[u8]) -> Whole {
    let mut whole = Whole::default();
    while let Some(length) = frames.first_chunk() {
        let length = 4 + u32::from_be_bytes(*length) as usize;
        let frame = Whole {
            count: 1,
            bytes: length as u64,
            largest: length as u64,
        };
        whole = sum(whole, frame);
        frames = &frames[length..];
    }
    whole
}

#[tokio::test]
async fn a_greeting_is_shown_before_it_passes() {
    let mut ends = ends(ROOM);
    let gate = Gate {
        holds_greeting: true,
        holds_sasl: false,
        ..GATE
    };
    let frames = [request(3, 1, 40), request(18, 2, 60), request(0, 3, 10)];
    ends.client.write_all(&frames.concat()).await.unwrap();
    assert!(matches!(run(&mut ends.relay, gate).await, Stop::Greeting));
    assert_eq!(next_frame(&mut ends.broker).await, frames[0]);
    let shown = ends.relay.held_request(1000).await.unwrap();
    assert_eq!(shown, frames[1][4..]);
    ends.relay.tell_broker(&frames[1]).await.unwrap();
    let gate = Gate {
        holds_greeting: false,
        ..gate
    };
    ends.client.shutdown().await.unwrap();
    drop(tokio::spawn(
        async move { run(&mut ends.relay, gate).await },
    ));
    assert_eq!(next_frame(&mut ends.broker).await, frames[1]);
    assert_eq!(next_frame(&mut ends.broker).await, frames[2]);
}

#[tokio::test]
async fn a_client_that_takes_nothing_stops_the_broker() {
    let mut ends = ends(1000);
    let mut broker = ends.broker;
    let flooding = tokio::spawn(async move {
        let mut sent = 0_usize;
        while broker.write_all(&response(1, 4000)).await.is_ok() {
            sent += 4008;
        }
        sent
    });
    let stuck = tokio::time::timeout(Duration::from_millis(50), run(&mut ends.relay, GATE)).await;
    assert!(stuck.is_err());
    drop((ends.relay, ends.client));
    // Windows of both streams and one buffer.
    assert!(flooding.await.unwrap() < 2 * 1000 + 2 * ROOM);
}

#[tokio::test]
async fn a_quiet_connection_ends() {
    let mut ends = ends(ROOM);
    let idle = Duration::from_millis(80);
    let began = tokio::time::Instant::now();
    let stop = ends.relay.run(|| GATE, idle, |_| {}).await;
    assert!(matches!(stop, Stop::Idle));
    assert!(began.elapsed() >= idle);
}

#[tokio::test]
async fn a_client_may_take_its_time_to_close_but_not_for_ever() {
    let mut ends = ends(ROOM);
    ends.client.write_all(b"unread").await.unwrap();
    let began = tokio::time::Instant::now();
    ends.relay.linger().await;
    assert!(began.elapsed() >= super::LINGER);
    drop(ends.client);
    ends.relay.linger().await;
}
