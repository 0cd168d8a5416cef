//! Which software of clients a listener tells.

use std::sync::Arc;

use mbean::Registry;

use super::{ListenerMetrics, SOFTWARE_BYTES_MAX, SOFTWARE_MAX};

fn listener() -> Arc<ListenerMetrics> {
    ListenerMetrics::new(&Registry::new(0), &Arc::from("PLAINTEXT"), Vec::new())
}

#[test]
fn long_names_of_software_are_not_told() {
    let long = "x".repeat(SOFTWARE_BYTES_MAX);
    let cases = [
        ("librdkafka", "2.4.0", true),
        (&long[3..], "1.0", true),
        (&long[2..], "1.0", false),
        ("a", &long, false),
    ];
    for (name, version, is_told) in cases {
        let metrics = listener();
        let mut open = metrics.open();
        open.named(name, version);
        assert_eq!(
            metrics.lock().len(),
            usize::from(is_told),
            "{name} {version}"
        );
        drop(open);
        assert!(metrics.lock().is_empty());
        assert_eq!(metrics.counted.open.now(), 0);
    }
}

#[test]
fn no_more_names_of_software_are_told_than_may_be() {
    let metrics = listener();
    let open = (0..SOFTWARE_MAX + 9).map(|version| {
        let mut open = metrics.open();
        open.named("client", &version.to_string());
        open
    });
    let open: Vec<_> = open.collect();
    assert_eq!(metrics.lock().len(), SOFTWARE_MAX);
    drop(open);
    assert!(metrics.lock().is_empty());
}
