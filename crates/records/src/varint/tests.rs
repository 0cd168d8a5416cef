//! Cases for variable-length integers.

use proptest::prelude::*;

use super::*;

#[test]
fn known_encodings() {
    let cases: [(i64, &[u8]); 9] = [
        (0, &[0]),
        (-1, &[1]),
        (1, &[2]),
        (63, &[0x7e]),
        (-64, &[0x7f]),
        (64, &[0x80, 1]),
        (i64::from(i32::MAX), &[0xfe, 0xff, 0xff, 0xff, 0x0f]),
        (i64::from(i32::MIN), &[0xff, 0xff, 0xff, 0xff, 0x0f]),
        (
            i64::MIN,
            &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
        ),
    ];
    for (value, bytes) in cases {
        let mut out = Vec::new();
        put_varlong(&mut out, value);
        assert_eq!(out, bytes, "{value}");
        assert_eq!(take_varlong(&mut &*out), Some(value));
    }
}

#[test]
fn cut_off_and_endless_values_are_refused() {
    assert_eq!(take_varint(&mut &[][..]), None);
    assert_eq!(take_varint(&mut &[0x80][..]), None);
    assert_eq!(take_varint(&mut &[0x80; 6][..]), None);
    assert_eq!(take_varlong(&mut &[0xff; 11][..]), None);
}

proptest! {
    #[test]
    fn any_value_comes_back(wide: i64, narrow: i32) {
        let mut out = Vec::new();
        put_varlong(&mut out, wide);
        prop_assert_eq!(out.len(), varlong_bytes(wide));
        put_varint(&mut out, narrow);
        prop_assert_eq!(out.len(), varlong_bytes(wide) + varint_bytes(narrow));
        let rest = &mut &*out;
        prop_assert_eq!(take_varlong(rest), Some(wide));
        prop_assert_eq!(take_varint(rest), Some(narrow));
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        take_varint(&mut &*bytes);
        take_varlong(&mut &*bytes);
    }
}
