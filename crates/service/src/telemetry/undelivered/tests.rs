//! What counts as delivered, and what does not.

use super::Undelivered;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Ten bytes on the disk, and what a report of this text makes of them.
fn check(text: impl Fn(&fs::Metadata, i64) -> String, expected: u64) {
    let dir = tempfile::tempdir().expect("temp dir");
    let log = dir.path().join("server.log.2026-01-31-23");
    fs::write(&log, "123456789\n").expect("written");
    let file = fs::metadata(&log).expect("there");
    let modified_ms = file.mtime() * 1_000 + file.mtime_nsec() / 1_000_000;
    let report = dir.path().join("undelivered.json");
    let text = text(&file, modified_ms);
    fs::write(&report, &text).expect("written");
    let read = Undelivered::told_in(Some(report)).read().expect("kept");
    assert_eq!(read.lacks(&file), expected, "{text}");
}

fn text(version: u32, written_ms: i64, file: &fs::Metadata, delivered: u64) -> String {
    format!(
        r#"{{"version":{version},"written_ms":{written_ms},"files":[{{"device":{},"inode":{},"delivered_bytes":{delivered}}}]}}"#,
        file.dev(),
        file.ino()
    )
}

#[test]
fn only_what_is_known_to_be_delivered_is() {
    check(|file, now_ms| text(1, now_ms + 1, file, 10), 0);
    check(|file, now_ms| text(1, now_ms + 1, file, 7), 3);
    check(|file, now_ms| text(1, now_ms + 1, file, 99), 0);
    // Written to since: another file may have had its inode when the report was made.
    check(|file, now_ms| text(1, now_ms, file, 10), 10);
    check(|file, now_ms| text(2, now_ms + 1, file, 10), 10);
    check(
        |_, _| r#"{"version":1,"written_ms":1,"files":[]}"#.to_owned(),
        10,
    );
    check(|_, _| "{".to_owned(), 10);
    check(|_, _| String::new(), 10);
}

#[test]
fn without_a_report_all_is_kept_and_without_the_key_nothing_is() {
    let missing = Path::new("/nonexistent/undelivered.json").to_owned();
    let file = fs::metadata("/proc/self/exe").expect("there");
    let read = Undelivered::told_in(Some(missing)).read().expect("kept");
    assert_eq!(read.lacks(&file), file.len());
    assert!(Undelivered::told_in(None).read().is_none());
}
