//! Rotation keeps every byte, in order, whatever happens to the file.

use super::{Place, REMOVAL_TOLD_MS, Removed, RollingFile, Rotation};
use crate::telemetry::rotated::{KEEP_DEFAULT, KEEP_DELIVERED, Keep, Suffix};
use crate::telemetry::undelivered::Undelivered;
use jiff::tz::TimeZone;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// 2026-01-31 23:59:59.123 UTC.
const NOW_MS: i64 = 1_769_903_999_123;
const HOUR_MS: i64 = 3_600_000;

fn place(path: &Path, bytes_max: u64, keep: Keep) -> Place {
    Place {
        path: path.to_owned(),
        zone: TimeZone::UTC,
        rotation: Rotation { bytes_max, keep },
        undelivered: Undelivered::told_in(None),
    }
}

fn open(path: &Path, bytes_max: u64, keep: Keep) -> RollingFile {
    RollingFile::open(place(path, bytes_max, keep), NOW_MS).expect("opened")
}

fn write(file: &mut RollingFile, line: &str, now_ms: i64) {
    let (written, error) = file.write(line.as_bytes(), now_ms);
    assert!(error.is_none() && written == line.len(), "{error:?}");
}

/// Names and contents of the log's files in the order of writing.
fn files(path: &Path) -> Vec<(String, String)> {
    let mut names: Vec<String> = fs::read_dir(path.parent().expect("a directory"))
        .expect("listed")
        .map(|entry| {
            entry
                .expect("entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    // The current file has no suffix and comes last.
    names.sort_by_key(|name| match name.strip_prefix("server.log.") {
        Some(text) => (false, Suffix::parse(text)),
        None => (true, None),
    });
    let text = |name: &String| fs::read_to_string(path.with_file_name(name)).expect("read");
    names
        .iter()
        .map(|name| (name.clone(), text(name)))
        .collect()
}

fn log() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("server.log");
    (dir, path)
}

fn pairs(files: &[(String, String)]) -> Vec<(&str, &str)> {
    files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect()
}

#[test]
fn an_hour_ends_a_file_and_an_empty_file_is_not_rotated() {
    let (_dir, path) = log();
    let mut file = open(&path, 1 << 20, KEEP_DEFAULT);
    write(&mut file, "one\n", NOW_MS + 5 * HOUR_MS);
    write(&mut file, "two\n", NOW_MS + 5 * HOUR_MS);
    write(&mut file, "three\n", NOW_MS + 6 * HOUR_MS);
    assert_eq!(
        pairs(&files(&path)),
        [
            ("server.log.2026-02-01-04", "one\ntwo\n"),
            ("server.log", "three\n")
        ]
    );
}

#[test]
fn size_ends_a_file_within_its_hour_and_an_old_file_is_continued() {
    let (_dir, path) = log();
    let mut file = open(&path, 8, KEEP_DEFAULT);
    for line in ["1234\n", "1\n", "12345678901\n", "x\n"] {
        write(&mut file, line, NOW_MS);
    }
    assert_eq!(
        pairs(&files(&path)),
        [
            ("server.log.2026-01-31-23", "1234\n1\n"),
            ("server.log.2026-01-31-23.1", "12345678901\n"),
            ("server.log", "x\n")
        ]
    );
    drop(file);
    // The restart is in the hour of the file's modification time, which is the machine's own now.
    let now_ms = crate::Clock::real().now_ms();
    let mut file = RollingFile::open(place(&path, 8, KEEP_DEFAULT), now_ms).expect("opened");
    write(&mut file, "y\n", now_ms);
    let last = files(&path).pop().expect("a current file");
    assert!(
        last.1 == "x\ny\n" || last.1 == "y\n",
        "{last:?}: the hour may have ended in between"
    );
}

#[test]
fn only_the_newest_rotated_files_are_kept() {
    let (_dir, path) = log();
    fs::write(path.with_file_name("server.log.gz"), "not ours").expect("written");
    let mut file = open(
        &path,
        1,
        Keep {
            files_max: 2,
            bytes_max: 100,
        },
    );
    for line in ["1\n", "2\n", "3\n", "4\n", "5\n"] {
        write(&mut file, line, NOW_MS);
    }
    let mut kept = files(&path);
    kept.retain(|(name, _)| name != "server.log.gz");
    assert_eq!(
        pairs(&kept),
        [
            ("server.log.2026-01-31-23.2", "3\n"),
            ("server.log.2026-01-31-23.3", "4\n"),
            ("server.log", "5\n")
        ]
    );
    assert!(path.with_file_name("server.log.gz").exists());
}

#[test]
fn a_file_moved_or_deleted_by_others_is_made_anew() {
    let (_dir, path) = log();
    let mut file = open(&path, 1 << 20, KEEP_DEFAULT);
    write(&mut file, "one\n", NOW_MS);
    fs::rename(&path, path.with_file_name("server.log.moved")).expect("renamed");
    write(&mut file, "within the second\n", NOW_MS + 1);
    write(&mut file, "two\n", NOW_MS + 2_000);
    let text = |name| fs::read_to_string(path.with_file_name(name)).expect("read");
    assert_eq!(text("server.log.moved"), "one\nwithin the second\n");
    assert_eq!(text("server.log"), "two\n");
}

#[test]
fn where_no_next_file_can_be_made_the_old_one_goes_on() {
    let (_dir, path) = log();
    let mut file = open(&path, 1, KEEP_DEFAULT);
    write(&mut file, "one\n", NOW_MS);
    fs::create_dir(path.with_file_name(".server.log.next")).expect("in the way");
    write(&mut file, "two\n", NOW_MS);
    assert_eq!(fs::read_to_string(&path).expect("read"), "one\ntwo\n");
}

#[test]
fn an_event_is_never_split_between_files() {
    let (_dir, path) = log();
    let mut file = open(&path, 4, KEEP_DEFAULT);
    write(&mut file, "abc", NOW_MS);
    write(&mut file, "def\n", NOW_MS + HOUR_MS);
    write(&mut file, "ghi\n", NOW_MS + HOUR_MS);
    assert_eq!(
        pairs(&files(&path)),
        [
            ("server.log.2026-01-31-23", "abcdef\n"),
            ("server.log", "ghi\n")
        ]
    );
}

/// What log delivery reports: whole files, by name.
fn report(path: &Path, report: &Path, delivered: &[&str]) {
    let files: Vec<_> = delivered
        .iter()
        .map(|name| {
            let file = fs::metadata(path.with_file_name(name)).expect("there");
            serde_json::json!({
                "device": file.dev(), "inode": file.ino(), "delivered_bytes": file.len()
            })
        })
        .collect();
    // The files have the machine's own time.
    let written_ms = crate::Clock::real().now_ms() + HOUR_MS;
    let text = serde_json::json!({ "version": 1, "written_ms": written_ms, "files": files });
    fs::write(report, text.to_string()).expect("written");
}

#[test]
fn what_is_not_delivered_outlives_what_is_until_the_hard_limit() {
    let (dir, path) = log();
    let told = dir.path().join("undelivered.json");
    let undelivered = Undelivered::told_in(Some(told.clone()));
    let keep = Keep {
        files_max: KEEP_DELIVERED.files_max + 3,
        bytes_max: u64::MAX,
    };
    let place = Place {
        undelivered: undelivered.clone(),
        ..place(&path, 1, keep)
    };
    let mut file = RollingFile::open(place, NOW_MS).expect("opened");
    for line in 0..keep.files_max + 1 {
        write(&mut file, &format!("{line}\n"), NOW_MS);
    }
    let has = |name: &str| path.with_file_name(name).exists();
    let (first, second, third) = (
        "server.log.2026-01-31-23",
        "server.log.2026-01-31-23.1",
        "server.log.2026-01-31-23.2",
    );
    // Of the three that are beyond what is kept of delivered ones, one is delivered.
    report(&path, &told, &[second]);
    write(&mut file, "next\n", NOW_MS);
    assert!(has(first) && !has(second) && has(third));
    assert_eq!(undelivered.removed_bytes(), 0);
    // Where nothing is known, nothing is delivered; the hard limit holds all the same, and each byte is counted.
    fs::remove_file(&told).expect("removed");
    for _ in 0..2 {
        write(&mut file, "more\n", NOW_MS);
    }
    assert!(!has(first) && !has(third));
    assert_eq!(undelivered.removed_bytes(), 4);
    let removed = file.removed_undelivered(NOW_MS);
    assert_eq!(removed, Some(Removed { files: 2, bytes: 4 }));
    // It goes on, and is told of now and then.
    write(&mut file, "more\n", NOW_MS);
    assert_eq!(file.removed_undelivered(NOW_MS), None);
    let removed = file.removed_undelivered(NOW_MS + REMOVAL_TOLD_MS);
    assert_eq!(removed, Some(Removed { files: 1, bytes: 2 }));
}
