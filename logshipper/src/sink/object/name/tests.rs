//! Digits of names.

use super::{Spans, next};
use crate::batch::Batch;
use crate::sink::fixture::{append, batch, batch_at};

#[test]
fn the_same_bytes_have_the_same_digits_however_they_are_divided() {
    let one = batch(&[b"abcdefg"]);
    let two = batch(&[b"abc", b"efg"]);
    assert_eq!(Spans::of(&one), Spans::of(&two));
    // Golden: a changed digest would store again what was stored before an update.
    let golden = "6ebbb95137f5141d9978fa64e8b88b80819235131900db7c023160937f0e9711";
    assert_eq!(Spans::of(&one).text(), golden);
    let mut there = batch(&[b"abc"]);
    append(&mut there, 2, "controller.log", 7, &[b"x"]);
    let mut back = Batch::new("".into());
    append(&mut back, 2, "controller.log", 7, &[b"x"]);
    append(&mut back, 1, "server.log", 0, &[b"abc"]);
    assert_eq!(Spans::of(&there), Spans::of(&back));
}

#[test]
fn other_bytes_have_other_digits() {
    let mut all = vec![
        Spans::of(&batch(&[b"abc"])).text(),
        Spans::of(&batch(&[b"abcd"])).text(),
        Spans::of(&batch_at(1, &[b"abc"])).text(),
        Spans::of(&batch(&[])).text(),
    ];
    let mut other = Batch::new("".into());
    append(&mut other, 2, "server.log", 0, &[b"abc"]);
    all.push(Spans::of(&other).text());
    // A gap is not covered.
    let mut gap = batch(&[b"abc"]);
    append(&mut gap, 1, "server.log", 100, &[b"abc"]);
    all.push(Spans::of(&gap).text());
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

#[test]
fn the_next_name_has_other_digits_and_is_always_the_same() {
    let spans = Spans::of(&batch(&[b"abc"]));
    let first = "x/2026-01-31-22/Broker-1_22-59_5b17f696.log.gz";
    assert_eq!(next(first, spans, 0), first);
    let second = next(first, spans, 1);
    assert_eq!(second, next(first, spans, 1));
    assert_ne!(second, first);
    assert_ne!(second, next(first, spans, 2));
    let around = (&second[..first.len() - 15], &second[first.len() - 7..]);
    assert_eq!(around, ("x/2026-01-31-22/Broker-1_22-59_", ".log.gz"));
    assert_eq!(second.len(), first.len());
}
