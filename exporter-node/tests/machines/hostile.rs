//! Files that are not what the kernel writes: nothing panics, nothing waits, memory stays bounded, and
//! the collectors that read other files say what they said before.

use std::collections::BTreeMap;
use std::fs;
use std::sync::mpsc;
use std::time::Duration;

use exporter_node::node::Wanted;
use exposition::Format;

use super::tree::{BENDS, Bend, Random, bend, copy, files, restore};
use super::{beside, configured};

/// Those that read files of the machine only: the clock, the mounts, sockets and interfaces of this
/// one stay out.
const ASIDE: [&str; 8] = [
    "filesystem",
    "processes",
    "systemd",
    "tcpstat",
    "textfile",
    "time",
    "timex",
    "uname",
];
/// A file is read by so many collectors at most (`sys/class/net` and `sys/block`).
const READERS_MAX: usize = 3;
/// Whatever hangs is found by this; all of a test takes a fraction.
const HANG: Duration = Duration::from_secs(120);
/// Files in one run, each bent in each way.
const FILES: usize = 12;
/// What a process may grow by while files of 24 MiB lie there: a few buffers of 8 MiB.
const GROWTH_KIB_MAX: u64 = 160 << 10;

/// What each collector says, and whether it succeeds.
fn told(node: &mut exporter_node::node::Node) -> BTreeMap<&'static str, String> {
    let names = node.names();
    let names = names.into_iter().filter(|name| !ASIDE.contains(name));
    let mut told = BTreeMap::new();
    for name in names {
        let wanted = Wanted::Only(vec![name]);
        let families = node.collect(&wanted, || false).unwrap();
        let mut text = Vec::new();
        families.write(Format::Text004, &mut text);
        let text = String::from_utf8(text).expect("an exposition is UTF-8");
        exposition::parse(&text).expect("an exposition can be read");
        let is_fixed = |line: &&str| !line.contains("_duration_seconds{");
        told.insert(
            name,
            text.lines().filter(is_fixed).collect::<Vec<_>>().join("\n"),
        );
    }
    told
}

/// In kB, as the kernel counts.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.unwrap()
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .unwrap()
}

/// Bends files of a machine one at a time.
fn bend_files_of(machine: &'static str, seed: u64) {
    let (sender, done) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let folder = tempfile::tempdir().unwrap();
        copy(&beside(machine), folder.path());
        let on = [
            ("collector.cgroups", "true"),
            ("collector.interrupts", "true"),
            ("collector.softirqs", "true"),
            ("collector.cpu.info", "true"),
        ];
        let mut node = configured(folder.path(), &on).node;
        let before = told(&mut node);
        let resident = resident_kib();
        let all = files(folder.path());
        let mut random = Random::of(seed);
        for _ in 0..FILES {
            let file = &all[random.below(all.len())];
            let bytes = fs::read(file).unwrap();
            for how in BENDS {
                bend(file, how, &mut random);
                let what = format!("seed {seed}: {how:?} {}", file.display());
                let now = told(&mut node);
                let changed: Vec<&str> = before
                    .iter()
                    .filter(|(name, text)| now.get(*name) != Some(text))
                    .map(|(name, _)| *name)
                    .collect();
                assert!(changed.len() <= READERS_MAX, "{what} changed {changed:?}");
                let growth = resident_kib().saturating_sub(resident);
                assert!(
                    growth <= GROWTH_KIB_MAX,
                    "{what} made it {growth} KiB larger"
                );
                restore(file, &bytes);
                // Descriptors that were kept open see the new file the next time.
                assert_eq!(told(&mut node), before, "after {what}");
            }
        }
        sender.send(()).unwrap();
    });
    match done.recv_timeout(HANG) {
        Ok(()) => thread.join().unwrap(),
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("a collector waits for something"),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            std::panic::resume_unwind(thread.join().unwrap_err())
        }
    }
}

#[test]
fn bent_devices_concern_their_collector_alone() {
    bend_files_of("devices", 1);
}

#[test]
fn a_bent_machine_concerns_one_collector_at_a_time() {
    bend_files_of("machine", 2);
}

#[test]
fn a_machine_of_bent_files_is_still_told() {
    for seed in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        copy(&beside("devices"), folder.path());
        copy(&beside("machine"), folder.path());
        let mut node = configured(folder.path(), &[]).node;
        told(&mut node);
        let mut random = Random::of(seed);
        for file in files(folder.path()) {
            let how = BENDS[random.below(BENDS.len())];
            // A few of them would fill the disk.
            let is_large = matches!(how, Bend::Huge | Bend::EndlessLine);
            if !is_large || random.below(20) == 0 {
                bend(&file, how, &mut random);
            }
        }
        for _ in 0..3 {
            told(&mut node);
        }
        let mut anew = configured(folder.path(), &[]).node;
        told(&mut anew);
    }
}
