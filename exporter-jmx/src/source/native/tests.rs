//! Against a real admin server of a registry: names told once, restarts, and answers that are none.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mbean::{ObjectName, Registry, wire};
use service::admin::{Admin, Content, Health};
use service::shutdown::{self, Trigger};

use super::{Native, Place};
use crate::source::{Reading, Source};

const PATIENCE: Duration = Duration::from_secs(20);

/// A process that serves what `answer` gives.
struct Served {
    address: std::net::SocketAddr,
    task: tokio::task::JoinHandle<()>,
    _trigger: Trigger,
    queries: Arc<Mutex<Vec<String>>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(answer: impl Fn(&str) -> Vec<u8> + Clone + Send + Sync + 'static) -> Served {
    let loopback = ([127, 0, 0, 1], 0).into();
    let admin = Admin::bind(loopback, Health::default(), prometheus::Registry::new());
    let queries = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&queries);
    let admin = admin.await.unwrap().with("/mbeans", move |query| {
        asked.lock().unwrap().push(query.to_owned());
        Content {
            kind: wire::CONTENT_TYPE,
            bytes: answer(query),
        }
    });
    let address = admin.local_addr();
    let (trigger, signal) = shutdown::channel();
    let task = tokio::spawn(admin.serve(signal));
    Served {
        address,
        task,
        _trigger: trigger,
        queries,
    }
}

async fn serve_registry(registry: &Registry) -> Served {
    let registry = registry.clone();
    serve(move |query| registry.snapshot(mbean::Known::from_query(query), 0)).await
}

fn shown(reading: &Reading) -> Vec<String> {
    let mut shown = Vec::new();
    for section in &reading.sections {
        let mut values = reading.values[section.first_value..].iter();
        for bean in section.beans.iter() {
            for attribute in bean.attributes.iter() {
                let value = values.next().unwrap();
                shown.push(format!("{} {} {value}", bean.name(), attribute.name));
            }
        }
    }
    shown.sort_unstable();
    shown
}

#[tokio::test]
async fn names_travel_once_and_a_restart_is_followed_to_its_new_port() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("broker.json");
    let mut source = Native::new(Place::File(file.clone()));
    assert_eq!(source.name(), "broker");
    let error = source.read(PATIENCE).await.unwrap_err().to_string();
    assert!(error.contains("broker.json"), "{error}");

    let registry = Registry::of("engine", 0);
    let section = registry.section();
    section.counter_bean(ObjectName::new("a", "B")).add(3);
    let first = serve_registry(&registry).await;
    let endpoints = |served: &Served| format!("{{\"admin\":\"{}\"}}", served.address);
    std::fs::write(&file, endpoints(&first)).unwrap();
    for _ in 0..2 {
        let reading = source.read(PATIENCE).await.unwrap();
        assert_eq!(shown(&reading), ["a:type=B Count 3"]);
    }
    assert_eq!(source.name(), "engine");
    let queries = first.queries.lock().unwrap().clone();
    assert_eq!(queries[0], "");
    assert!(queries[1].starts_with("instance="), "{queries:?}");

    // It ends, and comes back elsewhere with other beans.
    drop(first);
    tokio::task::yield_now().await;
    let registry = Registry::of("engine", 0);
    let section = registry.section();
    section.counter_bean(ObjectName::new("a", "C")).add(4);
    let second = serve_registry(&registry).await;
    std::fs::write(&file, endpoints(&second)).unwrap();
    let reading = source.read(PATIENCE).await.unwrap();
    assert_eq!(shown(&reading), ["a:type=C Count 4"]);
}

#[tokio::test]
async fn what_is_no_snapshot_is_told_and_the_next_one_is_read() {
    let registry = Registry::new(0);
    let section = registry.section();
    section.counter_bean(ObjectName::new("a", "B")).inc();
    let broken = Arc::new(Mutex::new(true));
    let (whole, is_broken) = (registry.clone(), Arc::clone(&broken));
    let served = serve(move |query| {
        let mut bytes = whole.snapshot(mbean::Known::from_query(query), 0);
        if *is_broken.lock().unwrap() {
            bytes.truncate(bytes.len() - 1);
        }
        bytes
    })
    .await;
    let mut source = Native::new(Place::Address(served.address.to_string()));
    let error = source.read(PATIENCE).await.unwrap_err().to_string();
    assert!(error.contains("a damaged snapshot"), "{error}");
    *broken.lock().unwrap() = false;
    let reading = source.read(PATIENCE).await.unwrap();
    assert_eq!(shown(&reading), ["a:type=B Count 1"]);
}

#[tokio::test]
async fn one_that_does_not_answer_is_not_waited_for_longer_than_asked() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut source = Native::new(Place::Address(address));
    let error = source.read(Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error.to_string(), "no answer within 50ms");
}

#[test]
fn places_are_files_or_addresses() {
    for (text, place) in [
        (
            "native:/run/broker.json",
            Some(Place::File("/run/broker.json".into())),
        ),
        (
            "native:http://127.0.0.1:80/",
            Some(Place::Address("127.0.0.1:80".to_owned())),
        ),
        (
            "native:http://[::1]:80",
            Some(Place::Address("[::1]:80".to_owned())),
        ),
        ("native:http://host", None),
        ("native:https://host:1", None),
        ("native:", None),
        ("broker.json", None),
    ] {
        assert_eq!(text.parse::<Place>().ok(), place, "{text}");
    }
    for (text, name) in [
        ("jolokia:http://h:8778", "Jolokia"),
        ("jmx:h:9999", "JMX over RMI"),
        (
            "service:jmx:rmi:///jndi/rmi://h:9999/jmxrmi",
            "JMX over RMI",
        ),
    ] {
        let error = text.parse::<Place>().unwrap_err().to_string();
        assert!(error.starts_with(name), "{error}");
    }
}
