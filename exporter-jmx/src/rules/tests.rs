//! Files of jmx_exporter's format: what they make of beans, and what is refused of them.

use super::{Outcome, Rules, Value};
use crate::source::{Attribute, AttributeKind, Bean};
use exposition::Kind;

const METER: &str = "kafka.server:type=BrokerTopicMetrics,name=BytesInPerSec,topic=orders";
const DESCRIPTION: &str = "Attribute exposed for management";

fn attribute(name: &str, kind: AttributeKind) -> Attribute {
    Attribute::new(name, DESCRIPTION, kind)
}

/// What the rules make of one attribute of one bean, as `TYPE name{labels} value`.
fn made(yaml: &str, bean: &str, name: &str, kind: AttributeKind, value: f64) -> Option<String> {
    let rules = Rules::parse(yaml).unwrap();
    let attribute = attribute(name, kind);
    let bean = Bean::with(bean, [attribute.clone()].into());
    if !rules.takes(&bean) || !rules.takes_attribute(&bean, name) {
        return None;
    }
    let evaluation = rules.evaluate(&bean, &[value]);
    let series = evaluation.attribute(&attribute, value, |_| false).series?;
    let labels: Vec<_> = series
        .labels
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let value = match series.value {
        Value::Times(factor) => value * factor,
        Value::Fixed(value) => value,
    };
    let kind = series.kind.as_text();
    Some(format!(
        "{kind} {}{{{}}} {value}",
        series.name,
        labels.join(",")
    ))
}

fn real(yaml: &str, bean: &str, name: &str) -> Option<String> {
    made(yaml, bean, name, AttributeKind::Real, 2.5)
}

#[test]
fn without_rules_the_default_format_is_written() {
    let socket = "kafka.server:type=socket-server-metrics,listener=A,network-processor=0";
    for (yaml, bean, name, expected) in [
        (
            "{}",
            METER,
            "OneMinuteRate",
            "untyped kafka_server_BrokerTopicMetrics_OneMinuteRate{name=BytesInPerSec,topic=orders} 2.5",
        ),
        (
            "",
            socket,
            "connection-creation-total",
            "untyped kafka_server_socket_server_metrics_connection_creation_total{listener=A,network_processor=0} 2.5",
        ),
        (
            "{lowercaseOutputName: true, lowercaseOutputLabelNames: true}",
            "a:Type=B,C=D",
            "E",
            "untyped a_b_e{c=D} 2.5",
        ),
        (
            "inferCounterTypeFromName: yes",
            socket,
            "connection-creation-total",
            "counter kafka_server_socket_server_metrics_connection_creation_total{listener=A,network_processor=0} 2.5",
        ),
        (
            "rules: [{attrNameSnakeCase: true, type: GAUGE, valueFactor: 0.001}]",
            "a:type=B",
            "OneMinuteRate",
            "gauge a_B_one_minute_rate{} 0.0025",
        ),
        // Names that become one label: the first counts.
        (
            "{}",
            "a:type=B,c-d=1,c.d=2,e:f=3",
            "X",
            "untyped a_B_X{c_d=1,e_f=3} 2.5",
        ),
    ] {
        assert_eq!(real(yaml, bean, name).as_deref(), Some(expected), "{yaml}");
    }
    assert_eq!(real("rules: []", METER, "Count"), None);
}

#[test]
fn the_first_rule_that_matches_counts() {
    let yaml = r#"
lowercaseOutputName: true
rules:
  - pattern: kafka.(\w+)<type=(.+), name=(.+)PerSec, (.+)=(.+)><>Count
    name: kafka_$1_$2_$3_total
    type: COUNTER
    labels:
      "$4": "$5"
      empty: ""
  - pattern: "kafka.server<type=raft-metrics><>current-state: ([a-z]+)"
    name: raft_state
    value: 1
    labels: {state: $1}
  - pattern: ".*threshold=(\\d+).*"
    name: threshold
    value: $1
    valueFactor: 0.5
  - pattern: name=(BytesInPerSec)
    help: Help of $1.
    name: rest
"#;
    let count = made(yaml, METER, "Count", AttributeKind::Counter, 7.0);
    let expected = "counter kafka_server_brokertopicmetrics_bytesin_total{topic=orders} 7";
    assert_eq!(count.as_deref(), Some(expected));
    let state = AttributeKind::Text("leader".into());
    let raft = made(
        yaml,
        "kafka.server:type=raft-metrics",
        "current-state",
        state,
        0.0,
    );
    assert_eq!(raft.as_deref(), Some("untyped raft_state{state=leader} 1"));
    let bean = "x:type=y,threshold=40";
    assert_eq!(
        real(yaml, bean, "A").as_deref(),
        Some("untyped threshold{} 20")
    );
    // A pattern need not be the whole of it.
    assert_eq!(
        real(yaml, METER, "MeanRate").as_deref(),
        Some("untyped rest{} 2.5")
    );
    assert_eq!(real(yaml, "x:type=y", "A"), None);
    // A text that no rule gives a number is dropped.
    let text = AttributeKind::Text("x".into());
    assert_eq!(made(yaml, METER, "MeanRate", text, 0.0), None);
}

