//! A listener of this process, and bootstrap strings.

use super::*;

#[test]
fn finds_the_listener() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    assert_eq!(pids(&HashSet::from([port])).unwrap(), [std::process::id()]);
}

#[test]
fn ports_come_after_the_last_colon() {
    assert_eq!(ports("a:1, [::1]:9092").unwrap(), HashSet::from([1, 9092]));
    assert!(ports("a").is_err());
}
