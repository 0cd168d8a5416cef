//! Renames, truncations, copies, links and deletions while the process runs.

use std::fs;
use std::os::unix::fs::symlink;

use super::rig::{Rig, line, text};
use crate::input::{StartAt, State};

#[test]
fn what_is_appended_is_read_once_and_only_to_line_ends() {
    let mut rig = Rig::new(&["*.log"]);
    rig.append("server.log", "one\ntw");
    rig.settle();
    rig.assert_lines(["one".to_owned()]);
    rig.append("server.log", "o\n");
    rig.settle();
    rig.settle();
    rig.assert_lines(["one".to_owned(), "two".to_owned()]);
    assert_eq!(rig.catalogue.figures().files, 1);
}

#[test]
fn nothing_is_followed_before_its_first_line_is_there() {
    let mut rig = Rig::new(&["*.log"]);
    rig.append("server.log", "half");
    rig.settle();
    assert!(rig.catalogue.files().is_empty());
    rig.append("server.log", "\n");
    rig.settle();
    rig.assert_lines(["half".to_owned()]);
}

#[test]
fn a_rename_keeps_the_file_and_its_id() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..3));
    rig.settle();
    let id = rig.catalogue.files()[0].file_id().clone();
    rig.append("server.log", &text(3..5));
    rig.rename("server.log", "server.log.1");
    rig.append("server.log", &text(5..6));
    rig.settle();
    rig.assert_lines((0..6).map(line));
    let files = rig.catalogue.files();
    assert_eq!(files.len(), 2);
    assert_eq!(files[0].file_id(), &id);
    assert_eq!(files[0].path(), rig.path("server.log.1"));
    assert_eq!(&**files[0].log(), "server.log");
}

#[test]
fn a_numbered_chain_is_followed_to_its_end() {
    let mut rig = Rig::new(&["server.log"]);
    for turn in 0..20 {
        rig.append("server.log", &text(turn * 3..turn * 3 + 2));
        rig.round();
        rig.append("server.log", &text(turn * 3 + 2..turn * 3 + 3));
        for (from, to) in [
            ("server.log.2", "server.log.3"),
            ("server.log.1", "server.log.2"),
            ("server.log", "server.log.1"),
        ] {
            if rig.path(from).exists() {
                rig.rename(from, to);
            }
        }
        if turn % 3 == 0 {
            rig.drain();
        }
    }
    rig.settle();
    rig.rest();
    rig.assert_lines((0..60).map(line));
    rig.assert_nothing_lost();
}

#[test]
fn renames_between_two_looks_lose_nothing_although_only_the_active_name_is_named() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..1));
    rig.settle();
    for turn in 1..200 {
        rig.rename("server.log", &format!("server.log.2026-01-31-{turn:03}"));
        rig.append("server.log", &text(turn..turn + 1));
    }
    rig.settle();
    rig.rest();
    rig.assert_lines((0..200).map(line));
}

#[test]
fn siblings_that_were_there_before_are_not_followed_from_the_end() {
    let mut rig = Rig::with(&["server.log"], |settings| settings.start_at = StartAt::End);
    rig.append("server.log.1", &text(0..5));
    rig.settle();
    rig.append("server.log", &text(5..6));
    rig.settle();
    rig.rest();
    rig.assert_lines((5..6).map(line));
    rig.rename("server.log.1", "server.log.2");
    rig.rename("server.log", "server.log.1");
    rig.append("server.log", &text(6..7));
    rig.settle();
    rig.rest();
    rig.assert_lines((5..7).map(line));
}

#[test]
fn the_last_line_without_an_end_is_shipped_when_nobody_writes_any_more() {
    let mut rig = Rig::new(&["server.log*"]);
    rig.append("server.log", "one\nrest");
    rig.settle();
    rig.rename("server.log", "server.log.1");
    rig.settle();
    rig.assert_lines(["one".to_owned()]);
    assert_eq!(rig.catalogue.files()[0].state(), State::Live);
    rig.rest();
    assert_eq!(rig.catalogue.files()[0].state(), State::Final);
    rig.assert_lines(["one".to_owned(), "rest".to_owned()]);
}

