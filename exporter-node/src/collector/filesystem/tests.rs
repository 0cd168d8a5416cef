//! Lists of mounts, and mounts that hang.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use super::ask::{Answer, Asker, Room};
use super::mounts::parse;
use crate::paths::Paths;

fn paths(root: &str) -> Paths {
    let mut paths = Paths::below(Path::new("/nowhere"));
    paths.rootfs = PathBuf::from(root);
    paths
}

#[test]
fn a_line_is_a_mount() {
    let text =
        b"36 35 98:0 /a /mnt\\0402\\134x rw,noatime master:1 shared:2 - ext3 /dev/r\xff rw,ro\n";
    let mounts = parse(text, &paths("/")).unwrap();
    let mount = &mounts[0];
    assert_eq!(mount.mount_point, "/mnt 2\\134x");
    assert_eq!(mount.path, Path::new("/mnt 2\\x"));
    assert_eq!(
        (mount.device.as_str(), mount.kind.as_str()),
        ("/dev/r\u{fffd}", "ext3")
    );
    assert_eq!((mount.major.as_str(), mount.minor.as_str()), ("98", "0"));
    assert!(mount.is_readonly);
    for text in [
        &b"36 35 98:0 / / rw - ext3 /dev/root\n"[..],
        b"36 35 98:x / / rw s - ext3 /dev/root rw\n",
        b"36 35 98 / / rw s - ext3 /dev/root rw\n",
        b"36 35 98:0 / / rw s x ext3 /dev/root rw\n",
        b"x\n",
    ] {
        assert!(parse(text, &paths("/")).is_err());
    }
    assert_eq!(parse(b"", &paths("/")).unwrap(), []);
}

#[test]
fn mounts_below_another_root_lose_it() {
    let text = b"1 2 8:0 / /host/var rw s - ext4 a rw\n1 2 8:0 / /host rw s - ext4 a rw\n";
    let mounts = parse(text, &paths("/host")).unwrap();
    assert_eq!(mounts[0].mount_point, "/var");
    assert_eq!(mounts[0].path, Path::new("/host/var"));
    assert_eq!(mounts[1].mount_point, "/");
    assert_eq!(mounts[1].path, Path::new("/host/"));
}

#[test]
fn what_may_hang_on_the_way_is_asked_elsewhere() {
    let text = b"1 2 8:0 / / rw s - ext4 a rw\n1 2 8:0 / /a rw s - tmpfs a rw\n\
                 1 2 8:0 / /n rw s - nfs4 a rw\n1 2 8:0 / /n/b rw s - ext4 a rw\n\
                 1 2 8:0 / /nb rw s - ext4 a rw\n1 2 8:0 / /q rw s - ext4 a rw,prjquota\n\
                 1 2 8:0 / /over rw s - tmpfs a rw\n1 2 8:0 / /over rw s - fuse.x a rw\n";
    let check = |root: &str, expected: &[&str]| {
        let paths = paths(root);
        let all = parse(text, &paths).unwrap();
        let at_once = all
            .iter()
            .filter(|mount| mount.answers_at_once(&all, &paths));
        let points: Vec<&str> = at_once.map(|mount| mount.mount_point.as_str()).collect();
        assert_eq!(points, expected);
    };
    check("/", &["/", "/a", "/nb"]);
    check("/host", &[]);
}

const ROOM: Room = Room {
    block_bytes: 1.0,
    blocks: 2.0,
    blocks_free: 1.0,
    blocks_available: 1.0,
    files: 2.0,
    files_free: 1.0,
};

#[test]
fn what_is_mounted_over_itself_is_told_once() {
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path();
    std::fs::create_dir_all(root.join("proc/1")).unwrap();
    std::fs::create_dir_all(root.join("root/x")).unwrap();
    let text = "1 2 0:44 / /x rw s - tmpfs tmpfs rw\n3 2 0:45 / /x ro s - tmpfs tmpfs rw\n\
                4 2 0:45 / /gone rw s - tmpfs tmpfs rw\n5 2 0:9 / /dev rw s - tmpfs tmpfs rw\n";
    std::fs::write(root.join("proc/1/mountinfo"), text).unwrap();
    let mut values = service::flags::Values::load(super::FLAGS, "", &[], &Vec::new());
    let mut collector = super::open(&mut crate::collector::Setup {
        paths: &Paths::below(root),
        values: &mut values,
        clock: &service::Clock::real(),
        round: &crate::collector::Round::default(),
    });
    let mut families = crate::families::Families::default();
    collector.collect(&mut families).unwrap();
    let found = families.to_families();
    let lines = |name: &str| {
        let family = found.iter().find(|family| family.name == name).unwrap();
        let samples = family.samples.iter();
        samples
            .map(|sample| format!("{:?} {}", sample.labels, sample.value))
            .collect::<Vec<_>>()
    };
    assert_eq!(lines("node_filesystem_size_bytes").len(), 1);
    assert_eq!(lines("node_filesystem_mount_info").len(), 2);
    let errors = lines("node_filesystem_device_error");
    assert_eq!(errors.len(), 2);
    let gone = errors.iter().find(|line| line.contains("/gone")).unwrap();
    assert!(
        gone.contains("\"no such file or directory\"") && gone.ends_with(" 1"),
        "{gone}"
    );
}

/// Whether what hangs may answer, one for each test.
type Gate = (Mutex<bool>, Condvar);
static RELEASED: Gate = (Mutex::new(false), Condvar::new());
static FREED: Gate = (Mutex::new(false), Condvar::new());

fn ask(path: &Path) -> Answer {
    wait(path.starts_with("/hung"), &RELEASED)
}

fn ask_stuck(path: &Path) -> Answer {
    wait(path.starts_with("/stuck"), &FREED)
}

fn wait(hangs: bool, gate: &Gate) -> Answer {
    let mut open = gate.0.lock().unwrap();
    while hangs && !*open {
        open = gate.1.wait(open).unwrap();
    }
    Answer::Room(ROOM)
}

#[test]
fn mounts_that_nobody_can_ask_are_asked_later() {
    let mut asker = Asker::new(1, Duration::from_millis(100), ask_stuck);
    let mounts = || ["/stuck", "/a"].map(PathBuf::from).to_vec();
    assert_eq!(asker.ask(mounts()), [Answer::Hangs, Answer::Hangs]);
    assert_eq!(asker.ask(mounts()), [Answer::Hangs, Answer::Hangs]);
    *FREED.0.lock().unwrap() = true;
    FREED.1.notify_all();
    while asker.ask(mounts()) != [Answer::Room(ROOM), Answer::Room(ROOM)] {
        std::thread::yield_now();
    }
}

#[test]
fn a_mount_that_hangs_is_waited_for_once_and_taken_back() {
    let mut asker = Asker::new(2, Duration::from_millis(300), ask);
    let mounts = || ["/a", "/hung", "/b", "/c"].map(PathBuf::from).to_vec();
    let room = || Answer::Room(ROOM);
    let expected = [room(), Answer::Hangs, room(), room()];
    for _ in 0..3 {
        assert_eq!(asker.ask(mounts()), expected);
    }
    *RELEASED.0.lock().unwrap() = true;
    RELEASED.1.notify_all();
    let all = [room(), room(), room(), room()];
    while asker.ask(mounts()) != all {
        std::thread::yield_now();
    }
}
