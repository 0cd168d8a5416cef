//! What checkpoints find again after a restart, and what they must not.

use std::fs;

use super::rig::{Rig, gzipped, line, text};
use crate::input::StartAt;

#[test]
fn delivery_resumes_where_it_was_whatever_the_file_is_called_now() {
    let mut rig = Rig::new(&["server.log*"]);
    rig.append("server.log", &text(0..40));
    rig.settle();
    let id = rig.catalogue.files()[0].file_id().clone();
    rig.append("server.log", &text(40..50));
    rig.rename("server.log", "server.log.2026-01-31-23");
    rig.append("server.log", &text(50..60));
    rig.restart();
    rig.drain();
    rig.rest();
    rig.assert_lines((0..60).map(line));
    assert!(
        rig.catalogue
            .files()
            .iter()
            .any(|file| *file.file_id() == id)
    );
}

#[test]
fn rotations_while_nobody_looked_are_found_although_only_the_active_name_is_named() {
    let mut rig = Rig::with(&["server.log"], |settings| settings.start_at = StartAt::End);
    rig.append("server.log.9", &text(900..905));
    // What is older than the file that was followed first was never asked for.
    age(&rig, "server.log.9", 0);
    rig.settle();
    rig.append("server.log", &text(0..2));
    rig.settle();
    for turn in 1..5 {
        rig.rename("server.log", &format!("server.log.{}", 5 - turn));
        rig.append("server.log", &text(turn * 2..turn * 2 + 2));
    }
    rig.restart();
    rig.drain();
    rig.rest();
    rig.assert_lines((0..10).map(line));
}

fn age(rig: &Rig, name: &str, seconds: u64) {
    let file = fs::File::options().write(true).open(rig.path(name));
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
    file.unwrap().set_modified(time).unwrap();
}

#[test]
fn what_was_rotated_before_the_first_start_is_delivered_before_what_came_later() {
    let mut rig = Rig::new(&["*.log"]);
    fs::write(rig.path("server.log.2.gz"), gzipped(text(0..5).as_bytes())).unwrap();
    rig.append("server.log.2026-01-31-23", &text(5..10));
    rig.append("server.log.1", &text(10..15));
    for (name, seconds) in [
        ("server.log.2.gz", 1),
        ("server.log.2026-01-31-23", 2),
        ("server.log.1", 3),
    ] {
        age(&rig, name, seconds);
    }
    rig.append("server.log", &text(15..20));
    // Killed before anything was delivered: the next start still wants them.
    rig.round();
    rig.restart();
    rig.settle();
    rig.assert_lines((0..20).map(line));
    let got: Vec<_> = rig.got[0].iter().map(|(_, line)| line.clone()).collect();
    assert_eq!(got, (0..20).map(line).collect::<Vec<_>>());
    rig.restart();
    rig.rest();
    rig.assert_lines((0..20).map(line));
    rig.assert_nothing_lost();
}

#[test]
fn each_sink_resumes_where_it_was_itself() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..100));
    rig.round();
    rig.drain_sink(0, 1000);
    rig.drain_sink(1, 5000);
    rig.restart();
    rig.drain();
    rig.assert_lines((0..100).map(line));
}

#[test]
fn a_moved_file_keeps_its_id_and_its_place() {
    let mut rig = Rig::new(&["**/server.log"]);
    fs::create_dir(rig.path("a")).unwrap();
    rig.append("a/server.log", &text(0..100));
    rig.settle();
    let id = rig.catalogue.files()[0].file_id().clone();
    // To another inode, as across file systems.
    fs::create_dir(rig.path("b")).unwrap();
    rig.copy("a/server.log", "b/server.log");
    rig.delete("a/server.log");
    rig.append("b/server.log", &text(100..101));
    rig.restart();
    rig.drain();
    rig.assert_lines((0..101).map(line));
    assert_eq!(rig.catalogue.files()[0].file_id(), &id);
}

#[test]
fn truncated_and_refilled_while_nobody_looked_begins_anew() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..50));
    rig.settle();
    rig.truncate("server.log");
    rig.append("server.log", &text(50..150));
    rig.restart();
    rig.drain();
    rig.assert_lines((0..150).map(line));
    assert_eq!(rig.catalogue.figures().truncations, 1);
}

#[test]
fn copytruncated_while_nobody_looked_resumes_in_the_copy() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..50));
    rig.settle();
    rig.append("server.log", &text(50..60));
    rig.copy("server.log", "server.log.1");
    rig.truncate("server.log");
    rig.append("server.log", &text(60..70));
    rig.restart();
    rig.drain();
    rig.rest();
    rig.assert_lines((0..70).map(line));
}

#[test]
fn a_reused_inode_is_not_resumed() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..50));
    rig.settle();
    rig.delete("server.log");
    rig.append("server.log", &text(50..150));
    rig.restart();
    rig.drain();
    rig.assert_lines((0..150).map(line));
}

#[test]
fn from_the_end_skips_what_is_there_but_nothing_that_comes_later() {
    let mut rig = Rig::with(&["*.log*"], |settings| settings.start_at = StartAt::End);
    rig.append("server.log", &(text(0..50) + "half"));
    rig.append("server.log.1", &text(50..60));
    rig.settle();
    rig.append("server.log", " and half\n");
    rig.append("other.log", &text(70..72));
    rig.settle();
    let expected = || (70..72).map(line).chain(["half and half".to_owned()]);
    rig.assert_lines(expected());
    rig.rename("server.log", "server.log.2");
    rig.append("server.log", &text(80..82));
    rig.append("third.log", &text(90..92));
    rig.restart();
    rig.drain();
    rig.rest();
    rig.assert_lines(
        expected()
            .chain((80..82).map(line))
            .chain((90..92).map(line)),
    );
}

#[test]
fn a_copy_is_not_shipped_after_a_restart_either() {
    let mut rig = Rig::new(&["server.log*"]);
    rig.append("server.log", &text(0..50));
    rig.settle();
    rig.copy("server.log", "server.log.bak");
    rig.rest();
    rig.restart();
    rig.drain();
    rig.rest();
    rig.assert_lines((0..50).map(line));
}
