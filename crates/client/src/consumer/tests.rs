//! Cases against a peer that serves one partition.

use std::sync::{Arc, Mutex};

use model::{PartitionIndex, TopicId, TopicName};
use protocol::messages::fetch::{FetchResponse, FetchableTopicResponse, PartitionData};
use protocol::messages::list_offsets::{
    ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsResponse, ListOffsetsTopicResponse,
};
use protocol::{RecordSet, Request, Response};
use records::BatchBuilder;

use super::*;
use crate::peer::{Action, Peer};

fn partition() -> TopicPartition {
    TopicPartition {
        topic: TopicName::new("t").unwrap(),
        partition: PartitionIndex(0),
    }
}

/// One record a batch, its offset as its value.
fn batch(offset: i64) -> RecordSet {
    let mut builder = BatchBuilder::new().base_offset(offset);
    let value = offset.to_string();
    builder
        .append(1, None, Some(value.as_bytes()), &[])
        .unwrap();
    RecordSet::from(builder.build().unwrap())
}

/// A log of the offsets 5 to 7.
fn serve(offset: i64) -> PartitionData {
    let (error_code, records) = match offset {
        5..8 => (ErrorCode::NONE, Some(batch(offset))),
        8 => (ErrorCode::NONE, Some(RecordSet::new())),
        _ => (ErrorCode::OFFSET_OUT_OF_RANGE, None),
    };
    PartitionData {
        error_code,
        high_watermark: 8,
        records,
        ..PartitionData::default()
    }
}

fn fetched(partition: PartitionData) -> Action {
    Action::answer(Response::Fetch(FetchResponse {
        responses: vec![FetchableTopicResponse {
            topic_id: TopicId([7; 16]),
            partitions: vec![partition],
            ..FetchableTopicResponse::default()
        }],
        ..FetchResponse::default()
    }))
}

fn listed(request: &ListOffsetsRequest) -> Action {
    let wanted = &request.topics[0].partitions[0];
    let offset = match wanted.timestamp {
        -1 => 8,
        -2 => 5,
        ..1_000 => 6,
        _ => -1,
    };
    Action::answer(Response::ListOffsets(ListOffsetsResponse {
        topics: vec![ListOffsetsTopicResponse {
            name: "t".into(),
            partitions: vec![ListOffsetsPartitionResponse {
                offset,
                ..ListOffsetsPartitionResponse::default()
            }],
        }],
        ..ListOffsetsResponse::default()
    }))
}

/// A consumer of the log; the first fetches are answered by `first` until it gives nothing.
async fn consumer(
    settings: ConsumerSettings,
    mut first: impl FnMut() -> Option<Action> + Send + 'static,
) -> Consumer {
    let cluster = Peer::cluster(move |request| match request {
        Request::ListOffsets(request) => listed(request),
        Request::Fetch(request) => {
            let offset = request.topics[0].partitions[0].fetch_offset;
            first().unwrap_or_else(|| fetched(serve(offset)))
        }
        other => panic!("unexpected {other:?}"),
    });
    Consumer::new(cluster.await, settings)
}

async fn read_to_end(consumer: &mut Consumer) -> Result<Vec<i64>, ClientError> {
    let mut offsets = Vec::new();
    while !consumer.is_at_end() {
        let records = consumer.poll().await?;
        offsets.extend(records.iter().map(|record| record.offset));
    }
    Ok(offsets)
}

#[tokio::test]
async fn every_start_finds_its_place() {
    let cases: [(StartAt, &[i64]); 5] = [
        (StartAt::Earliest, &[5, 6, 7]),
        (StartAt::Latest, &[]),
        (StartAt::Offset(7), &[7]),
        (StartAt::Timestamp(500), &[6, 7]),
        (StartAt::Timestamp(5_000), &[]),
    ];
    let mut consumer = consumer(ConsumerSettings::default(), || None).await;
    for (start, expected) in cases {
        consumer.assign([(partition(), start)]);
        assert_eq!(
            read_to_end(&mut consumer).await.unwrap(),
            expected,
            "{start:?}"
        );
    }
}

#[tokio::test]
async fn an_offset_that_is_gone_is_an_error_or_a_new_start() {
    let mut strict = consumer(ConsumerSettings::default(), || None).await;
    strict.assign([(partition(), StartAt::Offset(1))]);
    let error = read_to_end(&mut strict).await.unwrap_err();
    assert_eq!(error.code(), Some(ErrorCode::OFFSET_OUT_OF_RANGE));

    let settings = ConsumerSettings {
        reset: Some(StartAt::Earliest),
        ..ConsumerSettings::default()
    };
    let mut lenient = consumer(settings, || None).await;
    lenient.assign([(partition(), StartAt::Offset(1))]);
    assert_eq!(read_to_end(&mut lenient).await.unwrap(), [5, 6, 7]);
}

#[tokio::test]
async fn failures_for_now_are_waited_out() {
    let moved = || {
        fetched(PartitionData {
            error_code: ErrorCode::NOT_LEADER_OR_FOLLOWER,
            ..PartitionData::default()
        })
    };
    let left = Arc::new(Mutex::new(vec![moved(), Action::Close, moved()]));
    let first = move || left.lock().unwrap().pop();
    let mut consumer = consumer(ConsumerSettings::default(), first).await;
    consumer.assign([(partition(), StartAt::Earliest)]);
    assert_eq!(read_to_end(&mut consumer).await.unwrap(), [5, 6, 7]);
}

#[tokio::test]
async fn a_cancelled_poll_loses_nothing() {
    let mut consumer = consumer(ConsumerSettings::default(), || None).await;
    consumer.assign([(partition(), StartAt::Offset(5))]);
    // Who serves it is known, so that a poll needs only the fetch, which outlives the poll.
    consumer
        .cluster
        .topic(&partition().topic, false)
        .await
        .unwrap();
    let mut offsets = Vec::new();
    while !consumer.is_at_end() || offsets.len() < 3 {
        // Polled for as long as one turn of the runtime takes, then dropped.
        tokio::select! {
            biased;
            records = consumer.poll() => offsets.extend(records.unwrap().iter().map(|r| r.offset)),
            () = tokio::task::yield_now() => {}
        }
    }
    assert_eq!(offsets, [5, 6, 7]);
}

#[tokio::test]
async fn without_partitions_there_is_nothing_to_wait_for() {
    let mut consumer = consumer(ConsumerSettings::default(), || None).await;
    assert!(consumer.poll().await.is_err());
}
