//! A stub on a socket, asked by hand.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::*;

/// An unsigned request; nothing if the connection ends without an answer.
fn ask(stub: &Stub, target: &str) -> Option<String> {
    let mut stream = TcpStream::connect(stub.address()).ok()?;
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {}\r\nconnection: close\r\nx-amz-target: {target}\r\ncontent-length: 2\r\n\r\n{{}}",
        stub.address()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    (!answer.is_empty()).then_some(answer)
}

#[test]
fn an_unsigned_request_is_refused_and_remembered() {
    let stub = Stub::start(Settings::default()).unwrap();
    let answer = ask(&stub, "Logs_20140328.PutLogEvents").unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("MissingAuthenticationTokenException"));
    let violations = stub.violations();
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].rule, "not signed");
    assert_eq!(violations[0].operation, Operation::PutLogEvents);
    assert_eq!(stub.counts(Operation::PutLogEvents).requests, 1);
}

#[test]
fn it_goes_away_and_comes_back_at_its_address() {
    let stub = Stub::start(Settings::default()).unwrap();
    let target = "Kinesis_20131202.PutRecords";
    assert!(ask(&stub, target).is_some());
    stub.set_up(false);
    // The switch is another thread's to see.
    while ask(&stub, target).is_some() {
        std::thread::yield_now();
    }
    stub.set_up(true);
    while ask(&stub, target).is_none() {
        std::thread::yield_now();
    }
}

#[test]
fn what_ends_without_a_test_ends_its_thread() {
    let stub = Stub::start(Settings {
        tls: true,
        ..Settings::default()
    });
    let stub = stub.unwrap();
    assert!(
        stub.certificate_pem()
            .unwrap()
            .contains("BEGIN CERTIFICATE")
    );
    assert!(stub.endpoint().starts_with("https://127.0.0.1:"));
    drop(stub);
}
