//! Cases for what a partition keeps.

use super::{ALL, first_kept};
use crate::client_commands::place::Place;

#[test]
fn only_what_is_before_the_place_goes() {
    let cases = [
        (Place::Beginning, Some(10), None, Some(10)),
        (Place::End, None, None, Some(ALL)),
        (Place::Offset(42), None, None, Some(42)),
        (Place::FromEnd(5), Some(10), Some(100), Some(95)),
        // Fewer than that are there: all of them stay.
        (Place::FromEnd(500), Some(10), Some(100), Some(10)),
        (Place::FromEnd(0), Some(10), Some(100), Some(100)),
        (Place::Timestamp(1), Some(50), Some(100), Some(50)),
        (Place::Timestamp(1), None, Some(100), Some(100)),
        // Without an end there is no telling what is old.
        (Place::FromEnd(5), Some(10), None, None),
        (Place::Timestamp(1), None, None, None),
    ];
    for (before, found, end, kept) in cases {
        assert_eq!(first_kept(before, found, end), kept, "{before:?}");
    }
}
