//! A shard over a few seconds.

use super::*;

fn taken(shard: &mut Shard, now_ms: i64, records: usize, bytes: usize) -> usize {
    (0..records).filter(|_| shard.take(now_ms, bytes)).count()
}

#[test]
fn a_thousand_records_a_second() {
    let mut shard = Shard::default();
    assert_eq!(taken(&mut shard, 0, 3000, 10), 1000);
    assert_eq!(taken(&mut shard, 500, 3000, 10), 500);
    assert_eq!(taken(&mut shard, 60_000, 3000, 10), 1000);
}

#[test]
fn a_mebibyte_a_second() {
    let mut shard = Shard::default();
    assert_eq!(taken(&mut shard, 0, 10, 256 * 1024), 4);
    assert_eq!(taken(&mut shard, 250, 10, 256 * 1024), 1);
    assert_eq!(taken(&mut shard, 300, 1, 2 * 1024 * 1024), 0);
    assert_eq!(taken(&mut shard, 2000, 1, 2 * 1024 * 1024), 1);
}

#[test]
fn a_clock_that_goes_back_gives_nothing() {
    let mut shard = Shard::default();
    assert_eq!(taken(&mut shard, 5000, 2000, 1), 1000);
    assert_eq!(taken(&mut shard, 0, 10, 1), 0);
}
