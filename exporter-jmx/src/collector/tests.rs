//! Scrapes of sources that answer, fail, restart and change while they are read.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use exposition::{Family, Format};
use mbean::{ObjectName, Registry};
use scrape::{Collected, Exporter, Failure, Query, Request};
use service::admin::{Admin, Content, Health};
use service::{Clock, shutdown};

use super::{COMPONENT, Collector, Scrapes, Setup};
use crate::level::Level;
use crate::rule_sets::{Origin, RuleSets};
use crate::source::native::{Native, Place};
use crate::source::{
    Attribute, AttributeKind, Bean, Reading, Reads, Section, SectionId, Source, SourceError,
};

/// A source that gives what it is told to.
struct Played {
    name: &'static str,
    says: Arc<Mutex<Result<Reading, String>>>,
}

impl Source for Played {
    fn name(&self) -> &str {
        self.name
    }

    fn read(&mut self, _timeout: Duration) -> Reads<'_> {
        let says = self.says.lock().unwrap().clone();
        Box::pin(async move { says.map_err(SourceError) })
    }
}

fn reading(beans: &[(&str, f64)]) -> Reading {
    let attribute = Attribute::new("Value", "It is.", AttributeKind::Whole);
    let attributes: Arc<[Attribute]> = [attribute].into();
    let named = beans
        .iter()
        .map(|(name, _)| Bean::with(*name, Arc::clone(&attributes)));
    Reading {
        sections: vec![Section {
            id: SectionId {
                instance: 1,
                section: 1,
            },
            number: 1,
            beans: named.collect(),
            first_value: 0,
        }],
        values: beans.iter().map(|(_, value)| *value).collect(),
    }
}

fn request(query: &str) -> Request {
    Request {
        query: Query::parse(query),
        format: Format::Text004,
        timeout: Duration::from_secs(20),
    }
}

async fn scraped(collector: &Arc<Collector>, query: &str) -> Result<Vec<Family>, Failure> {
    let scrapes = Scrapes(Arc::clone(collector));
    match scrapes.collect(request(query)).await? {
        Collected::Text(text) => {
            let text = String::from_utf8(text).unwrap();
            Ok(exposition::parse(&text).unwrap_or_else(|e| panic!("{e}: {text}")))
        }
        Collected::Families(_) => panic!("it is written by the collector"),
    }
}

/// The values of a metric by its labels, as `a=b,c=d`.
fn values(families: &[Family], name: &str) -> BTreeMap<String, f64> {
    let of_name = families.iter().filter(|family| family.name == name);
    let samples = of_name.flat_map(|family| &family.samples);
    samples
        .map(|sample| {
            let labels = sample
                .labels
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            (labels.collect::<Vec<_>>().join(","), sample.value)
        })
        .collect()
}

fn value(families: &[Family], name: &str, labels: &str) -> Option<f64> {
    values(families, name).get(labels).copied()
}

struct Scene {
    collector: Arc<Collector>,
    health: Health,
    clock: service::ManualClock,
}

fn scene(sources: Vec<Box<dyn Source>>, rules: &[Origin]) -> Scene {
    let (clock, hands) = Clock::manual(0);
    let health = Health::starting(&[COMPONENT]);
    let setup = Setup {
        rule_sets: Arc::new(RuleSets::open(rules).unwrap()),
        level: Level::Partition,
        source_timeout: Duration::from_secs(20),
        clock,
        health: health.clone(),
    };
    let registry = prometheus::Registry::new();
    Scene {
        collector: Arc::new(Collector::new(sources, setup, &registry).unwrap()),
        health,
        clock: hands,
    }
}

type Says = Arc<Mutex<Result<Reading, String>>>;

fn played(name: &'static str, beans: &[(&str, f64)]) -> (Box<dyn Source>, Says) {
    let says = Arc::new(Mutex::new(Ok(reading(beans))));
    let source = Played {
        name,
        says: Arc::clone(&says),
    };
    (Box::new(source), says)
}

#[tokio::test]
async fn a_source_that_is_down_is_told_and_the_other_is_served() {
    let (broker, broker_says) = played("broker", &[("a:type=B,name=x", 1.0)]);
    let (authn, _) = played(
        "authn",
        &[("a:type=B,name=x", 2.0), ("a:type=B,name=y", 3.0)],
    );
    let scene = scene(vec![broker, authn], &[]);
    let shown = |families: &[Family]| {
        let of = |labels| value(families, "a_B_Value", labels);
        let up = |source| value(families, "outrigger_source_up", source);
        (
            [of("name=x"), of("name=y")],
            value(families, "jmx_scrape_error", ""),
            [up("source=broker"), up("source=authn")],
        )
    };
    let both = ([Some(1.0), Some(3.0)], Some(0.0), [Some(1.0), Some(1.0)]);
    let families = scraped(&scene.collector, "").await.unwrap();
    assert_eq!(shown(&families), both);
    let clash = value(&families, "outrigger_exporter_series", "state=clash");
    assert_eq!(clash, Some(1.0));
    assert!(scene.health.report().is_ok());

    let reading = std::mem::replace(&mut *broker_says.lock().unwrap(), Err("gone".to_owned()));
    let families = scraped(&scene.collector, "").await.unwrap();
    // What both have is the broker's, until a reading of it says otherwise: no series jumps between two sources.
    let alone = ([None, Some(3.0)], Some(1.0), [Some(0.0), Some(1.0)]);
    assert_eq!(shown(&families), alone);
    let report = serde_json::to_string(&scene.health.report()).unwrap();
    assert!(report.contains("broker: gone"), "{report}");

    *broker_says.lock().unwrap() = reading;
    assert_eq!(shown(&scraped(&scene.collector, "").await.unwrap()), both);
    assert!(scene.health.report().is_ok());
}

