//! Layers, defaults, and the sentences for what is wrong.

use super::{Plan, PlanError, ProcessPlan, plan};
use crate::data_dir::DataDir;
use crate::up::args::{ClientBroker, Ports, Preset, UpArgs, set};
use crate::up::parts::Everybody;
use service::settings::{Origin, Setting};
use std::path::Path;

fn planned(toml: &str, args: &UpArgs) -> Result<Plan, PlanError> {
    let files = service::settings::parse(toml, Path::new("outrigger.toml")).expect("TOML");
    plan(
        DataDir::new(Path::new("/data")).expect("absolute"),
        Path::new("/data/run"),
        args,
        files,
    )
}

fn sets(texts: &[&str]) -> Vec<Setting> {
    let parsed = texts.iter().map(|text| set(text));
    parsed.collect::<Result<_, _>>().expect("settings")
}

fn broker(plan: &Plan) -> &ProcessPlan {
    let mut processes = plan.processes.iter();
    let broker = processes.find(|process| process.part.name == "broker");
    broker.expect("a broker")
}

fn lines(plan: &Plan) -> Vec<String> {
    let line =
        |p: &crate::up::properties::Property| format!("{}={} # {}", p.key, p.value, p.origin);
    broker(plan).properties.iter().map(line).collect()
}

#[test]
fn without_anything_the_defaults_hold() {
    let plan = planned("", &UpArgs::default()).expect("planned");
    let all = lines(&plan);
    let ours = |line: &String| {
        line.strip_suffix(" # default of `outrigger up`")
            .map(str::to_owned)
    };
    let ours: Vec<_> = all.iter().filter_map(ours).collect();
    assert_eq!(all.len(), ours.len());
    assert_eq!(
        ours,
        [
            "listeners=PLAINTEXT://127.0.0.1:9092",
            "log.dirs=/data/broker",
            "outrigger.admin.listener=127.0.0.1:0",
            "outrigger.endpoints.file=/data/run/broker.json",
            "outrigger.log.dir=/data/logs",
            "outrigger.log.undelivered.file=/data/logshipper/undelivered.json",
            "outrigger.handoff.directory=/data/run",
            "outrigger.iam.store=/data/iam",
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "allow.everyone.if.no.acl.found=true",
            "super.users=User:CN=outrigger;User:outrigger",
        ]
    );
    assert!(plan.topics.is_empty() && plan.facts.auto_create);
    assert_eq!(plan.facts.everybody, Everybody::AllWithoutAcl);
    assert_eq!(
        broker(&plan).log(&plan.data_dir),
        Path::new("/data/logs/server.log")
    );
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
        lines[lines.len() - 4..],
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
fn the_page_has_a_port_of_its_own_unless_it_is_turned_off() {
    // The file's, `--ports`, `--dashboard`, where it is served.
    let cases = [
        ("", None, None, Some("127.0.0.1:11000")),
        ("", Some(Ports::Auto), None, Some("127.0.0.1:0")),
        ("[::1]:8080", Some(Ports::Auto), None, Some("[::1]:8080")),
        ("off", None, None, None),
        ("off", None, Some("localhost:1"), Some("localhost:1")),
        ("127.0.0.1:1", None, Some("off"), None),
    ];
    for (file, ports, dashboard, expected) in cases {
        let args = UpArgs {
            ports,
            dashboard: dashboard.map(str::to_owned),
            ..UpArgs::default()
        };
        let toml = match file {
            "" => String::new(),
            file => format!("[up]\ndashboard = \"{file}\"\n"),
        };
        let plan = planned(&toml, &args).expect("planned");
        assert_eq!(plan.dashboard.as_deref(), expected, "{file} {dashboard:?}");
    }
    for wrong in ["", "on", "8080", ":1", "host:port", "host:70000"] {
        let args = UpArgs {
            dashboard: Some(wrong.to_owned()),
            ..UpArgs::default()
        };
        let PlanError(problems) = planned("", &args).expect_err("refused");
        assert!(
            problems[0].contains("neither HOST:PORT nor off"),
            "{problems:?}"
        );
    }
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
        assert_eq!(plan.facts.auto_create, expected, "{preset:?} {set:?}");
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
        "outrigger.toml:2: brooker.num.partitions: no such part; write PART.KEY with one of the parts broker, authn, exporter-jmx, exporter-node, logshipper, up",
        "outrigger.toml:4: up.ports: 'none' is none of msk, auto",
        "outrigger.toml:5: up.port: unknown key; the keys of up are up.client-broker, up.dashboard, up.ports, up.preset, up.topics",
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
    let PlanError(problems) =
        plan(data_dir, Path::new("/data/run"), &args, files).expect_err("refused");
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

#[test]
fn authn_has_msks_ports_and_whatever_up_made() {
    let plan = planned("", &UpArgs::default()).expect("planned");
    let mut processes = plan.processes.iter();
    let authn = processes.find(|process| process.part.name == "authn");
    let authn = authn.expect("authn");
    let listeners = "CLIENT_SECURE://127.0.0.1:9094,CLIENT_SASL_SCRAM://127.0.0.1:9096,CLIENT_IAM://127.0.0.1:9098";
    let expected = [
        ("listeners", listeners),
        ("ssl.keystore.location", "/data/pki/served/server.pem"),
        ("outrigger.handoff.directory", "/data/run"),
        ("outrigger.endpoints.file", "/data/authn/authn.json"),
    ];
    for (key, value) in expected {
        assert_eq!(authn.value(key), Some(value), "{key}");
    }
    assert_eq!(
        authn.log(&plan.data_dir),
        Path::new("/data/logs/authn/authn.log")
    );
    assert!(plan.facts.tls_hosts.contains("127.0.0.1"));
}

#[test]
fn what_clients_may_speak_decides_who_listens() {
    // The file's, the option's; what the broker binds; whether there is a front door.
    let plaintext = Some("PLAINTEXT://127.0.0.1:9092");
    let cases = [
        ("tls-plaintext", None, plaintext, true),
        ("tls", None, None, true),
        ("tls", Some(ClientBroker::Plaintext), plaintext, false),
        ("plaintext", Some(ClientBroker::Tls), None, true),
    ];
    for (file, option, listeners, has_door) in cases {
        let args = UpArgs {
            client_broker: option,
            ..UpArgs::default()
        };
        let toml = format!("[up]\nclient-broker = \"{file}\"\n");
        let plan = planned(&toml, &args).expect("planned");
        let broker = broker(&plan);
        assert_eq!(broker.value("listeners"), listeners, "{file} {option:?}");
        let only = listeners.is_none().then_some("true");
        assert_eq!(broker.value("outrigger.handoff.only"), only);
        let named = |name: &str| plan.processes.iter().find(|p| p.part.name == name);
        assert_eq!(named("authn").is_some(), has_door, "{file} {option:?}");
        let sources = named("exporter-jmx").and_then(|p| p.value("source"));
        assert_eq!(sources.is_some_and(|s| s.contains("authn")), has_door);
        assert_eq!(plan.facts.anonymous_tls, has_door);
    }
}

#[test]
fn an_address_for_clients_that_may_not_come_is_refused_where_it_was_given() {
    let toml = "[broker]\nlisteners = \"PLAINTEXT://:9092\"\n[up]\nclient-broker = \"tls\"\n";
    let args = UpArgs {
        set: sets(&["broker.advertised.listeners=PLAINTEXT://h:9092"]),
        ..UpArgs::default()
    };
    let PlanError(problems) = planned(toml, &args).expect_err("refused");
    let starts = [
        "outrigger.toml:2: broker.listeners: with",
        "--set broker.advertised.listeners: with",
    ];
    assert_eq!(problems.len(), starts.len(), "{problems:?}");
    for (problem, start) in problems.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem}");
    }
}

