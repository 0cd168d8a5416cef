//! Beans as broker and authn record them, and the metrics that they are.

use std::sync::Arc;
use std::time::Duration;

use cloudwatch::{Datum, Level, Settings};
use service::Clock;
use service::admin::Health;
use service::flags::Values;

use super::JmxMetrics;
use super::row::{Combine, Dimension, Keys};
use super::table::ROWS;
use crate::collector::{Asked, Collector, Setup};
use crate::rule_sets::RuleSets;
use crate::source::{
    Attribute, AttributeKind, Bean, Reading, Section, SectionId, SourceError, absent,
};

/// A bean and its attributes; a text stands for itself.
type Row<'a> = (&'a str, &'a [(&'a str, Value)]);

#[derive(Clone, Copy)]
enum Value {
    Number(f64),
    Text(&'static str),
}

use Value::{Number, Text};

fn metrics() -> JmxMetrics {
    let setup = Setup {
        rule_sets: Arc::new(RuleSets::open(&[]).unwrap()),
        level: crate::level::Level::Partition,
        source_timeout: Duration::from_secs(1),
        clock: Clock::real(),
        health: Health::default(),
    };
    let collector = Collector::new(Vec::new(), setup, &prometheus::Registry::new()).unwrap();
    let settings = Settings {
        cluster_name: "demo".to_owned(),
        ..Settings::read(&mut Values::default())
    };
    JmxMetrics::new(Arc::new(collector), &settings)
}

/// One section of these beans; `number` tells whether its names are others than before.
fn asked(number: u64, rows: &[Row<'_>]) -> Asked {
    let beans = rows.iter().map(|(name, attributes)| {
        let attributes = attributes.iter().map(|(name, value)| {
            let kind = match value {
                Number(_) => AttributeKind::Real,
                Text(text) => AttributeKind::Text((*text).into()),
            };
            Attribute::new(name, "", kind)
        });
        Bean::with(*name, attributes.collect())
    });
    let values = rows.iter().flat_map(|(_, attributes)| attributes.iter());
    let values = values.map(|(_, value)| match value {
        Number(number) => *number,
        Text(_) => absent(),
    });
    let section = Section {
        id: SectionId {
            instance: 1,
            section: 1,
        },
        number,
        beans: beans.collect(),
        first_value: 1,
    };
    Asked {
        name: "source".to_owned(),
        reading: Ok(Reading {
            sections: vec![section],
            values: [f64::NAN].into_iter().chain(values).collect(),
        }),
        took: Duration::ZERO,
    }
}

/// `Name{dimension=value,…} unit value`, sorted.
fn shown(data: &[Datum]) -> Vec<String> {
    let mut lines: Vec<String> = data
        .iter()
        .map(|datum| {
            let dimensions = datum.dimensions.iter();
            let dimensions: Vec<_> = dimensions
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            format!(
                "{}{{{}}} {} {}",
                datum.name,
                dimensions.join(","),
                datum.unit.as_str(),
                datum.value
            )
        })
        .collect();
    lines.sort_unstable();
    lines
}

const METER: &[(&str, Value)] = &[("Count", Number(9.0)), ("OneMinuteRate", Number(2.5))];
const GAUGE: &[(&str, Value)] = &[("Value", Number(3.0))];
const MEAN: &[(&str, Value)] = &[
    ("Count", Number(4.0)),
    ("Max", Number(8.0)),
    ("Mean", Number(1.5)),
];

/// A level, and what it has that those below it have not.
const ADDED: &[(Level, &[&str])] = &[
    (
        Level::Basic,
        &[
            "ActiveControllerCount{Cluster Name=demo} Count 3",
            "MessagesInPerSec{Cluster Name=demo,Broker ID=1} Count/Second 2.5",
            "ProduceTotalTimeMsMean{Cluster Name=demo,Broker ID=1} Milliseconds 1.5",
            "SumOffsetLag{Cluster Name=demo,Consumer Group=billing,Topic=orders} Count 3",
        ],
    ),
    (
        Level::Enhanced,
        &[
            "FetchConsumerTotalTimeMsMean{Cluster Name=demo,Broker ID=1} Milliseconds 1.5",
            "RequestHandlerAvgIdlePercent{Cluster Name=demo,Broker ID=1} None 2.5",
        ],
    ),
    (
        Level::Topic,
        &["MessagesInPerSec{Cluster Name=demo,Broker ID=1,Topic=orders} Count/Second 2.5"],
    ),
    (
        Level::Partition,
        &["OffsetLag{Consumer Group=billing,Topic=orders,Partition=7} Count 3"],
    ),
];

#[test]
fn each_level_adds_its_metrics() {
    let beans = [
        (
            "kafka.controller:type=KafkaController,name=ActiveControllerCount",
            GAUGE,
        ),
        (
            "kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec",
            METER,
        ),
        (
            "kafka.server:type=BrokerTopicMetrics,name=MessagesInPerSec,topic=orders",
            METER,
        ),
        (
            "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Produce",
            MEAN,
        ),
        (
            "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=FetchConsumer",
            MEAN,
        ),
        (
            "kafka.network:type=RequestMetrics,name=TotalTimeMs,request=Metadata",
            MEAN,
        ),
        (
            "kafka.server:type=KafkaRequestHandlerPool,name=RequestHandlerAvgIdlePercent",
            METER,
        ),
        (
            "kafka.consumer.group:type=ConsumerLagMetrics,name=SumOffsetLag,groupId=billing,topic=orders",
            GAUGE,
        ),
        (
            "kafka.consumer.group:type=ConsumerLagMetrics,name=OffsetLag,groupId=billing,topic=orders,partition=7",
            GAUGE,
        ),
        (
            "kafka.cluster:type=Partition,name=InSyncReplicasCount,topic=orders,partition=7",
            GAUGE,
        ),
    ];
    let (metrics, asked) = (metrics(), [asked(1, &beans)]);
    let mut before = Vec::new();
    for (level, added) in ADDED {
        let found = shown(&metrics.data(&asked, *level));
        before.extend(added.iter().map(|line| (*line).to_owned()));
        before.sort_unstable();
        assert_eq!(found, before, "{level}");
    }
}

#[test]
fn listeners_of_clients_have_a_value_each_and_all_listeners_a_sum() {
    let connections = |count| {
        [
            ("connection-count", Number(count)),
            ("connection-creation-rate", Number(0.5)),
        ]
    };
    let (secure, scram, own, plain, controller) = (
        connections(1.0),
        connections(2.0),
        connections(4.0),
        connections(8.0),
        connections(16.0),
    );
    let bean = |listener: &str| {
        format!("kafka.server:type=socket-server-metrics,listener={listener},networkProcessor=0")
    };
    let names = [
        "CLIENT_SECURE",
        "CLIENT_SASL_SCRAM",
        "PARTNERS",
        "CLIENT",
        "CONTROLLER",
    ]
    .map(bean);
    let by_software = "kafka.server:type=socket-server-metrics,clientSoftwareName=x,listener=CLIENT,networkProcessor=0";
    let beans: [Row<'_>; 8] = [
        (&names[0], &secure),
        (&names[1], &scram),
        (&names[2], &own),
        (&names[3], &plain),
        (&names[4], &controller),
        (by_software, &plain),
        (
            "outrigger.authn:type=Listener,name=SecurityProtocol,listener=PARTNERS",
            &[("Value", Text("SASL_SSL"))],
        ),
        (
            "outrigger.authn:type=Listener,name=Mechanisms,listener=PARTNERS",
            &[("Value", Text("AWS_MSK_IAM,OAUTHBEARER"))],
        ),
    ];
    let metrics = metrics();
    let data = metrics.data(&[asked(1, &beans)], Level::Basic);
    assert_eq!(
        shown(&data),
        [
            "ClientConnectionCount{Cluster Name=demo,Broker ID=1,Client Authentication=IAM} Count 4",
            "ClientConnectionCount{Cluster Name=demo,Broker ID=1,Client Authentication=SASL_SCRAM} Count 2",
            "ClientConnectionCount{Cluster Name=demo,Broker ID=1,Client Authentication=SSL} Count 1",
            "ConnectionCount{Cluster Name=demo,Broker ID=1} Count 31",
        ]
    );
    let data = metrics.data(&[asked(1, &beans)], Level::Enhanced);
    let rates = data
        .iter()
        .filter(|datum| datum.name == "ConnectionCreationRate");
    assert_eq!(rates.count(), 4, "of every listener but the controller's");
}

#[test]
fn traffic_is_what_the_counters_of_a_period_grew_by() {
    let metrics = metrics();
    let listener = |incoming, outgoing| {
        [
            ("incoming-byte-total", Number(incoming)),
            ("outgoing-byte-total", Number(outgoing)),
        ]
    };
    let name = "kafka.server:type=socket-server-metrics,listener=CLIENT,networkProcessor=0";
    let mut found = Vec::new();
    for (incoming, outgoing) in [(100.0, 10.0), (150.0, 10.0), (150.0, 17.0), (5.0, 1.0)] {
        let data = metrics.data(
            &[asked(1, &[(name, &listener(incoming, outgoing))])],
            Level::Enhanced,
        );
        let traffic = data.iter().find(|datum| datum.name == "TrafficBytes");
        found.push(traffic.map(|datum| datum.value));
    }
    assert_eq!(found, [None, Some(50.0), Some(7.0), Some(6.0)]);
}

#[test]
fn logins_that_iam_clients_waited_for_are_counted_whatever_their_listener_is_called() {
    let metrics = metrics();
    let throttled = |listener: &str| {
        format!("outrigger.authn:type=Logins,name=ThrottledPerSec,listener={listener}")
    };
    let names = ["CLIENT_IAM", "PARTNERS", "CLIENT_SASL_SCRAM"].map(throttled);
    let meter = |count| [("Count", Number(count)), ("OneMinuteRate", Number(0.5))];
    let mut found = Vec::new();
    for counts in [[5.0, 1.0, 7.0], [7.0, 4.0, 9.0], [7.0, 4.0, 10.0]] {
        let meters = counts.map(meter);
        let beans: [Row<'_>; 5] = [
            (&names[0], &meters[0]),
            (&names[1], &meters[1]),
            (&names[2], &meters[2]),
            (
                "outrigger.authn:type=Listener,name=SecurityProtocol,listener=PARTNERS",
                &[("Value", Text("SASL_SSL"))],
            ),
            (
                "outrigger.authn:type=Listener,name=Mechanisms,listener=PARTNERS",
                &[("Value", Text("AWS_MSK_IAM"))],
            ),
        ];
        found.push(shown(&metrics.data(&[asked(1, &beans)], Level::Enhanced)));
    }
    let waited = |count| {
        let line = "IAMTooManyConnections{Cluster Name=demo,Broker ID=1} Count";
        vec![format!("{line} {count}")]
    };
    assert_eq!(found, [vec![], waited(5), waited(0)]);
}

#[test]
fn the_mean_size_of_requests_weighs_each_kind_by_its_count() {
    let sizes = |count, mean| [("Count", Number(count)), ("Mean", Number(mean))];
    let (produce, fetch, never) = (sizes(1.0, 1000.0), sizes(3.0, 100.0), sizes(0.0, 0.0));
    let name = |request: &str| {
        format!("kafka.network:type=RequestMetrics,name=RequestBytes,request={request}")
    };
    let names = ["Produce", "Fetch", "Vote"].map(name);
    let beans: [Row<'_>; 3] = [
        (&names[0], &produce),
        (&names[1], &fetch),
        (&names[2], &never),
    ];
    let data = metrics().data(&[asked(1, &beans)], Level::Basic);
    assert_eq!(
        shown(&data),
        ["RequestBytesMean{Cluster Name=demo,Broker ID=1} Bytes 325"]
    );
    let none = metrics().data(&[asked(1, &beans[2..])], Level::Basic);
    assert_eq!(shown(&none), [""; 0], "a mean of nothing is not published");
}

#[test]
fn what_is_not_there_is_not_published() {
    let failed = || Asked {
        name: "authn".to_owned(),
        reading: Err(SourceError("it is gone".to_owned())),
        took: Duration::ZERO,
    };
    let connections = [("connection-count", Number(4.0))];
    let beans: [Row<'_>; 4] = [
        (
            "kafka.server:type=socket-server-metrics,listener=CLIENT_IAM,networkProcessor=0",
            &connections,
        ),
        (
            "kafka.server:type=Request",
            &[
                ("request-time", Number(f64::NAN)),
                ("queue-size", Number(0.0)),
            ],
        ),
        (
            "kafka.consumer.group:type=ConsumerLagMetrics,name=MaxOffsetLag,groupId=a\u{e4},topic=t",
            GAUGE,
        ),
        (
            "kafka.consumer.group:type=ConsumerLagMetrics,name=MaxOffsetLag,groupId=\"a:b\",topic=t",
            GAUGE,
        ),
    ];
    let found = shown(&metrics().data(&[asked(1, &beans), failed()], Level::Enhanced));
    // Half a sum of connections would be a wrong one.
    assert_eq!(
        found,
        [
            "ClientConnectionCount{Cluster Name=demo,Broker ID=1,Client Authentication=IAM} Count 4",
            "RequestThrottleQueueSize{Cluster Name=demo,Broker ID=1} Count 0",
        ]
    );
}

#[test]
fn a_quoted_group_is_published_as_it_is_called_and_the_first_source_counts() {
    let name = r#"kafka.consumer.group:type=ConsumerLagMetrics,name=MaxOffsetLag,groupId="a,\"b\"",topic=t"#;
    let (first, second) = (
        asked(1, &[(name, GAUGE)]),
        asked(1, &[(name, &[("Value", Number(9.0))])]),
    );
    let metrics = metrics();
    let found = shown(&metrics.data(&[first, second], Level::Basic));
    assert_eq!(
        found,
        [r#"MaxOffsetLag{Cluster Name=demo,Consumer Group=a,"b",Topic=t} Count 3"#]
    );
    // Another number, other names: what matched before is forgotten.
    assert!(
        metrics
            .data(&[asked(2, &[]), asked(2, &[])], Level::Basic)
            .is_empty()
    );
}

#[test]
fn every_row_says_where_its_dimensions_come_from() {
    for row in ROWS {
        let needs = |dimension, key: &str| {
            let has = match row.keys {
                Keys::Only(keys) => keys.contains(&key),
                Keys::Any => false,
            };
            assert_eq!(
                row.dimensions.contains(&dimension),
                has,
                "{} {key}",
                row.metric
            );
        };
        if row.combine == Combine::Each && row.bean_type != "socket-server-metrics" {
            needs(Dimension::Topic, "topic");
            needs(Dimension::Partition, "partition");
            needs(Dimension::Group, "groupId");
        }
    }
}
