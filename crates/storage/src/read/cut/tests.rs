//! Whole batches of a buffer, whatever is asked for and whatever the bytes are.

use proptest::prelude::*;
use records::HEADER_BYTES;

use super::{Bounds, Cut, cut};
use crate::test_log::batch;

const ANY: Bounds = Bounds {
    limit: i64::MAX,
    max_bytes: usize::MAX,
    first_always: true,
    in_file: u64::MAX,
};

#[test]
fn a_cut_ends_where_a_batch_ends() {
    let one = batch(&["value"]);
    let two = [one.clone(), one.clone()].concat();
    let length = one.len();
    let whole = |bytes| {
        let next_offset = (bytes > 0).then_some(1);
        Ok(Cut::Whole { bytes, next_offset })
    };
    let at_most = |max_bytes| Bounds { max_bytes, ..ANY };
    let if_it_fits = |max_bytes| Bounds {
        first_always: false,
        ..at_most(max_bytes)
    };
    assert_eq!(cut(&two, ANY), whole(2 * length));
    assert_eq!(cut(&two[..2 * length - 1], ANY), whole(length));
    assert_eq!(cut(&two[..length - 1], ANY), Ok(Cut::Needs(length)));
    assert_eq!(cut(&two[..60], ANY), Ok(Cut::Needs(HEADER_BYTES)));
    assert_eq!(cut(&two, at_most(2 * length - 1)), whole(length));
    assert_eq!(cut(&two, at_most(1)), whole(length));
    assert_eq!(cut(&two, if_it_fits(length - 1)), whole(0));
    assert_eq!(cut(&two, if_it_fits(length)), whole(length));
    assert_eq!(cut(&two, Bounds { limit: 0, ..ANY }), whole(0));
}

#[test]
fn nonsense_is_an_error_first_and_an_end_later() {
    let one = batch(&["value"]);
    let mut bad = one.to_vec();
    bad[8..12].copy_from_slice(&3_i32.to_be_bytes());
    assert!(cut(&bad, ANY).is_err());
    let later = [&one[..], &bad[..]].concat();
    let bytes = one.len();
    let next_offset = Some(1);
    assert_eq!(cut(&later, ANY), Ok(Cut::Whole { bytes, next_offset }));
    let longer_than_the_file = Bounds {
        in_file: one.len() as u64 - 1,
        ..ANY
    };
    assert!(cut(&one, longer_than_the_file).is_err());
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), max in 0_usize..400) {
        if let Ok(Cut::Whole { bytes: end, .. }) = cut(&bytes, Bounds { max_bytes: max, ..ANY }) {
            prop_assert!(end <= bytes.len());
        }
    }
}