#[test]
fn a_deleted_file_is_read_to_its_end_and_then_let_go() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..2));
    rig.round();
    rig.append("server.log", &text(2..4));
    rig.delete("server.log");
    rig.round();
    assert!(rig.catalogue.figures().held_deleted_bytes > 0);
    rig.drain();
    rig.assert_lines((0..4).map(line));
    for _ in 0..30 {
        rig.rest();
    }
    rig.assert_nothing_lost();
    assert!(rig.catalogue.files().is_empty());
    let figures = rig.catalogue.figures();
    assert_eq!((figures.open_files, figures.held_deleted_bytes), (0, 0));
}

#[test]
fn deleted_and_created_again_is_another_file() {
    let mut rig = Rig::new(&["server.log"]);
    for turn in 0..10 {
        rig.append("server.log", &text(turn..turn + 1));
        rig.settle();
        rig.delete("server.log");
    }
    rig.settle();
    rig.assert_lines((0..10).map(line));
}

#[test]
fn a_truncated_file_begins_anew_and_what_was_not_read_is_counted() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..4));
    rig.round();
    rig.drain_sink(0, u64::MAX);
    rig.drain_sink(1, (line(0).len() + 1) as u64);
    rig.truncate("server.log");
    rig.append("server.log", &text(4..5));
    rig.settle();
    rig.rest();
    assert_eq!(rig.lines(0).len(), 5);
    assert_eq!(rig.lines(1), [line(0), line(4)]);
    assert_eq!(rig.lost[0].get("truncated"), Some(&0));
    assert_eq!(
        rig.lost[1].get("truncated"),
        Some(&(3 * (line(0).len() as u64 + 1)))
    );
    assert_eq!(rig.catalogue.figures().truncations, 1);
}

#[test]
fn a_file_that_was_truncated_and_refilled_between_two_reads_is_noticed() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..3));
    rig.settle();
    rig.truncate("server.log");
    rig.append("server.log", &text(100..110));
    // No round: the reader itself sees that what it read is not there.
    rig.drain();
    rig.assert_lines((0..3).map(line));
    rig.settle();
    rig.rest();
    rig.assert_lines((0..3).chain(100..110).map(line));
    assert_eq!(rig.catalogue.figures().truncations, 1);
}

#[test]
fn copytruncate_loses_nothing_that_the_copy_has() {
    let mut rig = Rig::new(&["server.log"]);
    for turn in 0..5 {
        rig.append("server.log", &text(turn * 10..turn * 10 + 5));
        rig.settle();
        rig.append("server.log", &text(turn * 10 + 5..turn * 10 + 10));
        if turn % 2 == 0 {
            rig.round();
        }
        for (from, to) in [
            ("server.log.2", "server.log.3"),
            ("server.log.1", "server.log.2"),
        ] {
            if rig.path(from).exists() {
                rig.rename(from, to);
            }
        }
        rig.copy("server.log", "server.log.1");
        if turn % 3 == 0 {
            rig.settle();
        }
        rig.truncate("server.log");
    }
    rig.settle();
    rig.rest();
    rig.assert_lines((0..50).map(line));
    rig.assert_nothing_lost();
    assert_eq!(rig.catalogue.figures().truncations, 5);
    assert_eq!(rig.catalogue.figures().truncations_made_good, 5);
}

#[test]
fn a_copy_beside_its_original_is_not_shipped_twice() {
    let mut rig = Rig::new(&["server.log*"]);
    rig.append("server.log", &text(0..10));
    rig.settle();
    rig.copy("server.log", "server.log.bak");
    rig.settle();
    rig.rest();
    rig.append("server.log", &text(10..12));
    rig.rest();
    rig.assert_lines((0..12).map(line));
    // It goes its own way: then it is a file of its own.
    rig.append("server.log.bak", "other\n");
    rig.rest();
    assert_eq!(rig.lines(0).len(), 23);
}

