//! Every way in which a file gets new content is told once, and nothing else is told.

use super::{Waker, Watch};
use crate::files::write_atomic;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::timeout;

type Change = fn(&Path);

/// Far more than a change takes, for a machine that is busy.
const SOON: Duration = Duration::from_secs(20);

const CHANGES: [(&str, Change); 9] = [
    ("rewritten in place", |dir| {
        fs::write(dir.join("file"), "two").unwrap();
    }),
    ("replaced by rename", |dir| {
        write_atomic(&dir.join("file"), b"two").unwrap();
    }),
    ("removed", |dir| fs::remove_file(dir.join("file")).unwrap()),
    ("made for the first time", |dir| {
        fs::write(dir.join("absent"), "").unwrap();
    }),
    ("made in a directory that is new, too", |dir| {
        fs::create_dir_all(dir.join("later/on")).unwrap();
        fs::write(dir.join("later/on/file"), "").unwrap();
    }),
    ("new entry of a directory", |dir| {
        fs::write(dir.join("directory/new"), "").unwrap();
    }),
    ("changed entry of a directory", |dir| {
        fs::write(dir.join("directory/old"), "two").unwrap();
    }),
    ("what a link leads to was changed", |dir| {
        fs::write(dir.join("elsewhere/real"), "two").unwrap();
    }),
    ("a link was turned, as Kubernetes does", |dir| {
        symlink("elsewhere/other", dir.join("link.new")).unwrap();
        fs::rename(dir.join("link.new"), dir.join("link")).unwrap();
    }),
];

fn directory() -> (TempDir, Watch) {
    let dir = tempfile::tempdir().unwrap();
    for made in ["directory", "elsewhere"] {
        fs::create_dir(dir.path().join(made)).unwrap();
    }
    for (path, text) in [
        ("file", "one"),
        ("directory/old", "one"),
        ("elsewhere/real", "one"),
        ("elsewhere/other", "another"),
    ] {
        fs::write(dir.path().join(path), text).unwrap();
    }
    symlink("elsewhere/real", dir.path().join("link")).unwrap();
    let names = ["file", "absent", "later/on/file", "directory", "link"];
    let watch = Watch::new(names.map(|name| dir.path().join(name)));
    (dir, watch)
}

async fn told(watch: &mut Watch, within: Duration) -> bool {
    timeout(within, watch.changed()).await.is_ok()
}

#[tokio::test]
async fn each_change_is_told_once() {
    for (name, change) in CHANGES {
        let (dir, watch) = directory();
        assert_told_once(name, change, dir.path(), watch).await;
    }
}

#[tokio::test]
async fn without_inotify_a_change_is_seen_by_looking() {
    let (dir, mut watch) = directory();
    watch.waker = Waker::Polling;
    let (name, change) = CHANGES[0];
    assert_told_once(name, change, dir.path(), watch).await;
}

async fn assert_told_once(name: &str, change: Change, dir: &Path, mut watch: Watch) {
    let waits = tokio::spawn(async move {
        let told = told(&mut watch, SOON).await;
        (watch, told)
    });
    tokio::task::yield_now().await;
    change(dir);
    let (mut watch, was_told) = waits.await.unwrap();
    assert!(was_told, "{name}");
    // Looked at once more, whatever events are left: the same look tells nothing.
    let again = told(&mut watch, Duration::from_millis(100)).await;
    assert!(!again, "{name}, twice");
}

#[tokio::test]
async fn a_change_before_the_wait_is_told() {
    let (dir, mut watch) = directory();
    fs::write(dir.path().join("file"), "two").unwrap();
    assert!(told(&mut watch, SOON).await);
}

#[tokio::test]
async fn a_wait_that_was_given_up_loses_nothing() {
    let (dir, mut watch) = directory();
    fs::write(dir.path().join("file"), "two").unwrap();
    assert!(!told(&mut watch, Duration::from_millis(1)).await);
    assert!(told(&mut watch, SOON).await);
}

#[tokio::test]
async fn neighbours_are_not_told() {
    let (dir, mut watch) = directory();
    assert!(!told(&mut watch, Duration::from_millis(1)).await);
    fs::write(dir.path().join("neighbour"), "").unwrap();
    assert!(!told(&mut watch, Duration::from_millis(120)).await);
}
