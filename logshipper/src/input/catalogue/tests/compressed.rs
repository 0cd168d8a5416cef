//! Compressed files: alone, beside and after their originals, broken, and while they are written.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::rig::{Rig, gzipped, line, text};
use crate::input::source::Source;
use crate::input::{EndCause, Read, State};

#[test]
fn a_compressed_file_is_read_when_it_rests() {
    let mut rig = Rig::new(&["server.log*"]);
    fs::write(
        rig.path("server.log.1.gz"),
        gzipped(text(0..1000).as_bytes()),
    )
    .unwrap();
    fs::write(
        rig.path("server.log.2.zst"),
        zstd::encode_all(text(1000..2000).as_bytes(), 3).unwrap(),
    )
    .unwrap();
    rig.settle();
    rig.assert_lines([]);
    rig.rest();
    rig.rest();
    rig.assert_lines((0..2000).map(line));
    assert!(
        rig.catalogue
            .files()
            .iter()
            .all(|file| file.state() == State::Final)
    );
}

#[test]
fn rename_and_gzip_is_shipped_once() {
    let mut rig = Rig::new(&["server.log*"]);
    for turn in 0..6 {
        rig.append("server.log", &text(turn * 100..turn * 100 + 50));
        rig.settle();
        rig.append("server.log", &text(turn * 100 + 50..turn * 100 + 100));
        let name = format!("server.log.{turn}");
        rig.rename("server.log", &name);
        if turn % 2 == 0 {
            rig.settle();
        } else {
            rig.round();
        }
        rig.gzip(&name);
        rig.round();
    }
    rig.rest();
    rig.rest();
    rig.assert_lines((0..600).map(line));
    // Long after the originals are forgotten, and after a restart, the compressed files are still known.
    for _ in 0..10 {
        rig.rest();
    }
    rig.restart();
    rig.rest();
    rig.assert_lines((0..600).map(line));
    rig.assert_nothing_lost();
    let figures = rig.catalogue.figures();
    assert_eq!((figures.held_deleted_bytes, figures.files), (0, 6));
}

#[test]
fn compressed_while_nobody_looked_resumes_at_its_offset() {
    for stops_at in [1_000, 50_000, u64::MAX] {
        let mut rig = Rig::new(&["server.log*"]);
        rig.append("server.log", &text(0..2000));
        rig.round();
        rig.drain_sink(0, stops_at);
        rig.drain_sink(1, 10_000);
        let id = rig.catalogue.files()[0].file_id().clone();
        rig.rename("server.log", "server.log.1");
        rig.append("server.log", &text(2000..2010));
        rig.gzip("server.log.1");
        rig.restart();
        rig.drain();
        rig.rest();
        rig.rest();
        rig.assert_lines((0..2010).map(line));
        assert!(
            rig.catalogue
                .files()
                .iter()
                .any(|file| *file.file_id() == id)
        );
        rig.assert_nothing_lost();
    }
}

#[test]
fn plain_and_compressed_side_by_side_are_shipped_once() {
    let mut rig = Rig::new(&["server.log*"]);
    rig.append("server.log.1", &text(0..500));
    fs::write(
        rig.path("server.log.1.gz"),
        gzipped(text(0..500).as_bytes()),
    )
    .unwrap();
    rig.settle();
    rig.rest();
    rig.rest();
    rig.assert_lines((0..500).map(line));
    rig.delete("server.log.1");
    for _ in 0..10 {
        rig.rest();
    }
    rig.restart();
    rig.rest();
    rig.assert_lines((0..500).map(line));
}

#[test]
fn compressed_copies_of_equal_beginnings_are_told_apart() {
    let banner = "===> User\n".repeat(300);
    let mut rig = Rig::new(&["server.out*"]);
    rig.append("server.out", &(banner.clone() + &text(0..1)));
    rig.settle();
    for turn in 1..4 {
        let packed = gzipped((banner.clone() + &text(turn..turn + 1)).as_bytes());
        fs::write(rig.path(&format!("server.out.{turn}.gz")), packed).unwrap();
    }
    rig.rest();
    rig.rest();
    assert_eq!(
        rig.lines(0)
            .iter()
            .filter(|line| line.starts_with('['))
            .count(),
        4
    );
    assert_eq!(rig.lines(1).len(), 4 * 301);
}

