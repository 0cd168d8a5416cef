//! The names of a listener's beans, beside those of Apache Kafka 4.3 (recorded by jmx_exporter's agent).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use mbean::Registry;
use mbean::wire::{Mirror, decode};

use super::ListenerBeans;
use crate::relay::{Moved, Whole};

/// Attributes of a network processor in Kafka.
const KAFKAS: &str = "connection-close-rate connection-close-total connection-count \
    connection-creation-rate connection-creation-total expired-connections-killed-count \
    failed-authentication-rate failed-authentication-total failed-reauthentication-rate \
    failed-reauthentication-total incoming-byte-rate incoming-byte-total io-ratio io-time-ns-avg \
    io-time-ns-total io-wait-ratio io-wait-time-ns-avg io-wait-time-ns-total network-io-rate \
    network-io-total outgoing-byte-rate outgoing-byte-total reauthentication-latency-avg \
    reauthentication-latency-max request-rate request-size-avg request-size-max request-total \
    response-rate response-total select-rate select-total \
    successful-authentication-no-reauth-total successful-authentication-rate \
    successful-authentication-total successful-reauthentication-rate \
    successful-reauthentication-total";
/// There is no thread that selects.
const WITHOUT_MEANING: [&str; 2] = ["io-", "select-"];

fn beans(registry: &Registry) -> Vec<(String, String, f64)> {
    let mut mirror = Mirror::default();
    let snapshot = decode(&registry.snapshot(None, 1)).unwrap();
    mirror.apply(snapshot).unwrap();
    let mut rows = Vec::new();
    for section in mirror.sections() {
        let mut values = section.values.iter();
        for bean in section.beans.iter() {
            for attribute in bean.attributes.iter() {
                assert!(!attribute.description.is_empty());
                let (name, attribute) = (bean.name.as_str(), attribute.name.to_string());
                rows.push((name.to_owned(), attribute, *values.next().unwrap()));
            }
        }
    }
    rows
}

#[test]
fn names_are_kafkas() {
    let registry = Registry::new(0);
    let listener: Arc<str> = "CLIENT_IAM".into();
    let _beans = ListenerBeans::new(&registry, &listener, "SASL_SSL", "AWS_MSK_IAM".to_owned());
    let rows = beans(&registry);
    let of = |bean: &str| -> BTreeSet<String> {
        let rows = rows.iter().filter(|(name, ..)| name == bean);
        rows.map(|(_, attribute, _)| attribute.clone()).collect()
    };
    let expected = |names: &str| -> BTreeSet<String> {
        let names = names.split_whitespace();
        let meant = names.filter(|name| !WITHOUT_MEANING.iter().any(|p| name.starts_with(p)));
        meant.map(str::to_owned).collect()
    };
    let listener = "kafka.server:type=socket-server-metrics,listener=CLIENT_IAM";
    assert_eq!(
        of(&format!("{listener},networkProcessor=0")),
        expected(KAFKAS)
    );
    let accepting = "connection-accept-rate connection-accept-throttle-time \
                     ip-connection-accept-throttle-time";
    assert_eq!(of(listener), expected(accepting));
    let acceptor = "kafka.network:type=Acceptor,name=AcceptorBlockedPercent,listener=CLIENT_IAM";
    assert!(of(acceptor).contains("OneMinuteRate"));
}

#[test]
fn what_a_listener_counts_shows() {
    let registry = Registry::new(0);
    let listener: Arc<str> = "CLIENT_IAM".into();
    let listener = ListenerBeans::new(&registry, &listener, "SASL_SSL", String::new());
    let value = |wanted: &str| {
        let rows = beans(&registry);
        let found = rows
            .into_iter()
            .find(|(_, attribute, _)| attribute == wanted);
        found.unwrap().2
    };
    let open = listener.opened();
    drop(listener.opened());
    listener.moved(&Moved {
        to_broker: 100,
        to_client: 30,
        operations: 5,
        requests: Whole {
            count: 2,
            bytes: 90,
            largest: 50,
        },
        responses: Whole {
            count: 3,
            bytes: 30,
            largest: 20,
        },
    });
    listener.received(7);
    listener.sent(50);
    listener.logged_in(true);
    listener.logged_in(false);
    listener.login_failed();
    listener.renewed(Duration::from_millis(30));
    listener.renewed(Duration::from_millis(10));
    listener.renewal_failed();
    listener.expired();
    listener.accept_throttled(Duration::from_millis(8));
    listener.login_throttled(Duration::ZERO);
    listener.login_throttled(Duration::from_millis(4));
    for (attribute, expected) in [
        ("connection-count", 1.0),
        ("connection-creation-total", 2.0),
        ("connection-close-total", 1.0),
        ("incoming-byte-total", 107.0),
        ("outgoing-byte-total", 80.0),
        ("network-io-total", 6.0),
        ("response-total", 3.0),
        ("request-total", 4.0),
        ("request-size-avg", 20.0),
        ("request-size-max", 50.0),
        ("successful-authentication-total", 2.0),
        ("successful-authentication-no-reauth-total", 1.0),
        ("failed-authentication-total", 1.0),
        ("successful-reauthentication-total", 2.0),
        ("reauthentication-latency-avg", 20.0),
        ("reauthentication-latency-max", 30.0),
        ("failed-reauthentication-total", 1.0),
        ("expired-connections-killed-count", 1.0),
        ("connection-accept-throttle-time", 8.0),
        ("ip-connection-accept-throttle-time", 2.0),
    ] {
        assert_eq!(value(attribute), expected, "{attribute}");
    }
    assert_eq!(listener.relayed_bytes(), (100, 30));
    drop(open);
    assert_eq!(value("connection-count"), 0.0);
    drop(listener);
    assert!(beans(&registry).is_empty());
}
