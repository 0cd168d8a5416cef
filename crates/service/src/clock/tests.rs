//! The manual clock moves only by hand; the real one agrees with the machine.

use super::Clock;
use std::time::Duration;

#[test]
fn manual_clock_stands_until_moved() {
    let (clock, hands) = Clock::manual(1_000);
    let seen = clock.clone();
    assert_eq!((seen.now_ms(), seen.monotonic_nanos()), (1_000, 0));
    hands.advance(Duration::from_millis(5));
    assert_eq!((seen.now_ms(), seen.monotonic_nanos()), (1_005, 5_000_000));
    hands.set_wall_ms(7);
    assert_eq!(
        (seen.now_ms(), seen.monotonic()),
        (7, Duration::from_millis(5))
    );
}

#[test]
fn real_clock_is_past_2020_and_monotonic_does_not_go_back() {
    let clock = Clock::real();
    assert!(clock.now_ms() > 1_577_836_800_000);
    let first = clock.monotonic_nanos();
    assert!(clock.monotonic_nanos() >= first);
}