#[tokio::test]
async fn one_scrape_tells_whether_every_part_works() {
    let (broker, _) = played(
        "broker",
        &[
            (
                "outrigger.process:type=Component,name=storage,process=broker",
                1.0,
            ),
            (
                "outrigger.process:type=Component,name=listeners,process=broker",
                0.0,
            ),
        ],
    );
    let (authn, _) = played("authn", &[("a:type=B", 1.0)]);
    let scene = scene(vec![broker, authn], &[]);
    for query in ["", "dialect=kafka-exporter", "level=basic"] {
        let families = scraped(&scene.collector, query).await.unwrap();
        let healthy = values(&families, "outrigger_component_healthy");
        let expected = [
            ("process=broker,component=listeners".to_owned(), 0.0),
            ("process=broker,component=storage".to_owned(), 1.0),
        ];
        assert_eq!(healthy, BTreeMap::from(expected), "{query}");
    }
}

#[tokio::test]
async fn a_scrape_chooses_dialect_level_and_names() {
    let (source, _) = played(
        "broker",
        &[
            ("kafka.server:type=ReplicaManager,name=LeaderCount", 4.0),
            ("kafka.log:type=Log,name=Size,topic=t,partition=0", 5.0),
            (
                "kafka.log:type=Log,name=LogEndOffset,topic=t,partition=0",
                6.0,
            ),
        ],
    );
    let scene = scene(vec![source], &[]);
    // A query, a metric, how many samples of it there are.
    for (query, name, samples) in [
        ("", "kafka_log_Log_Value", 2),
        ("level=basic", "kafka_log_Log_Value", 0),
        ("level=basic", "kafka_server_ReplicaManager_Value", 1),
        ("level=PER_TOPIC_PER_PARTITION", "kafka_log_Log_Value", 2),
        ("dialect=strimzi", "kafka_log_log_size", 1),
        ("dialect=confluent&level=enhanced", "kafka_log_log_size", 0),
        (
            "dialect=kafka-exporter",
            "kafka_topic_partition_current_offset",
            1,
        ),
        ("name[]=kafka_log_Log_Value", "kafka_log_Log_Value", 2),
        (
            "name[]=kafka_log_Log_Value",
            "kafka_server_ReplicaManager_Value",
            0,
        ),
        ("name[]=kafka_log_Log_Value", "jmx_scrape_error", 0),
        ("name[]=jmx_scrape_error", "jmx_scrape_error", 1),
    ] {
        let families = scraped(&scene.collector, query).await.unwrap();
        assert_eq!(values(&families, name).len(), samples, "{query} {name}");
    }
    for (query, problem) in [
        (
            "dialect=msk2",
            "dialect=msk2: there are msk, strimzi, confluent, kafka-exporter",
        ),
        (
            "level=all",
            "level=all: \"all\" is no level; there are basic, enhanced, topic and partition",
        ),
    ] {
        let refused = scraped(&scene.collector, query).await.unwrap_err();
        assert_eq!(refused, Failure::Query(problem.to_owned()));
    }
}

#[tokio::test]
async fn a_changed_file_is_in_force_and_a_broken_one_leaves_the_old() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.yml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write("rules: [{pattern: a<type=B, name: one}]");
    let (source, _) = played("broker", &[("a:type=B", 1.0)]);
    let scene = scene(vec![source], &[Origin::File(file.clone())]);
    let sets = Arc::clone(&scene.collector.rule_sets);
    // What is written, the metric that there is then, successes and failures.
    for (text, name, counts) in [
        (None, "one", (0, 0)),
        (
            Some("rules: [{pattern: a<type=B, name: two}]"),
            "two",
            (1, 0),
        ),
        (
            Some("rules: [{pattern: a<type=B, nam: three}]"),
            "two",
            (1, 1),
        ),
        (Some("rules: ["), "two", (1, 2)),
        (Some("{}"), "a_B_Value", (2, 2)),
    ] {
        if let Some(text) = text {
            write(text);
            sets.reload(0);
        }
        let families = scraped(&scene.collector, "").await.unwrap();
        assert_eq!(value(&families, name, ""), Some(1.0), "{text:?}");
        let told = |name| value(&families, name, "").unwrap_or(-1.0);
        let success = told("jmx_config_reload_success_total");
        let failure = told("jmx_config_reload_failure_total");
        assert_eq!((success as u64, failure as u64), counts, "{text:?}");
    }
}