#[test]
fn a_broken_archive_is_counted_and_what_can_be_read_is_shipped() {
    let mut rig = Rig::new(&["server.log*"]);
    let packed = gzipped(text(0..5000).as_bytes());
    fs::write(rig.path("server.log.1.gz"), &packed[..packed.len() / 2]).unwrap();
    fs::write(
        rig.path("server.log.2.gz"),
        b"this is no archive at all, whatever its name",
    )
    .unwrap();
    fs::write(rig.path("server.log.3.zst"), b"").unwrap();
    rig.append("server.log", &text(9000..9001));
    rig.settle();
    rig.rest();
    rig.rest();
    let got = rig.lines(0);
    assert!(got.len() > 1000 && got.len() < 4000, "{}", got.len());
    assert_eq!(rig.catalogue.figures().unreadable_archives, 2);
    assert!(rig.lost[0].contains_key("unreadable"));
}

#[test]
fn a_broken_archive_ends_for_each_sink_where_it_breaks() {
    for packing in ["gz", "zst"] {
        let mut rig = Rig::new(&["server.log*"]);
        let all = text(0..5000);
        let mut packed = match packing {
            "gz" => gzipped(all.as_bytes()),
            _ => zstd::encode_all(all.as_bytes(), 3).unwrap(),
        };
        let middle = packed.len() / 2;
        packed[middle..middle + 64].fill(0xff);
        fs::write(rig.path(&format!("server.log.1.{packing}")), packed).unwrap();
        rig.round_after(Duration::from_secs(10));
        rig.round_after(Duration::from_secs(10));
        rig.drain_sink(1, 1);
        rig.drain_sink(0, u64::MAX);
        let files = rig.catalogue.files();
        let [file] = files.as_slice() else {
            panic!("{files:?}");
        };
        assert_eq!(rig.lost[0].get("unreadable"), Some(&1));
        assert_eq!(file.state(), State::Final);
        rig.round();
        rig.drain_sink(1, u64::MAX);
        assert_eq!(rig.lines(1), rig.lines(0));
        assert_eq!(rig.lost[1], rig.lost[0]);
        assert_eq!(file.state(), State::Ended(EndCause::Unreadable));
        rig.rest();
        rig.rest();
        assert_eq!(rig.lines(1), rig.lines(0));
        assert_eq!(rig.catalogue.figures().unreadable_archives, 1);
    }
}

#[test]
fn a_disk_that_fails_does_not_break_an_archive() {
    let mut rig = Rig::new(&["server.log*"]);
    let all = text(0..5000);
    fs::write(rig.path("server.log.1.gz"), gzipped(all.as_bytes())).unwrap();
    rig.round_after(Duration::from_secs(10));
    rig.round_after(Duration::from_secs(10));
    rig.drain_sink(1, 100_000);
    let file = rig.catalogue.files().remove(0);
    let archive = file.source();
    let (path, facts) = (file.path(), archive.opened().unwrap().facts().unwrap());
    // What is at its first address is in nobody's memory: an error of reading, as bad sectors give it.
    let (failing, _) = file
        .shared
        .descriptors
        .open(Path::new("/proc/self/mem"))
        .unwrap();
    let from = |descriptor| {
        let source = Source::new(archive.node, archive.packing, Some(descriptor));
        file.come_from(source, &path, &facts, None, file.head());
    };
    from(failing);
    let mut reader = file.reader(0, 0);
    let error = reader.read(&mut Vec::new(), 4096).unwrap_err();
    assert!(error.raw_os_error().is_some(), "{error}");
    assert_eq!(file.state(), State::Final);
    from(archive.opened().unwrap());
    drop(reader);
    rig.rest();
    rig.assert_lines((0..5000).map(line));
    rig.assert_nothing_lost();
    assert_eq!(rig.catalogue.figures().unreadable_archives, 0);
}

