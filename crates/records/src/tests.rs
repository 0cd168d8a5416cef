//! Batches captured from Apache Kafka 4.3.1 (`vectors/`): segments as the broker wrote them, filled
//! by the Java producer and by librdkafka (through kcat) under each codec.

use bytes::Bytes;

use crate::{
    Batch, BatchBuilder, Batches, Compression, Limits, Record, RecordHeader, TimestampType,
    verify_crc,
};

/// The text of one vector.
macro_rules! vector {
    ($name:literal) => {
        ($name, include_str!(concat!("../vectors/", $name, ".hex")))
    };
}

const JAVA: [(&str, &str); 5] = [
    vector!("java-none"),
    vector!("java-gzip"),
    vector!("java-snappy"),
    vector!("java-lz4"),
    vector!("java-zstd"),
];
const LIBRDKAFKA: [(&str, &str); 5] = [
    vector!("librdkafka-none"),
    vector!("librdkafka-gzip"),
    vector!("librdkafka-snappy"),
    vector!("librdkafka-lz4"),
    vector!("librdkafka-zstd"),
];

pub(crate) fn unhex(text: &str) -> Bytes {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn batches(text: &str) -> Vec<Batch> {
    Batches::new(unhex(text)).map(Result::unwrap).collect()
}

fn only_batch(text: &str) -> Batch {
    let batches = batches(text);
    assert_eq!(batches.len(), 1);
    batches.into_iter().next().unwrap()
}

pub(crate) fn decoded(batch: &Batch) -> Vec<Record> {
    crate::records(batch, Limits::default())
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

fn header(key: &'static str, value: Option<&'static str>) -> RecordHeader {
    RecordHeader {
        key: Bytes::from(key),
        value: value.map(Bytes::from),
    }
}

fn long_value() -> String {
    (1..=12).map(|i| format!("Outrigger {i}, ")).collect()
}

/// A batch of three records with two producer fields set, for the tests of other modules.
pub(crate) fn sample(compression: Compression) -> Batch {
    let mut builder = BatchBuilder::new()
        .base_offset(100)
        .compression(compression, None)
        .producer(7, 2, 40);
    let headers = [header("h", Some("1")), header("h", None)];
    builder
        .append(1_000, Some(b"a"), Some(b"first"), &headers)
        .unwrap();
    builder
        .append(3_000, None, Some(long_value().as_bytes()), &[])
        .unwrap();
    builder.append(2_000, Some(b""), None, &[]).unwrap();
    builder.build_batch().unwrap()
}

#[test]
fn the_java_producers_batches_are_read_in_every_codec() {
    for ((name, text), codec) in JAVA.into_iter().zip(Compression::ALL) {
        let batch = only_batch(text);
        verify_crc(&batch.bytes).unwrap();
        let head = batch.header;
        assert_eq!(head.attributes.compression(), codec, "{name}");
        assert_eq!(head.attributes.timestamp_type(), TimestampType::CreateTime);
        assert_eq!((head.base_offset, head.last_offset()), (0, 3));
        assert_eq!(head.base_timestamp, 1_700_000_000_000);
        assert_eq!(head.max_timestamp, 1_700_000_000_500);
        assert_eq!((head.base_sequence, head.last_sequence()), (0, 3));
        assert_eq!((head.producer_epoch, head.record_count), (0, 4));
        let expected = [
            (0, "k1", Some("v1")),
            (-1_000, "null", Some("")),
            (500, "", None),
            (100, "k3", Some(&*long_value())),
        ]
        .map(|(delta, key, value)| {
            (
                delta,
                (key != "null").then(|| Bytes::from(key)),
                value.map(|v| Bytes::copy_from_slice(v.as_bytes())),
            )
        });
        let records = decoded(&batch);
        for (index, (record, (delta, key, value))) in records.iter().zip(expected).enumerate() {
            assert_eq!(record.offset_delta, i32::try_from(index).unwrap());
            assert_eq!(record.timestamp_delta, delta, "{name}");
            assert_eq!(record.key, key, "{name}");
            assert_eq!(record.value, value, "{name}");
        }
        let headers = [
            header("h", Some("1")),
            header("h", Some("2")),
            header("e", Some("")),
            header("", None),
        ];
        assert_eq!(records[0].headers, headers, "{name}");
        assert_eq!(records.len(), 4);
    }
}

#[test]
fn librdkafkas_batches_are_read_in_every_codec() {
    let expected = decoded(&only_batch(LIBRDKAFKA[0].1));
    assert_eq!(expected.len(), 3);
    assert_eq!(expected[1].key, Some(Bytes::from("k2")));
    assert_eq!(expected[2].value, Some(Bytes::from(long_value())));
    assert_eq!(expected[0].headers[2], header("e", Some("")));
    assert_eq!(expected[0].headers[3], header("n", None));
    for ((name, text), codec) in LIBRDKAFKA.into_iter().zip(Compression::ALL) {
        let batch = only_batch(text);
        verify_crc(&batch.bytes).unwrap();
        assert_eq!(batch.header.attributes.compression(), codec, "{name}");
        assert_eq!(batch.header.producer_id, -1);
        assert_eq!(batch.header.last_sequence(), -1);
        let records = decoded(&batch);
        assert_eq!(records.len(), 3, "{name}");
        for (record, expected) in records.iter().zip(&expected) {
            assert_eq!(record.value, expected.value, "{name}");
            assert_eq!(record.headers, expected.headers, "{name}");
        }
    }
}

#[test]
fn our_builder_writes_what_the_java_producer_writes() {
    for (name, text) in JAVA {
        let theirs = only_batch(text);
        let head = theirs.header;
        let mut ours = BatchBuilder::new()
            .leader_epoch(head.partition_leader_epoch)
            .compression(head.attributes.compression(), None)
            .producer(head.producer_id, head.producer_epoch, head.base_sequence);
        for record in decoded(&theirs) {
            let (key, value) = (record.key.as_deref(), record.value.as_deref());
            ours.append(record.timestamp(&head), key, value, &record.headers)
                .unwrap();
        }
        let ours = ours.build_batch().unwrap();
        verify_crc(&ours.bytes).unwrap();
        assert_eq!(decoded(&ours), decoded(&theirs), "{name}");
        if head.attributes.compression() == Compression::None {
            assert_eq!(ours.bytes, theirs.bytes, "{name}");
        }
    }
}

#[test]
fn transactional_and_control_batches_are_told_apart() {
    let batches = batches(vector!("java-transaction").1);
    let kind = |batch: &Batch| {
        let attributes = batch.header.attributes;
        (attributes.is_transactional(), attributes.is_control())
    };
    assert_eq!(
        batches.iter().map(kind).collect::<Vec<_>>(),
        [(true, false), (true, true)]
    );
    assert_eq!(batches[1].header.base_offset, 1);
    assert_eq!(batches[1].header.last_sequence(), -1);
    // Version 0, type 1: COMMIT.
    assert_eq!(
        decoded(&batches[1])[0].key,
        Some(Bytes::from_static(&[0, 0, 0, 1]))
    );
}

#[test]
fn a_batch_stamped_by_the_broker_has_one_time() {
    let batch = only_batch(vector!("broker-append-time").1);
    verify_crc(&batch.bytes).unwrap();
    let head = batch.header;
    assert_eq!(
        head.attributes.timestamp_type(),
        TimestampType::LogAppendTime
    );
    for record in decoded(&batch) {
        assert_eq!(record.timestamp(&head), head.max_timestamp);
    }
}

#[test]
fn a_batch_that_kafka_recompressed_is_read_and_equals_our_conversion() {
    let theirs = only_batch(vector!("broker-converted-snappy").1);
    verify_crc(&theirs.bytes).unwrap();
    let plain = crate::convert(&theirs, Compression::None, None, Limits::default()).unwrap();
    let ours = crate::convert(&plain, Compression::Snappy, None, Limits::default()).unwrap();
    assert_eq!(decoded(&ours), decoded(&theirs));
    assert_eq!(ours.header.attributes, theirs.header.attributes);
}
