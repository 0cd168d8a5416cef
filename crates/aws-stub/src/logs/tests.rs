//! The rules of a batch, one by one.

use super::events::{
    AGE_MS_MAX, AHEAD_MS_MAX, BATCH_BYTES_MAX, BATCH_EVENTS_MAX, EVENT_OVERHEAD_BYTES, Taken, fits,
    take,
};
use super::{is_group_name, is_stream_name};

const NOW: i64 = 1_800_000_000_000;
const DAY: i64 = 86_400_000;

fn fitting(sizes: &[usize]) -> bool {
    fits(sizes.iter().copied(), &vec![NOW; sizes.len()]).is_ok()
}

#[test]
fn a_batch_counts_26_bytes_for_each_event() {
    let one = BATCH_BYTES_MAX - EVENT_OVERHEAD_BYTES;
    assert!(fitting(&[one]));
    assert!(!fitting(&[one + 1]));
    assert!(fitting(&[one - 27, 1]));
    assert!(!fitting(&[one - 26, 1]));
    assert!(fitting(&vec![1; BATCH_EVENTS_MAX]));
    assert!(!fitting(&vec![1; BATCH_EVENTS_MAX + 1]));
    assert!(!fitting(&[]));
    assert!(!fitting(&[0]));
}

#[test]
fn events_are_in_order() {
    assert!(fits([1, 1].into_iter(), &[5, 5]).is_ok());
    assert!(fits([1, 1].into_iter(), &[6, 5]).is_err());
    assert!(fits([1].into_iter(), &[-1]).is_err());
}

#[test]
fn what_is_too_old_or_too_new_is_told_by_its_place() {
    let oldest = NOW - AGE_MS_MAX;
    let newest = NOW + AHEAD_MS_MAX;
    let check = |times: &[i64], retention, expected: Taken| {
        assert_eq!(take(times, NOW, retention), expected, "{times:?}");
    };
    let all = |events| Taken {
        stored: 0..events,
        too_new_start: None,
        too_old_end: None,
        expired_end: None,
    };
    check(&[oldest, NOW, newest], None, all(3));
    check(
        &[oldest - 1, oldest, newest, newest + 1],
        None,
        Taken {
            stored: 1..3,
            too_new_start: Some(3),
            too_old_end: Some(1),
            expired_end: None,
        },
    );
    check(
        &[oldest - 1, NOW - 3 * DAY - 1, NOW - 3 * DAY, NOW],
        Some(3),
        Taken {
            stored: 2..4,
            too_new_start: None,
            too_old_end: Some(1),
            expired_end: Some(2),
        },
    );
    check(
        &[oldest - 2, oldest - 1],
        None,
        Taken {
            stored: 2..2,
            too_new_start: None,
            too_old_end: Some(2),
            expired_end: None,
        },
    );
    check(
        &[newest + 1],
        None,
        Taken {
            stored: 0..0,
            too_new_start: Some(0),
            too_old_end: None,
            expired_end: None,
        },
    );
}

#[test]
fn names_of_groups_and_streams() {
    assert!(is_group_name("/msk/cluster_1.a-b#c"));
    assert!(!is_group_name("a b"));
    assert!(!is_group_name(""));
    assert!(is_group_name(&"g".repeat(512)));
    assert!(!is_group_name(&"g".repeat(513)));
    assert!(is_stream_name("Broker 1/server.log ü"));
    assert!(!is_stream_name("a:b"));
    assert!(!is_stream_name("a*b"));
    assert!(!is_stream_name(""));
}
