//! Waits of the usual policy.

use std::time::Duration;

use super::Policy;

#[test]
fn waits_double_up_to_the_longest() {
    let wait = |attempt, random| Policy::USUAL.wait(attempt, None, random).as_millis();
    let longest: Vec<_> = (0..7).map(|attempt| wait(attempt, 1.0)).collect();
    assert_eq!(longest, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    let shortest: Vec<_> = (0..7).map(|attempt| wait(attempt, 0.0)).collect();
    assert_eq!(shortest, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    assert_eq!(wait(400, 1.0), 30_000);
    assert_eq!((wait(0, 9.0), wait(0, -1.0)), (1000, 500));
}

#[test]
fn what_the_collector_asks_for_counts() {
    for asked in [0, 1, 3600] {
        let asked = Duration::from_secs(asked);
        assert_eq!(Policy::USUAL.wait(5, Some(asked), 0.5), asked);
    }
}
