//! What text keeps and what it shares.

use std::collections::HashMap;

use super::*;

#[test]
fn text_is_a_slice_of_its_frame() {
    let frame = Bytes::from_static(b"..topic..");
    let text = Str::try_from(frame.slice(2..7)).unwrap();
    assert_eq!(text, "topic");
    assert_eq!(text.as_str().as_ptr(), frame.slice(2..).as_ptr());
    assert_ne!(text.detached().as_str().as_ptr(), text.as_str().as_ptr());
    assert_eq!(text.detached(), text);
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for bytes in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"ab\xe2\x82"] {
        assert_eq!(Str::try_from(Bytes::from_static(bytes)), Err(NotUtf8));
    }
}

#[test]
fn a_map_is_asked_with_plain_text() {
    let map = HashMap::from([(Str::from_static("a"), 1)]);
    assert_eq!(map.get("a"), Some(&1));
    assert_eq!(
        format!("{:?} {}", Str::from("b"), Str::from("c".to_owned())),
        "\"b\" c"
    );
}