#[test]
fn who_shows_no_certificate_is_nobody_unless_one_is_required() {
    let args = UpArgs {
        set: sets(&["authn.ssl.client.auth=required"]),
        ..UpArgs::default()
    };
    let facts = planned("", &args).expect("planned").facts;
    assert!(!facts.anonymous_tls);
}

#[test]
fn the_certificate_is_for_every_name_that_clients_are_told() {
    let args = UpArgs {
        set: sets(&[
            "authn.listeners=CLIENT_IAM://0.0.0.0:9098",
            "authn.advertised.listeners=CLIENT_IAM://kafka.example:19098",
        ]),
        ..UpArgs::default()
    };
    let hosts = planned("", &args).expect("planned").facts.tls_hosts;
    assert!(hosts.contains("kafka.example"), "{hosts:?}");
    assert!(!hosts.contains("0.0.0.0"), "{hosts:?}");
}

#[test]
fn kafkas_preset_leaves_who_may_do_what_to_kafkas_defaults() {
    let args = UpArgs {
        preset: Some(Preset::Kafka),
        ..UpArgs::default()
    };
    let plan = planned("", &args).expect("planned");
    for key in [
        "authorizer.class.name",
        "allow.everyone.if.no.acl.found",
        "super.users",
    ] {
        assert_eq!(broker(&plan).value(key), None, "{key}");
        assert_eq!(plan.facts.everybody, Everybody::All);
    }
}

#[test]
fn the_cluster_can_be_shut_to_who_does_not_log_in() {
    let args = UpArgs {
        set: sets(&["broker.allow.everyone.if.no.acl.found=false"]),
        ..UpArgs::default()
    };
    let facts = planned("", &args).expect("planned").facts;
    assert_eq!(facts.everybody, Everybody::AsAclsSay);
}