#[tokio::test]
async fn a_file_that_changes_is_noticed() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.yml");
    std::fs::write(&file, "{}").unwrap();
    let sets = Arc::new(RuleSets::open(&[Origin::File(file.clone())]).unwrap());
    let following = tokio::spawn(Arc::clone(&sets).follow());
    // Written until it is noticed: following may begin after the first time.
    let mut round = 0;
    while sets.reloads().0 == 0 {
        round += 1;
        std::fs::write(&file, format!("{{}} # {round}")).unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    following.abort();
}

#[tokio::test]
async fn a_file_may_ask_for_some_time_without_metrics() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("mine.yml");
    std::fs::write(&file, "startDelaySeconds: 60").unwrap();
    let (source, _) = played("broker", &[("a:type=B", 1.0)]);
    let scene = scene(vec![source], &[Origin::File(file)]);
    let refused = scraped(&scene.collector, "").await.unwrap_err();
    assert!(matches!(refused, Failure::Unavailable(_)), "{refused}");
    scraped(&scene.collector, "dialect=msk").await.unwrap();
    scene.clock.advance(Duration::from_secs(60));
    scraped(&scene.collector, "").await.unwrap();
}

/// A broker of topics, each with a meter and two gauges.
struct Broker {
    registry: Registry,
    topics: BTreeMap<usize, mbean::Section>,
}

impl Broker {
    fn new() -> Self {
        Self {
            registry: Registry::of("broker", 0),
            topics: BTreeMap::new(),
        }
    }

    fn create(&mut self, number: usize) {
        let section = self.registry.section();
        let name = |kind| ObjectName::new("kafka.test", kind).with("topic", &format!("t{number}"));
        section.meter(name("Meter")).inc();
        section.gauge(name("One"), || 1.0);
        section.gauge(name("Two"), || 2.0);
        self.topics.insert(number, section);
    }

    async fn serve(&self, file: &Path) -> tokio::task::JoinHandle<()> {
        let loopback = ([127, 0, 0, 1], 0).into();
        let admin = Admin::bind(loopback, Health::default(), prometheus::Registry::new());
        let registry = self.registry.clone();
        let admin = admin.await.unwrap().with("/mbeans", move |query| Content {
            kind: mbean::wire::CONTENT_TYPE,
            bytes: registry.snapshot(mbean::Known::from_query(query), 0),
        });
        let endpoints = format!("{{\"admin\":\"{}\"}}", admin.local_addr());
        std::fs::write(file, endpoints).unwrap();
        let (trigger, signal) = shutdown::channel();
        tokio::spawn(async move {
            admin.serve(signal).await;
            drop(trigger);
        })
    }
}

/// Every topic's meter that is there at all has its five attributes. (Beans of a topic are made one after the other.)
fn check_whole(families: &[Family]) -> usize {
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for family in families
        .iter()
        .filter(|family| family.name.starts_with("kafka_test_Meter_"))
    {
        for sample in &family.samples {
            let topic = sample.labels.iter().find(|(name, _)| name == "topic");
            *lines.entry(&topic.unwrap().1).or_default() += 1;
        }
    }
    assert!(lines.values().all(|count| *count == 5), "{lines:?}");
    lines.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn scrapes_during_churn_and_restarts_are_whole_or_say_so() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("broker.json");
    let mut broker = Broker::new();
    (0..50).for_each(|number| broker.create(number));
    let mut serving = broker.serve(&file).await;
    let source = Box::new(Native::new(Place::File(file.clone())));
    let scene = scene(vec![source], &[]);
    let goes_on = Arc::new(AtomicBool::new(true));
    let scrapers: Vec<_> = (0..50)
        .map(|number| {
            let (collector, goes_on) = (Arc::clone(&scene.collector), Arc::clone(&goes_on));
            tokio::spawn(async move {
                let query = ["", "dialect=strimzi", "level=partition"][number % 3];
                let mut outcomes = (0, 0);
                while goes_on.load(Ordering::Relaxed) {
                    let families = scraped(&collector, query).await.unwrap();
                    let topics = if number % 3 == 1 {
                        0
                    } else {
                        check_whole(&families)
                    };
                    match value(&families, "jmx_scrape_error", "") {
                        Some(0.0) => outcomes.0 += 1,
                        Some(1.0) if topics == 0 => outcomes.1 += 1,
                        other => panic!("{other:?} with {topics} topics"),
                    }
                }
                outcomes
            })
        })
        .collect();
    for round in 0..60 {
        broker.topics.remove(&round);
        broker.create(50 + round);
        if round % 20 == 19 {
            // It is killed, and comes back elsewhere as another instance.
            serving.abort();
            tokio::time::sleep(Duration::from_millis(20)).await;
            let topics: Vec<_> = broker.topics.keys().copied().collect();
            broker = Broker::new();
            topics.into_iter().for_each(|number| broker.create(number));
            serving = broker.serve(&file).await;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    goes_on.store(false, Ordering::Relaxed);
    let mut whole = 0;
    for scraper in scrapers {
        whole += scraper.await.unwrap().0;
    }
    assert!(whole > 0);
    let families = scraped(&scene.collector, "").await.unwrap();
    assert_eq!(check_whole(&families), 50);
}
