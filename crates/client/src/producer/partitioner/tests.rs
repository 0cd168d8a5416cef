//! Cases for the choice of partitions.

use bytes::Bytes;
use model::TopicName;

use super::*;

#[test]
fn the_hash_is_kafkas() {
    // The values of Kafka's own UtilsTest.
    let cases: [(&[u8], i32); 7] = [
        (b"21", -973_932_308),
        (b"foobar", -790_332_482),
        (b"a-little-bit-long-string", -985_981_536),
        (b"a-little-bit-longer-string", -1_486_304_829),
        (
            b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8",
            -58_897_971,
        ),
        (b"abc", 479_470_107),
        (b"", 275_646_681),
    ];
    for (key, hash) in cases {
        assert_eq!(murmur2(key).cast_signed(), hash, "{key:?}");
    }
}

#[test]
fn keyless_records_stay_until_a_batch_is_full() {
    let record = ProducerRecord {
        topic: TopicName::new("t").unwrap(),
        partition: None,
        timestamp_ms: 0,
        key: None,
        value: Some(Bytes::from_static(&[0; 40])),
        headers: Vec::new(),
    };
    let mut partitioner = Partitioner::new(100);
    let chosen: Vec<i32> = (0..6).map(|_| partitioner.choose(&record, 3).0).collect();
    assert_eq!(chosen[0], chosen[1]);
    assert_eq!(chosen[2], chosen[3]);
    assert_ne!(chosen[1], chosen[2]);
    assert!(chosen.iter().all(|partition| (0..3).contains(partition)));
}
