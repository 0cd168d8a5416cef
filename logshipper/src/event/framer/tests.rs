//! Bytes and the events of them: by cases, and the same events whatever the chunks.

mod chunks;
mod golden;

use std::ops::ControlFlow;

use jiff::tz::TimeZone;

use super::{Chunk, EVENT_BYTES_MIN, Ending, Framer, Framing, Multiline};
use crate::batch::Batch;
use crate::position::FileKey;

/// When the file was written.
const MODIFIED_MS: i64 = 7;

fn framing(multiline: Multiline, event_bytes_max: usize) -> Framing {
    Framing::new(multiline, TimeZone::UTC, event_bytes_max)
}

/// What became of a file that is read to its end in chunks of `chunk_bytes`: texts as they are sent, and timestamps.
/// Asserts that spans adjoin.
fn read_all(framing: &Framing, bytes: &[u8], chunk_bytes: usize) -> Vec<(String, i64)> {
    let mut framer = Framer::at(0);
    let mut seen = Vec::new();
    let mut end = 0;
    loop {
        let before = framer.offset();
        let from = usize::try_from(before).unwrap();
        let to = bytes.len().min(from + chunk_bytes);
        let chunk = Chunk {
            file: FileKey(3),
            bytes: &bytes[from..to],
            ending: if to == bytes.len() {
                Ending::Final
            } else {
                Ending::Open
            },
            modified_ms: MODIFIED_MS,
        };
        let consumed = framer.frame(framing, chunk, |event| {
            assert_eq!(event.span.start, end, "spans adjoin");
            assert!(event.span.bytes() > 0);
            end = event.span.end;
            let mut batch = Batch::new("".into());
            batch.push(&event);
            assert!(batch.text_bytes() <= framing.event_bytes_max());
            if !event.text.is_empty() {
                let text = String::from_utf8_lossy(batch.texts()).into_owned();
                seen.push((text, event.timestamp_ms));
            }
            ControlFlow::Continue(())
        });
        assert_eq!(before + consumed as u64, framer.offset());
        if consumed == 0 && !framer.is_in_long_line() {
            break;
        }
    }
    assert_eq!(end, bytes.len() as u64, "all of the file is in spans");
    seen
}

fn texts(multiline: Multiline, bytes: &str) -> Vec<String> {
    let framing = framing(multiline, 4096);
    let events = read_all(&framing, bytes.as_bytes(), usize::MAX / 2);
    events.into_iter().map(|(text, _)| text).collect()
}

fn check(bytes: &str, expected: &[&str]) {
    assert_eq!(texts(Multiline::Kafka, bytes), expected);
}

#[test]
fn a_stack_trace_belongs_to_its_line() {
    let trace = "[2026-01-31 23:59:58,123] ERROR a (b)\njava.lang.X: y\n\tat a.B(C.java:1)\n\nCaused by: z\n\t... 12 more";
    let next = "[2026-01-31 23:59:58,124] INFO c (d)";
    check(&format!("{trace}\n{next}\n"), &[trace, next]);
    let lines: Vec<&str> = trace
        .lines()
        .chain([next])
        .filter(|line| !line.is_empty())
        .collect();
    assert_eq!(texts(Multiline::None, &format!("{trace}\n{next}\n")), lines);
}

#[test]
fn lines_before_the_first_start_are_alone() {
    check(
        "x\ny\n\n[2026-01-31 23:59:58,123] a\nb\n",
        &["x", "y", "[2026-01-31 23:59:58,123] a\nb"],
    );
}

#[test]
fn line_ends_of_windows_are_read() {
    check(
        "[2026-01-31 23:59:58,123] a\r\n\tb\r\n\r\n[2026-01-31 23:59:58,124] c\r\n",
        &[
            "[2026-01-31 23:59:58,123] a\r\n\tb",
            "[2026-01-31 23:59:58,124] c",
        ],
    );
}

