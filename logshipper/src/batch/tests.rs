//! Batches and their parts.

use super::Batch;
use crate::event::Event;
use crate::position::{FileKey, Span};

/// Events of two files, as `(file, start, text)`; each takes a line end more than its text.
fn batch(events: &[(u32, u64, &str)]) -> Batch {
    let mut batch = Batch::new("stream".into());
    for (file, start, text) in events {
        let key = FileKey(*file);
        batch.originate(key, &"server.log".into(), &"00".into());
        batch.push(&Event {
            span: Span {
                file: key,
                start: *start,
                end: start + text.len() as u64 + 1,
            },
            timestamp_ms: 0,
            text: text.as_bytes(),
            cut_bytes: 0,
        });
    }
    batch
}

fn texts(batch: &Batch) -> Vec<String> {
    let texts = batch.events().iter().map(|event| batch.text(event));
    texts
        .map(|text| String::from_utf8_lossy(text).into_owned())
        .collect()
}

#[test]
fn parts_keep_text_and_place() {
    let whole = batch(&[
        (1, 0, "one"),
        (1, 4, "two"),
        (2, 9, "three"),
        (1, 8, "four"),
    ]);
    let spans: Vec<_> = whole
        .spans()
        .iter()
        .map(|s| (s.file.0, s.start, s.end))
        .collect();
    assert_eq!(spans, [(1, 0, 8), (2, 9, 15), (1, 8, 13)]);
    let part = whole.subset([3, 1, 17]);
    assert_eq!(texts(&part), ["four", "two"]);
    assert_eq!(part.events()[1].span, whole.events()[1].span);
    let (first, second) = whole.halves().unwrap();
    assert_eq!(
        (texts(&first), texts(&second)),
        (
            vec!["one".into(), "two".into()],
            vec!["three".into(), "four".into()]
        )
    );
    assert!(whole.subset([2]).halves().is_none());
    assert_eq!(whole.origin(FileKey(2)).unwrap().log, "server.log");
    assert!(whole.origin(FileKey(3)).is_none());
}
