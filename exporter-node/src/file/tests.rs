//! Files that stay, grow, vanish, come back, and are not what they should be.

use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

use super::{ATTRIBUTE_BYTES_MAX, Descriptors, KeptFile, KeptTree, list, read_once};

#[test]
fn a_file_is_read_as_it_is_now() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("stat");
    let mut file = KeptFile::records(path.clone(), Arc::default());
    assert_eq!(file.read().unwrap_err().source.kind(), ErrorKind::NotFound);
    for text in ["one".to_owned(), "x".repeat(100_000), String::new()] {
        fs::write(&path, &text).unwrap();
        assert_eq!(file.text().unwrap(), text);
    }
    fs::write(&path, b"a\xffb").unwrap();
    assert_eq!(file.text().unwrap(), "a\u{fffd}b");
}

#[test]
fn what_is_no_plain_file_of_a_fair_size_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let long = directory.path().join("long");
    fs::write(&long, vec![b'x'; ATTRIBUTE_BYTES_MAX + 1]).unwrap();
    let link = directory.path().join("link");
    std::os::unix::fs::symlink(&long, &link).unwrap();
    for path in [long.clone(), link.clone(), directory.path().to_owned()] {
        let mut file = KeptFile::attribute(path, Arc::default());
        file.read().unwrap_err();
    }
    assert_eq!(
        read_once(&link, 1 << 20).unwrap().len(),
        ATTRIBUTE_BYTES_MAX + 1
    );
    read_once(&link, 10).unwrap_err();
}

#[test]
fn files_beyond_the_places_are_opened_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let descriptors = Arc::new(Descriptors::new(1));
    let mut files: Vec<_> = ["a", "b"]
        .map(|name| {
            let path = directory.path().join(name);
            fs::write(&path, name).unwrap();
            KeptFile::attribute(path, Arc::clone(&descriptors))
        })
        .into();
    for _ in 0..2 {
        assert_eq!(files[0].read().unwrap(), b"a");
        assert_eq!(files[1].read().unwrap(), b"b");
        assert!(files[0].kept.open.is_some() && files[1].kept.open.is_none());
    }
    files.remove(0);
    assert_eq!(files[0].read().unwrap(), b"b");
    assert!(files[0].kept.open.is_some());
}

#[test]
fn a_tree_closes_the_files_of_devices_that_have_gone() {
    let directory = tempfile::tempdir().unwrap();
    for device in ["eth1", "eth0"] {
        let path = directory.path().join(device);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("mtu"), "1500\n").unwrap();
    }
    let mut tree = KeptTree::new(directory.path().to_owned(), Arc::default());
    assert_eq!(tree.devices().unwrap(), ["eth0", "eth1"]);
    assert_eq!(tree.number::<u64>("eth1", "mtu"), Some(1500));
    assert_eq!(tree.line("eth1", "speed"), None);
    fs::remove_dir_all(directory.path().join("eth1")).unwrap();
    assert_eq!(tree.devices().unwrap(), ["eth0"]);
    assert_eq!(tree.line("eth1", "mtu"), None);
    assert_eq!(list(directory.path()).unwrap(), ["eth0"]);
    // Another directory in its place, after none.
    let root = directory.path().join("class");
    let mut tree = KeptTree::new(root.clone(), Arc::default());
    for device in ["a", "b"] {
        fs::create_dir_all(root.join(device)).unwrap();
        assert_eq!(tree.devices().unwrap(), [device]);
        fs::remove_dir_all(&root).unwrap();
        tree.devices().unwrap_err();
        fs::create_dir(&root).unwrap();
        assert_eq!(tree.devices().unwrap(), [""; 0]);
    }
}
