//! Cases for escapes.

use super::*;

#[test]
fn escapes_are_bytes() {
    let cases: [(&str, Option<&[u8]>); 8] = [
        ("", Some(b"")),
        ("a\\tb\\n", Some(b"a\tb\n")),
        ("\\0\\x1f\\\\", Some(b"\0\x1f\\")),
        ("ü", Some("ü".as_bytes())),
        ("\\q", None),
        ("\\x1", None),
        ("\\xzz", None),
        ("\\", None),
    ];
    for (text, bytes) in cases {
        assert_eq!(unescape(text).ok().as_deref(), bytes, "{text}");
    }
    assert!(separator("").is_err());
}
