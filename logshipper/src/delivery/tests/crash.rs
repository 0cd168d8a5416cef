//! A delivery that is dropped is one that crashed: nothing that was under way is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use super::rig::{Answer, Rig, Scripted, until};
use crate::checkpoint::Store;
use crate::sink::TroubleClass;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_not_sent_again_and_the_rest_is() {
    let rig = Rig::new();
    let lines = rig.write("server.log", 0..100);
    // One is never answered, those behind it are: acknowledged ranges lie above the mark.
    let sink = Arc::new(Scripted::new([Answer::Take, Answer::Hang]));
    let work = rig.start(&sink);
    until("all but what hangs", || sink.taken().len() == 90).await;
    until("a checkpoint of it", || {
        let loaded = Store::new(&rig.state(), "scripted:").load().unwrap();
        let entries = loaded
            .checkpoint
            .map(|checkpoint| checkpoint.files)
            .unwrap_or_default();
        entries.first().is_some_and(|entry| {
            let ranges = entry.ranges();
            ranges.low_water() < 1620 && ranges.bytes() == 1620
        })
    })
    .await;
    drop(work);
    let taken = sink.taken();
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    until("the rest", || work.lag() == 0 && sink.taken().len() == 10).await;
    let rest: Vec<_> = lines
        .iter()
        .filter(|line| !taken.contains(line))
        .cloned()
        .collect();
    assert_eq!(sink.taken(), rest);
    work.delivery.stop(Duration::ZERO).await;
    // After a clean end nothing is sent.
    let more = rig.write("server.log", 100..103);
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    until("what is new", || work.lag() == 0 && sink.taken().len() == 3).await;
    assert_eq!(sink.taken(), more);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_crash_loses_anything() {
    let rig = Rig::new();
    let mut lines = Vec::new();
    let mut distinct = Vec::new();
    for round in 0..12 {
        lines.extend(rig.write("server.log", round * 50..round * 50 + 50));
        lines.extend(rig.write("state-change.log", round * 9..round * 9 + 9));
        if round % 3 == 2 {
            std::fs::rename(
                rig.log("server.log"),
                rig.log(&format!("server.log.{round}")),
            )
            .unwrap();
        }
        let answers = [
            Answer::Take,
            Answer::Fail(TroubleClass::Service),
            Answer::TakeUnheard,
            Answer::Leave(vec![round % 10]),
            Answer::Hang,
        ];
        let script = answers.into_iter().cycle().skip(round).take(round + 3);
        let sink = Arc::new(Scripted::new(script));
        let work = rig.start(&sink);
        // Up to the one that is never answered.
        let requests = (round % 4 + 1).min(5 - round % 5);
        until("requests", || sink.requests().len() >= requests).await;
        drop(work);
        distinct.extend(sink.distinct());
    }
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    until("the end", || work.lag() == 0 && !sink.taken().is_empty()).await;
    distinct.extend(sink.distinct());
    distinct.sort();
    distinct.dedup();
    lines.sort();
    assert_eq!(distinct, lines);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_named_comes_back_under_its_name() {
    let rig = Rig::new();
    let lines = rig.write("server.log", 0..25);
    let sink = Arc::new(Scripted::new([Answer::TakeUnheard, Answer::Hang]).with_names());
    let work = rig.start(&sink);
    until("a named request", || sink.requests().len() >= 2).await;
    let (name, texts) = sink.requests()[0].clone();
    assert!(name.is_some());
    drop(work);
    // More comes meanwhile; the named batch is as it was.
    rig.write("server.log", 25..40);
    let again = Arc::new(Scripted::new([]).with_names());
    let work = rig.start(&again);
    until("all", || work.lag() == 0 && !again.taken().is_empty()).await;
    let requests = again.requests();
    assert!(
        requests
            .iter()
            .any(|request| *request == (name.clone(), texts.clone())),
        "{requests:?}"
    );
    assert_eq!(again.distinct()[..25], lines[..]);
    until("the plan is done", || {
        work.delivery.progress().lock().plans.is_empty()
    })
    .await;
    work.delivery.stop(Duration::ZERO).await;
    let loaded = Store::new(&rig.state(), "scripted:").load().unwrap();
    assert_eq!(loaded.checkpoint.unwrap().plans, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn grace_sends_what_was_read_and_no_more() {
    let rig = Rig::new();
    rig.write("server.log", 0..15);
    let mut sink = Scripted::new([]).gated();
    sink.limits.linger_ms = 3_600_000;
    let sink = Arc::new(sink);
    let work = rig.start(&sink);
    until("the first", || !sink.requests().is_empty()).await;
    let stopping = tokio::spawn(work.delivery.stop(Duration::from_secs(3600)));
    // The batch that would have waited an hour goes at once.
    sink.gate.as_ref().unwrap().add_permits(2);
    stopping.await.unwrap();
    assert_eq!(sink.taken().len(), 15);

    // What was written a moment before the end goes, too.
    let late = rig.write("server.log", 15..18);
    let sink = Arc::new(Scripted::new([]));
    rig.start(&sink)
        .delivery
        .stop(Duration::from_secs(3600))
        .await;
    assert_eq!(sink.taken(), late);

    let hanging = Arc::new(Scripted::new([Answer::Hang]));
    rig.write("server.log", 18..19);
    let work = rig.start(&hanging);
    until("a request", || !hanging.requests().is_empty()).await;
    work.delivery.stop(Duration::ZERO).await;
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    until("what hung", || work.lag() == 0 && sink.taken().len() == 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_gone_is_counted_once() {
    let rig = Rig::new();
    rig.write("server.log", 0..20);
    let sink = Arc::new(Scripted::new([Answer::Take, Answer::Hang]));
    let work = rig.start(&sink);
    until("half of it", || {
        sink.taken().len() == 10 && work.lag() == 180
    })
    .await;
    work.delivery.stop(Duration::ZERO).await;
    std::fs::remove_file(rig.log("server.log")).unwrap();
    for lost in [180.0, 0.0] {
        let work = rig.start(&Arc::new(Scripted::new([])));
        until("the look", || {
            let state = work.delivery.progress().lock();
            state
                .missing
                .iter()
                .all(|missing| missing.entry.missing_since_ms.is_some())
        })
        .await;
        until("the count", || {
            work.metric("outrigger_logshipper_lost_bytes_total", "vanished") == lost
        })
        .await;
        work.delivery.stop(Duration::ZERO).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_left_out_is_not_lost() {
    let mut rig = Rig::new();
    let lines = rig.write("server.log", 0..20);
    let sink = Arc::new(Scripted::new([Answer::Take, Answer::Hang]));
    let work = rig.start(&sink);
    until("half of it", || {
        sink.taken().len() == 10 && work.lag() == 180
    })
    .await;
    work.delivery.stop(Duration::ZERO).await;
    for name in ["server.log", "server.log.1"] {
        std::fs::rename(rig.log("server.log"), rig.log(name)).unwrap();
        rig.glob = "other*";
        let work = rig.start(&Arc::new(Scripted::new([])));
        until("the look", || {
            let state = work.delivery.progress().lock();
            let mut missing = state.missing.iter();
            missing.all(|missing| missing.entry.missing_since_ms.is_some())
        })
        .await;
        work.delivery.stop(Duration::ZERO).await;
        let families = work.registry.gather();
        let lost = families
            .iter()
            .filter(|family| family.name() == "outrigger_logshipper_lost_bytes_total")
            .flat_map(|family| family.get_metric());
        let lost: f64 = lost.map(|metric| metric.get_counter().get_value()).sum();
        assert_eq!(lost, 0.0);
    }
    rig.glob = "server*";
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    until("the rest", || sink.taken().len() == 10 && work.lag() == 0).await;
    assert_eq!(sink.taken(), lines[10..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_again_yet_is_read_later() {
    let rig = Rig::new();
    let mut lines = rig.write("server.log", 0..10);
    let sink = Arc::new(Scripted::new([Answer::Hang]).with_names());
    let work = rig.start(&sink);
    until("a request", || !sink.requests().is_empty()).await;
    drop(work);
    // As if the file's end could not be read at the moment.
    let store = Store::new(&rig.state(), "scripted:");
    let mut checkpoint = store.load().unwrap().checkpoint.unwrap();
    checkpoint.plans[0].spans[0].end += 5 * 18;
    store.save(&checkpoint).unwrap();
    let sink = Arc::new(Scripted::new([]).with_names());
    let work = rig.start(&sink);
    until("what is there", || sink.taken().len() == 10).await;
    lines.extend(rig.write("server.log", 10..25));
    until("the rest", || sink.taken().len() == 25 && work.lag() == 0).await;
    assert_eq!(sink.taken(), lines);
    assert_eq!(
        work.metric("outrigger_logshipper_lost_bytes_total", ""),
        0.0
    );
}
