//! Texts and what `java.util.Properties` (JDK 17) made of them.

use super::{MalformedEscape, decode, parse};

const CASES: &[(&str, &[(&str, &str)])] = &[
    ("a=b", &[("a", "b")]),
    ("a:b", &[("a", "b")]),
    ("a b", &[("a", "b")]),
    ("a = b ", &[("a", "b ")]),
    ("  a\t=\tb", &[("a", "b")]),
    ("a", &[("a", "")]),
    ("a=", &[("a", "")]),
    ("=b", &[("", "b")]),
    ("# c\n! d\na=b", &[("a", "b")]),
    ("a=b\\\n   c\\\nd", &[("a", "bcd")]),
    ("a=b\\\\\nc=d", &[("a", "b\\"), ("c", "d")]),
    ("a\\ b=c", &[("a b", "c")]),
    ("a\\=b=c\\:d", &[("a=b", "c:d")]),
    ("a=\\t\\n\\r\\f\\q", &[("a", "\t\n\r\u{c}q")]),
    ("a=\\u00e9\\u20ac", &[("a", "\u{e9}\u{20ac}")]),
    ("a=\\ud83d\\ude00", &[("a", "\u{1f600}")]),
    ("a=1\na=2", &[("a", "2")]),
    ("a=b\\", &[("a", "b")]),
    ("a=b#c", &[("a", "b#c")]),
    ("a\r\nb=c\rd=e", &[("a", ""), ("b", "c"), ("d", "e")]),
    ("a==b", &[("a", "=b")]),
    ("a= =b", &[("a", "=b")]),
    ("a:=b", &[("a", "=b")]),
    ("\\#a=b", &[("#a", "b")]),
    ("a=\\\\u0041", &[("a", "\\u0041")]),
    ("a=x\\\n# y\nz=1", &[("a", "x# y"), ("z", "1")]),
    ("a=x\\\n\nz=1", &[("a", "x"), ("z", "1")]),
    ("   \n\t\na=b", &[("a", "b")]),
    ("a=\u{c}b", &[("a", "b")]),
    ("#x\\\ny=1", &[("y", "1")]),
];

#[test]
fn texts_are_read_as_java_reads_them() {
    for (text, expected) in CASES {
        let (pairs, errors) = parse(text);
        assert_eq!(errors, [], "{text:?}");
        // Java keeps the last of several values, and its cases are sorted by name.
        let mut last: Vec<(&str, &str)> = Vec::new();
        for pair in &pairs {
            last.retain(|(name, _)| *name != pair.name);
            last.push((&pair.name, &pair.value));
        }
        last.sort_unstable();
        assert_eq!(last, *expected, "{text:?}");
    }
}

#[test]
fn pairs_know_the_line_they_begin_on() {
    let (pairs, _) = parse("# c\na=1\\\n  2\n\r\nb=3\r\na=4");
    let lines: Vec<(usize, &str)> = pairs
        .iter()
        .map(|pair| (pair.line, pair.name.as_str()))
        .collect();
    assert_eq!(lines, [(2, "a"), (5, "b"), (6, "a")]);
}

#[test]
fn an_escape_that_is_none_is_told_with_its_line() {
    for text in [
        "x=1\na=\\u12",
        "x=1\na=\\u12zz",
        "x=1\n\\u=1",
        "x=1\na=\\u+123",
    ] {
        let (pairs, errors) = parse(text);
        assert_eq!(pairs.len(), 1, "{text:?}");
        assert_eq!(errors, [MalformedEscape { line: 2 }], "{text:?}");
    }
}

#[test]
fn bytes_are_utf_8_or_else_latin_1() {
    assert_eq!(decode("a=é".as_bytes()), "a=é");
    assert_eq!(decode(b"a=\xe9"), "a=é");
    assert_eq!(decode(b"\xef\xbb\xbfa=b"), "a=b");
}
