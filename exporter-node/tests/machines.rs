//! Machines in files: `devices/` has what few real ones have together, and `hostile` bends that and
//! `machine/` in every way that files can be bent.

#![cfg(test)]

#[path = "machines/golden_devices.rs"]
mod golden_devices;
#[path = "machines/hostile.rs"]
mod hostile;
#[path = "machines/tree.rs"]
mod tree;

use std::path::{Path, PathBuf};

use exporter_node::config::NodeConfig;

/// A folder beside this file.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// The configuration whose machine lies in a folder.
fn configured(folder: &Path, more: &[(&'static str, &str)]) -> NodeConfig {
    let below = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let mut given = vec![
        ("path.procfs", below("proc")),
        ("path.sysfs", below("sys")),
        ("path.rootfs", below("root")),
        ("path.udev.data", below("udev")),
        ("collector.netdev.netlink", "false".to_owned()),
        ("collector.bcache.priorityStats", "true".to_owned()),
    ];
    given.extend(
        more.iter()
            .map(|(name, value)| (*name, (*value).to_owned())),
    );
    NodeConfig::read("", &[], &given).unwrap().0
}
