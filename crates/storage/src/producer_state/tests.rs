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

#[track_caller]
fn check<const N: usize>(batches: [(i16, i32, usize); N], expected: [Outcome; N]) {
    assert_eq!(run(&batches), expected);
}

#[test]
fn batches_are_taken_in_order_and_repeated_ones_are_known() {
    check(
        [(0, 0, 1), (0, 1, 3), (0, 4, 1)],
        [Appended, Appended, Appended],
    );
    check([(0, 0, 2), (0, 0, 2)], [Appended, Duplicate(0)]);
    check(
        [(0, 0, 2), (0, 2, 1), (0, 0, 2), (0, 2, 1)],
        [Appended, Appended, Duplicate(0), Duplicate(2)],
    );
}

#[test]
fn a_gap_is_out_of_order_and_part_of_a_batch_is_no_duplicate() {
    let batches = [(0, 0, 1), (0, 2, 1), (0, 1, 1)];
    check(batches, [Appended, out_of_order(1), Appended]);
    check([(0, 0, 3), (0, 1, 2)], [Appended, out_of_order(3)]);
}

#[test]
fn an_unknown_producer_begins_anywhere() {
    check([(0, 17, 1), (0, 18, 1)], [Appended, Appended]);
}

#[test]
fn a_new_epoch_begins_at_zero_and_fences_the_old_one() {
    check(
        [(0, 0, 1), (1, 1, 1), (1, 0, 1), (1, 1, 1)],
        [Appended, out_of_order(0), Appended, Appended],
    );
    let stale = || Refused(SequenceError::StaleEpoch { current: 1 });
    check(
        [(0, 0, 1), (1, 0, 1), (0, 1, 1), (0, 0, 1)],
        [Appended, Appended, stale(), stale()],
    );
}

#[test]
fn sequence_numbers_wrap_around() {
    let max = i32::MAX;
    for (first, records, next) in [(max - 1, 2, 0), (max, 3, 2)] {
        check(
            [(0, first, records), (0, next, 1), (0, first, records)],
            [Appended, Appended, Duplicate(0)],
        );
    }
}

#[test]
fn the_window_is_five_batches() {
    let mut batches: Vec<_> = (0..6).map(|sequence| (0, sequence, 1)).collect();
    batches.extend([(0, 0, 1), (0, 1, 1), (0, 5, 1)]);
    let outcomes = run(&batches);
    assert!(outcomes[..6].iter().all(|outcome| *outcome == Appended));
    assert_eq!(outcomes[6..], [out_of_order(6), Duplicate(1), Duplicate(5)]);
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
