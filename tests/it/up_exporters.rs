//! The exporters that `outrigger up` runs: that what they say of clients is exactly what those did, and what of it survives the
//! death of a process.

use std::net::SocketAddr;

use exposition::{Family, parse};
use rustix::process::{Pid, Signal, kill_process};
use tests::mbeans::get;
use tests::messages::{append, create_topic, values_from};
use tests::{Up, eventually};

fn kill(pid: i32) {
    kill_process(Pid::from_raw(pid).expect("a pid"), Signal::KILL).expect("killed");
}

/// Where an exporter listens: `exporter_jmx` or `exporter_node`.
fn address(up: &Up, key: &str) -> SocketAddr {
    let endpoints = up.endpoints().expect("endpoints.json");
    let url = endpoints["http"][key].as_str().expect(key);
    let address = url.strip_prefix("http://").expect("plain HTTP");
    address.parse().expect("an address")
}

fn scrape(at: SocketAddr, query: &str) -> Vec<Family> {
    let body = get(at, &format!("/metrics{query}"));
    let text = String::from_utf8(body).expect("text");
    parse(&text).expect("an exposition")
}

/// The value of the one sample that has these labels, and no others but those of nobody's interest.
fn value(families: &[Family], name: &str, labels: &[(&str, &str)]) -> Option<f64> {
    let family = families.iter().find(|family| family.name == name)?;
    let found = family.samples.iter().find(|sample| {
        sample.labels.len() == labels.len()
            && labels.iter().all(|(key, value)| {
                let mut own = sample.labels.iter();
                own.any(|(name, found)| name == key && found == value)
            })
    });
    found.map(|sample| sample.value)
}

fn meter(at: SocketAddr, name: &str, topic: Option<&str>) -> Option<f64> {
    let labels: Vec<_> = [("name", name)]
        .into_iter()
        .chain(topic.map(|topic| ("topic", topic)))
        .collect();
    let families = scrape(at, "?level=topic");
    value(&families, "kafka_server_BrokerTopicMetrics_Count", &labels)
}

#[test]
fn what_is_scraped_is_what_clients_sent() {
    let up = Up::start(&[]);
    let jmx = address(&up, "exporter_jmx");
    let mut wire = up.connect();
    create_topic(&mut wire, "orders", 2, &[]);
    assert_eq!(meter(jmx, "MessagesInPerSec", Some("orders")), None);
    append(&mut wire, "orders", 0, &["a", "b", "c"]);
    append(&mut wire, "orders", 1, &["d"]);
    for topic in [Some("orders"), None] {
        eventually("four records are counted", || {
            (meter(jmx, "MessagesInPerSec", topic) == Some(4.0)).then_some(())
        });
    }
    let families = scrape(jmx, "");
    let size = [
        ("name", "LogEndOffset"),
        ("topic", "orders"),
        ("partition", "0"),
    ];
    assert_eq!(value(&families, "kafka_log_Log_Value", &size), Some(3.0));
    for source in ["broker", "authn"] {
        let up = value(&families, "outrigger_source_up", &[("source", source)]);
        assert_eq!(up, Some(1.0), "{source}");
    }
    assert_eq!(value(&families, "jmx_scrape_error", &[]), Some(0.0));
    // The same in other names, and the machine.
    let labels = [("topic", "orders")];
    for (query, name) in [
        (
            "?dialect=strimzi",
            "kafka_server_brokertopicmetrics_messagesin_total",
        ),
        (
            "?dialect=confluent",
            "kafka_server_brokertopicmetrics_messagesinpersec",
        ),
    ] {
        assert_eq!(
            value(&scrape(jmx, query), name, &labels),
            Some(4.0),
            "{query}"
        );
    }
    let offset = [("topic", "orders"), ("partition", "0")];
    let families = scrape(jmx, "?dialect=kafka-exporter");
    let found = value(&families, "kafka_topic_partition_current_offset", &offset);
    assert_eq!(found, Some(3.0));
    let node = scrape(address(&up, "exporter_node"), "");
    assert!(value(&node, "node_memory_MemTotal_bytes", &[]) > Some(0.0));
}

#[test]
fn a_killed_exporter_comes_back_alone_and_where_it_was() {
    let up = Up::start(&["--topic", "orders:1"]);
    let others = |up: &Up| ["broker", "authn"].map(|name| up.pid_of(name));
    let before = others(&up);
    for (name, key) in [
        ("exporter-jmx", "exporter_jmx"),
        ("exporter-node", "exporter_node"),
    ] {
        let (pid, at) = (up.pid_of(name), address(&up, key));
        kill(pid.expect(name));
        eventually("another exporter runs", || {
            up.pid_of(name).filter(|now| Some(*now) != pid)
        });
        assert_eq!(address(&up, key), at, "{name}");
        assert!(!scrape(at, "").is_empty(), "{name}");
    }
    assert_eq!(others(&up), before);
}

#[test]
fn a_killed_broker_is_found_again_and_its_counters_begin_anew() {
    let up = Up::start(&["--topic", "orders:1"]);
    let jmx = address(&up, "exporter_jmx");
    append(&mut up.connect(), "orders", 0, &["a", "b"]);
    eventually("two records are counted", || {
        (meter(jmx, "MessagesInPerSec", None) == Some(2.0)).then_some(())
    });
    let (broker, exporter) = (up.pid_of("broker"), up.pid_of("exporter-jmx"));
    kill(broker.expect("a broker"));
    eventually("another broker is read", || {
        let families = scrape(jmx, "?level=basic");
        let error = value(&families, "jmx_scrape_error", &[]);
        let end = value(
            &families,
            "kafka_server_ReplicaManager_Value",
            &[("name", "LeaderCount")],
        );
        // A scrape while it is away has nothing of it, and says so.
        assert!(error == Some(1.0) || end.is_some(), "{error:?} {end:?}");
        let is_other = up.pid_of("broker").is_some_and(|now| Some(now) != broker);
        (is_other && error == Some(0.0)).then_some(())
    });
    assert_eq!(meter(jmx, "MessagesInPerSec", None), Some(0.0));
    let mut wire = up.connect();
    assert_eq!(values_from(&mut wire, "orders", 0, 0), ["a", "b"]);
    append(&mut wire, "orders", 0, &["c"]);
    eventually("one record is counted", || {
        (meter(jmx, "MessagesInPerSec", None) == Some(1.0)).then_some(())
    });
    assert_eq!(up.pid_of("exporter-jmx"), exporter);
}