#[test]
fn help_is_that_of_0_12_or_of_the_rule() {
    let help = |yaml: &str, path: &[&str]| {
        let rules = Rules::parse(yaml).unwrap();
        let mut attribute = attribute("Count", AttributeKind::Counter);
        attribute.path = path.iter().map(|key| Box::from(*key)).collect();
        let bean = Bean::with(METER, [attribute.clone()].into());
        let evaluation = rules.evaluate(&bean, &[1.0]);
        let Outcome { series, .. } = evaluation.attribute(&attribute, 1.0, |_| false);
        series.unwrap().help.unwrap()
    };
    assert_eq!(
        help("{}", &[]),
        "Attribute exposed for management (kafka.server<type=BrokerTopicMetrics, name=BytesInPerSec, topic=orders><>Count)"
    );
    assert_eq!(
        help("{}", &["A", "B"]),
        "Attribute exposed for management (kafka.server<type=BrokerTopicMetrics, name=BytesInPerSec, topic=orders><A, B>Count)"
    );
    let rule = "rules: [{pattern: 'name=(\\w+)', name: n, help: 'of $1'}]";
    assert_eq!(help(rule, &[]), "of BytesInPerSec");
}

#[test]
fn composite_attributes_are_named_by_their_path() {
    let mut used = attribute("used", AttributeKind::Whole);
    used.path = Box::new(["HeapMemoryUsage".into()]);
    let bean = Bean::with("java.lang:type=Memory", [used.clone()].into());
    for (yaml, expected) in [
        ("{}", "java_lang_Memory_HeapMemoryUsage_used"),
        (
            "rules: [{pattern: 'Memory><(\\w+)>(\\w+)', name: 'm_$1_$2'}]",
            "m_HeapMemoryUsage_used",
        ),
    ] {
        let rules = Rules::parse(yaml).unwrap();
        let evaluation = rules.evaluate(&bean, &[1.0]);
        let series = evaluation.attribute(&used, 1.0, |_| true).series.unwrap();
        assert_eq!((series.name.as_str(), series.help), (expected, None));
    }
}

#[test]
fn values_are_seen_by_those_who_ask_for_them_alone() {
    let outcome = |yaml: &str, value: f64| {
        let rules = Rules::parse(yaml).unwrap();
        let attribute = attribute("Value", AttributeKind::Whole);
        let bean = Bean::with("a:type=B", [attribute.clone()].into());
        let outcome = rules
            .evaluate(&bean, &[value])
            .attribute(&attribute, value, |_| true);
        (
            outcome.series.map(|series| series.labels),
            outcome.reads_value,
        )
    };
    let labelled = |label: &str| Some(vec![("v".to_owned(), label.to_owned())]);
    let yaml = "rules: [{pattern: 'a<type=B><>Value: (\\d+)', name: n, labels: {v: $1}}]";
    assert_eq!(outcome(yaml, 7.0), (labelled("7"), true));
    assert_eq!(outcome(yaml, f64::NAN), (None, true));
    let cached =
        "rules: [{pattern: 'a<type=B><>Value: (.+)', name: n, labels: {v: $1}, cache: true}]";
    assert_eq!(outcome(cached, 7.0), (labelled("<cache>"), false));
    let blind = "rules: [{pattern: 'a<type=(\\w+)><>Value', name: n, labels: {v: $1}}]";
    assert_eq!(outcome(blind, 7.0), (labelled("B"), false));
    let elsewhere = "rules: [{pattern: 'x<type=B><>Value: (.+)', name: n}]";
    assert_eq!(outcome(elsewhere, 7.0), (None, false));
}

