//! What Kafka answers to OffsetForLeaderEpoch, case by case.

use model::LeaderEpoch;

use super::{EpochCache, EpochEnd};

fn cache(entries: &[(i32, i64)]) -> EpochCache {
    let mut cache = EpochCache::default();
    for (epoch, offset) in entries {
        cache.assign(LeaderEpoch(*epoch), *offset);
    }
    cache
}

#[test]
fn ends_of_epochs() {
    let all = cache(&[(2, 0), (4, 10), (5, 30)]);
    let cases = [
        (-1, None),
        (1, Some((1, 0))),
        (2, Some((2, 10))),
        (3, Some((2, 10))),
        (4, Some((4, 30))),
        (5, Some((5, 50))),
        (6, None),
    ];
    for (epoch, expected) in cases {
        let expected = expected.map(|(epoch, end_offset)| EpochEnd {
            epoch: LeaderEpoch(epoch),
            end_offset,
        });
        assert_eq!(all.end_offset(LeaderEpoch(epoch), 50), expected, "{epoch}");
    }
    assert_eq!(EpochCache::default().end_offset(LeaderEpoch(0), 5), None);
}

#[test]
fn only_a_newer_epoch_is_assigned_and_an_empty_one_vanishes() {
    let mut all = cache(&[(2, 0)]);
    assert!(!all.assign(LeaderEpoch(2), 7));
    assert!(!all.assign(LeaderEpoch(1), 7));
    assert!(!all.assign(LeaderEpoch(-1), 7));
    assert!(all.assign(LeaderEpoch(3), 7));
    assert!(all.assign(LeaderEpoch(4), 7));
    assert_eq!(all, cache(&[(2, 0), (4, 7)]));
    assert_eq!(all.at_offset(6), Some(LeaderEpoch(2)));
    assert_eq!(all.at_offset(7), Some(LeaderEpoch(4)));
}

#[test]
fn truncation_at_both_ends() {
    let mut all = cache(&[(0, 0), (1, 10), (2, 20), (3, 30)]);
    assert!(all.truncate_start(15));
    assert_eq!(all, cache(&[(1, 15), (2, 20), (3, 30)]));
    assert!(!all.truncate_start(15));
    assert!(all.truncate_end(20));
    assert_eq!(all, cache(&[(1, 15), (2, 20)]));
    assert!(!all.truncate_end(20));
    assert!(all.truncate_end(19));
    assert_eq!(all, cache(&[(1, 15)]));
}

#[test]
fn the_file_comes_back_and_nonsense_does_not() {
    let all = cache(&[(0, 0), (7, 1 << 33)]);
    assert_eq!(all.text(), "0\n2\n0 0\n7 8589934592\n");
    assert_eq!(EpochCache::parse(&all.text()), Ok(all));
    for text in ["", "0\n1\n1 2 3\n", "0\n2\n3 0\n2 5\n", "0\n2\n1 9\n2 5\n"] {
        assert!(EpochCache::parse(text).is_err(), "{text:?}");
    }
}
