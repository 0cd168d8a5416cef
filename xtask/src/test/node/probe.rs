//! Asks whether a Kafka server answers: one ApiVersions v0 request by hand, because the tooling depends on no crate of ours.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

const TIME_LIMIT: Duration = Duration::from_secs(2);

/// Length, key 18, version 0, correlation id 1, null client id.
const API_VERSIONS: [u8; 14] = [0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff];

pub(crate) fn answers(port: u16) -> bool {
    exchange(port).unwrap_or(false)
}

fn exchange(port: u16) -> std::io::Result<bool> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, TIME_LIMIT)?;
    stream.set_read_timeout(Some(TIME_LIMIT))?;
    stream.write_all(&API_VERSIONS)?;
    let mut head = [0; 8];
    stream.read_exact(&mut head)?;
    Ok(head[4..] == [0, 0, 0, 1])
}

/// A port nothing listens on, below the range that the kernel gives to the local ends of connections.
pub(crate) fn free_port() -> Option<u16> {
    let start = u16::try_from(std::process::id() % 4000).ok()?;
    (0..8000)
        .map(|step| 20_000 + start + step)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
}
