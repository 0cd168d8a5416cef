//! Parameters as browsers, Prometheus and strangers send them.

use super::Query;

#[test]
fn parameters_are_decoded() {
    for (text, name, expected) in [
        (
            "collect[]=cpu&collect[]=meminfo",
            "collect[]",
            &["cpu", "meminfo"] as &[_],
        ),
        ("collect%5B%5D=cpu&x=1", "collect[]", &["cpu"]),
        ("a=b=c&&a", "a", &["b=c", ""]),
        ("level=basic+or%20more", "level", &["basic or more"]),
        ("a=100%&a=%zz&a=%4", "a", &["100%", "%zz", "%4"]),
        ("a=%ff%C3%A4", "a", &["\u{fffd}ä"]),
        ("", "a", &[]),
    ] {
        let query = Query::parse(text);
        assert_eq!(query.all(name).collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(query.first(name), expected.first().copied(), "{text}");
    }
    assert!(Query::parse("&&").is_empty());
    assert_eq!(
        Query::parse("a=1&b&a=2").names().collect::<Vec<_>>(),
        ["a", "b", "a"]
    );
}
