//! Which processes of this machine listen on a port: `/proc/net/tcp*` names the socket's inode,
//! `/proc/PID/fd` who holds it.

use std::collections::HashSet;
use std::fs;

use anyhow::{Context, Result};

/// State LISTEN in `/proc/net/tcp`.
const LISTEN: &str = "0A";

pub(super) fn ports(bootstrap: &str) -> Result<HashSet<u16>> {
    bootstrap
        .split(',')
        .map(|server| {
            let (_, port) = server
                .trim()
                .rsplit_once(':')
                .with_context(|| format!("bootstrap server {server} has no port"))?;
            port.parse().with_context(|| format!("port of {server}"))
        })
        .collect()
}

/// The pids, ascending, of whoever listens on one of the TCP ports.
pub(super) fn pids(ports: &HashSet<u16>) -> Result<Vec<u32>> {
    let mut sockets = HashSet::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        sockets.extend(
            text.lines()
                .skip(1)
                .filter_map(|line| listening(line, ports)),
        );
    }
    let mut pids = Vec::new();
    for entry in fs::read_dir("/proc")?.flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(descriptors) = fs::read_dir(entry.path().join("fd")) else {
            continue;
        };
        let mut targets = descriptors
            .flatten()
            .flat_map(|fd| fs::read_link(fd.path()));
        if targets.any(|target| sockets.contains(&*target.to_string_lossy())) {
            pids.push(pid);
        }
    }
    pids.sort_unstable();
    Ok(pids)
}

/// `socket:[inode]` of a line that describes a listener on one of the ports.
fn listening(line: &str, ports: &HashSet<u16>) -> Option<String> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let (_, port) = fields.get(1)?.rsplit_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let inode = fields.get(9)?;
    (fields.get(3) == Some(&LISTEN) && ports.contains(&port)).then(|| format!("socket:[{inode}]"))
}

#[cfg(test)]
mod tests;
