//! The requests that many tests send, with everything a test does not care about filled in.

use bytes::Bytes;
use protocol::messages::create_topics::{
    CreatableTopic, CreatableTopicConfig, CreateTopicsRequest, CreateTopicsResponse,
};
use protocol::messages::fetch::{FetchPartition, FetchRequest, FetchTopic, PartitionData};
use protocol::messages::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use protocol::messages::produce::{
    PartitionProduceData, PartitionProduceResponse, ProduceRequest, TopicProduceData,
};
use protocol::{ErrorCode, RecordSet, Str};
use records::{BatchBuilder, Batches, Limits, Record, records};

use crate::deadline::eventually;
use crate::wire::Wire;

/// The newest version that names topics by name.
pub const PRODUCE_VERSION: i16 = 12;
pub const FETCH_VERSION: i16 = 12;
pub const LIST_OFFSETS_VERSION: i16 = 10;
const CREATE_TOPICS_VERSION: i16 = 7;

/// A fixed time for records: tests of the log's own time set theirs.
pub const TIMESTAMP_MS: i64 = 1_700_000_000_000;

/// Creates a topic and waits until its first partition can be asked.
pub fn create_topic(wire: &mut Wire, name: &str, partitions: i32, configs: &[(&str, &str)]) {
    let answer = try_create_topic(wire, name, partitions, configs);
    assert_eq!(
        answer.topics[0].error_code,
        ErrorCode::NONE,
        "{:?}",
        answer.topics[0].error_message
    );
    eventually("the new topic has a leader", || {
        list_offset(wire, name, 0, -1).0.is_none().then_some(())
    });
}

/// Asks for a topic and gives the answer.
pub fn try_create_topic(
    wire: &mut Wire,
    name: &str,
    partitions: i32,
    configs: &[(&str, &str)],
) -> CreateTopicsResponse {
    let configs = configs.iter().map(|(key, value)| CreatableTopicConfig {
        name: Str::from(*key),
        value: Some(Str::from(*value)),
    });
    let topic = CreatableTopic {
        name: Str::from(name),
        num_partitions: partitions,
        replication_factor: 1,
        configs: configs.collect(),
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest {
        topics: vec![topic],
        timeout_ms: 10_000,
        ..CreateTopicsRequest::default()
    };
    wire.call(CREATE_TOPICS_VERSION, request)
}

/// A batch of values without keys.
pub fn batch(values: &[&str]) -> Bytes {
    filled(BatchBuilder::new(), values)
}

/// A batch of an idempotent producer.
pub fn sequenced_batch(producer_id: i64, epoch: i16, sequence: i32, values: &[&str]) -> Bytes {
    filled(
        BatchBuilder::new().producer(producer_id, epoch, sequence),
        values,
    )
}

fn filled(mut builder: BatchBuilder, values: &[&str]) -> Bytes {
    for value in values {
        builder
            .append(TIMESTAMP_MS, None, Some(value.as_bytes()), &[])
            .expect("it fits");
    }
    builder.build().expect("a batch")
}

/// A produce request of one batch.
pub fn produce_request(topic: &str, partition: i32, records: Bytes, acks: i16) -> ProduceRequest {
    let data = PartitionProduceData {
        index: partition,
        records: Some(records),
    };
    let topic = TopicProduceData {
        name: Str::from(topic),
        partition_data: vec![data],
        ..TopicProduceData::default()
    };
    ProduceRequest {
        acks,
        timeout_ms: 10_000,
        topic_data: vec![topic],
        ..ProduceRequest::default()
    }
}

/// Produces one batch with acks=all and gives the partition's answer.
pub fn produce(
    wire: &mut Wire,
    topic: &str,
    partition: i32,
    records: Bytes,
) -> PartitionProduceResponse {
    let answer = wire.call(
        PRODUCE_VERSION,
        produce_request(topic, partition, records, -1),
    );
    answer.responses[0].partition_responses[0].clone()
}

/// Produces values and gives the base offset; fails on any error.
pub fn append(wire: &mut Wire, topic: &str, partition: i32, values: &[&str]) -> i64 {
    let answer = produce(wire, topic, partition, batch(values));
    assert_eq!(
        answer.error_code,
        ErrorCode::NONE,
        "{:?}",
        answer.error_message
    );
    answer.base_offset
}

/// A fetch of one partition that waits for at most `max_wait_ms` for one byte.
pub fn fetch_request(topic: &str, partition: i32, offset: i64, max_wait_ms: i32) -> FetchRequest {
    let partition = FetchPartition {
        partition,
        current_leader_epoch: -1,
        fetch_offset: offset,
        last_fetched_epoch: -1,
        log_start_offset: -1,
        partition_max_bytes: 1 << 20,
        ..FetchPartition::default()
    };
    let topic = FetchTopic {
        topic: Str::from(topic),
        partitions: vec![partition],
        ..FetchTopic::default()
    };
    FetchRequest {
        replica_id: -1,
        max_wait_ms,
        min_bytes: 1,
        max_bytes: 50 << 20,
        session_epoch: -1,
        topics: vec![topic],
        ..FetchRequest::default()
    }
}

/// Fetches from `offset` and gives the partition's answer.
pub fn fetch(wire: &mut Wire, topic: &str, partition: i32, offset: i64) -> PartitionData {
    let answer = wire.call(FETCH_VERSION, fetch_request(topic, partition, offset, 0));
    assert_eq!(answer.error_code, ErrorCode::NONE);
    answer.responses[0].partitions[0].clone()
}

/// The records of a partition's answer with their offsets, in all its batches.
pub fn fetched_records(data: &PartitionData) -> Vec<(i64, Record)> {
    let bytes = data
        .records
        .as_ref()
        .map(RecordSet::to_bytes)
        .unwrap_or_default();
    let mut all = Vec::new();
    for batch in Batches::new(bytes) {
        let batch = batch.expect("a whole batch");
        for record in records(&batch, Limits::default()).expect("records") {
            let record = record.expect("a record");
            all.push((
                batch.header.base_offset + i64::from(record.offset_delta),
                record,
            ));
        }
    }
    all
}

/// Every value of a partition from `offset` to its high watermark.
pub fn values_from(wire: &mut Wire, topic: &str, partition: i32, offset: i64) -> Vec<String> {
    let mut values = Vec::new();
    let mut next = offset;
    loop {
        let data = fetch(wire, topic, partition, next);
        assert_eq!(data.error_code, ErrorCode::NONE);
        for (offset, record) in fetched_records(&data) {
            if offset >= next {
                next = offset + 1;
                values.push(
                    String::from_utf8_lossy(record.value.as_deref().unwrap_or_default())
                        .into_owned(),
                );
            }
        }
        if next >= data.high_watermark {
            return values;
        }
    }
}

/// Error code, timestamp and offset of a ListOffsets call for one partition.
pub fn list_offset(
    wire: &mut Wire,
    topic: &str,
    partition: i32,
    timestamp: i64,
) -> (ErrorCode, i64, i64) {
    let partition = ListOffsetsPartition {
        partition_index: partition,
        current_leader_epoch: -1,
        timestamp,
    };
    let topic = ListOffsetsTopic {
        name: Str::from(topic),
        partitions: vec![partition],
    };
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![topic],
        ..ListOffsetsRequest::default()
    };
    let answer = wire.call(LIST_OFFSETS_VERSION, request);
    let answer = &answer.topics[0].partitions[0];
    (answer.error_code, answer.timestamp, answer.offset)
}
