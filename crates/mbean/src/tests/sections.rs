//! Beans of every kind, how they appear and how they go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Reader, SECOND, named};
use crate::{Attribute, Known, ObjectName, Recent, Registry, Scale};

#[test]
fn every_kind_has_the_attributes_of_its_kind() {
    let registry = Registry::of("broker", 0);
    let section = registry.section();
    let meter = section.meter(named("meter"));
    let ratio = section.ratio_meter(named("ratio"));
    let counter = section.counter_bean(named("counter"));
    let histogram = section.histogram(named("histogram"), Scale::NANOS_AS_MILLIS);
    let timer = section.timer(named("timer"), Scale::ONE);
    section.gauge(named("gauge"), || 7.5);
    section.text(named("text"), || "!".to_owned());
    meter.add(100);
    ratio.add(2_500_000_000);
    counter.inc();
    [3_000_000, 5_000_000]
        .iter()
        .for_each(|value| histogram.record(*value));
    timer.record(4);
    registry.tick(5 * SECOND);
    let mut reader = Reader::of(&registry);
    let expected = "\
meter Count=100|meter MeanRate=10|meter OneMinuteRate=20|meter FiveMinuteRate=20|meter FifteenMinuteRate=20
ratio Count=2500000000|ratio MeanRate=0.25|ratio OneMinuteRate=0.5|ratio FiveMinuteRate=0.5|ratio FifteenMinuteRate=0.5
counter Count=1
histogram Count=2|histogram Max=5|histogram Min=3|histogram Mean=4|histogram StdDev=1.414
histogram 50thPercentile=4|histogram 75thPercentile=5|histogram 95thPercentile=5|histogram 98thPercentile=5|histogram 99thPercentile=5|histogram 999thPercentile=5
timer Count=1|timer Max=4|timer Min=4|timer Mean=4|timer StdDev=0
timer 50thPercentile=4|timer 75thPercentile=4|timer 95thPercentile=4|timer 98thPercentile=4|timer 99thPercentile=4|timer 999thPercentile=4
timer MeanRate=0.1|timer OneMinuteRate=0.2|timer FiveMinuteRate=0.2|timer FifteenMinuteRate=0.2
gauge Value=7.5
text Value=NaN!";
    let lines = reader.lines(10 * SECOND);
    let expected: Vec<_> = expected.split(['|', '\n']).collect();
    assert_eq!(lines.len(), expected.len());
    for (line, expected) in lines.iter().zip(expected) {
        let line = line.strip_prefix("d:type=T,name=").unwrap();
        let (name, value) = line.split_once('=').unwrap();
        let (wanted_name, wanted) = expected.split_once('=').unwrap();
        let number = |text: &str| text.parse::<f64>().ok();
        let is_close = match (number(value), number(wanted)) {
            (Some(value), Some(wanted)) => (value - wanted).abs() <= 0.02 * wanted,
            _ => value == wanted,
        };
        assert!(name == wanted_name && is_close, "{line}, not {expected}");
    }
    assert_eq!(
        (reader.mirror.process(), reader.mirror.uptime()),
        ("broker", 10.0)
    );
}

#[test]
fn lazy_beans_appear_with_their_first_mark() {
    let registry = Registry::new(0);
    let section = registry.section();
    let (meter, histogram) = (
        section.lazy_meter(named("m")),
        section.lazy_histogram(named("h"), Scale::ONE),
    );
    let mut reader = Reader::of(&registry);
    assert!(reader.lines(SECOND).is_empty());
    registry.tick(5 * SECOND);
    meter.inc();
    registry.tick(10 * SECOND);
    assert_eq!(reader.lines(11 * SECOND)[0], "d:type=T,name=m Count=1");
    assert_eq!(reader.named, 1);
    meter.add(4);
    assert_eq!(reader.lines(12 * SECOND).len(), 5);
    assert_eq!(reader.named, 0);
    registry.tick(15 * SECOND);
    // Four marks in its first whole interval.
    assert_eq!(
        reader.lines(15 * SECOND)[2],
        "d:type=T,name=m OneMinuteRate=0.8"
    );
    histogram.record(1);
    assert_eq!(reader.lines(16 * SECOND).len(), 16);
    assert_eq!(reader.named, 1);
}

