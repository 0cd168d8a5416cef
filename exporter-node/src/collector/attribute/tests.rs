//! Numbers as C writes them, and text that is none.

use super::{integer, name_part, trimmed};

#[test]
fn integers_come_in_the_bases_of_c() {
    let cases = [
        ("0", Some(0)),
        ("42", Some(42)),
        ("-1", Some(-1)),
        ("0x1f", Some(31)),
        ("0X1F", Some(31)),
        ("017", Some(15)),
        ("18446744073709551615", Some(u64::MAX.into())),
        ("0xffffffffffffffff", Some(u64::MAX.into())),
        ("-9223372036854775808", Some(i64::MIN.into())),
        ("18446744073709551616", None),
        ("-9223372036854775809", None),
        ("--1", None),
        ("0x-1", None),
        ("0x", None),
        ("", None),
        ("-", None),
        ("N/A", None),
        ("1 2", None),
        ("\u{fffd}", None),
    ];
    for (text, expected) in cases {
        assert_eq!(integer(text), expected, "{text:?}");
    }
}

#[test]
fn what_is_not_utf8_is_replaced() {
    assert_eq!(trimmed(b" \xff model \n"), "\u{fffd} model");
}

#[test]
fn names_of_families_have_no_other_characters() {
    let cases = [
        ("core", "core"),
        ("package-0", "package_0"),
        ("a_- _b", "a_b"),
        ("µ", "_"),
        ("a__b", "a__b"),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(name_part(text), expected, "{text}");
    }
}