#[test]
fn equal_beginnings_are_not_confused() {
    let mut rig = Rig::new(&["*.log", "*.out"]);
    let banner = "===> User\n".repeat(200);
    for name in ["a.log", "b.log", "c.out", "d.out.1", "d.out"] {
        rig.append(name, &banner);
    }
    rig.settle();
    for (number, name) in ["a.log", "b.log", "c.out", "d.out.1", "d.out"]
        .into_iter()
        .enumerate()
    {
        rig.append(name, &text(number..number + 1));
        rig.settle();
    }
    rig.rest();
    for sink in 0..2 {
        let lines = rig.lines(sink);
        assert_eq!(
            lines.iter().filter(|line| line.starts_with('[')).count(),
            5,
            "sink {sink}"
        );
        assert_eq!(
            lines.iter().filter(|line| line.starts_with('=')).count(),
            1000
        );
    }
}

#[test]
fn a_crash_loop_of_equal_short_logs_is_shipped_in_full() {
    let mut rig = Rig::new(&["server.out*"]);
    rig.append("server.out", &text(0..2));
    rig.settle();
    for turn in 1..30 {
        // Two starts between looks: the one in the middle is first seen under its rotated name.
        for _ in 0..2 {
            for number in (1..60).rev() {
                let from = rig.path(&format!("server.out.{number}"));
                if from.exists() {
                    fs::rename(from, rig.path(&format!("server.out.{}", number + 1))).unwrap();
                }
            }
            rig.rename("server.out", "server.out.1");
            rig.append("server.out", &text(0..2));
        }
        if turn % 4 == 0 {
            rig.settle();
        } else {
            rig.round();
        }
    }
    rig.settle();
    rig.rest();
    assert_eq!(rig.lines(0).len(), 2 * 59);
    assert_eq!(rig.lines(1).len(), 2 * 59);
}

#[test]
fn a_link_that_is_switched_is_a_rotation() {
    let mut rig = Rig::new(&["current.log"]);
    rig.append("log-a", &text(0..2));
    symlink(rig.path("log-a"), rig.path("current.log")).unwrap();
    rig.settle();
    rig.append("log-a", &text(2..3));
    rig.append("log-b", &text(3..4));
    fs::remove_file(rig.path("current.log")).unwrap();
    symlink(rig.path("log-b"), rig.path("current.log")).unwrap();
    rig.settle();
    rig.append("log-a", &text(4..5));
    rig.settle();
    rig.assert_lines((0..5).map(line));
}

#[test]
fn hard_links_are_one_file() {
    let mut rig = Rig::new(&["server.log*"]);
    rig.append("server.log", &text(0..3));
    fs::hard_link(rig.path("server.log"), rig.path("server.log.1")).unwrap();
    rig.settle();
    rig.delete("server.log");
    rig.append("server.log.1", &text(3..4));
    rig.settle();
    rig.rest();
    rig.assert_lines((0..4).map(line));
}

#[test]
fn a_reused_inode_is_another_file() {
    // On this file system a deleted inode's number is given again at once.
    let folder = tempfile::Builder::new().tempdir_in("/dev/shm");
    let folder = folder.unwrap_or_else(|_| tempfile::tempdir().unwrap());
    let mut rig = Rig::within(folder, &["server.log"], |settings| {
        settings.open_files_max = 1
    });
    for turn in 0..50 {
        rig.append("server.log", &text(turn * 2..turn * 2 + 2));
        rig.settle();
        // Nothing keeps the inode: what was read is closed.
        rig.catalogue
            .files()
            .iter()
            .for_each(|file| file.source().close());
        rig.delete("server.log");
    }
    rig.rest();
    rig.assert_lines((0..100).map(line));
    rig.assert_nothing_lost();
}
