//! Dead letters, and the limit of their files.

use super::{DeadLetters, Letter};

fn letter(number: u64) -> Letter {
    let about = Letter::new(format!("line {number}").as_bytes());
    Letter {
        sink: "kinesis:x".to_owned(),
        offset: number,
        ..about
    }
}

#[test]
fn letters_are_read_as_they_were_written() {
    for text in [&b"plain \"text\"\n\tat x"[..], b"\xff\x00 no text", b""] {
        let mut line = Vec::new();
        Letter::new(text).write(&mut line).unwrap();
        assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        assert_eq!(Letter::read(&line).unwrap().text().unwrap(), text);
    }
    assert!(Letter::read(b"{\"version\":1}").is_err());
    let mut line = Vec::new();
    letter(1).write(&mut line).unwrap();
    let newer = String::from_utf8(line)
        .unwrap()
        .replace("\"version\":1", "\"version\":2");
    assert!(
        Letter::read(newer.as_bytes())
            .unwrap_err()
            .to_string()
            .contains("version 2")
    );
}

#[test]
fn the_oldest_are_dropped_and_counted() {
    let directory = tempfile::tempdir().unwrap();
    let letters = DeadLetters::new(directory.path(), "kinesis:x", 4000);
    let mut dropped = 0;
    for number in 0..100 {
        dropped += letters.write(&[letter(number)]).unwrap().dropped;
    }
    let mut kept: Vec<u64> = Vec::new();
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory.path()).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        bytes += text.len();
        kept.extend(
            text.lines()
                .map(|line| Letter::read(line.as_bytes()).unwrap().offset),
        );
    }
    kept.sort_unstable();
    assert!(bytes <= 4000 && dropped > 0);
    assert_eq!(kept, (dropped..100).collect::<Vec<_>>());
}

#[test]
fn a_new_writer_goes_on_behind_the_old_ones() {
    let directory = tempfile::tempdir().unwrap();
    for number in 0..3 {
        let letters = DeadLetters::new(directory.path(), "kinesis:x", 1 << 20);
        letters.write(&[letter(number)]).unwrap();
    }
    let path = DeadLetters::new(directory.path(), "kinesis:x", 1 << 20)
        .path()
        .to_owned();
    assert_eq!(std::fs::read_to_string(path).unwrap().lines().count(), 3);
}
