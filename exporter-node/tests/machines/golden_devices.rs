//! `devices/`: the whole exposition that it must give. It was compared with what node_exporter 1.12.1
//! says of the same files.

use std::fs;
use std::path::Path;

use exporter_node::node::Wanted;
use exposition::Format;

use super::{beside, configured};

const COLLECTORS: &[&str] = &[
    "arp",
    "bcache",
    "bcachefs",
    "bonding",
    "btrfs",
    "cgroups",
    "conntrack",
    "dmi",
    "dmmultipath",
    "edac",
    "entropy",
    "fibrechannel",
    "filefd",
    "hwmon",
    "infiniband",
    "ipvs",
    "kernel_hung",
    "mdadm",
    "nfs",
    "nfsd",
    "nvme",
    "powersupplyclass",
    "rapl",
    "selinux",
    "softirqs",
    "tapestats",
    "thermal_zone",
    "udp_queues",
    "watchdog",
    "xfs",
    "zfs",
];

fn exposition(rounds: usize) -> String {
    let machine = beside("devices");
    let on = [
        ("collector.cgroups", "true"),
        ("collector.softirqs", "true"),
    ];
    let mut config = configured(&machine, &on);
    let wanted = Wanted::Only(COLLECTORS.to_vec());
    let mut text = Vec::new();
    for _ in 0..rounds {
        text.clear();
        let families = config.node.collect(&wanted, || false).unwrap();
        families.write(Format::Text004, &mut text);
    }
    let text = String::from_utf8(text).unwrap();
    let text = text.replace(machine.to_str().unwrap(), "MACHINE");
    let is_fixed = |line: &&str| !line.starts_with("node_scrape_collector_duration_seconds{");
    text.lines()
        .filter(is_fixed)
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn the_devices_give_the_golden_exposition() {
    let expected = fs::read_to_string(beside("devices.txt")).unwrap();
    let found = exposition(1);
    if found != expected {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("devices.txt");
        fs::write(&new, &found).unwrap();
        let known: Vec<&str> = expected.lines().collect();
        let added = found.lines().filter(|line| !known.contains(line));
        let added: Vec<&str> = added.collect();
        panic!("differs, see {}: {added:#?}", new.display());
    }
}

#[test]
fn a_later_round_says_the_same() {
    assert_eq!(exposition(3), exposition(1));
}
