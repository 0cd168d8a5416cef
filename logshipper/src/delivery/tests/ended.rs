//! Files of which no more will come, although they are there, and compressed ones.

use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::rig::{Answer, Rig, Scripted, Work, until};

fn packed(name: &str, numbers: std::ops::Range<usize>) -> (Vec<String>, Vec<u8>) {
    let lines: Vec<_> = numbers
        .map(|number| format!("{name} {number:06}"))
        .collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    for line in &lines {
        writeln!(encoder, "{line}").unwrap();
    }
    (lines, encoder.finish().unwrap())
}

fn lost(work: &Work) -> f64 {
    work.metric("outrigger_logshipper_lost_bytes_total", "")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_batch_of_two_archives_comes_back_whole() {
    let rig = Rig::new();
    let mut lines = Vec::new();
    for (name, numbers) in [("server.log.1.gz", 0..20), ("server.log.2.gz", 20..40)] {
        let (some, bytes) = packed("server.log", numbers);
        std::fs::write(rig.log(name), bytes).unwrap();
        lines.extend(some);
    }
    let one_batch = |script: Vec<Answer>| {
        let mut sink = Scripted::new(script).with_names();
        (sink.limits.events_max, sink.limits.linger_ms) = (40, 3_600_000);
        Arc::new(sink)
    };
    let sink = one_batch(vec![Answer::TakeUnheard, Answer::Hang]);
    let work = rig.start(&sink);
    until("a request", || !sink.requests().is_empty()).await;
    let first = sink.requests()[0].clone();
    assert_eq!(first.1.len(), 40);
    drop(work);
    let again = one_batch(vec![]);
    let work = rig.start(&again);
    until("all of it", || work.lag() == 0 && !again.taken().is_empty()).await;
    assert_eq!(again.requests(), [first]);
    assert_eq!((again.distinct(), lost(&work)), (lines, 0.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn archives_are_read_one_after_the_other_without_pauses() {
    let rig = Rig::new();
    for number in 0..100 {
        let (_, bytes) = packed(&format!("a-{number:02}"), 0..5);
        std::fs::write(rig.log(&format!("server.log.{number}.gz")), bytes).unwrap();
    }
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    until("all of them", || {
        sink.distinct().len() == 500 && work.lag() == 0
    })
    .await;
    assert_eq!(sink.taken().len(), 500);
}

/// Whatever happens to an ended file's name, nothing of it is counted again, nor sent more than so many times.
async fn check(rig: &Rig, sink: &Arc<Scripted>, work: Work, names: [&str; 3], times_max: usize) {
    let counted = lost(&work);
    for (number, pair) in (900..).zip(names.windows(2)) {
        std::fs::rename(rig.log(pair[0]), rig.log(pair[1])).unwrap();
        let line = rig.write("other.log", number..number + 1).concat();
        until("what was written after it", || sink.taken().contains(&line)).await;
    }
    let is_kept = || {
        let state = work.delivery.progress().lock();
        state.files.values().all(|file| file.kept.is_some())
    };
    until("a checkpoint of all", is_kept).await;
    assert_eq!(lost(&work), counted);
    work.delivery.stop(Duration::from_secs(60)).await;
    let taken = sink.taken();
    for line in sink.distinct() {
        let times = taken.iter().filter(|other| **other == line).count();
        assert!(times <= times_max, "{line}");
    }
    for number in 910..912 {
        let sink = Arc::new(Scripted::new([]));
        let work = rig.start(&sink);
        let line = rig.write("other.log", number..number + 1);
        until("what is new", || !sink.taken().is_empty()).await;
        work.delivery.stop(Duration::from_secs(60)).await;
        assert_eq!(sink.taken(), line);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_that_lacks_what_was_delivered_is_not_delivered_again() {
    let rig = Rig::new();
    rig.write("server.log", 0..20);
    let sink = Arc::new(Scripted::new([]));
    let work = rig.start(&sink);
    until("all", || sink.taken().len() == 20 && work.lag() == 0).await;
    let text = std::fs::read(rig.log("server.log")).unwrap();
    std::fs::write(rig.log("server.log.1"), &text[..10 * 18]).unwrap();
    std::fs::File::create(rig.log("server.log")).unwrap();
    rig.write("server.log", 20..25);
    until("what is new", || sink.distinct().len() == 25).await;
    // The copy may be a log of its own at first, as it is shorter than what it is of.
    let names = ["server.log.1", "server.log.2", "server.log.3"];
    check(&rig, &sink, work, names, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_archive_is_delivered_and_counted_once() {
    let rig = Rig::new();
    let (_, bytes) = packed("server.log", 0..20_000);
    std::fs::write(rig.log("server.log.1.gz"), &bytes[..bytes.len() / 2]).unwrap();
    let mut sink = Scripted::new([]);
    sink.limits.events_max = 1000;
    let sink = Arc::new(sink);
    let work = rig.start(&sink);
    let unreadable = || work.metric("outrigger_logshipper_lost_bytes_total", "unreadable");
    until("its end", || {
        unreadable() > 0.0
            || work
                .delivery
                .progress()
                .lock()
                .files
                .values()
                .any(|file| file.ended_at.is_some())
    })
    .await;
    until("what could be read", || work.lag() == 0).await;
    assert!(!sink.taken().is_empty());
    let names = ["server.log.1.gz", "server.log.2.gz", "server.log.3.gz"];
    check(&rig, &sink, work, names, 1).await;
}
