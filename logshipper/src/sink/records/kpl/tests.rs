//! The form, byte by byte.

use super::Aggregate;
use crate::sink::object::hex;

#[test]
fn the_form_is_the_librarys() {
    let mut aggregate = Aggregate::new("k");
    aggregate.push(b"one");
    aggregate.push(b"");
    let expected = concat!(
        "f3899ac2",
        // partition_key_table: "k"
        "0a016b",
        // records: partition_key_index 0, data "one"
        "1a070800",
        "1a036f6e65",
        // and one without data
        "1a0408001a00",
    );
    let bytes = aggregate.finish();
    let (body, digest) = bytes.split_at(bytes.len() - 16);
    assert_eq!(hex(body), expected);
    // md5sum of the bytes behind the magic.
    assert_eq!(hex(digest), "cacefc5cd15bf162e571ba1c86939c66");
}

#[test]
fn its_length_is_known_before() {
    for (key, sizes) in [
        ("k", &[0, 1, 127][..]),
        ("a longer key", &[128, 16_383, 16_384, 300_000]),
    ] {
        let mut aggregate = Aggregate::new(key);
        for size in sizes {
            let told = aggregate.bytes_with(*size);
            let alone = Aggregate::new(key).bytes_with(*size);
            assert!(alone <= Aggregate::overhead_bytes(key.len()) + size);
            aggregate.push(&vec![b'x'; *size]);
            let copy = Aggregate {
                bytes: aggregate.bytes.clone(),
            };
            assert_eq!(copy.finish().len(), told);
        }
    }
}
