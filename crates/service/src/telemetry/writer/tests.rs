//! Nothing queued is lost: not at the end, not between threads, not while the disk fails.

use super::{QUEUE_BYTES_MAX, Writer};
use crate::clock::Clock;
use crate::telemetry::rolling::{Place, Rotation};
use crate::telemetry::rotated::KEEP_DEFAULT;
use crate::telemetry::sink::Sink;
use crate::telemetry::undelivered::Undelivered;
use jiff::tz::TimeZone;
use std::fs;
use std::path::Path;

fn start(path: &Path) -> Writer {
    let rotation = Rotation {
        bytes_max: 1 << 30,
        keep: KEEP_DEFAULT,
    };
    let sink = Sink::file(Place {
        path: path.to_owned(),
        zone: TimeZone::UTC,
        rotation,
        undelivered: Undelivered::told_in(None),
    });
    let (clock, _hands) = Clock::manual(1_769_903_999_123);
    Writer::start(vec![sink], clock).expect("started")
}

#[test]
fn lines_of_many_threads_arrive_whole_and_in_each_threads_order() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("server.log");
    let writer = start(&path);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let queue = writer.queue();
            scope.spawn(move || {
                for line in 0..5_000 {
                    queue.push(0, format!("{thread} {line}\n").as_bytes());
                }
            });
        }
    });
    drop(writer);
    let text = fs::read_to_string(&path).expect("read");
    let mut next = [0; 4];
    for line in text.lines() {
        let (thread, number) = line.split_once(' ').expect("two numbers");
        let thread: usize = thread.parse().expect("thread");
        assert_eq!(number.parse::<usize>().expect("number"), next[thread]);
        next[thread] += 1;
    }
    assert_eq!(next, [5_000; 4]);
}

#[test]
fn flush_returns_when_the_file_has_everything() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("server.log");
    let writer = start(&path);
    writer.queue().push(0, b"one\n");
    writer.queue().flush();
    assert_eq!(fs::read(&path).expect("read"), b"one\n");
}

#[test]
fn a_failing_disk_keeps_what_fits_counts_the_rest_and_recovers() {
    let dir = tempfile::tempdir().expect("temp dir");
    let missing = dir.path().join("missing");
    let path = missing.join("server.log");
    let writer = start(&path);
    let queue = writer.queue();
    queue.push(0, b"first\n");
    while !queue.lock().failing {
        std::thread::yield_now();
    }
    let line = vec![b'x'; 1 << 20];
    for _ in 0..QUEUE_BYTES_MAX / line.len() + 2 {
        queue.push(0, &line);
    }
    assert_eq!(queue.lost(), 2);
    fs::create_dir(&missing).expect("created");
    while queue.lock().failing {
        std::thread::yield_now();
    }
    drop(queue);
    drop(writer);
    let text = fs::read_to_string(&path).expect("read");
    assert!(text.starts_with("first\n"));
    assert!(text.contains(" WARN 2 events were not logged (outrigger.service.telemetry)\n"));
    let kept = text.bytes().filter(|&byte| byte == b'x').count();
    assert_eq!(kept, QUEUE_BYTES_MAX);
}
