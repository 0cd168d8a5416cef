//! Yammer's averages, tick by tick.

use super::Rates;

const SECOND: u64 = 1_000_000_000;
const TICK: u64 = 5 * SECOND;

#[track_caller]
fn close(actual: [f64; 3], expected: [f64; 3]) {
    for (actual, expected) in actual.iter().zip(expected) {
        assert!(
            (actual - expected).abs() <= expected.abs() * 1e-9 + 1e-12,
            "{actual} {expected}"
        );
    }
}

/// After `minutes` of silence an average over `constant` minutes is this much smaller.
fn faded(rate: f64, minutes: f64) -> [f64; 3] {
    [1.0, 5.0, 15.0].map(|constant| rate * (-minutes / constant).exp())
}

#[test]
fn the_first_tick_sets_the_averages_and_silence_fades_them() {
    let mut rates = Rates::born(0);
    close(rates.moving(), [0.0; 3]);
    rates.tick(TICK, 3);
    close(rates.moving(), [0.6; 3]);
    for tick in 2..=1 + 12 * 15 {
        rates.tick(tick * TICK, 3);
        close(rates.moving(), faded(0.6, (tick - 1) as f64 / 12.0));
    }
}

#[test]
fn a_steady_rate_stays_whatever_the_ticks_are() {
    let mut rates = Rates::born(0);
    let mut now = 0;
    for seconds in [5, 5, 4, 6, 60, 5, 300, 1] {
        now += seconds * SECOND;
        rates.tick(now, now / SECOND * 100);
        close(rates.moving(), [100.0; 3]);
    }
    assert_eq!(rates.mean(now, now / SECOND * 100), 100.0);
}

#[test]
fn missed_ticks_are_made_up_for() {
    let (mut ticked, mut stalled) = (Rates::born(0), Rates::born(0));
    ticked.tick(TICK, 500);
    stalled.tick(TICK, 500);
    for tick in 2..=25 {
        ticked.tick(tick * TICK, 500 + (tick - 1) * 50);
    }
    stalled.tick(25 * TICK, 500 + 24 * 50);
    close(stalled.moving(), ticked.moving());
}

#[test]
fn one_that_appeared_between_ticks_shows_its_rate_after_a_whole_interval() {
    // Ten a second since a moment before the tick at 15 s: whatever was counted till then.
    for before in [0, 10, 50] {
        let mut rates = Rates::appeared(2 * TICK);
        rates.tick(3 * TICK, before);
        close(rates.moving(), [0.0; 3]);
        rates.tick(4 * TICK, before + 50);
        close(rates.moving(), [10.0; 3]);
        rates.tick(5 * TICK, before + 100);
        close(rates.moving(), [10.0; 3]);
    }
}

#[test]
fn a_burst_before_the_first_tick_is_not_lost() {
    let mut rates = Rates::appeared(2 * TICK);
    rates.tick(3 * TICK, 100);
    rates.tick(4 * TICK, 100);
    close(rates.moving(), [10.0; 3]);
}

#[test]
fn ticks_at_once_and_clocks_that_stand_change_nothing() {
    let mut rates = Rates::born(7);
    rates.tick(7, 5);
    rates.tick(8, 5);
    assert_eq!(rates.mean(7, 5), 0.0);
    rates.tick(7 + TICK, 5);
    close(rates.moving(), [1.0; 3]);
    rates.tick(7 + TICK, 500);
    rates.tick(0, 500);
    close(rates.moving(), [1.0; 3]);
}
