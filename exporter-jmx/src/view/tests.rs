//! What a view writes, and what it keeps of one update for the next.

use std::collections::HashSet;
use std::sync::Arc;

use exposition::Format;

use super::{Counts, View, Wanted};
use crate::dialect::Dialect;
use crate::level::Level;
use crate::rules::Rules;
use crate::source::{Attribute, AttributeKind, Bean, Reading, Section, SectionId, absent};

const METER: [&str; 2] = ["Count", "OneMinuteRate"];

fn bean(name: &str, attributes: &[&str]) -> Bean {
    let attribute = |name: &&str| {
        let kind = match *name {
            "Count" => AttributeKind::Counter,
            "Value" => AttributeKind::Whole,
            _ => AttributeKind::Real,
        };
        Attribute::new(name, "Attribute exposed for management", kind)
    };
    Bean::with(name, attributes.iter().map(attribute).collect())
}

/// A reading of sections, each with its id, number, beans and values.
fn reading(sections: &[(u64, u64, &[Bean], &[f64])]) -> Reading {
    let mut reading = Reading::default();
    for (id, number, beans, values) in sections {
        reading.sections.push(Section {
            id: SectionId {
                instance: 1,
                section: *id,
            },
            number: *number,
            beans: Arc::from(*beans),
            first_value: reading.values.len(),
        });
        reading.values.extend_from_slice(values);
    }
    reading
}

fn topic(name: &str) -> [Bean; 2] {
    let meter = format!("kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic={name}");
    let size = format!("kafka.log:type=Log,name=Size,topic={name},partition=0");
    [bean(&meter, &METER), bean(&size, &["Value"])]
}

fn all() -> [Bean; 1] {
    [bean(
        "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec",
        &METER,
    )]
}

fn written(view: &View, readings: &[Option<&Reading>], level: Level, names: &[&str]) -> String {
    let names: HashSet<&str> = names.iter().copied().collect();
    let wanted = Wanted {
        level,
        names: &names,
        format: Format::Text004,
    };
    let mut out = Vec::new();
    view.write(readings, wanted, &mut out);
    String::from_utf8(out).unwrap()
}

fn samples(view: &View, readings: &[Option<&Reading>]) -> Vec<String> {
    let text = written(view, readings, Level::Partition, &[]);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(str::to_owned).collect()
}

fn view(yaml: &str) -> View {
    View::new(Rules::parse(yaml).unwrap())
}

#[test]
fn the_default_format_is_golden() {
    let mut view = View::new(Dialect::find("msk").unwrap().rules().unwrap());
    let own = [bean(
        "outrigger.group:type=ConsumerGroup,name=Members,groupId=g",
        &["Value"],
    )];
    let quoted = [bean(
        r#"kafka.server:type=Fetch,client-id="a\"b""#,
        &["byte-rate"],
    )];
    let reading = reading(&[
        (2, 5, &topic("orders"), &[7.0, 0.5, 1e10]),
        (1, 4, &all(), &[70.0, 5.25]),
        (3, 6, &own, &[1.0]),
        (4, 7, &quoted, &[f64::NAN]),
    ]);
    view.update(&[Some(&reading)]);
    let text = written(&view, &[Some(&reading)], Level::Partition, &[]);
    assert_eq!(text, include_str!("golden/default.txt"));
    assert_eq!(view.counts().series, 6);
    exposition::parse(&text).unwrap();
}

#[test]
fn a_level_and_names_choose_what_is_shown() {
    let mut view = view("{}");
    let reading = reading(&[
        (1, 1, &all(), &[1.0, 2.0]),
        (2, 2, &topic("t"), &[3.0, 4.0, 5.0]),
    ]);
    let readings = [Some(&reading)];
    view.update(&readings);
    for (level, lines) in [
        (Level::Basic, 2),
        (Level::Enhanced, 2),
        (Level::Topic, 4),
        (Level::Partition, 5),
    ] {
        let text = written(&view, &readings, level, &[]);
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        assert_eq!(samples.count(), lines, "{level:?}: {text}");
    }
    let text = written(&view, &readings, Level::Partition, &["kafka_log_Log_Value"]);
    assert_eq!(text.lines().count(), 3, "{text}");
}

