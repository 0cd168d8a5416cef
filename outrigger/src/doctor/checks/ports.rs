//! Whether the ports that the suite would bind are free, and else who has them.
//!
//! The kernel's tables are read; no port of the suite is bound, because another suite may be starting.

mod table;

use crate::doctor::situation::Situation;
use crate::doctor::system;
use crate::doctor::verdict::Verdict;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener, ToSocketAddrs};
use table::{Listening, listening};

/// Below this only administrators bind, where the system does not say.
const UNPRIVILEGED_PORT_START: u16 = 1024;
/// Binding lower ports, by its number in a process's capabilities (capabilities(7)).
const CAP_NET_BIND_SERVICE: u32 = 10;

/// A port that would be bound.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    /// What would say otherwise: an option or a key.
    key: String,
    host: String,
    port: u16,
    /// Where the host leads to; a reason where it cannot be used here.
    addresses: Result<Vec<IpAddr>, String>,
}

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Holder {
    pid: u32,
    name: String,
}

/// What is known.
#[derive(Debug, Default)]
struct Facts {
    wanted: Vec<Wanted>,
    /// What listens, and whose it is where that can be seen.
    listening: Vec<(Listening, Option<Holder>)>,
    /// Processes of the instance that is meant.
    own: BTreeSet<u32>,
    /// The first port that this process may bind.
    first: u16,
    configured: bool,
}

/// See the head of this file.
pub(in crate::doctor) fn verdicts(situation: &Situation) -> Vec<Verdict> {
    let wanted = wanted(situation);
    let ports: BTreeSet<_> = wanted.iter().map(|wanted| wanted.port).collect();
    let mut found: Vec<_> = ["/proc/net/tcp", "/proc/net/tcp6"]
        .into_iter()
        .filter_map(system::text)
        .flat_map(|text| listening(&text))
        .filter(|listening| ports.contains(&listening.address.port()))
        .map(|listening| (listening, None))
        .collect();
    find_holders(&mut found);
    judge(&Facts {
        wanted,
        listening: found,
        own: situation.own_pids(),
        first: first_port(),
        configured: situation.problems.is_empty(),
    })
}

/// What the parts' configurations say, less what takes any free port.
fn wanted(situation: &Situation) -> Vec<Wanted> {
    let outlook = &situation.outlook;
    let mut addresses = Vec::new();
    for (part, value) in outlook.values_of("listeners") {
        for listener in value.split(',') {
            let address = listener
                .split_once("://")
                .map_or(listener, |(_, address)| address);
            addresses.push((format!("--set {part}.listeners=…"), address.trim()));
        }
    }
    for key in ["web.listen-address", "outrigger.admin.listener"] {
        for (part, value) in outlook.values_of(key) {
            let each = value.split(',').map(str::trim);
            addresses.extend(each.map(|address| (format!("--set {part}.{key}=…"), address)));
        }
    }
    let page = outlook.dashboard.as_deref();
    addresses.extend(page.map(|address| ("--dashboard".to_owned(), address)));
    let wanted = addresses.into_iter().filter_map(|(key, address)| {
        let (host, port) = address.rsplit_once(':')?;
        let port = port.parse().ok().filter(|port| *port != 0)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some(Wanted {
            key,
            host: host.to_owned(),
            port,
            addresses: resolve(host),
        })
    });
    wanted.collect()
}

/// The addresses of a host. That they are of this machine is tried with any free port.
fn resolve(host: &str) -> Result<Vec<IpAddr>, String> {
    if host.is_empty() {
        return Ok(vec![Ipv4Addr::UNSPECIFIED.into()]);
    }
    let found = (host, 0).to_socket_addrs();
    let found: Vec<_> = found.map_err(|error| error.to_string())?.collect();
    let Some(first) = found.first() else {
        return Err("no address".to_owned());
    };
    match TcpListener::bind(first) {
        Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
            Err("not an address of this machine".to_owned())
        }
        _ => Ok(found.iter().map(std::net::SocketAddr::ip).collect()),
    }
}

