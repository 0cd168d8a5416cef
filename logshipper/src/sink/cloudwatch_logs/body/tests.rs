//! Batches and the JSON of them, read back with serde_json.

use serde_json::{Value, json};

use super::super::{BYTES_MAX, EVENT_BYTES_MAX, EVENT_OVERHEAD_BYTES};
use super::Entries;
use crate::batch::Batch;
use crate::event::Event;
use crate::position::{FileKey, Span};

pub(in crate::sink::cloudwatch_logs) fn batch(events: &[(i64, &[u8])]) -> Batch {
    let mut batch = Batch::new("s\"1".into());
    for (number, (timestamp_ms, text)) in (0..).zip(events) {
        batch.push(&Event {
            span: Span {
                file: FileKey(1),
                start: number,
                end: number + 1,
            },
            timestamp_ms: *timestamp_ms,
            text,
            cut_bytes: 0,
        });
    }
    batch
}

fn check(events: &[(i64, &[u8])], expected: &[(i64, &str)]) {
    let batch = batch(events);
    let written = Entries::all(&batch).write(&batch, "/g");
    let read: Value = serde_json::from_slice(&written.json).unwrap();
    let expected: Vec<Value> = expected
        .iter()
        .map(|(timestamp, message)| json!({"timestamp": timestamp, "message": message}))
        .collect();
    let body = json!({"logGroupName": "/g", "logStreamName": "s\"1", "logEvents": expected});
    assert_eq!(read, body);
}

#[test]
fn events_are_written_by_time() {
    check(
        &[(1, b"a"), (2, b"b\n\t\"c\"")],
        &[(1, "a"), (2, "b\n\t\"c\"")],
    );
    check(
        &[(2, b"a"), (1, b"b"), (2, b"c"), (1, b"d")],
        &[(1, "b"), (1, "d"), (2, "a"), (2, "c")],
    );
    check(&[(-5, b"long ago")], &[(0, "long ago")]);
    check(&[(1, b""), (1, b"a"), (2, b"")], &[(1, "a")]);
    check(&[], &[]);
}

/// Bytes that are UTF-8 only together with those of the next event are none.
#[test]
fn what_is_no_text_is_replaced() {
    check(
        &[(1, b"a\xc3"), (2, b"\xa4b")],
        &[(1, "a\u{fffd}"), (2, "\u{fffd}b")],
    );
    let batch = batch(&[(1, b"\xff"), (2, b"fine")]);
    assert_eq!(Entries::all(&batch).write(&batch, "g").replaced_events, 1);
}

#[test]
fn replaced_bytes_never_exceed_the_limits() {
    let bytes = vec![0xff; EVENT_BYTES_MAX];
    let batch = batch(&[(1, &bytes)]);
    let written = Entries::all(&batch).write(&batch, "g");
    let read: Value = serde_json::from_slice(&written.json).unwrap();
    let message = read["logEvents"][0]["message"].as_str().unwrap();
    assert_eq!(message.len() + EVENT_OVERHEAD_BYTES, BYTES_MAX);
}