#[test]
fn kafkas_own_attributes_have_names_descriptions_and_windows() {
    let registry = Registry::new(0);
    let section = registry.section();
    let counter = section.counter_bean(named("c"));
    let recent = Recent::scaled(Scale::NANOS_AS_MILLIS);
    let sizes = crate::Histogram::default();
    let state = Arc::new(AtomicU64::new(1));
    let shown = Arc::clone(&state);
    section.attributes(
        ObjectName::new("kafka.server", "socket-server-metrics").with("listener", "PLAINTEXT"),
        vec![
            Attribute::gauge("connection-count", "how many", || 3.0),
            Attribute::total("c-total", "all", &counter),
            Attribute::rate("c-rate", "a second", &counter),
            Attribute::rate("c-ratio", "a part", &counter).scaled(Scale::factor(0.01)),
            Attribute::avg("time-avg", "mean", &recent),
            Attribute::max("time-max", "largest", &recent),
            Attribute::percentile("size-p99", "most", 0.99, &sizes),
            Attribute::text("state", "what", move || {
                shown.load(Ordering::Relaxed).to_string()
            }),
        ],
    );
    let mut reader = Reader::of(&registry);
    let tail = |lines: Vec<String>| -> Vec<String> {
        let words = lines[1..]
            .iter()
            .map(|line| line.rsplit(' ').next().unwrap().to_owned());
        words.collect()
    };
    let empty = [
        "connection-count=3",
        "c-total=0",
        "c-rate=0",
        "c-ratio=0",
        "time-avg=NaN",
        "time-max=NaN",
        "size-p99=0",
        "state=NaN1",
    ];
    assert_eq!(tail(reader.lines(0)), empty);
    assert_eq!(registry.counts(), (1, 8));
    counter.add(60);
    recent.record(4_000_000);
    recent.record(2_000_000);
    sizes.record(50);
    state.store(2, Ordering::Relaxed);
    registry.tick(5 * SECOND);
    let full = [
        "connection-count=3",
        "c-total=60",
        "c-rate=1.5",
        "c-ratio=0.015",
        "time-avg=3",
        "time-max=4",
        "size-p99=50",
        "state=NaN2",
    ];
    assert_eq!(tail(reader.lines(10 * SECOND)), full);
    assert_eq!(reader.named, 1);
    let section = reader.mirror.sections().next().unwrap();
    let told = section.beans[1].attributes.iter();
    let told: Vec<_> = told.map(|info| &*info.description).collect();
    let descriptions = [
        "how many", "all", "a second", "a part", "mean", "largest", "most", "what",
    ];
    assert_eq!(told, descriptions);
}

#[test]
fn only_sections_that_changed_bring_their_names() {
    let registry = Registry::new(0);
    let sections: Vec<_> = (0..100)
        .map(|n| {
            let section = registry.section();
            section.gauge(named(&n.to_string()), move || f64::from(n));
            section
        })
        .collect();
    let (mut first, mut second) = (Reader::of(&registry), Reader::of(&registry));
    let lines = first.lines(0);
    assert_eq!((lines.len(), first.named), (100, 100));
    assert_eq!(lines[42], "d:type=T,name=42 Value=42");
    assert_eq!((first.lines(0).len(), first.named), (100, 0));
    sections[7].gauge(named("new"), || 0.5);
    assert_eq!((first.lines(0).len(), first.named), (101, 1));
    drop(sections);
    let alone = registry.section();
    alone.gauge(named("alone"), || 1.0);
    assert_eq!((first.lines(0).len(), first.named), (1, 1));
    assert_eq!((second.lines(0).len(), second.named), (1, 1));
}

#[test]
fn a_reader_of_another_instance_gets_everything() {
    let (before, after) = (Registry::new(0), Registry::new(0));
    let sections = [before.section(), after.section()];
    sections[0].gauge(named("old"), || 1.0);
    sections[1].gauge(named("new"), || 2.0);
    let mut reader = Reader::of(&before);
    reader.lines(0);
    reader.registry = &after;
    assert_eq!(reader.lines(0), ["d:type=T,name=new Value=2"]);
    let known = reader.mirror.known().unwrap();
    assert_eq!(Known::from_query(&known.to_query()), Some(known));
    // A change that this instance has not reached is none of its own.
    let ahead = Known {
        change: known.change + 1,
        ..known
    };
    let snapshot = crate::wire::decode(&after.snapshot(Some(ahead), 0)).unwrap();
    assert_eq!(snapshot.since, 0);
}

#[test]
fn a_query_that_is_not_whole_asks_for_everything() {
    for query in [
        "",
        "instance=1",
        "change=1",
        "instance=x&change=1",
        "instance=1&change=-1",
    ] {
        assert_eq!(Known::from_query(query), None, "{query}");
    }
}

#[test]
fn a_gauge_may_hold_the_last_hold_of_another_section() {
    let registry = Registry::new(0);
    let (outer, inner) = (registry.section(), registry.section());
    inner.gauge(named("inner"), || 1.0);
    outer.gauge(named("outer"), move || {
        if format!("{inner:?}").is_empty() {
            0.0
        } else {
            2.0
        }
    });
    let mut reader = Reader::of(&registry);
    assert_eq!(reader.lines(0).len(), 2);
    drop(outer);
    assert!(reader.lines(0).is_empty());
}

#[test]
fn the_memory_of_a_bean_is_what_the_documentation_says() {
    let bean = size_of::<crate::registry::bean::Bean>();
    assert!(bean <= 64, "{bean} bytes");
}
