//! Layers, defaults, and the sentences for what is wrong.

use super::{Plan, PlanError, plan};
use crate::data_dir::DataDir;
use crate::up::args::{Ports, Preset, UpArgs, set};
use service::settings::{Origin, Setting};
use std::path::Path;

fn planned(toml: &str, args: &UpArgs) -> Result<Plan, PlanError> {
    let files = service::settings::parse(toml, Path::new("outrigger.toml")).expect("TOML");
    plan(
        DataDir::new(Path::new("/data")).expect("absolute"),
        args,
        files,
    )
}

fn sets(texts: &[&str]) -> Vec<Setting> {
    let parsed = texts.iter().map(|text| set(text));
    parsed.collect::<Result<_, _>>().expect("settings")
}

fn lines(plan: &Plan) -> Vec<String> {
    let line =
        |p: &crate::up::properties::Property| format!("{}={} # {}", p.key, p.value, p.origin);
    plan.broker.iter().map(line).collect()
}

#[test]
fn without_anything_the_defaults_hold() {
    let plan = planned("", &UpArgs::default()).expect("planned");
    assert_eq!(
        lines(&plan),
        [
            "listeners=PLAINTEXT://127.0.0.1:9092 # default of `outrigger up`",
            "log.dirs=/data/broker # default of `outrigger up`",
            "outrigger.admin.listener=127.0.0.1:0 # default of `outrigger up`",
            "outrigger.endpoints.file=/data/broker.json # default of `outrigger up`",
            "outrigger.log.dir=/data/logs # default of `outrigger up`",
        ]
    );
    assert!(plan.topics.is_empty() && plan.auto_create);
    assert_eq!(plan.broker_log(), Path::new("/data/logs/server.log"));
}

#[test]
fn the_last_layer_counts_and_says_where_it_is() {
    let toml = "[broker]\nnum.partitions = 1\nlog.dirs = \"/big\"\n[up]\nports = \"msk\"\ntopics = [\"a:1\"]\n";
    let args = UpArgs {
        ports: Some(Ports::Auto),
        preset: Some(Preset::Msk),
        set: sets(&["broker.num.partitions=4", "broker.broker.rack = z"]),
        topic: vec!["b:2".parse().expect("a topic")],
        ..UpArgs::default()
    };
    let plan = planned(toml, &args).expect("planned");
    let lines = lines(&plan);
    assert_eq!(
        lines[0],
        "listeners=PLAINTEXT://127.0.0.1:0 # default of `outrigger up`"
    );
    assert_eq!(
        lines[4..],
        [
            "log.dirs=/big # outrigger.toml:3",
            "outrigger.preset=msk # --preset",
            "num.partitions=4 # --set",
            "broker.rack=z # --set",
        ]
    );
    let topics: Vec<_> = plan
        .topics
        .iter()
        .map(|t| (t.name.as_str(), t.partitions))
        .collect();
    assert_eq!(topics, [("a", 1), ("b", 2)]);
}

#[test]
fn a_topic_of_the_command_line_counts_and_is_asked_for_once() {
    // The file's, the command line's, what is asked for.
    let cases = [
        ("a:3, b:1", &["a:5"][..], &["a:5", "b:1"][..]),
        ("a:3", &["a:3"], &["a:3"]),
        ("", &["a:3", "c:1", "a:4"], &["a:4", "c:1"]),
        ("a:3, a:4", &[], &["a:4"]),
    ];
    for (file, options, expected) in cases {
        let args = UpArgs {
            topic: options.iter().map(|t| t.parse().expect(t)).collect(),
            ..UpArgs::default()
        };
        let plan = planned(&format!("[up]\ntopics = \"{file}\"\n"), &args).expect("planned");
        let asked = plan.topics.iter();
        let asked: Vec<_> = asked
            .map(|t| format!("{}:{}", t.name.as_str(), t.partitions))
            .collect();
        assert_eq!(asked, expected, "{file} {options:?}");
    }
}

#[test]
fn whether_topics_come_by_themselves_is_the_brokers_own_answer() {
    let cases = [
        (None, &[][..], true),
        (Some(Preset::Msk), &[], false),
        (
            Some(Preset::Msk),
            &["broker.auto.create.topics.enable=true"],
            true,
        ),
        (None, &["broker.auto.create.topics.enable=false"], false),
    ];
    for (preset, set, expected) in cases {
        let args = UpArgs {
            preset,
            set: sets(set),
            ..UpArgs::default()
        };
        let plan = planned("", &args).expect("planned");
        assert_eq!(plan.auto_create, expected, "{preset:?} {set:?}");
    }
}

#[test]
fn every_problem_is_told_at_once_with_place_and_remedy() {
    let toml =
        "[brooker]\nnum.partitions = 1\n[up]\nports = \"none\"\nport = 1\ntopics = \"a:0\"\n";
    let args = UpArgs {
        set: sets(&["broker.outrigger.endpoints.file=x"]),
        ..UpArgs::default()
    };
    let PlanError(problems) = planned(toml, &args).expect_err("refused");
    let expected = [
        "outrigger.toml:2: brooker.num.partitions: no such part; write PART.KEY with one of the parts broker, up",
        "outrigger.toml:4: up.ports: 'none' is none of msk, auto",
        "outrigger.toml:5: up.port: unknown key; the keys of up are up.ports, up.preset, up.topics",
        "outrigger.toml:6: up.topics: 'a:0': the number of partitions must be",
        "--set broker.outrigger.endpoints.file: `outrigger up` sets this itself",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, start) in problems.iter().zip(expected) {
        assert!(problem.starts_with(start), "{problem}");
    }
}

#[test]
fn what_the_broker_refuses_is_told_where_it_was_given() {
    let mut files = service::settings::parse(
        "[broker]\nnum.partitions = \"many\"\nnum.io.thread = 3\n",
        Path::new("bad.toml"),
    )
    .expect("TOML");
    let name = "OUTRIGGER_SET_BROKER_LOG_RETENTION_HOUR";
    files.push(Setting {
        key: "broker.log.retention.hour".to_owned(),
        value: "1".to_owned(),
        origin: Origin::Variable(name.to_owned()),
    });
    let args = UpArgs {
        set: sets(&["broker.num.partitionss=3"]),
        ..UpArgs::default()
    };
    let data_dir = DataDir::new(Path::new("/data")).expect("absolute");
    let PlanError(problems) = plan(data_dir, &args, files).expect_err("refused");
    let expected = [
        "bad.toml:2: broker.num.partitions: ",
        "bad.toml:3: broker.num.io.thread: unknown property",
        "variable OUTRIGGER_SET_BROKER_LOG_RETENTION_HOUR: broker.log.retention.hour: unknown",
        "--set broker.num.partitionss: unknown property \"num.partitionss\"; did you mean",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, start) in problems.iter().zip(expected) {
        assert!(problem.starts_with(start), "{problem}");
    }
}
