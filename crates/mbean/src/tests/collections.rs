//! Gauges that somebody else keeps: names and values in one call.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Reader, named};
use crate::{Collection, Registry, Rows};

/// Topics by number, with a generation and the values of their partitions.
type Topics = Arc<Mutex<BTreeMap<u64, (u64, Vec<f64>)>>>;

struct Partitions(Topics);

impl Collection for Partitions {
    fn read(&self, rows: &mut Rows<'_>) {
        for (topic, (generation, values)) in self.0.lock().unwrap().iter() {
            if rows.section(*topic, *generation) {
                let names = (0..values.len()).map(|n| named(&format!("{topic}-{generation}-{n}")));
                names.for_each(|name| rows.gauge(name));
            }
            values.iter().for_each(|value| rows.value(*value));
        }
    }
}

fn registry(topics: &Topics) -> Registry {
    let registry = Registry::new(0);
    registry.collection(Box::new(Partitions(Arc::clone(topics))));
    registry
}

#[test]
fn a_new_topic_brings_its_own_names_only() {
    let topics = Topics::default();
    let registry = registry(&topics);
    let mut reader = Reader::of(&registry);
    let mut expect = |names: &[&str], named: usize| {
        let expected: Vec<_> = names
            .iter()
            .map(|name| format!("d:type=T,name={name}"))
            .collect();
        assert_eq!(reader.lines(0), expected);
        assert_eq!(reader.named, named);
    };
    let put = |topic, generation, values: &[f64]| {
        topics
            .lock()
            .unwrap()
            .insert(topic, (generation, values.to_vec()));
    };
    expect(&[], 0);
    put(1, 0, &[1.0, 2.0]);
    put(2, 0, &[3.0]);
    expect(&["1-0-0 Value=1", "1-0-1 Value=2", "2-0-0 Value=3"], 2);
    put(2, 0, &[4.0]);
    expect(&["1-0-0 Value=1", "1-0-1 Value=2", "2-0-0 Value=4"], 0);
    put(0, 0, &[5.0]);
    expect(
        &[
            "1-0-0 Value=1",
            "1-0-1 Value=2",
            "2-0-0 Value=4",
            "0-0-0 Value=5",
        ],
        1,
    );
    put(2, 1, &[4.0, 6.0]);
    topics.lock().unwrap().remove(&1);
    expect(&["2-1-0 Value=4", "2-1-1 Value=6", "0-0-0 Value=5"], 1);
    put(1, 0, &[1.0]);
    expect(
        &[
            "2-1-0 Value=4",
            "2-1-1 Value=6",
            "0-0-0 Value=5",
            "1-0-0 Value=1",
        ],
        1,
    );
}

#[test]
fn a_group_whose_names_and_values_disagree_is_left_out_and_asked_again() {
    let topics = Topics::default();
    let registry = registry(&topics);
    topics.lock().unwrap().insert(1, (0, vec![1.0]));
    let mut reader = Reader::of(&registry);
    assert_eq!(reader.lines(0).len(), 1);
    // One more value, and the generation says that nothing changed.
    topics.lock().unwrap().insert(1, (0, vec![1.0, 2.0]));
    assert_eq!(reader.lines(0).len(), 0);
    assert_eq!(reader.lines(0).len(), 2);
    assert_eq!(registry.counts(), (2, 0));
}

#[test]
fn names_and_values_agree_while_topics_come_and_go() {
    let topics = Topics::default();
    let registry = registry(&topics);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..2000_u64 {
                let generation = n;
                // The value of every row is the generation that its name tells.
                let values = vec![generation as f64; n as usize % 7];
                let mut topics = topics.lock().unwrap();
                topics.insert(n % 13, (generation, values));
                topics.remove(&(n * 5 % 17));
            }
            done.store(true, Ordering::Release);
        });
        let read = || {
            let mut reader = Reader::of(&registry);
            while !done.load(Ordering::Acquire) {
                for line in reader.lines(0) {
                    let (name, value) = line.split_once(" Value=").unwrap();
                    assert_eq!(name.split('-').nth(1), Some(value), "{line}");
                }
            }
        };
        scope.spawn(read);
        scope.spawn(read);
    });
}
