//! Peers that let us in, do not, or say nonsense.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::thread::JoinHandle;

use service::Clock;

use super::super::{BusError, Call};
use super::Connection;

fn serve(
    folder: &tempfile::TempDir,
    peer: impl FnOnce(UnixStream) + Send + 'static,
) -> (PathBuf, JoinHandle<()>) {
    let path = folder.path().join("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let thread = std::thread::spawn(move || peer(listener.accept().unwrap().0));
    (path, thread)
}

fn line(stream: &mut UnixStream) -> String {
    let mut line = Vec::new();
    let mut byte = [0];
    while !line.ends_with(b"\r\n") {
        assert_eq!(stream.read(&mut byte).unwrap(), 1);
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

/// An answer without a body to the call with this serial.
fn answer(serial: u32) -> Vec<u8> {
    let mut bytes = b"l\x02\x01\x01\0\0\0\0\x01\0\0\0\x08\0\0\0\x05\x01u\0".to_vec();
    bytes.extend(serial.to_le_bytes());
    bytes
}

const CALL: Call<'_> = Call {
    destination: "",
    path: "/a",
    interface: "b.c",
    member: "D",
    arguments: &[],
};

#[test]
fn answers_find_their_calls_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let (path, thread) = serve(&folder, |mut stream| {
        let user = rustix::process::getuid().as_raw().to_string();
        let digits: String = user.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(line(&mut stream), format!("\0AUTH EXTERNAL {digits}\r\n"));
        stream.write_all(b"OK 0123\r\n").unwrap();
        assert_eq!(line(&mut stream), "BEGIN\r\n");
        // What answers nothing is passed over.
        for serial in [77, 3, 0, 1, 2] {
            stream.write_all(&answer(serial)).unwrap();
        }
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert_eq!(rest.len(), 3 * CALL.encode(1).len());
    });
    let mut connection = Connection::to_service(&path, &Clock::real()).unwrap();
    let mut order = Vec::new();
    let asked = connection.ask(&[CALL, CALL, CALL], |at, _| {
        order.push(at);
        Ok(())
    });
    asked.unwrap();
    assert_eq!(order, [2, 0, 1]);
    drop(connection);
    thread.join().unwrap();
}

#[test]
fn a_peer_that_says_no_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (path, thread) = serve(&folder, |mut stream| {
        line(&mut stream);
        stream.write_all(b"REJECTED ANONYMOUS\r\n").unwrap();
    });
    let error = Connection::to_service(&path, &Clock::real()).unwrap_err();
    assert_eq!(error.to_string(), "refused: REJECTED ANONYMOUS");
    thread.join().unwrap();
}

#[test]
fn nonsense_is_an_error() {
    for nonsense in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &[0; 64], b"l\x02"] {
        let folder = tempfile::tempdir().unwrap();
        let (path, thread) = serve(&folder, move |mut stream| {
            line(&mut stream);
            stream.write_all(b"OK 0123\r\n").unwrap();
            line(&mut stream);
            stream.write_all(nonsense).unwrap();
        });
        let mut connection = Connection::to_service(&path, &Clock::real()).unwrap();
        let error = connection.ask(&[CALL], |_, _| Ok(())).unwrap_err();
        let is_expected = matches!(error, BusError::Malformed | BusError::Socket(_));
        assert!(is_expected, "{error}");
        thread.join().unwrap();
    }
}

#[test]
fn a_round_that_is_over_asks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (path, thread) = serve(&folder, |mut stream| {
        line(&mut stream);
        stream.write_all(b"OK 0123\r\n").unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"BEGIN\r\n");
    });
    let (clock, hands) = Clock::manual(0);
    let mut connection = Connection::to_service(&path, &clock).unwrap();
    hands.advance(super::PATIENCE);
    let error = connection.ask(&[CALL], |_, _| Ok(())).unwrap_err();
    assert!(matches!(error, BusError::Socket(e) if e.kind() == std::io::ErrorKind::TimedOut));
    drop(connection);
    thread.join().unwrap();
}
