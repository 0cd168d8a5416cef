//! Many partitions: creating them, starting with them, and what they cost.

use std::time::Duration;

use tests::deadline::Stopwatch;
use tests::messages::{append, create_topic, values_from};
use tests::{Broker, at_scale};

use super::gauge::{memory_mib, raise_open_files};

const PARTITIONS_PER_TOPIC: i32 = 100;

#[test]
fn many_partitions() {
    // A thousand in a debug build on a busy machine, ten thousand in a release build on an idle one.
    many(at_scale(10, 100), Duration::from_secs(at_scale(60, 5)));
}

fn many(topics: i32, start_limit: Duration) {
    raise_open_files();
    let mut broker = Broker::start("");
    let watch = Stopwatch::start();
    let mut wire = broker.connect();
    for topic in 0..topics {
        create_topic(&mut wire, &name(topic), PARTITIONS_PER_TOPIC, &[]);
    }
    println!(
        "{} partitions created in {:.1?}",
        topics * PARTITIONS_PER_TOPIC,
        watch.elapsed()
    );
    report("after creation", &mut broker);
    let mut expected = Vec::new();
    check(&broker, topics, &mut expected, "first");
    report("after one record in each", &mut broker);
    for (how, clean) in [("clean stop", true), ("kill -9", false)] {
        if clean {
            let watch = Stopwatch::start();
            assert_eq!(broker.stop().code(), Some(0), "{}", broker.output());
            println!("stopped in {:.1?}", watch.elapsed());
        } else {
            broker.kill();
        }
        let watch = Stopwatch::start();
        broker.start_again();
        let took = watch.elapsed();
        println!("start after a {how}: {took:.1?}");
        assert!(took < start_limit, "start after a {how}: {took:?}");
        report(how, &mut broker);
        check(&broker, topics, &mut expected, how);
    }
    assert!(!broker.output().contains("panicked"), "{}", broker.output());
}

fn name(topic: i32) -> String {
    format!("many-{topic}")
}

/// Appends one record to every partition and reads all of them.
fn check(broker: &Broker, topics: i32, expected: &mut Vec<String>, value: &str) {
    let watch = Stopwatch::start();
    let mut wire = broker.connect();
    expected.push(value.to_owned());
    for topic in 0..topics {
        for partition in 0..PARTITIONS_PER_TOPIC {
            append(&mut wire, &name(topic), partition, &[value]);
            let values = values_from(&mut wire, &name(topic), partition, 0);
            assert_eq!(&values, expected, "{}-{partition}", name(topic));
        }
    }
    println!(
        "one append and one read of every partition: {:.1?}",
        watch.elapsed()
    );
}

fn report(when: &str, broker: &mut Broker) {
    let (resident, highest) = memory_mib(broker);
    let files = broker.process().open_files();
    println!("{when}: {resident} MiB resident, {highest} at most, {files} descriptors");
}
