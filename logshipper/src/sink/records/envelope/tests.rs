//! What stands for an event.

use super::{Envelope, Format};
use crate::sink::fixture::batch_at;

fn written(format: Format, text: &[u8]) -> String {
    let envelope = Envelope {
        format,
        broker: "7".into(),
    };
    let batch = batch_at(4096, &[text]);
    let mut into = Vec::new();
    envelope.write(&batch, &batch.events()[0], &mut into);
    let room = envelope.text_bytes_max(1 << 20);
    assert!(text.len() > room || into.len() <= 1 << 20);
    String::from_utf8(into).unwrap()
}

#[test]
fn an_event_is_its_text_or_an_object_that_tells_its_parts() {
    let line =
        "[2026-01-31 23:59:59,123] WARN [Log a-0] \u{e4} \"b\" (kafka.log.UnifiedLog)\n\tat x";
    assert_eq!(written(Format::Text, line.as_bytes()), line);
    let expected = concat!(
        r#"{"id":"0000000000000001:4096","timestamp":"2026-01-31T22:59:59.123Z","level":"WARN","#,
        r#""logger":"kafka.log.UnifiedLog","message":"[Log a-0] ä \"b\"\n\tat x","#,
        r#""log":"server.log","broker":"7"}"#
    );
    assert_eq!(written(Format::Json, line.as_bytes()), expected);
    let expected = concat!(
        r#"{"id":"0000000000000001:4096","timestamp":"2026-01-31T22:59:59.123Z","#,
        r#""message":"no line of Kafka's: �","log":"server.log","broker":"7"}"#
    );
    assert_eq!(written(Format::Json, b"no line of Kafka's: \xff"), expected);
}

#[test]
fn the_longest_text_fits_whatever_is_in_it() {
    let envelope = Envelope {
        format: Format::Json,
        broker: "1".into(),
    };
    let room = envelope.text_bytes_max(1 << 20);
    for byte in [0x1b, b'x', 0xff, b'"'] {
        written(Format::Json, &vec![byte; room]);
    }
}
