//! Cases against a peer that refuses, forgets and hangs up.

use std::sync::Mutex as StdMutex;
use std::sync::atomic::{AtomicI32, Ordering};

use model::TopicId;
use protocol::messages::init_producer_id::InitProducerIdResponse;
use protocol::messages::produce::{
    PartitionProduceResponse, ProduceRequest, ProduceResponse, TopicProduceResponse,
};
use protocol::{ErrorCode, Request, Response};
use records::{Batch, Limits};

use super::*;
use crate::peer::{Action, Peer};

/// What a peer got: producer id, base sequence and values of each batch.
type Log = Arc<StdMutex<Vec<(i64, i32, Vec<String>)>>>;

fn sent(request: &ProduceRequest) -> (i64, i32, Vec<String>) {
    let topic = &request.topic_data[0];
    assert_eq!(topic.topic_id, TopicId([7; 16]));
    let batch = topic.partition_data[0].records.clone().unwrap();
    let batch = Batch::parse(batch).unwrap();
    records::verify_crc(&batch.bytes).unwrap();
    let records = records::records(&batch, Limits::default()).unwrap();
    let value =
        |record: records::Record| String::from_utf8(record.value.unwrap().to_vec()).unwrap();
    let values = records.map(|record| value(record.unwrap())).collect();
    (batch.header.producer_id, batch.header.base_sequence, values)
}

fn produced(error_code: ErrorCode, base_offset: i64) -> Action {
    Action::answer(Response::Produce(ProduceResponse {
        responses: vec![TopicProduceResponse {
            topic_id: TopicId([7; 16]),
            partition_responses: vec![PartitionProduceResponse {
                error_code,
                base_offset,
                ..PartitionProduceResponse::default()
            }],
            ..TopicProduceResponse::default()
        }],
        ..ProduceResponse::default()
    }))
}

/// A cluster that gives out producer ids from 100 on, and answers the n-th produce request, from 0,
/// as the script says.
async fn cluster(mut script: impl FnMut(usize) -> Action + Send + 'static) -> (Cluster, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let mut producer_id = 99;
    let cluster = Peer::cluster(move |request| match request {
        Request::InitProducerId(_) => {
            producer_id += 1;
            Action::answer(Response::InitProducerId(InitProducerIdResponse {
                producer_id,
                ..InitProducerIdResponse::default()
            }))
        }
        Request::Produce(request) => {
            let mut seen = seen.lock().unwrap();
            seen.push(sent(request));
            script(seen.len() - 1)
        }
        other => panic!("unexpected {other:?}"),
    });
    (cluster.await, log)
}

