//! Files beside each other, and a sink that is down.

use std::sync::Arc;

use super::rig::{Rig, Scripted, until};
use crate::sink::TroubleClass;

#[tokio::test(flavor = "multi_thread")]
async fn no_file_starves() {
    let rig = Rig::new();
    for file in 0..40 {
        rig.write(&format!("small-{file}.log"), 0..3);
    }
    rig.write("large.log", 0..200_000);
    let mut sink = Scripted::new([]).gated();
    sink.limits.events_max = 1000;
    let sink = Arc::new(sink);
    let work = rig.start(&sink);
    // After a chunk of the large one all small ones have their turn.
    sink.gate.as_ref().unwrap().add_permits(40);
    until("the small ones", || {
        sink.distinct()
            .iter()
            .filter(|line| line.starts_with("small"))
            .count()
            == 120
    })
    .await;
    assert!(work.lag() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sink_that_is_down_holds_no_more_than_its_share() {
    let mut rig = Rig::new();
    rig.share = 1 << 20;
    rig.write("large.log", 0..300_000);
    let mut sink = Scripted::new([]).poisoned("large", TroubleClass::Service);
    sink.limits.events_max = 1000;
    let work = rig.start(&Arc::new(sink));
    until("it is full", || {
        let state = work.delivery.progress().lock();
        state.files.values().any(|file| file.events_open > 3000)
    })
    .await;
    until("attempts", || {
        work.metric("outrigger_logshipper_requests_total", "service") > 3.0
    })
    .await;
    let state = work.delivery.progress().lock();
    let read: u64 = state.files.values().map(|file| file.read_to).sum();
    // The share, and a chunk that was read when there was still room.
    assert!(read < (1 << 20) + (512 << 10), "{read}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_destinations_find_room_by_turns() {
    let mut rig = Rig::new();
    rig.share = 64 << 10;
    for file in 0..50 {
        rig.write(&format!("file-{file:02}.log"), 0..500);
    }
    let mut sink = Scripted::new([]).by_log();
    sink.limits.linger_ms = 3_600_000;
    sink.limits.events_max = 100_000;
    let sink = Arc::new(sink);
    let work = rig.start(&sink);
    // Nothing is full and nothing is due: what moves it is that there is no room. The last ones stay open.
    until("most of it", || sink.taken().len() > 20_000).await;
    drop(work);
}
