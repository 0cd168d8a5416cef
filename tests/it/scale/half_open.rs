//! A flood of connections that never log in, from one address: it costs little, and keeps nobody else out.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpStream};
use std::time::Duration;

use rustix::net::{AddressFamily, SocketFlags, SocketType};
use tests::deadline::Stopwatch;
use tests::login::ScramUser;
use tests::process::status;
use tests::tls::{self, Shown};
use tests::{Up, Wire, at_scale};

use super::gauge::raise_open_files;

/// Where the flood comes from, and where somebody honest does.
const FLOOD: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
const HONEST: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 3);
/// Before the deadline of the flood's logins (10 s) makes room.
const AT_ONCE: Duration = Duration::from_secs(5);
/// What one address can make authn take: 2,048 connections of 64 KiB at most.
const GROWTH_BYTES: u64 = 128 << 20;

#[test]
fn connections_that_never_log_in() {
    let count = at_scale(2_500, 10_000);
    raise_open_files();
    let up = Up::start(&[]);
    let address = up.address("scram");
    let authn = u32::try_from(up.pid_of("authn").unwrap()).unwrap();
    let config = tls::config(&up, Shown::Nothing);
    let mut user = ScramUser::of_up(&up);
    let mut log_in = || {
        let watch = Stopwatch::start();
        let stream = tls::handshake(connect_from(HONEST, address), "localhost", &config);
        let mut wire = Wire::over_tls(stream.unwrap());
        assert!(user.log_in(&mut wire).error_code.is_none());
        watch.elapsed()
    };
    let alone = log_in();
    let before = status(authn, "VmRSS") * 1024;
    let flood: Vec<TcpStream> = (0..count)
        .map(|_| {
            let mut socket = connect_from(FLOOD, address);
            // The begin of a ClientHello of 16 KiB; it may be closed already.
            let _ = socket.write_all(&[22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc]);
            let _ = socket.write_all(&[0; 9_000]);
            socket
        })
        .collect();
    let beside = log_in();
    let grown = (status(authn, "VmRSS") * 1024).saturating_sub(before);
    println!(
        "{count} half-open connections: authn grew by {} KiB; a login takes {alone:.1?} alone, {beside:.1?} beside them",
        grown >> 10
    );
    assert!(beside < AT_ONCE, "an honest login took {beside:?}");
    assert!(grown < GROWTH_BYTES, "authn grew by {grown} bytes");
    drop(flood);
    log_in();
}

/// A connection of somebody at `source`.
fn connect_from(source: Ipv4Addr, address: SocketAddr) -> TcpStream {
    let socket = rustix::net::socket_with(
        AddressFamily::INET,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    );
    let socket = socket.expect("a socket");
    rustix::net::bind(&socket, &SocketAddrV4::new(source, 0)).expect("a loopback address");
    rustix::net::connect(&socket, &address).expect("connected");
    TcpStream::from(socket)
}
