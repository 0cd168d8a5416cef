//! How Kafka writes listeners, and which of them stand in each other's way.

use super::{Endpoint, protocol_map};

fn parse(items: &[&str]) -> (Vec<(String, String, u16)>, Vec<String>) {
    let items: Vec<_> = items.iter().map(|&item| item.to_owned()).collect();
    let (endpoints, problems) = Endpoint::parse_all("listeners", &items);
    let parts = endpoints.into_iter().map(|e| (e.listener, e.host, e.port));
    (parts.collect(), problems)
}

#[test]
fn an_endpoint_is_a_name_a_host_and_a_port() {
    for (text, expected) in [
        (
            "PLAINTEXT://127.0.0.1:9092",
            ("PLAINTEXT", "127.0.0.1", 9092),
        ),
        ("plain ://:0", ("PLAIN", "", 0)),
        ("A://a-host.b_c:1", ("A", "a-host.b_c", 1)),
        ("A://[::1]:1", ("A", "::1", 1)),
        ("A://[fe80::1%eth0]:1", ("A", "fe80::1%eth0", 1)),
    ] {
        let (name, host, port) = expected;
        let expected = (name.to_owned(), host.to_owned(), port);
        assert_eq!(parse(&[text]), (vec![expected], vec![]), "{text}");
    }
}

#[test]
fn what_is_none_is_told_and_the_others_are_kept() {
    for text in [
        "",
        "A",
        "A://",
        "A://host",
        "A://host:",
        "A://host:65536",
        "A://a host:1",
        "A://::1:1",
        "A://[host]:1",
        "://host:1",
    ] {
        let sentence = format!(
            "listeners: \"{text}\" is not of the form NAME://host:port; an IPv6 address stands in \
             brackets"
        );
        let kept = ("B".to_owned(), "b".to_owned(), 2);
        assert_eq!(parse(&[text, "B://b:2"]), (vec![kept], vec![sentence]));
    }
}

#[test]
fn two_listeners_cannot_have_one_name_or_one_port() {
    let twice = "listeners: A stands twice; each needs its own name";
    let both = "listeners: B and A both want port 1";
    for (items, expected) in [
        (["A://a:1", "A://b:2"], Some(twice)),
        (["A://a:1", "B://a:1"], Some(both)),
        (["A://:1", "B://a:1"], Some(both)),
        (["A://a:1", "B://0.0.0.0:1"], Some(both)),
        (["A://a:1", "B://[::]:1"], Some(both)),
        (["A://a:1", "B://b:1"], None),
        (["A://a:0", "B://a:0"], None),
        (["A://a:1", "B://a:2"], None),
    ] {
        let items = items.map(str::to_owned);
        let (endpoints, _) = Endpoint::parse_all("listeners", &items);
        let conflicts = Endpoint::conflicts(&endpoints);
        let expected: Vec<_> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(conflicts, expected, "{items:?}");
    }
}

#[test]
fn the_protocol_map_is_read_in_capitals() {
    let entries: Vec<_> = protocol_map(" a : ssl ,,B:SASL_SSL,c, ").collect();
    let parts: Vec<_> = entries
        .iter()
        .map(|e| (e.text, e.listener.as_str(), e.protocol.as_str()))
        .collect();
    let expected = [
        ("a : ssl", "A", "SSL"),
        ("B:SASL_SSL", "B", "SASL_SSL"),
        ("c", "C", ""),
    ];
    assert_eq!(parts, expected);
}