/// Sends each value as a batch of its own, without waiting for answers in between.
async fn send_each(producer: &Producer, values: &[&'static str]) -> Vec<Delivery> {
    let mut deliveries = Vec::new();
    for value in values {
        let record = ProducerRecord {
            topic: TopicName::new("t").unwrap(),
            partition: Some(PartitionIndex(1)),
            timestamp_ms: 1,
            key: None,
            value: Some(Bytes::from_static(value.as_bytes())),
            headers: Vec::new(),
        };
        deliveries.push(producer.send(record).await.unwrap());
    }
    deliveries
}

fn one_record_a_batch() -> ProducerSettings {
    ProducerSettings {
        batch_bytes: 1,
        ..ProducerSettings::default()
    }
}

async fn offsets(deliveries: Vec<Delivery>) -> Vec<Result<Option<i64>, String>> {
    let mut offsets = Vec::new();
    for delivery in deliveries {
        let delivered = delivery.await.map(|delivered| delivered.offset);
        offsets.push(delivered.map_err(|error| error.to_string()));
    }
    offsets
}

fn values(log: &Log) -> Vec<String> {
    let log = log.lock().unwrap();
    log.iter()
        .flat_map(|(_, _, values)| values.clone())
        .collect()
}

#[tokio::test]
async fn records_are_batched_and_their_offsets_counted_up() {
    let (cluster, log) = cluster(|_| produced(ErrorCode::NONE, 40)).await;
    let settings = ProducerSettings {
        linger: Duration::from_secs(60),
        ..ProducerSettings::default()
    };
    let producer = Producer::new(cluster, settings).await.unwrap();
    let deliveries = send_each(&producer, &["a", "b", "c"]).await;
    producer.flush().await;
    let expected = [Ok(Some(40)), Ok(Some(41)), Ok(Some(42))];
    assert_eq!(offsets(deliveries).await, expected);
    let batch = (100, 0, vec!["a".into(), "b".into(), "c".into()]);
    assert_eq!(*log.lock().unwrap(), [batch]);
}

#[tokio::test]
async fn batches_behind_a_failed_one_are_repeated_in_order_with_their_sequences() {
    // The first goes wrong for now; a broker refuses those behind it as out of order.
    let (cluster, log) = cluster(|n| match n {
        0 => produced(ErrorCode::NOT_LEADER_OR_FOLLOWER, -1),
        1 | 2 => produced(ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER, -1),
        n => produced(ErrorCode::NONE, i64::try_from(n).unwrap()),
    })
    .await;
    let settings = ProducerSettings {
        in_flight_max: 3,
        ..one_record_a_batch()
    };
    let producer = Producer::new(cluster, settings).await.unwrap();
    let deliveries = send_each(&producer, &["a", "b", "c"]).await;
    let all: Vec<_> = offsets(deliveries).await.into_iter().flatten().collect();
    assert_eq!(all.len(), 3);
    assert!(all.is_sorted(), "{all:?}");
    let log = log.lock().unwrap();
    // However many were on the way when the first failed: the last three are all, in order.
    let last: Vec<_> = log[log.len() - 3..].to_vec();
    let expected = [("a", 0), ("b", 1), ("c", 2)];
    let expected = expected.map(|(value, sequence)| (100, sequence, vec![value.to_owned()]));
    assert_eq!(last, expected);
}

#[tokio::test]
async fn a_connection_that_breaks_is_opened_again_and_nothing_is_lost() {
    let (cluster, log) = cluster(|n| match n {
        0 => Action::Close,
        n => produced(ErrorCode::NONE, i64::try_from(n).unwrap()),
    })
    .await;
    let settings = ProducerSettings {
        in_flight_max: 1,
        ..one_record_a_batch()
    };
    let producer = Producer::new(cluster, settings).await.unwrap();
    let deliveries = send_each(&producer, &["a", "b"]).await;
    assert_eq!(offsets(deliveries).await, [Ok(Some(1)), Ok(Some(2))]);
    assert_eq!(values(&log), ["a", "a", "b"]);
}

#[tokio::test]
async fn a_refused_batch_is_given_up_and_the_next_begins_a_new_producer_id() {
    let (cluster, log) = cluster(|n| match n {
        0 => produced(ErrorCode::MESSAGE_TOO_LARGE, -1),
        _ => produced(ErrorCode::NONE, 7),
    })
    .await;
    let settings = ProducerSettings {
        in_flight_max: 1,
        ..one_record_a_batch()
    };
    let producer = Producer::new(cluster, settings).await.unwrap();
    let deliveries = send_each(&producer, &["a", "b"]).await;
    let offsets = offsets(deliveries).await;
    let refused = offsets[0].as_ref().unwrap_err();
    assert!(refused.contains("MESSAGE_TOO_LARGE"), "{refused}");
    assert_eq!(offsets[1], Ok(Some(7)));
    let last = log.lock().unwrap().last().unwrap().clone();
    assert_eq!(last, (101, 0, vec!["b".to_owned()]));
}

#[tokio::test]
async fn a_duplicate_counts_as_written_without_an_offset() {
    let (cluster, _) = cluster(|_| produced(ErrorCode::DUPLICATE_SEQUENCE_NUMBER, -1)).await;
    let producer = Producer::new(cluster, one_record_a_batch()).await.unwrap();
    let deliveries = send_each(&producer, &["a"]).await;
    assert_eq!(offsets(deliveries).await, [Ok(None)]);
}

#[tokio::test]
async fn without_acks_nothing_is_waited_for() {
    let (cluster, log) = cluster(|_| Action::Nothing).await;
    let settings = ProducerSettings {
        acks: Acks::None,
        idempotent: false,
        ..one_record_a_batch()
    };
    let producer = Producer::new(cluster, settings).await.unwrap();
    let deliveries = send_each(&producer, &["a"]).await;
    assert_eq!(offsets(deliveries).await, [Ok(None)]);
    while values(&log).is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(log.lock().unwrap()[0].0, -1);
}

#[tokio::test]
async fn a_partition_is_refused_until_it_exists() {
    let count = Arc::new(AtomicI32::new(2));
    let script = |request: &Request| match request {
        Request::Produce(_) => produced(ErrorCode::NONE, 5),
        other => panic!("unexpected {other:?}"),
    };
    let age = Duration::from_secs(3600);
    let cluster = Peer::growing_cluster(Arc::clone(&count), age, script).await;
    let settings = ProducerSettings {
        idempotent: false,
        ..one_record_a_batch()
    };
    let producer = Producer::new(cluster, settings).await.unwrap();
    let record = ProducerRecord {
        topic: TopicName::new("t").unwrap(),
        partition: Some(PartitionIndex(2)),
        timestamp_ms: 1,
        key: None,
        value: None,
        headers: Vec::new(),
    };
    let error = producer.send(record.clone()).await.unwrap_err();
    assert_eq!(error.to_string(), "topic t has no partition 2");
    count.store(3, Ordering::Relaxed);
    let delivered = producer.send(record).await.unwrap().await.unwrap();
    assert_eq!((delivered.partition.0, delivered.offset), (2, Some(5)));
}