#[test]
fn beans_and_attributes_are_included_and_excluded() {
    let other = "kafka.log:type=Log,name=Size,topic=orders,partition=0";
    // The file, whether METER's Count and MeanRate and the other's Value are taken.
    for (yaml, taken) in [
        ("{}", [true, true, true]),
        (
            "includeObjectNames: ['kafka.server:*']",
            [true, true, false],
        ),
        (
            "whitelistObjectNames: ['kafka.log:*']",
            [false, false, true],
        ),
        (
            "excludeObjectNames: ['*:topic=orders,*']",
            [false, false, false],
        ),
        (
            "blacklistObjectNames: ['kafka.server:*']",
            [false, false, true],
        ),
        (
            "{includeObjectNames: ['*:*'], whitelistObjectNames: ['none:*']}",
            [true, true, true],
        ),
        (
            "includeObjectNameAttributes: {'kafka.server:type=BrokerTopicMetrics,*': [Count]}",
            [true, false, false],
        ),
        (
            "excludeObjectNameAttributes: {'kafka.server:*': [Count]}",
            [false, true, true],
        ),
        (
            "{excludeJvmMetrics: true, autoExcludeObjectNameAttributes: true}",
            [true, true, true],
        ),
    ] {
        let found = [(METER, "Count"), (METER, "MeanRate"), (other, "Value")]
            .map(|(bean, name)| real(yaml, bean, name).is_some());
        assert_eq!(found, taken, "{yaml}");
    }
    let jvm = real("excludeJvmMetrics: true", "java.lang:type=Memory", "X");
    assert_eq!(jvm, None);
}

#[test]
fn customizers_add_labels_and_metrics() {
    let yaml = "
metricCustomizers:
  - mbeanFilter: {domain: kafka.server, properties: {type: app-info}}
    attributesAsLabels: [version, start-time-ms, no-such]
    extraMetrics:
      - {name: is-there, value: true, description: It is there.}
      - {name: weight, value: 2.5}
";
    let rules = Rules::parse(yaml).unwrap();
    let attributes = [
        attribute("version", AttributeKind::Text("4.3".into())),
        attribute("start-time-ms", AttributeKind::Real),
    ];
    let bean = Bean::with("kafka.server:type=app-info,id=1", attributes.clone().into());
    let evaluation = rules.evaluate(&bean, &[f64::NAN, 5.0]);
    let labels = [("id", "1"), ("version", "4.3"), ("start_time_ms", "5.0")];
    let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let extra: Vec<_> = evaluation
        .extra_metrics()
        .map(|(attribute, value)| {
            let series = evaluation
                .attribute(attribute, value, |_| false)
                .series
                .unwrap();
            (series.name, series.labels, value, series.help.unwrap())
        })
        .collect();
    let [flag, weight] = extra.as_slice() else {
        panic!("{extra:?}");
    };
    assert_eq!(flag.0, "kafka_server_app_info_is_there");
    assert_eq!((&*flag.1, flag.2), (&labels[..], 1.0));
    assert_eq!(
        flag.3,
        "It is there. (kafka.server<type=app-info, id=1><>is-there)"
    );
    assert_eq!(
        (weight.0.as_str(), weight.2),
        ("kafka_server_app_info_weight", 2.5)
    );
    // A number as a label makes other series of other values.
    let outcome = evaluation.attribute(&attributes[1], 5.0, |_| true);
    assert_eq!(outcome.series.unwrap().labels, labels);
    assert!(evaluation.labels_read_values());
    let elsewhere = Bean::with("kafka.server:type=x", attributes.into());
    assert_eq!(
        rules
            .evaluate(&elsewhere, &[0.0, 0.0])
            .extra_metrics()
            .count(),
        0
    );
}

#[test]
fn kinds_are_jmx_exporters_words() {
    for (word, kind) in [
        ("GAUGE", Kind::Gauge),
        ("COUNTER", Kind::Counter),
        ("UNTYPED", Kind::Untyped),
        ("UNKNOWN", Kind::Untyped),
    ] {
        let yaml = format!("rules: [{{pattern: '.*', name: n, type: {word}}}]");
        let shown = real(&yaml, METER, "Count").unwrap();
        assert!(shown.starts_with(kind.as_text()), "{shown}");
    }
}

