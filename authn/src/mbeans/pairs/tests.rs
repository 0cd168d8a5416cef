//! Gauges that come and go, and no more of them than are told apart.

use std::collections::BTreeMap;
use std::sync::Arc;

use mbean::Registry;
use mbean::wire::{Mirror, decode};

use super::{PAIRS_MAX, Pairs};

fn shown(registry: &Registry) -> BTreeMap<String, f64> {
    let mut mirror = Mirror::default();
    let snapshot = decode(&registry.snapshot(None, 0)).unwrap();
    mirror.apply(snapshot).unwrap();
    let sections = mirror.sections();
    let rows = sections.flat_map(|section| {
        let names = section
            .beans
            .iter()
            .map(|bean| bean.name.as_str().to_owned());
        names
            .zip(section.values.iter().copied())
            .collect::<Vec<_>>()
    });
    rows.collect()
}

fn pairs() -> (Registry, Pairs) {
    let registry = Registry::new(0);
    let listener: Arc<str> = "CLIENT_IAM".into();
    let properties = ("clientSoftwareName", "clientSoftwareVersion");
    let pairs = Pairs::new(&registry, properties, &listener, "Connections.");
    (registry, pairs)
}

fn name(name: &str, version: &str) -> String {
    format!(
        "kafka.server:type=socket-server-metrics,clientSoftwareName={name},\
         clientSoftwareVersion={version},listener=CLIENT_IAM,networkProcessor=0"
    )
}

#[test]
fn a_gauge_is_there_as_long_as_somebody_is() {
    let (registry, pairs) = pairs();
    assert!(shown(&registry).is_empty());
    let java = pairs.enter("java", "4.3");
    let other = pairs.enter("java", "3.9");
    let again = pairs.enter("java", "4.3");
    let expected = BTreeMap::from([(name("java", "4.3"), 2.0), (name("java", "3.9"), 1.0)]);
    assert_eq!(shown(&registry), expected);
    drop((java, other));
    assert_eq!(
        shown(&registry),
        BTreeMap::from([(name("java", "4.3"), 1.0)])
    );
    drop(again);
    assert!(shown(&registry).is_empty());
    // What strangers choose is quoted as Kafka quotes it.
    let _odd = pairs.enter("a,b", "\"");
    assert!(shown(&registry).contains_key(&name("\"a,b\"", "\"\\\"\"")));
}

#[test]
fn too_many_are_counted_together() {
    let (registry, pairs) = pairs();
    let mut places: Vec<_> = (0..PAIRS_MAX)
        .map(|number| pairs.enter("x", &number.to_string()))
        .collect();
    let beyond = pairs.enter("y", "1");
    let known = pairs.enter("x", "7");
    assert_eq!((shown(&registry).len(), pairs.unlisted()), (PAIRS_MAX, 1));
    assert_eq!(shown(&registry)[&name("x", "7")], 2.0);
    places.pop();
    let listed = pairs.enter("z", "1");
    assert_eq!(shown(&registry)[&name("z", "1")], 1.0);
    drop((beyond, known, listed));
    assert_eq!(
        (shown(&registry).len(), pairs.unlisted()),
        (PAIRS_MAX - 1, 0)
    );
}

#[test]
fn threads_lose_no_connection() {
    let (registry, pairs) = pairs();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..500 {
                    drop(pairs.enter("x", &(number % 3).to_string()));
                }
            });
        }
    });
    assert!(shown(&registry).is_empty());
}
