//! Descriptors, held bytes, many files, and what cannot be read.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::rig::{Rig, line, text};
use crate::input::WhenBehind;

#[test]
fn files_beyond_the_limit_are_closed_and_opened_again() {
    let mut rig = Rig::with(&["*.log"], |settings| settings.open_files_max = 10);
    for file in 0..100 {
        rig.append(&format!("{file}.log"), &text(file..file + 1));
    }
    rig.settle();
    rig.round();
    assert!(
        rig.catalogue.figures().open_files <= 10,
        "{:?}",
        rig.catalogue.figures()
    );
    for file in 0..100 {
        rig.append(&format!("{file}.log"), &text(100 + file..101 + file));
        rig.rename(&format!("{file}.log"), &format!("{file}.moved.log"));
    }
    rig.settle();
    rig.assert_lines((0..200).map(line));
    rig.round();
    assert!(rig.catalogue.figures().open_files <= 10);
}

#[test]
fn ten_thousand_files_are_followed() {
    let mut rig = Rig::with(&["*/*.log"], |settings| settings.open_files_max = 100);
    for folder in 0..10 {
        fs::create_dir(rig.path(&folder.to_string())).unwrap();
        for file in 0..1000 {
            let number = folder * 1000 + file;
            rig.append(&format!("{folder}/{file}.log"), &text(number..number + 1));
        }
    }
    rig.settle();
    rig.assert_lines((0..10_000).map(line));
    assert!(
        rig.catalogue.figures().open_files <= 102,
        "{:?}",
        rig.catalogue.figures()
    );
}

#[test]
fn what_vanishes_while_it_is_closed_is_counted() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..3));
    rig.round();
    rig.drain_sink(0, u64::MAX);
    rig.drain_sink(1, 1 + line(0).len() as u64);
    rig.catalogue
        .files()
        .iter()
        .for_each(|file| file.source().close());
    rig.delete("server.log");
    rig.settle();
    rig.rest();
    assert_eq!(rig.lines(1), [line(0)]);
    assert_eq!(
        rig.lost[1].get("vanished"),
        Some(&(2 * (1 + line(0).len() as u64)))
    );
}

#[test]
fn deleted_files_are_held_up_to_the_limit() {
    let size = text(0..100).len() as u64;
    let mut rig = Rig::with(&["*.log"], |settings| settings.held_bytes_max = 2 * size);
    for file in 0..4 {
        rig.append(&format!("{file}.log"), &text(file * 100..file * 100 + 100));
        rig.round();
    }
    for file in 0..4 {
        rig.delete(&format!("{file}.log"));
        rig.round();
    }
    assert_eq!(rig.catalogue.figures().held_deleted_bytes, 2 * size);
    rig.drain();
    rig.assert_lines((200..400).map(line));
    assert_eq!(rig.lost[0].get("released"), Some(&(2 * size)));
}

#[test]
fn released_files_are_given_up_after_a_moment() {
    let mut rig = Rig::with(&["*.log"], |settings| {
        settings.when_behind = WhenBehind::Release
    });
    rig.append("a.log", &text(0..10));
    rig.round();
    rig.delete("a.log");
    rig.round();
    rig.drain_sink(0, u64::MAX);
    rig.rest();
    assert_eq!(rig.lines(0).len(), 10);
    assert_eq!(
        rig.lost[1].get("released"),
        Some(&(text(0..10).len() as u64))
    );
}

#[test]
fn what_may_not_be_read_is_counted_and_tried_again() {
    let mut rig = Rig::new(&["*.log"]);
    rig.append("server.log", &text(0..2));
    let permit = |rig: &Rig, mode| {
        fs::set_permissions(rig.path("server.log"), fs::Permissions::from_mode(mode)).unwrap();
    };
    permit(&rig, 0o000);
    rig.settle();
    // Root may read everything.
    if rig.lines(0).is_empty() {
        assert_eq!(rig.catalogue.figures().unreadable_paths, 1);
    }
    permit(&rig, 0o644);
    rig.settle();
    rig.assert_lines((0..2).map(line));
    assert_eq!(rig.catalogue.figures().unreadable_paths, 0);
}

#[test]
fn pipes_and_directories_of_a_wanted_name_are_left_alone() {
    let mut rig = Rig::new(&["*.log"]);
    fs::create_dir(rig.path("folder.log")).unwrap();
    let pipe = rig.path("pipe.log");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::RWXU,
        0,
    )
    .unwrap();
    rig.append("server.log", &text(0..1));
    rig.settle();
    rig.assert_lines((0..1).map(line));
}
