//! The rules of idempotent producers as a table, and the bounds of what is remembered.

use records::BatchHeader;

use super::{PRODUCERS_MAX, ProducerBatch, Producers, Sequence, SequenceError};
use crate::test_log::sequenced;

/// Header of a batch with that many records, as appended at `base_offset`.
fn header(id: i64, epoch: i16, sequence: i32, records: usize, base_offset: i64) -> BatchHeader {
    let bytes = sequenced(id, epoch, sequence, &vec![""; records]);
    BatchHeader {
        base_offset,
        ..BatchHeader::parse(&bytes).unwrap()
    }
}

#[derive(Debug, PartialEq)]
enum Outcome {
    Appended,
    Duplicate(i64),
    Refused(SequenceError),
}
use Outcome::{Appended, Duplicate, Refused};

fn out_of_order(expected: i32) -> Outcome {
    Refused(SequenceError::OutOfOrder { expected })
}

/// Sends batches of (epoch, first sequence, records) and tells what becomes of each.
fn run(batches: &[(i16, i32, usize)]) -> Vec<Outcome> {
    let mut producers = Producers::default();
    let mut end = 0;
    let mut send = |&(epoch, sequence, records): &(i16, i32, usize)| {
        let header = header(1, epoch, sequence, records, end);
        match producers.check(&header) {
            Ok(Sequence::Next) => {
                producers.record(&header, 0);
                end = header.next_offset();
                Appended
            }
            Ok(Sequence::Duplicate(batch)) => Duplicate(batch.base_offset()),
            Err(error) => Refused(error),
        }
    };
    batches.iter().map(&mut send).collect()
}

#[test]
fn sequence_rules() {
    let max = i32::MAX;
    let stale = Refused(SequenceError::StaleEpoch { current: 1 });
    let cases = [
        (
            "in order",
            vec![(0, 0, 1), (0, 1, 3), (0, 4, 1)],
            vec![Appended, Appended, Appended],
        ),
        (
            "repeated",
            vec![(0, 0, 2), (0, 0, 2)],
            vec![Appended, Duplicate(0)],
        ),
        (
            "repeated later",
            vec![(0, 0, 2), (0, 2, 1), (0, 0, 2), (0, 2, 1)],
            vec![Appended, Appended, Duplicate(0), Duplicate(2)],
        ),
        (
            "a gap",
            vec![(0, 0, 1), (0, 2, 1), (0, 1, 1)],
            vec![Appended, out_of_order(1), Appended],
        ),
        (
            "part of a batch is no duplicate",
            vec![(0, 0, 3), (0, 1, 2)],
            vec![Appended, out_of_order(3)],
        ),
        (
            "an unknown producer begins anywhere",
            vec![(0, 17, 1), (0, 18, 1)],
            vec![Appended, Appended],
        ),
        (
            "a new epoch begins at 0",
            vec![(0, 0, 1), (1, 1, 1), (1, 0, 1), (1, 1, 1)],
            vec![Appended, out_of_order(0), Appended, Appended],
        ),
        (
            "an old epoch is fenced, duplicates too",
            vec![(0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 1)],
            vec![
                Appended,
                Appended,
                stale,
                Refused(SequenceError::StaleEpoch { current: 1 }),
            ],
        ),
        (
            "wrap around",
            vec![(0, max - 1, 2), (0, 0, 1), (0, max - 1, 2)],
            vec![Appended, Appended, Duplicate(0)],
        ),
        (
            "wrap inside a batch",
            vec![(0, max, 3), (0, 2, 1), (0, max, 3)],
            vec![Appended, Appended, Duplicate(0)],
        ),
        (
            "the window is five batches",
            vec![
                (0, 0, 1),
                (0, 1, 1),
                (0, 2, 1),
                (0, 3, 1),
                (0, 4, 1),
                (0, 0, 1),
                (0, 5, 1),
                (0, 0, 1),
                (0, 1, 1),
            ],
            vec![
                Appended,
                Appended,
                Appended,
                Appended,
                Appended,
                Duplicate(0),
                Appended,
                out_of_order(6),
                Duplicate(1),
            ],
        ),
    ];
    for (name, batches, expected) in cases {
        assert_eq!(run(&batches), expected, "{name}");
    }
}

#[test]
fn silent_producers_are_forgotten_and_may_come_back_anywhere() {
    let mut producers = Producers::default();
    producers.record(&header(1, 0, 0, 1, 0), 1000);
    producers.record(&header(2, 0, 0, 1, 1), 2000);
    producers.expire(2500, 1500);
    let ids: Vec<_> = producers.describe().iter().map(|p| p.producer_id).collect();
    assert_eq!(ids, [2]);
    assert_eq!(producers.check(&header(1, 0, 9, 1, 2)), Ok(Sequence::Next));
}

#[test]
fn producers_are_described_by_their_last_batch() {
    let mut producers = Producers::default();
    producers.record(&header(5, 3, 0, 4, 0), 0);
    producers.record(&header(5, 3, 4, 2, 4), 0);
    producers.record(&header(-1, -1, -1, 1, 6), 0);
    let all = producers.describe();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].producer_id, all[0].producer_epoch), (5, 3));
    assert_eq!(all[0].last_sequence, 5);
    assert_eq!(all[0].last_timestamp_ms, crate::test_log::NOW_MS);
}

#[test]
fn a_client_that_opens_a_producer_per_record_does_not_fill_the_memory() {
    let mut producers = Producers::default();
    for n in 0..PRODUCERS_MAX as i64 + 1 {
        producers.restore(n, 0, ProducerBatch::default(), n);
        producers.record(&header(n, 0, 0, 1, n), n);
        assert!(producers.by_id.len() <= PRODUCERS_MAX + 1);
    }
    let left = producers.describe();
    assert_eq!(left.len(), PRODUCERS_MAX + 1 - PRODUCERS_MAX / 10);
    assert_eq!(left[0].producer_id, PRODUCERS_MAX as i64 / 10);
}