#[test]
fn blank_lines_are_never_events() {
    check("\n\r\n\n", &[]);
    check("\n\nx\n\n\ny\n\n", &["x", "y"]);
    check(
        "[2026-01-31 23:59:58,123] a\n\n\n",
        &["[2026-01-31 23:59:58,123] a"],
    );
}

#[test]
fn blank_lines_take_no_room_from_the_longest_event() {
    let framing = framing(Multiline::Kafka, EVENT_BYTES_MIN);
    let head = "[2026-01-31 23:59:58,123] ";
    let longest = format!("{head}{}", "x".repeat(EVENT_BYTES_MIN - head.len()));
    let next = "[2026-01-31 23:59:58,124] b";
    for before in [0, 1, 30, 60, 3000] {
        for behind in [1, 2, 60, 3000] {
            let log = format!(
                "{}{longest}{}{next}\n",
                "\n".repeat(before),
                "\n".repeat(behind)
            );
            for chunk_bytes in [framing.window_bytes(), log.len()] {
                let events = read_all(&framing, log.as_bytes(), chunk_bytes);
                let texts: Vec<_> = events.iter().map(|(text, _)| text.as_str()).collect();
                assert_eq!(texts, [longest.as_str(), next], "{before} {behind}");
            }
        }
    }
}

#[test]
fn json_and_garbage_collection_are_line_by_line() {
    let json = r#"{"time":"2026-01-31T22:59:58.123Z","event":"x"}"#;
    let gc = "[2026-01-31T22:59:58.123+0000][info][gc] x";
    check(
        &format!("{json}\n{{}}\n{gc}\nx\ny\n"),
        &[json, "{}", gc, "x", "y"],
    );
}

/// A file that is written by another program after a while.
#[test]
fn the_look_of_a_file_may_change() {
    let kafka = "[2026-01-31 23:59:58,123] a\n\tb";
    let json = r#"{"time":"2026-01-31T22:59:58.123Z"}"#;
    check(
        &format!("{kafka}\n{json}\nc\nd\n{kafka}\n"),
        &[kafka, json, "c", "d", kafka],
    );
    // A date at the head of a line is part of a message where timestamps stand in brackets.
    let message = "[2026-01-31 23:59:58,123] a\n2026-01-31 23:59:58 b";
    check(message, &[message]);
    let bare = "2026-01-31 23:59:58,123 INFO a\n\tb";
    check(&format!("{bare}\n{bare}\n"), &[bare, bare]);
}

#[test]
fn timestamps_are_of_the_line_the_event_before_or_the_file() {
    let framing = framing(Multiline::Kafka, 4096);
    let json = r#"{"n":1,"time":"1970-01-01T00:00:02Z"}"#;
    let bytes = format!(
        "x\n[1970-01-01 00:00:01,001] a\n{{\"time\":\"1970-01-01T00:00:01.5Z\"}}\ny\n{json}\nz\n"
    );
    let events = read_all(&framing, bytes.as_bytes(), usize::MAX / 2);
    let times: Vec<i64> = events.iter().map(|(_, time)| *time).collect();
    assert_eq!(times, [MODIFIED_MS, 1001, 1500, 1500, 2000, 2000]);
}

#[test]
fn a_line_that_is_too_long_is_cut_with_a_mark() {
    let framing = framing(Multiline::Kafka, 1024);
    let long = format!("[2026-01-31 23:59:58,123] {}", "ä".repeat(1000));
    let bytes = format!("{long}\n\tat b\n[2026-01-31 23:59:58,124] c\n");
    let events = read_all(&framing, bytes.as_bytes(), usize::MAX / 2);
    let (text, _) = &events[0];
    let (head, mark) = text.split_once(" [cut: ").unwrap();
    assert!(long.starts_with(head) && head.len() > 980, "{}", head.len());
    assert_eq!(mark, format!("{} bytes]", long.len() - head.len()));
    assert_eq!(events[1].0, "\tat b");
    assert_eq!(events[2].0, "[2026-01-31 23:59:58,124] c");
}