#[test]
fn what_vanishes_of_an_archive_is_not_counted_too_high() {
    let mut rig = Rig::new(&["server.log*"]);
    let all = text(0..5000);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(all.as_bytes()).unwrap();
    fs::write(rig.path("server.log.1.gz"), encoder.finish().unwrap()).unwrap();
    rig.round_after(Duration::from_secs(10));
    rig.round_after(Duration::from_secs(10));
    rig.catalogue.files()[0].source().close();
    rig.delete("server.log.1.gz");
    rig.rest();
    let lost = rig.lost[0]["vanished"];
    let all = all.len() as u64;
    assert!(lost > all / 10 * 9 && lost <= all, "{lost} of {all}");
}

#[test]
fn an_archive_that_is_still_written_is_waited_for() {
    let mut rig = Rig::new(&["server.log*"]);
    let packed = gzipped(text(0..5000).as_bytes());
    for piece in packed.chunks(packed.len() / 5 + 1) {
        let path = rig.path("server.log.1.gz");
        let mut all = fs::read(&path).unwrap_or_default();
        all.extend_from_slice(piece);
        fs::write(path, all).unwrap();
        rig.round_after(Duration::from_secs(3));
        rig.drain();
    }
    rig.rest();
    rig.rest();
    rig.assert_lines((0..5000).map(line));
    assert_eq!(rig.catalogue.figures().unreadable_archives, 0);
}

#[test]
fn copytruncate_with_compression_loses_nothing() {
    let mut rig = Rig::new(&["server.log"]);
    rig.append("server.log", &text(0..100));
    rig.settle();
    rig.append("server.log", &text(100..200));
    rig.copy("server.log", "server.log.1");
    rig.truncate("server.log");
    rig.gzip("server.log.1");
    rig.append("server.log", &text(200..300));
    rig.settle();
    rig.rest();
    rig.rest();
    rig.assert_lines((0..300).map(line));
    rig.assert_nothing_lost();
}

#[test]
fn readers_of_compressed_files_take_turns() {
    let mut rig = Rig::new(&["*.log*"]);
    for file in 0..5 {
        let packed = gzipped(text(file * 100..file * 100 + 100).as_bytes());
        fs::write(rig.path(&format!("{file}.log.1.gz")), packed).unwrap();
    }
    rig.rest();
    rig.rest();
    rig.assert_lines((0..500).map(line));
    let mut buffer = Vec::new();
    let files = rig.catalogue.files();
    let mut readers: Vec<_> = files.iter().map(|file| file.reader(0, 0)).collect();
    let (first, others) = readers.split_at_mut(1);
    assert!(matches!(
        first[0].read(&mut buffer, 100).unwrap(),
        Read::Bytes(100)
    ));
    assert_eq!(others[0].read(&mut buffer, 100).unwrap(), Read::Busy);
    assert_eq!(
        others[0].read_now(&mut buffer, 100).unwrap(),
        Read::Bytes(100)
    );
    others[0].seek(1);
    others[0].seek(0);
    assert_eq!(others[0].read(&mut buffer, 100).unwrap(), Read::Busy);
    for reader in &mut readers {
        // Whoever asks only as long as there is news gives the turn to the next.
        while reader.has_news() {
            match reader.read(&mut buffer, 1 << 20).unwrap() {
                Read::Bytes(count) => reader.consume(&buffer, count),
                Read::Busy => panic!("another reader has the turn"),
                Read::End | Read::Ended(_) => {}
            }
        }
        assert_eq!(reader.offset(), text(0..100).len() as u64);
    }
}

#[test]
fn what_was_copied_truncated_and_deleted_between_two_looks_goes_on_from_its_compressed_copy() {
    let mut rig = Rig::new(&["server.log*"]);
    rig.append("server.log", &text(0..20));
    rig.round();
    rig.drain_sink(0, u64::MAX);
    rig.copy("server.log", "server.log.1");
    rig.truncate("server.log");
    rig.append("server.log", &text(20..22));
    rig.delete("server.log");
    rig.gzip("server.log.1");
    rig.round();
    rig.rest();
    rig.assert_lines((0..22).map(line));
    rig.assert_nothing_lost();
}
