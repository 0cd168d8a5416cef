//! The catalogue's own thread, and the kernel's reports.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use service::Clock;
use tempfile::TempDir;

use super::rig::{append, line, text};
use crate::input::{Catalogue, InputSettings, Read};

/// After so long nothing more is expected: a machine with 70 waiting processes takes over a minute.
const LIMIT: Duration = Duration::from_secs(300);

/// Reads everything until so many lines have come, or the limit has passed; returns the lines.
fn read_until(catalogue: &Catalogue, lines: usize) -> Vec<String> {
    read_while(catalogue, |got| got.len() < lines)
}

/// Reads everything for as long as it `is_awaited`, or until the limit has passed; returns the lines.
fn read_while(catalogue: &Catalogue, is_awaited: impl Fn(&[String]) -> bool) -> Vec<String> {
    let clock = Clock::real();
    let begun = clock.monotonic();
    let mut readers = Vec::new();
    let mut got = Vec::new();
    let mut buffer = Vec::new();
    let changed = Arc::new((Mutex::new(false), Condvar::new()));
    let wake = Arc::clone(&changed);
    let watch = catalogue.watch(Box::new(move |_| {
        *wake.0.lock().unwrap() = true;
        wake.1.notify_all();
    }));
    while is_awaited(&got) && clock.monotonic() - begun < LIMIT {
        for file in catalogue.files() {
            let known = |reader: &crate::input::Reader| reader.file().key() == file.key();
            if !readers.iter().any(known) {
                readers.push(file.reader(0, 0));
            }
        }
        for reader in &mut readers {
            while reader.has_news() {
                let Read::Bytes(_) = reader.read(&mut buffer, 1 << 16).unwrap() else {
                    break;
                };
                let complete = memchr::memrchr(b'\n', &buffer).map_or(0, |end| end + 1);
                let text = String::from_utf8(buffer[..complete].to_vec()).unwrap();
                got.extend(text.lines().map(str::to_owned));
                reader.consume(&buffer, complete);
                reader.acked(reader.offset());
                if complete == 0 {
                    break;
                }
            }
        }
        let waiting = changed.0.lock().unwrap();
        let limit = Duration::from_millis(100);
        *changed
            .1
            .wait_timeout_while(waiting, limit, |changed| !*changed)
            .unwrap()
            .0 = false;
    }
    catalogue.unwatch(watch);
    got
}

fn start(folder: &TempDir, glob: &str) -> Catalogue {
    let glob = format!("{}/{glob}", folder.path().display());
    Catalogue::start(InputSettings::new(vec![glob]), Vec::new(), Clock::real()).unwrap()
}

fn check(mut got: Vec<String>, lines: usize) {
    got.sort_unstable();
    let mut expected: Vec<String> = (0..lines).map(line).collect();
    expected.sort_unstable();
    assert_eq!(got.len(), lines);
    assert!(got == expected, "lines are missing, or twice, or torn");
}

fn truncate(path: &Path) {
    let file = fs::File::options().write(true).open(path).unwrap();
    file.set_len(0).unwrap();
}

#[test]
fn a_thousand_renames_without_a_pause_lose_nothing() {
    for glob in ["server.log", "server.log*"] {
        let folder = tempfile::tempdir().unwrap();
        let active = folder.path().join("server.log");
        let catalogue = start(&folder, glob);
        let rotated = folder.path().to_owned();
        let writer = thread::spawn(move || {
            for turn in 0..1_000 {
                append(&active, &text(turn * 3..turn * 3 + 3));
                fs::rename(&active, rotated.join(format!("server.log.{turn:04}"))).unwrap();
            }
        });
        let got = read_until(&catalogue, 3_000);
        writer.join().unwrap();
        check(got, 3_000);
    }
}

#[test]
fn five_hundred_copies_and_truncations_without_a_pause_lose_nothing_and_bring_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let active = folder.path().join("server.log");
    let catalogue = start(&folder, "server.log");
    let rotated = folder.path().to_owned();
    let writer = thread::spawn(move || {
        for turn in 0..500 {
            append(&active, &text(turn * 3..turn * 3 + 3));
            fs::copy(&active, rotated.join(format!("server.log.{turn:04}"))).unwrap();
            truncate(&active);
        }
    });
    let got = read_until(&catalogue, 1_500);
    writer.join().unwrap();
    check(got, 1_500);
}

#[test]
fn what_is_truncated_again_and_again_comes_whole_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let active = folder.path().join("server.log");
    let catalogue = start(&folder, "server.log");
    // Of all lengths, so that some are longer than what was read of the one before.
    let lives: Vec<usize> = (1..=5_000).map(|life| life * 7 % 60).collect();
    let written: usize = lives.iter().sum();
    let writer = thread::spawn(move || {
        let mut number = 0;
        for life in lives {
            for _ in 0..life {
                append(&active, &text(number..number + 1));
                number += 1;
            }
            truncate(&active);
        }
        append(&active, &text(number..number + 1));
    });
    // What a truncation took before it was read is gone; the last life stays.
    let last = line(written);
    let mut got = read_while(&catalogue, |got| got.last() != Some(&last));
    writer.join().unwrap();
    let count = got.len();
    got.sort_unstable();
    got.dedup();
    assert_eq!(got.len(), count, "some lines came twice");
    let expected: HashSet<String> = (0..=written).map(line).collect();
    assert!(got.contains(&last), "the last line is missing");
    assert!(got.iter().all(|line| expected.contains(line)), "torn lines");
}

#[test]
fn new_directories_and_what_is_renamed_into_them_are_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let catalogue = start(&folder, "*/server.log");
    let outside = tempfile::tempdir_in(folder.path().parent().unwrap()).unwrap();
    append(&outside.path().join("server.log"), &text(0..3));
    fs::create_dir(folder.path().join("a")).unwrap();
    fs::rename(
        outside.path().join("server.log"),
        folder.path().join("a/server.log"),
    )
    .unwrap();
    check(read_until(&catalogue, 3), 3);
}

#[test]
fn a_directory_that_is_made_again_is_watched_again() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    let catalogue = start(&folder, "logs/*.log");
    for turn in 0..5 {
        fs::create_dir(&logs).unwrap();
        append(&logs.join("server.log"), &text(turn..turn + 1));
        // What was deleted is still open, and read again from its beginning.
        check(read_until(&catalogue, turn + 1), turn + 1);
        fs::remove_dir_all(&logs).unwrap();
    }
}

#[test]
fn a_busy_file_is_read_while_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let active = folder.path().join("server.log");
    append(&active, "");
    let catalogue = start(&folder, "server.log");
    let stop = Arc::new(AtomicBool::new(false));
    let written = Arc::new(AtomicU64::new(0));
    let (stopped, count) = (Arc::clone(&stop), Arc::clone(&written));
    let writer = thread::spawn(move || {
        let mut number = 0;
        while !stopped.load(Ordering::Acquire) && number < 20_000 {
            append(&active, &text(number..number + 1));
            number += 1;
            count.store(number as u64, Ordering::Release);
        }
        number
    });
    let got = read_until(&catalogue, 5_000);
    stop.store(true, Ordering::Release);
    let total = writer.join().unwrap();
    assert!(
        got.len() >= 5_000 && got.len() <= total,
        "{} of {total}",
        got.len()
    );
    assert_eq!(got, (0..got.len()).map(line).collect::<Vec<_>>());
}
