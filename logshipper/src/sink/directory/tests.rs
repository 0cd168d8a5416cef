//! Files in a directory: once, whole, in their modes, within the limit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::{DirectorySink, Settings, flags, read};
use crate::batch::Batch;
use crate::sink::fixture::{about, batch, batch_at, delivered, failed, values};
use crate::sink::{Sink, TroubleClass};

fn open(root: &Path, properties: &str) -> DirectorySink {
    let properties = format!("directory.compression=none\n{properties}");
    let mut values = values(&flags(), &properties);
    let settings = Settings::read(root.to_str().unwrap(), &mut values).unwrap();
    values.finish().unwrap();
    DirectorySink::open(settings, &about()).unwrap()
}

fn planned(sink: &DirectorySink, mut batch: Batch) -> Batch {
    batch.plan = sink.plan(&batch);
    batch
}

/// All files below, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_file_is_written_once_and_is_whole() {
    let root = tempfile::tempdir().unwrap();
    let sink = open(&root.path().join("new"), "");
    let batch = planned(&sink, batch(&[b"one", b"two"]));
    for _ in 0..3 {
        assert_eq!(delivered(sink.send(&batch).await), []);
    }
    let [file] = &files(root.path())[..] else {
        panic!()
    };
    assert!(file.ends_with(&**batch.plan.as_ref().unwrap()));
    assert_eq!(fs::read(file).unwrap(), b"one\ntwo\n");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(file), mode(file.parent().unwrap())), (0o640, 0o750));
}

#[tokio::test]
async fn what_a_crash_left_is_not_in_the_way() {
    let root = tempfile::tempdir().unwrap();
    let sink = open(root.path(), "");
    let batch = planned(&sink, batch(&[b"one"]));
    assert_eq!(delivered(sink.send(&batch).await), []);
    let file = files(root.path()).remove(0);
    let name = file.file_name().unwrap().to_str().unwrap();
    let unfinished = file.with_file_name(format!(".unfinished-{name}"));
    fs::rename(&file, &unfinished).unwrap();
    let of_another = file.with_file_name(name.replace("Broker-1_22", "Broker-1_23"));
    let of_another = of_another.file_name().unwrap().to_str().unwrap().to_owned();
    fs::write(
        file.with_file_name(format!(".unfinished-{of_another}")),
        "half",
    )
    .unwrap();
    // Another process may be at work there as long as this one puts nothing.
    let sink = open(root.path(), "");
    assert_eq!(files(root.path()).len(), 2);
    fs::write(&unfinished, "half").unwrap();
    assert_eq!(delivered(sink.send(&batch).await), []);
    assert_eq!(files(root.path()), [file]);
}

#[tokio::test]
async fn a_name_that_something_else_has_is_left() {
    let root = tempfile::tempdir().unwrap();
    let sink = open(root.path(), "");
    let first = planned(&sink, batch(&[b"one"]));
    let mut second = batch(&[b"two"]);
    second.plan.clone_from(&first.plan);
    for batch in [&first, &second, &first, &second] {
        assert_eq!(delivered(sink.send(batch).await), []);
    }
    assert_eq!(files(root.path()).len(), 2);
}

#[tokio::test]
async fn the_oldest_files_of_ours_are_deleted_beyond_the_limit() {
    let root = tempfile::tempdir().unwrap();
    let sink = open(root.path(), "directory.max-bytes=10");
    fs::write(root.path().join("notes.log"), "somebody's own, and long").unwrap();
    let mut plans = Vec::new();
    for number in 0..4 {
        let batch = planned(&sink, batch_at(number * 100, &[b"1234"]));
        assert_eq!(delivered(sink.send(&batch).await), []);
        plans.push(batch.plan.unwrap());
    }
    let exists = |plan: &str| root.path().join(plan).exists();
    let left: Vec<_> = plans.iter().map(|plan| exists(plan)).collect();
    assert_eq!(left, [false, false, true, true]);
    assert!(exists("notes.log"));
    assert_eq!(sink.deleted_bytes(), 10);
    // A start finds them again.
    let sink = open(root.path(), "directory.max-bytes=10");
    assert_eq!(sink.place.shelf().size(), (2, 10));
    let batch = planned(&sink, batch_at(900, &[b"1234"]));
    assert_eq!(delivered(sink.send(&batch).await), []);
    assert_eq!(files(root.path()).len(), 3);
}

#[tokio::test]
async fn a_disk_that_does_not_take_it_is_told_and_tried_again() {
    let root = tempfile::tempdir().unwrap();
    let place = root.path().join("logs");
    let sink = open(&place, "");
    // A file where the folder should be; whoever removes it has all that was held back.
    fs::write(&place, "").unwrap();
    let batch = planned(&sink, batch(&[b"one"]));
    let (class, message) = failed(sink.send(&batch).await);
    assert_eq!(class, TroubleClass::Disk);
    assert!(message.contains("cannot be written"), "{message}");
    let looked = sink.look().await.unwrap();
    assert_eq!(looked.class, TroubleClass::Disk);
    assert!(looked.message.contains("cannot be written"), "{looked:?}");
    fs::remove_file(&place).unwrap();
    assert!(sink.look().await.is_none());
    assert!(!place.exists(), "a look makes nothing");
    assert_eq!(delivered(sink.send(&batch).await), []);
}

#[test]
fn targets_and_flags_are_checked() {
    let mut none = values(&flags(), "");
    assert!(
        read("", &mut none, &about())
            .err()
            .unwrap()
            .contains("directory:/")
    );
    let mut values = values(
        &flags(),
        "directory.max-bytes=much\ndirectory.compression=7z",
    );
    assert!(read("/x", &mut values, &about()).is_ok());
    assert_eq!(values.finish().unwrap_err().problems().len(), 2);
}
