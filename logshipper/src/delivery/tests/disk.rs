//! A disk that takes nothing, and a log that is truncated.

use std::sync::Arc;

use super::rig::{Answer, Rig, Scripted, until};
use crate::checkpoint::Store;
use crate::dead_letter::DeadLetters;
use crate::sink::{Rejection, TroubleClass};

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_no_checkpoint_stops_nothing() {
    let rig = Rig::new();
    rig.write("server.log", 0..5);
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    let has_trouble = || work.figures.standing().checkpoint_trouble.is_some();
    let store = Store::new(&rig.state(), "scripted:");
    let kept_to = || {
        let state = work.delivery.progress().lock();
        state.files.values().map(|file| file.kept_to).sum::<u64>()
    };
    until("a checkpoint", || kept_to() == 5 * 18).await;
    // Root may write where nobody may: a directory in its place is what it cannot write.
    std::fs::remove_file(store.path()).unwrap();
    std::fs::create_dir(store.path()).unwrap();
    rig.write("server.log", 5..20);
    until("a failure", || has_trouble() && sink.taken().len() == 20).await;
    assert!(work.metric("outrigger_logshipper_checkpoint_failures_total", "") >= 1.0);
    // Whoever removes what was delivered is told of what the disk knows, and of nothing else.
    assert_eq!((work.lag(), kept_to()), (0, 5 * 18));
    std::fs::remove_dir(store.path()).unwrap();
    until("the recovery", || !has_trouble() && kept_to() == 20 * 18).await;
    let loaded = store.load().unwrap().checkpoint.unwrap();
    assert_eq!(loaded.files[0].ranges().low_water(), 20 * 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_not_acknowledged_before_its_dead_letter_is_on_the_disk() {
    let rig = Rig::new();
    rig.write("server.log", 0..5);
    let letters = DeadLetters::new(&rig.state(), "scripted:", 1 << 20);
    std::fs::create_dir(letters.path()).unwrap();
    let reject = |indices: Vec<usize>| Answer::Reject(indices, Rejection::TooOld);
    let sink = Arc::new(Scripted::new([reject(vec![1, 2]), reject(vec![0, 1])]));
    let work = rig.start(&sink);
    until("the trouble", || {
        let standing = work.figures.standing();
        standing
            .trouble
            .as_ref()
            .is_some_and(|trouble| trouble.class == TroubleClass::Disk)
    })
    .await;
    assert_eq!(work.lag(), 36);
    std::fs::remove_dir(letters.path()).unwrap();
    until("the end", || work.lag() == 0).await;
    assert_eq!(rig.dead_letters().len(), 2);
    assert_eq!(sink.taken().len(), 3);
    assert_eq!(
        work.metric("outrigger_logshipper_events_delivered_total", ""),
        3.0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_truncation_destroyed_is_counted_although_nothing_can_be_sent() {
    let mut rig = Rig::new();
    rig.share = 64 << 10;
    rig.write("large.log", 0..300_000);
    let sink = Arc::new(Scripted::new([]).poisoned("large", TroubleClass::Throttled));
    let work = rig.start(&sink);
    let read_to = || {
        let state = work.delivery.progress().lock();
        state
            .files
            .values()
            .map(|file| file.read_to)
            .max()
            .unwrap_or(0)
    };
    until("it is full", || {
        read_to() > 0 && work.metric("outrigger_logshipper_requests_total", "throttled") > 0.0
    })
    .await;
    std::fs::File::create(rig.log("large.log")).unwrap();
    let lost = || work.metric("outrigger_logshipper_lost_bytes_total", "copytruncate");
    until("the loss", || lost() > 0.0).await;
    let size = 300_000 * "large.log 000000\n".len() as u64;
    assert_eq!(lost(), (size - read_to()) as f64);
}