#[test]
fn topics_come_and_go_without_the_others_being_touched() {
    let mut view = view("{}");
    let first = reading(&[(1, 1, &topic("a"), &[1.0, 2.0, 3.0])]);
    view.update(&[Some(&first)]);
    let second = reading(&[
        (1, 1, &topic("a"), &[11.0, 12.0, 13.0]),
        (2, 2, &topic("b"), &[21.0, 22.0, 23.0]),
    ]);
    view.update(&[Some(&second)]);
    assert_eq!(
        samples(&view, &[Some(&second)]),
        [
            r#"kafka_log_Log_Value{name="Size",topic="a",partition="0"} 13"#,
            r#"kafka_log_Log_Value{name="Size",topic="b",partition="0"} 23"#,
            r#"kafka_server_BrokerTopicMetrics_Count{name="BytesInPerSec",topic="a"} 11"#,
            r#"kafka_server_BrokerTopicMetrics_Count{name="BytesInPerSec",topic="b"} 21"#,
            r#"kafka_server_BrokerTopicMetrics_OneMinuteRate{name="BytesInPerSec",topic="a"} 12"#,
            r#"kafka_server_BrokerTopicMetrics_OneMinuteRate{name="BytesInPerSec",topic="b"} 22"#,
        ]
    );
    // The section is another one now, and the other has changed.
    let third = reading(&[(2, 3, &topic("c"), &[31.0, 32.0, 33.0])]);
    view.update(&[Some(&third)]);
    let left = samples(&view, &[Some(&third)]);
    assert_eq!(left.len(), 3);
    assert!(
        left.iter().all(|line| line.contains("topic=\"c\"")),
        "{left:?}"
    );
    view.update(&[None]);
    assert_eq!(samples(&view, &[None]), Vec::<String>::new());
    assert_eq!(view.counts(), Counts::default());
}

#[test]
fn what_two_have_is_shown_once_and_comes_back_when_the_first_goes() {
    let mut view = view("{}");
    let broker = reading(&[(1, 1, &all(), &[1.0, 2.0]), (2, 2, &all(), &[5.0, 6.0])]);
    let authn = reading(&[(1, 1, &all(), &[3.0, 4.0])]);
    let both = [Some(&broker), Some(&authn)];
    let shown = |view: &View, readings: &[Option<&Reading>]| {
        let shown = samples(view, readings);
        let values = shown
            .iter()
            .map(|line| line.rsplit(' ').next().unwrap_or_default());
        values.collect::<Vec<_>>().join(" ")
    };
    view.update(&both);
    assert_eq!(shown(&view, &both), "1 2");
    let counts = view.counts();
    assert_eq!(
        (counts.series, counts.duplicates, counts.clashes),
        (2, 2, 2)
    );
    let broker_less = reading(&[(2, 2, &all(), &[5.0, 6.0])]);
    let less = [Some(&broker_less), Some(&authn)];
    view.update(&less);
    assert_eq!(shown(&view, &less), "5 6");
    let nothing = reading(&[]);
    let authn_alone = [Some(&nothing), Some(&authn)];
    view.update(&authn_alone);
    assert_eq!(shown(&view, &authn_alone), "3 4");
    assert_eq!((view.counts().duplicates, view.counts().clashes), (0, 0));
    view.update(&both);
    assert_eq!(shown(&view, &both), "1 2");
}

#[test]
fn what_a_source_had_stays_compiled_while_it_says_nothing() {
    let mut view = view(
        "rules: [{pattern: Count, name: fixed, value: 7}, {pattern: OneMinuteRate, name: rate}]",
    );
    let broker = reading(&[(1, 1, &all(), &[1.0, 2.0]), (2, 2, &all(), &[5.0, 6.0])]);
    let one = [bean("a:type=B", &["Value", "OneMinuteRate"])];
    let authn = reading(&[(1, 1, &one, &[3.0, 4.0])]);
    let compiled = |view: &View| {
        let sections = view.sections.iter().flatten();
        sections
            .map(|section| section.lines.as_ptr())
            .collect::<Vec<_>>()
    };
    let both = [Some(&broker), Some(&authn)];
    view.update(&both);
    let (first, counts) = (compiled(&view), view.counts());
    assert_eq!(samples(&view, &both), ["fixed 7", "rate 2"]);
    assert_eq!(
        (counts.series, counts.duplicates, counts.clashes),
        (2, 2, 1)
    );
    // The broker is slow: nothing of it is shown, not even a fixed value, and what it has claimed stays its own.
    let slow = [None, Some(&authn)];
    view.update(&slow);
    assert_eq!(samples(&view, &slow), [""; 0]);
    let without = view.counts();
    assert_eq!(
        (without.series, without.duplicates, without.clashes),
        (0, 0, 1)
    );
    view.update(&both);
    assert_eq!(samples(&view, &both), ["fixed 7", "rate 2"]);
    assert_eq!(view.counts(), counts);
    assert_eq!(compiled(&view), first, "nothing was compiled again");
    // Its next reading tells what is gone.
    view.update(&slow);
    let less = reading(&[(2, 2, &all(), &[5.0, 6.0])]);
    let less = [Some(&less), Some(&authn)];
    view.update(&less);
    assert_eq!(samples(&view, &less), ["fixed 7", "rate 6"]);
    assert_eq!(compiled(&view), first[1..]);
}

