//! Addresses of pages and what becomes of them.

use std::collections::BTreeMap;
use std::path::Path;

use super::Places;

#[test]
fn only_ports_of_loopback_are_replaced() {
    let others = BTreeMap::from([("4566".to_owned(), "7".to_owned())]);
    let mut places = Places::new(Path::new("/nowhere"), others);
    let cases = [
        ("http://127.0.0.1:4566/x", "http://127.0.0.1:7/x"),
        ("AWS=localhost:4566 b", "AWS=localhost:7 b"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("broker-1:9092", "broker-1:9092"),
        ("10.0.0.0:4566", "10.0.0.0:7"),
        ("no address", "no address"),
    ];
    for (text, expected) in cases {
        assert_eq!(places.replace(text).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_port_of_the_page_stays_the_same_port() {
    let mut places = Places::new(Path::new("/nowhere"), BTreeMap::new());
    let first = places.replace("127.0.0.1:9404").unwrap();
    assert_ne!(first, "127.0.0.1:9404");
    assert_eq!(places.replace("127.0.0.1:9404").unwrap(), first);
}
