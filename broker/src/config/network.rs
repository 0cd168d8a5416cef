//! Sockets, the number of connections, and the memory that requests may hold.
//!
//! Only values; the limits are enforced in `net`.

use std::collections::HashMap;
use std::net::IpAddr;

use config::Reader;
use service::listen::SocketOptions;

/// What one connection may hold.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConnectionConfig {
    /// `outrigger.connection.inflight.requests`: requests worked on at one time.
    pub inflight_requests: usize,
    /// `outrigger.connection.memory.bytes`.
    pub memory_bytes: usize,
}

/// Sockets and limits over all connections.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NetworkConfig {
    /// `socket.listen.backlog.size`, `socket.receive.buffer.bytes` and `socket.send.buffer.bytes`;
    /// buffers that nobody sized grow with what a connection needs.
    pub sockets: SocketOptions,
    /// `max.connections`.
    pub connections_max: usize,
    /// `max.connections.per.ip`.
    pub connections_per_ip_max: usize,
    /// `max.connections.per.ip.overrides` of addresses.
    pub connections_per_ip_overrides: HashMap<IpAddr, usize>,
    /// `max.connections.per.ip.overrides` of host names, which whoever binds resolves.
    pub connections_per_host_overrides: Vec<(String, usize)>,
    /// `outrigger.requests.memory.bytes`, or `queued.max.request.bytes` where that is less.
    pub requests_memory_bytes: usize,
}

impl ConnectionConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        Self {
            inflight_requests: read.count("outrigger.connection.inflight.requests"),
            memory_bytes: read.count("outrigger.connection.memory.bytes"),
        }
    }
}

impl NetworkConfig {
    pub(super) fn read(read: &mut Reader<'_>) -> Self {
        let overrides = overrides(read);
        let per_ip_max = read.count("max.connections.per.ip");
        if per_ip_max == 0 && overrides.is_empty() {
            read.problem(
                "max.connections.per.ip can be zero only where max.connections.per.ip.overrides \
                 lets somebody in",
            );
        }
        let (addresses, hosts) = split(overrides);
        Self {
            sockets: SocketOptions {
                receive_buffer_bytes: buffer_bytes(read, "socket.receive.buffer.bytes"),
                send_buffer_bytes: buffer_bytes(read, "socket.send.buffer.bytes"),
                backlog: u32::try_from(read.int("socket.listen.backlog.size")).unwrap_or(1),
            },
            connections_max: read.count("max.connections"),
            connections_per_ip_max: per_ip_max,
            connections_per_ip_overrides: addresses,
            connections_per_host_overrides: hosts,
            requests_memory_bytes: requests_memory_bytes(read),
        }
    }
}

fn buffer_bytes(read: &mut Reader<'_>, name: &str) -> Option<u32> {
    match read.int(name) {
        -1 => None,
        bytes => u32::try_from(bytes)
            .ok()
            .filter(|bytes| *bytes > 0)
            .or_else(|| {
                read.problem(format!(
                    "{name} is {bytes}; give a size in bytes, or -1 for the kernel's"
                ));
                None
            }),
    }
}

fn requests_memory_bytes(read: &mut Reader<'_>) -> usize {
    let budget = read.count("outrigger.requests.memory.bytes");
    let queued = read.integer("queued.max.request.bytes");
    let frame = read.integer("socket.request.max.bytes");
    if queued > 0 && queued < frame {
        read.problem(format!(
            "queued.max.request.bytes ({queued}) must be larger or equal to \
             socket.request.max.bytes ({frame})"
        ));
    }
    usize::try_from(queued)
        .ok()
        .filter(|queued| *queued > 0)
        .map_or(budget, |q| q.min(budget))
}

/// `name:limit` pairs; an IPv6 address may stand in brackets.
fn overrides(read: &mut Reader<'_>) -> Vec<(String, usize)> {
    let name = "max.connections.per.ip.overrides";
    let text = read.text(name).unwrap_or_default();
    let mut pairs = Vec::new();
    for pair in text
        .split(',')
        .map(str::trim)
        .filter(|pair| !pair.is_empty())
    {
        let parsed = pair.rsplit_once(':').and_then(|(host, limit)| {
            let host = host.trim().trim_start_matches('[').trim_end_matches(']');
            Some((host.to_owned(), limit.trim().parse().ok()?)).filter(|_| !host.is_empty())
        });
        match parsed {
            Some(pair) => pairs.push(pair),
            None => read.problem(format!(
                "{name}: \"{pair}\" is not of the form address:limit"
            )),
        }
    }
    pairs
}

fn split(overrides: Vec<(String, usize)>) -> (HashMap<IpAddr, usize>, Vec<(String, usize)>) {
    let mut addresses = HashMap::new();
    let mut hosts = Vec::new();
    for (host, limit) in overrides {
        match host.parse::<IpAddr>() {
            Ok(address) => {
                addresses.insert(address.to_canonical(), limit);
            }
            Err(_) => hosts.push((host, limit)),
        }
    }
    (addresses, hosts)
}
