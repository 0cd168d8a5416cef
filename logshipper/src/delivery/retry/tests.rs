//! Pauses, with chance given.

use std::time::Duration;

use super::Backoff;
use crate::sink::{Trouble, TroubleClass};

fn trouble(class: TroubleClass, retry_after_ms: Option<u64>) -> Trouble {
    Trouble {
        class,
        retry_after: retry_after_ms.map(Duration::from_millis),
        doubtful: None,
        message: String::new(),
    }
}

#[test]
fn pauses_double_to_a_longest_one() {
    use TroubleClass::{Credentials, Service, Throttled};
    for (class, retry_after_ms, chance, expected_ms) in [
        (Service, None, 1.0, [100, 200, 400, 30_000]),
        (Service, None, 0.5, [50, 100, 200, 15_000]),
        (Service, None, 0.0, [0, 0, 0, 0]),
        (Throttled, Some(250), 1.0, [250, 250, 400, 30_000]),
        (Throttled, Some(86_400_000), 1.0, [600_000; 4]),
        (Credentials, None, 1.0, [1000, 2000, 4000, 60_000]),
        (Credentials, None, 0.0, [500, 1000, 2000, 30_000]),
    ] {
        let mut backoff = Backoff::default();
        let mut pauses = [0; 4];
        for (turn, pause) in pauses.iter_mut().enumerate() {
            // The last one is far away from the first.
            let failures = if turn == 3 { 1000 } else { 1 };
            for _ in 0..failures {
                let waited = backoff.failed(&trouble(class, retry_after_ms), chance);
                *pause = waited.as_millis();
            }
        }
        assert_eq!(pauses, expected_ms, "{class:?} {chance}");
    }
}

#[test]
fn an_expired_token_after_throttling_waits_a_second() {
    let mut backoff = Backoff::default();
    for _ in 0..7 {
        backoff.failed(&trouble(TroubleClass::Throttled, None), 1.0);
    }
    let pause = backoff.failed(&trouble(TroubleClass::Credentials, None), 1.0);
    assert_eq!(pause, Duration::from_secs(1));
}

#[test]
fn success_begins_anew() {
    let mut backoff = Backoff::default();
    for _ in 0..5 {
        backoff.failed(&trouble(TroubleClass::Unanswered, None), 1.0);
    }
    backoff.succeeded();
    let pause = backoff.failed(&trouble(TroubleClass::Unanswered, None), 1.0);
    assert_eq!(pause, Duration::from_millis(100));
}
