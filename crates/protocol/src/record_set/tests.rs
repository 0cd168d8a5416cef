//! Record sets are their bytes, not their pieces.

use super::*;

#[test]
fn how_it_is_cut_does_not_matter() {
    let whole = RecordSet::from(Bytes::from_static(b"abcdef"));
    let cut: RecordSet = [&b"ab"[..], b"", b"cdef"]
        .map(Bytes::from_static)
        .into_iter()
        .collect();
    assert_eq!(cut.chunks().len(), 2, "an empty piece is not kept");
    assert_eq!((cut.len(), &cut.to_bytes()[..]), (6, &b"abcdef"[..]));
    assert_eq!(whole, cut);
    for other in [&b"abcdeg"[..], b"abcde", b""] {
        assert_ne!(whole, RecordSet::from(Bytes::copy_from_slice(other)));
    }
    assert_eq!(RecordSet::new(), RecordSet::from(Bytes::new()));
}

#[test]
fn one_piece_is_handed_on_without_a_copy() {
    let bytes = Bytes::from(vec![7; 100]);
    assert_eq!(
        RecordSet::from(bytes.clone()).to_bytes().as_ptr(),
        bytes.as_ptr()
    );
}