#[test]
fn everything_that_is_wrong_is_told_at_once_with_its_place() {
    let cases: &[(&str, &[&str])] = &[
        (
            "{hostPort: 'h:1', ssl: true, password: x, httpServer: {}, rulez: []}",
            &[
                "hostPort: is not supported: no JVM is asked over RMI here; name what to read by --source",
                "httpServer: is not supported: the listener is set by --web.listen-address and --web.config.file",
                "password: is not supported: no JVM is asked over RMI here; name what to read by --source",
                "rulez: is no key of jmx_exporter's; did you mean rules?",
                "ssl: is not supported: no JVM is asked over RMI here; name what to read by --source",
            ],
        ),
        (
            "rules: [{name: n}, {pattern: '(?=a)', name: n}, {pattern: a, labels: {}, help: h}, {pattern: a, name: $1}]",
            &[
                "rules[0]: name needs a pattern",
                "rules[1].pattern: look-ahead (?=…) is not supported; write the pattern without it",
                "rules[2]: labels needs a name",
                "rules[2]: help needs a name",
                "rules[3].name: \"$1\" asks for group 1, but the pattern has 0",
            ],
        ),
        (
            "rules: [{pattern: a, name: n, type: GUAGE, valueFactor: x, cache: 3, labels: [1], colour: red}]",
            &[
                "rules[0].colour: is no key of jmx_exporter's; there are pattern, name, value, valueFactor, labels, help, type, cache, attrNameSnakeCase",
                "rules[0].type: \"GUAGE\" is none of GAUGE, COUNTER, UNTYPED",
                "rules[0].cache: must be true or false",
                "rules[0].valueFactor: must be a number",
                "rules[0].labels: must be a mapping of keys to values",
            ],
        ),
        (
            "{includeObjectNames: [nonsense], startDelaySeconds: -1, lowercaseOutputName: maybe, rules: 3}",
            &[
                "includeObjectNames[0]: \"nonsense\" is no ObjectName: the colon behind the domain is missing",
                "startDelaySeconds: must be a number of seconds, 0 or more",
                "lowercaseOutputName: must be true or false",
                "rules: must be a list",
            ],
        ),
        (
            "metricCustomizers: [{mbeanFilter: {}}, {attributesAsLabels: [a]}, {mbeanFilter: {domain: d}}]",
            &[
                "metricCustomizers[0].mbeanFilter: domain is missing",
                "metricCustomizers[1]: mbeanFilter is missing",
                "metricCustomizers[2]: neither attributesAsLabels nor extraMetrics is there",
            ],
        ),
        ("[]", &["must be a mapping of keys to values"]),
    ];
    for (yaml, expected) in cases {
        let mut told = Rules::parse(yaml).unwrap_err().0;
        let mut expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        told.sort_unstable();
        expected.sort_unstable();
        assert_eq!(told, expected, "{yaml}");
    }
}

#[test]
fn hostile_yaml_is_refused_within_limits() {
    let deep = "[".repeat(100_000);
    let mut laughs = String::from("a: &a [x,x,x,x,x,x,x,x,x,x]\n");
    for (before, name) in ('a'..'k').zip('b'..='k') {
        let ten = vec![format!("*{before}"); 10].join(",");
        laughs.push_str(&format!("{name}: &{name} [{ten}]\n"));
    }
    let wide = format!("rules: [{}]", "{},".repeat(6_000));
    let regex = "rules: [{pattern: '(((((a{100}){100}){100}){100}){100})', name: n}]".to_owned();
    let cases = [
        deep,
        laughs,
        wide,
        regex,
        "a: b: c".to_owned(),
        "\u{0}\u{1}".to_owned(),
        "? [a]\n: b".to_owned(),
        "--- {}\n--- {}".to_owned(),
        "!!python/object:os.system [ls]".to_owned(),
        "rules: &r [*r]".to_owned(),
    ];
    for yaml in cases {
        let told = Rules::parse(&yaml);
        assert!(told.is_err(), "{}", &yaml[..yaml.len().min(60)]);
    }
}
