//! Where batches end.

use super::{Filling, Spare};
use crate::batch::Limits;
use crate::delivery::budget::Budget;
use crate::event::Event;
use crate::position::{FileKey, Span};

const LIMITS: Limits = Limits {
    events_max: 4,
    bytes_max: 100,
    event_overhead_bytes: 10,
    event_bytes_max: 1000,
    span_ms_max: 60,
    linger_ms: 1,
};

/// How events of `(timestamp, text bytes)` are batched, and what is left open.
fn check(events: &[(i64, usize)], expected: &[usize], open: usize) {
    let budget = Budget::new(1 << 20);
    let mut filling = Filling::new(LIMITS, budget.clone(), Default::default());
    let text = "x".repeat(1000);
    let to = "stream".into();
    let mut batch = filling.take(&to, 0);
    let mut closed = Vec::new();
    for (number, (timestamp_ms, bytes)) in events.iter().enumerate() {
        let start = number as u64 * 1000;
        let event = Event {
            span: Span {
                file: FileKey(1),
                start,
                end: start + 1000,
            },
            timestamp_ms: *timestamp_ms,
            text: text.get(..*bytes).unwrap().as_bytes(),
            cut_bytes: 0,
        };
        closed.extend(filling.add_event(&mut batch, &event, 0));
    }
    closed.extend(filling.put(batch));
    let sizes = |closed: &[super::Closed]| -> Vec<usize> {
        closed
            .iter()
            .map(|closed| closed.batch.events().len())
            .collect()
    };
    assert_eq!(sizes(&closed), expected, "{events:?}");
    assert!(filling.due(999_999).is_empty());
    let due = filling.due(1_000_000);
    assert_eq!(sizes(&due).iter().sum::<usize>(), open, "{events:?}");
    assert_eq!(filling.next_due(), None);
    assert!(budget.used() > 0);
    drop((closed, due));
    assert_eq!(budget.used(), 0);
}

#[test]
fn batches_end_at_each_limit() {
    check(&[(0, 10), (0, 10)], &[], 2);
    check(&[(0, 10); 4], &[4], 0);
    check(&[(0, 10); 9], &[4, 4], 1);
    check(&[(0, 35), (0, 35), (0, 35)], &[2], 1);
    // An event that is larger than any batch goes alone.
    check(&[(0, 10), (0, 500), (0, 10)], &[1, 1], 1);
    check(&[(0, 1), (60, 1), (61, 1)], &[2], 1);
    check(&[(100, 1), (40, 1), (39, 1)], &[2], 1);
}

#[test]
fn memory_is_used_again() {
    let spare = Spare::default();
    let mut batch = crate::batch::Batch::new("a".into());
    batch.push(&Event {
        span: Span {
            file: FileKey(1),
            start: 0,
            end: 9,
        },
        timestamp_ms: 0,
        text: b"text",
        cut_bytes: 0,
    });
    let bytes = batch.memory_bytes();
    spare.put(batch);
    let batch = spare.take(&"b".into());
    assert_eq!((&*batch.destination, batch.memory_bytes()), ("b", bytes));
    assert!(batch.is_empty() && batch.text_bytes() == 0 && batch.origin(FileKey(1)).is_none());
}

#[test]
fn what_is_not_kept_open_is_not_waited_for() {
    let budget = Budget::new(1 << 20);
    let mut filling = Filling::new(LIMITS, budget, Default::default());
    for now in 0..1000 {
        let empty = filling.take(&"stream".into(), now);
        assert!(filling.put(empty).is_none());
    }
    assert_eq!(filling.next_due(), None);
}
