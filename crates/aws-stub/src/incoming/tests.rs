//! Bodies within their limits.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn members_of_gzip_are_read_one_after_another() {
    let mut body = gzipped(b"one ");
    body.extend(gzipped(b"two"));
    assert_eq!(gunzipped(&body).unwrap(), "one two");
    assert_eq!(gunzipped(b"no gzip"), Err(Unreadable::Broken("gzip")));
}

#[test]
fn what_grows_beyond_the_limit_is_not_read_to_its_end() {
    let bomb = gzipped(&vec![0; BODY_BYTES_MAX + 1]);
    assert_eq!(gunzipped(&bomb), Err(Unreadable::TooLarge));
}

#[test]
fn chunks_are_put_together() {
    let check = |body: &str, expected: Option<&str>| {
        let plain = unchunked(body.as_bytes());
        assert_eq!(plain.as_deref(), expected.map(str::as_bytes), "{body:?}");
    };
    check(
        "5\r\nhello\r\n1;chunk-signature=ab\r\n!\r\n0\r\nx-amz-checksum-crc32:AA==\r\n\r\n",
        Some("hello!"),
    );
    check("0\r\n\r\n", Some(""));
    check("ffffffffffffffff\r\nx", None);
    check("5\r\nhell", None);
    check("", None);
}

#[test]
fn percent_signs_are_read() {
    assert_eq!(unescaped("a%20b%2Fc%zz%4"), "a b/c%zz%4");
}
