//! Member ids as Kafka forms them.

use super::*;

#[test]
fn fresh_ids_are_version_4_uuids_behind_their_prefix() {
    for (random, expected) in [
        (0, "c-00000000-0000-4000-8000-000000000000"),
        (u128::MAX, "c-ffffffff-ffff-4fff-bfff-ffffffffffff"),
        (
            0x0123_4567_89ab_cdef_0123_4567_89ab_cdef,
            "c-01234567-89ab-4def-8123-456789abcdef",
        ),
    ] {
        assert_eq!(MemberId::fresh("c", random).as_str(), expected);
    }
}

#[test]
fn a_long_prefix_leaves_room_for_the_uuid() {
    let id = MemberId::fresh(&"ü".repeat(20_000), 1);
    assert!(id.as_str().len() <= i16::MAX as usize);
    assert!(
        id.as_str()
            .ends_with("ü-00000000-0000-4000-8000-000000000001")
    );
}
