//! Cases for batch headers: hostile fields, wrapping sequences, round trips.

use proptest::prelude::*;

use super::*;
use crate::Compression;
use crate::tests::sample;

/// The sample's header bytes with some of them replaced.
fn patched(at: usize, bytes: &[u8]) -> Result<BatchHeader, BatchError> {
    let mut header = sample(Compression::None).header.to_bytes();
    header[at..at + bytes.len()].copy_from_slice(bytes);
    BatchHeader::parse(&header)
}

#[test]
fn impossible_headers_are_refused_by_name() {
    let field = |name, value| Err(BatchError::InvalidField(name, value));
    let cases: [(usize, &[u8], Result<BatchHeader, BatchError>); 9] = [
        (16, &[0], Err(BatchError::OldMagic(0))),
        (16, &[1], Err(BatchError::OldMagic(1))),
        (16, &[3], Err(BatchError::UnknownMagic(3))),
        (16, &[255], Err(BatchError::UnknownMagic(-1))),
        (8, &48_i32.to_be_bytes(), Err(BatchError::InvalidLength(48))),
        (
            8,
            &(-1_i32).to_be_bytes(),
            Err(BatchError::InvalidLength(-1)),
        ),
        (23, &(-1_i32).to_be_bytes(), field("last offset delta", -1)),
        (57, &(-5_i32).to_be_bytes(), field("record count", -5)),
        (0, &i64::MAX.to_be_bytes(), field("base offset", i64::MAX)),
    ];
    for (at, bytes, expected) in cases {
        assert_eq!(patched(at, bytes), expected);
    }
    let unknown = patched(22, &[5]).unwrap_err();
    assert_eq!(unknown.to_string(), "unknown compression type 5");
}

#[test]
fn a_cut_header_says_how_much_is_missing() {
    let bytes = sample(Compression::None).header.to_bytes();
    for present in 0..HEADER_BYTES {
        let needed = HEADER_BYTES;
        let error = BatchError::Truncated { present, needed };
        assert_eq!(BatchHeader::parse(&bytes[..present]), Err(error));
    }
}

#[test]
fn the_magic_is_judged_before_the_length() {
    let mut old = [0_u8; 17];
    old[16] = 1;
    assert_eq!(BatchHeader::parse(&old), Err(BatchError::OldMagic(1)));
}

#[test]
fn sequences_wrap_after_two_to_the_31_minus_one() {
    let last = |base_sequence, last_offset_delta| {
        BatchHeader {
            base_sequence,
            last_offset_delta,
            ..sample(Compression::None).header
        }
        .last_sequence()
    };
    assert_eq!(last(-1, 5), -1);
    assert_eq!(last(0, 0), 0);
    assert_eq!(last(i32::MAX - 1, 1), i32::MAX);
    assert_eq!(last(i32::MAX, 1), 0);
    assert_eq!(last(i32::MAX - 2, 5), 2);
}

proptest! {
    #[test]
    fn any_header_that_parses_writes_the_same_bytes(mut bytes in prop::collection::vec(any::<u8>(), 61)) {
        bytes[16] = 2;
        bytes[22] &= !7;
        if let Ok(header) = BatchHeader::parse(&bytes) {
            prop_assert_eq!(&header.to_bytes()[..], &bytes[..]);
            prop_assert!(header.last_offset() >= header.base_offset);
            prop_assert!(header.total_bytes() >= HEADER_BYTES);
        }
    }
}
