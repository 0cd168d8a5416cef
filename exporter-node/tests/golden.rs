//! A small machine of our own in files (`machine/`), and the whole exposition that it must give.
//!
//! What a text editor does not write is tested with its parser: each collector's `tests`. When the
//! output is meant to change, the test says where it has put the new one.

#![cfg(test)]

use std::fs;
use std::path::{Path, PathBuf};

use exporter_node::config::NodeConfig;
use exporter_node::node::Wanted;
use exposition::Format;

/// What the files decide alone: the others ask the kernel.
const COLLECTORS: &[&str] = &[
    "cpu",
    "cpufreq",
    "diskstats",
    "interrupts",
    "loadavg",
    "meminfo",
    "netclass",
    "netdev",
    "netstat",
    "os",
    "pressure",
    "processes",
    "schedstat",
    "sockstat",
    "softnet",
    "stat",
    "textfile",
    "vmstat",
];

fn machine() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/machine")
}

/// The samples and heads that the machine gives, but for what differs from run to run.
fn exposition(rounds: usize) -> String {
    let machine = machine();
    let below = |name: &str| machine.join(name).to_str().unwrap().to_owned();
    let mut given = vec![
        ("path.procfs", below("proc")),
        ("path.sysfs", below("sys")),
        ("path.rootfs", below("root")),
        ("path.udev.data", below("udev")),
        ("collector.textfile.directory", below("text")),
        ("collector.netdev.netlink", "false".to_owned()),
        ("collector.cpu.info", "true".to_owned()),
        ("collector.cpu.info.flags-include", "^aes$".to_owned()),
        ("collector.cpu.info.bugs-include", "v2".to_owned()),
        ("collector.stat.softirq", "true".to_owned()),
    ];
    given.extend(
        ["collector.interrupts", "collector.processes"].map(|name| (name, "true".to_owned())),
    );
    let (mut config, _) = NodeConfig::read("", &[], &given).unwrap();
    let wanted = Wanted::Only(COLLECTORS.to_vec());
    let mut text = Vec::new();
    for _ in 0..rounds {
        text.clear();
        let families = config.node.collect(&wanted, || false).unwrap();
        families.write(Format::Text004, &mut text);
    }
    let text = String::from_utf8(text).unwrap();
    let text = text.replace(machine.to_str().unwrap(), "MACHINE");
    let page = rustix::param::page_size();
    let lines = text.lines().map(|line| match line.split_once(' ') {
        Some((name, _)) if name.starts_with("node_scrape_collector_duration_seconds{") => {
            format!("{name} DURATION\n")
        }
        Some((name, _)) if name.starts_with("node_textfile_mtime_seconds{") => {
            format!("{name} MTIME\n")
        }
        Some((name, value)) if name.ends_with("_mem_bytes") => {
            let pages = value.parse::<usize>().unwrap() / page;
            format!("{name} {pages} PAGES\n")
        }
        _ => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn the_machine_gives_the_golden_exposition() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden.txt");
    let expected = fs::read_to_string(&golden).unwrap();
    let found = exposition(1);
    if found != expected {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden.txt");
        fs::write(&new, &found).unwrap();
        let lines: Vec<_> = expected.lines().collect();
        let added = found.lines().filter(|line| !lines.contains(line));
        let added: Vec<_> = added.collect();
        panic!("differs, see {}: {added:#?}", new.display());
    }
}

#[test]
fn a_later_round_says_the_same() {
    assert_eq!(exposition(3), exposition(1));
}
