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

fn keyless(value: Bytes) -> ProducerRecord {
    ProducerRecord {
        topic: TopicName::new("t").unwrap(),
        partition: None,
        timestamp_ms: 0,
        key: None,
        value: Some(value),
        headers: Vec::new(),
    }
}

#[test]
fn keyless_records_stay_until_a_batch_is_full() {
    // The size of a batch and of each record, and how many records stay together.
    let cases = [
        (100, 40, 2),
        (100, 50, 2),
        (100, 500, 1),
        (512 << 10, 4 << 10, 4),
        (512 << 10, 1, STICKY_RECORDS_MAX),
        (512 << 10, 0, STICKY_RECORDS_MAX),
    ];
    for (batch_bytes, bytes, together) in cases {
        let record = keyless(vec![0; bytes].into());
        let mut partitioner = Partitioner::new(batch_bytes);
        let mut choose = || partitioner.choose(&record, 3).0;
        let chosen: Vec<i32> = (0..3 * together).map(|_| choose()).collect();
        let mut runs: Vec<i32> = Vec::new();
        for run in chosen.chunks(together) {
            assert!(run.iter().all(|partition| *partition == run[0]), "{bytes}");
            runs.push(run[0]);
        }
        runs.sort_unstable();
        assert_eq!(runs, [0, 1, 2], "{bytes}");
    }
}

#[test]
fn short_lines_spread_evenly() {
    let mut counts = [0; 3];
    let mut partitioner = Partitioner::new(512 << 10);
    for number in 1..=100_000 {
        let record = keyless(number.to_string().into());
        let chosen = partitioner.choose(&record, 3).0;
        counts[usize::try_from(chosen).unwrap()] += 1;
    }
    assert!(
        counts.iter().all(|count| (33_000..34_000).contains(count)),
        "{counts:?}"
    );
}