/// Looks through the processes that this one may look into.
fn find_holders(found: &mut [(Listening, Option<Holder>)]) {
    if found.is_empty() {
        return;
    }
    for pid in system::pids() {
        let sockets: BTreeSet<_> = system::descriptors(pid).into_iter().collect();
        for (listening, holder) in found.iter_mut() {
            if sockets.contains(&format!("socket:[{}]", listening.inode)) {
                let name = system::name_of(pid).unwrap_or_default();
                *holder = Some(Holder { pid, name });
            }
        }
    }
}

fn first_port() -> u16 {
    let status = system::text("/proc/self/status").unwrap_or_default();
    let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    let capabilities = effective.and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    if capabilities.is_some_and(|held| held & (1 << CAP_NET_BIND_SERVICE) != 0) {
        return 0;
    }
    let start = system::number("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    start
        .and_then(|start| u16::try_from(start).ok())
        .unwrap_or(UNPRIVILEGED_PORT_START)
}

fn judge(facts: &Facts) -> Vec<Verdict> {
    let (mut free, mut own) = (Vec::new(), 0_u32);
    let mut verdicts = Vec::new();
    for wanted in &facts.wanted {
        let Wanted {
            key, host, port, ..
        } = wanted;
        let addresses = match &wanted.addresses {
            Ok(addresses) => addresses,
            Err(problem) => {
                verdicts.push(Verdict::problem(
                    format!("{host} cannot be bound: {problem}"),
                    format!("name an address of this machine with {key}"),
                ));
                continue;
            }
        };
        if *port < facts.first {
            verdicts.push(Verdict::problem(
                format!("port {port} is an administrator's"),
                format!("name one from {} on with {key}", facts.first),
            ));
            continue;
        }
        let holder = facts.listening.iter().find(|(listening, _)| {
            listening.address.port() == *port
                && addresses
                    .iter()
                    .any(|ip| overlap(*ip, listening.address.ip()))
        });
        match holder {
            None => free.push(*port),
            Some((_, Some(holder))) if facts.own.contains(&holder.pid) => own += 1,
            Some((_, holder)) => verdicts.push(Verdict::problem(
                format!("port {port} is held by {}", who(holder.as_ref())),
                format!("end that, or bind another with {key} or --ports auto"),
            )),
        }
    }
    if let Some(sum) = sum(facts, &free, own) {
        verdicts.insert(0, Verdict::ok(sum));
    }
    verdicts
}

/// What is well, in one line.
fn sum(facts: &Facts, free: &[u16], own: u32) -> Option<String> {
    if facts.wanted.is_empty() {
        let why = if facts.configured {
            "any free ports are taken"
        } else {
            "not known before the configuration is usable"
        };
        return Some(why.to_owned());
    }
    let mut sum = String::new();
    if !free.is_empty() {
        let ports: Vec<_> = free.iter().map(u16::to_string).collect();
        let _ = write!(sum, "free: {}", ports.join(", "));
    }
    if own > 0 {
        let separator = if sum.is_empty() { "" } else { "; " };
        let _ = write!(sum, "{separator}{own} held by this instance");
    }
    (!sum.is_empty()).then_some(sum)
}

fn who(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder { pid, name }) => format!("{name} (pid {pid})"),
        None => "a process of another user or container (`sudo ss -ltnp` names it)".to_owned(),
    }
}

/// Whether a socket at one address keeps another from the other. An IPv6 socket for all addresses
/// takes those of IPv4, too, unless its owner said otherwise, which the tables do not tell.
fn overlap(wanted: IpAddr, bound: IpAddr) -> bool {
    let wanted = wanted.to_canonical();
    let bound = bound.to_canonical();
    let any = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    wanted == bound
        || wanted == any
        || bound == any
        || wanted.is_ipv4() == bound.is_ipv4()
            && (wanted.is_unspecified() || bound.is_unspecified())
}

#[cfg(test)]
mod tests;