#[test]
fn series_that_depend_on_values_follow_them() {
    let yaml = "rules: [{pattern: 'Value: (\\d+)', name: state, value: 1, labels: {is: $1}}, {pattern: Count, name: n}]";
    let mut view = view(yaml);
    let beans = [bean("a:type=B", &["Value", "Count"])];
    for (value, expected) in [
        (3.0, vec![r#"n 9"#, r#"state{is="3"} 1"#]),
        (4.0, vec![r#"n 9"#, r#"state{is="4"} 1"#]),
        (f64::NAN, vec![r#"n 9"#]),
        (3.0, vec![r#"n 9"#, r#"state{is="3"} 1"#]),
    ] {
        let reading = reading(&[(1, 1, &beans, &[value, 9.0])]);
        view.update(&[Some(&reading)]);
        assert_eq!(samples(&view, &[Some(&reading)]), expected);
    }
}

#[test]
fn an_absent_value_is_no_sample_and_a_reserved_name_no_series() {
    let mut view =
        view("rules: [{pattern: Value, name: jmx_scrape_error}, {pattern: Count, name: n}]");
    let beans = [bean("a:type=B", &["Value", "Count"])];
    let there = reading(&[(1, 1, &beans, &[1.0, 9.0])]);
    let gone = reading(&[(1, 1, &beans, &[1.0, absent()])]);
    for (reading, lines) in [(&there, 1), (&gone, 0), (&there, 1)] {
        view.update(&[Some(reading)]);
        assert_eq!(samples(&view, &[Some(reading)]).len(), lines);
    }
    assert_eq!(view.counts().reserved, 1);
}

#[test]
fn a_counter_is_called_the_same_in_every_format() {
    let mut view = view(
        "rules: [{pattern: Value, name: a_total, type: COUNTER}, {pattern: Count, name: b_count, type: COUNTER}]",
    );
    let beans = [bean("a:type=B", &["Value", "Count"])];
    let reading = reading(&[(1, 1, &beans, &[1.0, 9.0])]);
    view.update(&[Some(&reading)]);
    for (format, types) in [
        (
            Format::Text004,
            ["# TYPE a_total counter", "# TYPE b_count counter"],
        ),
        (
            Format::OpenMetrics1,
            ["# TYPE a counter", "# TYPE b_count unknown"],
        ),
    ] {
        let wanted = Wanted {
            level: Level::Partition,
            names: &HashSet::new(),
            format,
        };
        let mut out = Vec::new();
        assert_eq!(view.write(&[Some(&reading)], wanted, &mut out), 2);
        let text = String::from_utf8(out).unwrap();
        assert!(types.iter().all(|line| text.contains(line)), "{text}");
        for name in ["\na_total ", "\nb_count "] {
            assert!(text.contains(name), "{text}");
        }
    }
}

#[test]
fn names_made_of_names_that_come_and_go_are_forgotten() {
    let mut view = view("rules: [{pattern: 'topic=(.+)><>Count', name: 't_$1'}]");
    for round in 0..3_000 {
        let beans = topic(&format!("t{round}"));
        let reading = reading(&[(round, round, &beans, &[1.0, 2.0, 3.0])]);
        view.update(&[Some(&reading)]);
        assert_eq!(samples(&view, &[Some(&reading)]), [format!("t_t{round} 1")]);
    }
    assert!(view.families.len() < 1_100, "{}", view.families.len());
}
