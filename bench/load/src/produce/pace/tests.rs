//! Schedules from command lines.

use clap::Parser;

use super::*;
use crate::cli::{Cli, Mode};

fn schedule(words: &str, index: u64) -> Schedule {
    let words = ["load", "produce"]
        .into_iter()
        .chain(words.split_whitespace());
    match Cli::try_parse_from(words).unwrap().mode {
        Mode::Produce(asked) => Schedule::new(&asked, index, 1_000),
        _ => unreachable!("the word is `produce`"),
    }
}

#[test]
fn messages_are_shared_out() {
    let shares: Vec<u64> = (0..3)
        .map(|index| schedule("-n 10 --producers 3", index).quota)
        .collect();
    assert_eq!(shares, [4, 3, 3]);
}

#[test]
fn a_pace_is_kept_whatever_the_time_is() {
    let second = schedule("--rate 1000 --duration 1 --producers 2", 1);
    assert_eq!(second.next(0, 999_999_999), Some(1_000 + 1_000_000));
    assert_eq!(second.next(1, 0), Some(1_000 + 3_000_000));
    assert_eq!(second.next(500, 0), None);
}

#[test]
fn without_a_pace_the_clock_decides() {
    let fast = schedule("--duration 1", 0);
    assert_eq!(fast.next(7, 5_000), Some(5_000));
    assert_eq!(fast.next(7, 1_000_001_000), None);
}
