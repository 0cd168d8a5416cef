//! Against serde_json, which reads what was written.

use proptest::prelude::*;

use super::{Replacement, lossy_bytes, push_lossy, push_text};

fn check(text: &str) {
    let mut out = vec![b'"'];
    push_text(&mut out, text);
    out.push(b'"');
    let read: String = serde_json::from_slice(&out).unwrap();
    assert_eq!(read, text);
}

#[test]
fn what_json_wants_escaped_is() {
    let every: String = (0..0x180).filter_map(char::from_u32).collect();
    check(&every);
    check(&every.repeat(3));
    let mut out = Vec::new();
    push_text(&mut out, "a\tb\r\n\"\\\u{1}\u{1f}\u{7f}ä");
    assert_eq!(
        str::from_utf8(&out).unwrap(),
        r#"a\tb\r\n\"\\\u0001\u001f"#.to_owned() + "\u{7f}ä"
    );
}

#[test]
fn what_is_no_text_is_replaced() {
    let mut out = Vec::new();
    let text = b"a\xff\xe2\x82b\x80\n";
    assert_eq!(push_lossy(&mut out, text, Replacement::Character), 4);
    assert_eq!(
        str::from_utf8(&out).unwrap(),
        "a\u{fffd}\u{fffd}b\u{fffd}\\n"
    );
    assert_eq!(lossy_bytes(text), String::from_utf8_lossy(text).len());
    out.clear();
    push_lossy(&mut out, text, Replacement::QuestionMark);
    assert_eq!(out, b"a??b?\\n");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    #[test]
    fn any_text_comes_back(text in "\\PC*|[\\x00-\\x7f]{0,200}") {
        check(&text);
    }

    #[test]
    fn any_bytes_become_text(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut out = vec![b'"'];
        push_lossy(&mut out, &bytes, Replacement::Character);
        out.push(b'"');
        let read: String = serde_json::from_slice(&out).unwrap();
        prop_assert_eq!(&read, &String::from_utf8_lossy(&bytes));
        prop_assert_eq!(lossy_bytes(&bytes), read.len());
    }
}
