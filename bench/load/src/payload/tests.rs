//! Stamps and sizes.

use super::*;

#[test]
fn stamp_round_trips_and_size_holds() {
    let stamp = Stamp {
        run: 1,
        sequence: u64::MAX,
        intended_ns: 42,
    };
    let mut payloads = Payloads::new(100, 50, 7);
    let value = payloads.stamped(stamp);
    assert_eq!(value.len(), 100);
    assert_eq!(Stamp::read(value), Some(stamp));
    assert_eq!(Stamp::read(&value[..23]), None);
}

#[test]
fn a_value_too_short_for_a_stamp_carries_none() {
    let stamp = Stamp {
        run: 1,
        sequence: 2,
        intended_ns: 3,
    };
    assert_eq!(Payloads::new(10, 100, 7).stamped(stamp), b"kkkkkkkkkk");
}