/// What is lost is text: a line's end is none of it, wherever the chunks end.
#[test]
fn what_is_cut_is_counted_without_the_line_end() {
    let framing = framing(Multiline::Kafka, 1024);
    for end in ["\n", "\r\n", ""] {
        let bytes = format!("{}{end}", "x".repeat(3000));
        for chunk_bytes in [framing.window_bytes(), 1500, 2999, 3000, 3001, 9000] {
            let chunk_bytes = chunk_bytes.max(framing.window_bytes());
            let events = read_all(&framing, bytes.as_bytes(), chunk_bytes);
            let (head, mark) = events[0].0.split_once(" [cut: ").unwrap();
            assert_eq!(
                mark,
                format!("{} bytes]", 3000 - head.len()),
                "{end:?} {chunk_bytes}"
            );
        }
    }
}

/// Nothing is lost of it: it goes on in another event, of the same time.
#[test]
fn an_event_of_too_many_lines_goes_on_in_another() {
    let framing = framing(Multiline::Kafka, 1024);
    let line = format!("\t{}", "x".repeat(99));
    let bytes = format!(
        "[1970-01-01 00:00:01,001] a\n{}",
        format!("{line}\n").repeat(30)
    );
    let events = read_all(&framing, bytes.as_bytes(), usize::MAX / 2);
    let count = events.iter().map(|(text, _)| text.matches('x').count());
    assert_eq!(count.sum::<usize>(), 30 * 99);
    assert_eq!(events.len(), 4);
    assert!(events.iter().all(|(_, time)| *time == 1001));
    let many = format!("[1970-01-01 00:00:01,001] a\n{}", "\n".repeat(12_000));
    check(&many, &["[1970-01-01 00:00:01,001] a"]);
}

/// As a file grows: an event is complete when the next begins, or when nothing was written for a while.
#[test]
fn what_is_unfinished_waits() {
    let framing = framing(Multiline::Kafka, 4096);
    let file = "[1970-01-01 00:00:01,001] a\n\tb\n[1970-01-01 00:00:01,002] c\n\n[1970-01-01 00:00:01,003] part";
    let mut framer = Framer::at(0);
    let mut step = |to: usize, ending, expected: &[&str]| {
        let from = usize::try_from(framer.offset()).unwrap();
        let chunk = Chunk {
            file: FileKey(1),
            bytes: &file.as_bytes()[from..to],
            ending,
            modified_ms: 0,
        };
        let mut texts = Vec::new();
        framer.frame(&framing, chunk, |event| {
            texts.push(str::from_utf8(event.text).unwrap().to_owned());
            ControlFlow::Continue(())
        });
        assert_eq!(texts, expected, "{from}..{to}");
    };
    let second = file.find("\n[").unwrap() + 1;
    step(10, Ending::Open, &[]);
    step(10, Ending::Quiet, &[]);
    step(28, Ending::Open, &[]);
    step(second, Ending::Open, &[]);
    // Might still be anything.
    step(second + 5, Ending::Open, &[]);
    step(
        second + 28,
        Ending::Open,
        &["[1970-01-01 00:00:01,001] a\n\tb"],
    );
    step(second + 28, Ending::Quiet, &["[1970-01-01 00:00:01,002] c"]);
    step(second + 29, Ending::Quiet, &[""]);
    step(file.len(), Ending::Open, &[]);
    step(file.len(), Ending::Quiet, &[]);
    step(
        file.len(),
        Ending::Final,
        &["[1970-01-01 00:00:01,003] part"],
    );
    assert_eq!(framer.offset(), file.len() as u64);
}

#[test]
fn events_that_are_not_taken_stay() {
    let framing = framing(Multiline::None, 4096);
    let mut framer = Framer::at(100);
    let chunk = Chunk {
        file: FileKey(1),
        bytes: b"a\nb\nc\n",
        ending: Ending::Open,
        modified_ms: 0,
    };
    let mut left = 2;
    let consumed = framer.frame(&framing, chunk, |_| {
        left -= 1;
        if left == 0 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert_eq!(consumed, 4);
    assert_eq!(framer.offset(), 104);
    assert!(size_of::<Framer>() <= 96);
}
