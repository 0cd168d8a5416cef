//! Who shares, who does not, and what a panic leaves behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::{Flights, Full};

#[tokio::test]
async fn those_who_ask_at_once_share_one_piece_of_work() {
    let flights: Flights<&str, usize> = Flights::new();
    let (runs, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let work = || {
        let (runs, gate) = (Arc::clone(&runs), Arc::clone(&gate));
        async move {
            let run = runs.fetch_add(1, Ordering::Relaxed);
            gate.notified().await;
            run
        }
    };
    let first = flights.join("a", 2, work).unwrap();
    let others: Vec<_> = (0..49)
        .map(|_| flights.join("a", 2, work).unwrap())
        .collect();
    let other_key = flights.join("b", 2, work).unwrap();
    assert!(!first.is_shared && !other_key.is_shared && others.iter().all(|other| other.is_shared));
    assert!(matches!(flights.join("c", 2, work), Err(Full)));
    while runs.load(Ordering::Relaxed) < 2 {
        tokio::task::yield_now().await;
    }
    gate.notify_one();
    gate.notify_one();
    let first = first.wait().await;
    for other in others {
        assert_eq!(other.wait().await, first);
    }
    other_key.wait().await.unwrap();
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    // What is done is not kept.
    gate.notify_one();
    assert_eq!(flights.join("a", 2, work).unwrap().wait().await, Some(2));
}

#[tokio::test]
async fn work_that_panics_is_told_to_all_and_can_be_begun_again() {
    let flights: Flights<(), u8> = Flights::new();
    let broken = flights.join((), 1, || async { panic!("a collector's own fault") });
    assert_eq!(broken.unwrap().wait().await, None);
    let again = flights.join((), 1, || async { 7 });
    assert_eq!(again.unwrap().wait().await, Some(7));
}

#[tokio::test]
async fn work_ends_when_the_last_who_waits_has_left_and_not_before() {
    let flights: Flights<(), u8> = Flights::new();
    let held = Arc::new(());
    let work = || {
        let held = Arc::clone(&held);
        async move {
            let _held = held;
            std::future::pending().await
        }
    };
    let first = flights.join((), 1, work).unwrap();
    let second = flights.join((), 1, work).unwrap();
    drop(first);
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    let third = flights.join((), 1, work).unwrap();
    assert!(third.is_shared);
    // Who joins before the work has noticed that all left keeps it going.
    drop((second, third));
    let fourth = flights.join((), 1, work).unwrap();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(fourth.is_shared && Arc::strong_count(&held) == 2);
    drop(fourth);
    while Arc::strong_count(&held) > 1 {
        tokio::task::yield_now().await;
    }
    let next = flights.join((), 1, || async { 7 }).unwrap();
    assert!(!next.is_shared);
    assert_eq!(next.wait().await, Some(7));
}
