//! Replacement, modes, limits and the lock.

use super::{
    Lock, LockError, create_private_dir, create_temporary_dir, read_text, remove_if_exists,
    write_atomic, write_atomic_for_group,
};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn replacement_leaves_one_private_file() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("endpoints.json");
    write_atomic(&path, b"first").expect("written");
    write_atomic(&path, b"second").expect("replaced");
    assert_eq!(fs::read(&path).expect("read"), b"second");
    assert_eq!(
        fs::metadata(&path).expect("metadata").permissions().mode() & 0o777,
        0o600
    );
    write_atomic_for_group(&path, b"third").expect("replaced");
    assert_eq!(
        fs::metadata(&path).expect("metadata").permissions().mode() & 0o777,
        0o640
    );
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
}

#[test]
fn a_failed_replacement_keeps_the_old_file_and_leaves_no_other() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("taken");
    create_private_dir(&path.join("child")).expect("created");
    assert!(write_atomic(&path, b"x").is_err());
    assert!(path.join("child").is_dir());
    assert_eq!(fs::read_dir(dir.path()).expect("listed").count(), 1);
}

#[test]
fn text_has_a_limit() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join("text");
    fs::write(&path, "12345").expect("written");
    assert_eq!(read_text(&path, 5).expect("read"), "12345");
    assert!(read_text(&path, 4).is_err());
    remove_if_exists(&path).expect("removed");
    remove_if_exists(&path).expect("nothing to remove");
}

#[test]
fn a_lock_is_exclusive_names_its_holder_and_ends_with_it() {
    let dir = tempfile::tempdir().expect("temp dir");
    let path = dir.path().join(".lock");
    assert_eq!(Lock::held_by(&path).expect("asked"), None);
    let lock = Lock::acquire(&path).expect("locked");
    let pid = std::process::id();
    assert_eq!(Lock::held_by(&path).expect("asked"), Some(Some(pid)));
    match Lock::acquire(&path) {
        Err(LockError::Held(holder)) => assert_eq!(holder, Some(pid)),
        other => panic!("expected a held lock, got {other:?}"),
    }
    drop(lock);
    assert_eq!(Lock::held_by(&path).expect("asked"), None);
    Lock::acquire(&path).expect("free again");
}

#[test]
fn temporary_directories_are_private_and_never_shared() {
    let first = create_temporary_dir("outrigger-test").expect("created");
    let second = create_temporary_dir("outrigger-test").expect("created");
    let mode = fs::metadata(&first).expect("metadata").permissions().mode() & 0o777;
    fs::remove_dir(&first).expect("removed");
    fs::remove_dir(&second).expect("removed");
    assert_ne!(first, second);
    assert_eq!(mode, 0o700);
}
