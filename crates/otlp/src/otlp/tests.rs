//! Real requests to a strict collector that answers as it likes.

mod collector;
mod pki;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use exposition::Family;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceResponse,
};
use prometheus::{IntCounter, Registry};
use prost::Message;
use service::Clock;
use service::shutdown::{Cause, Trigger, channel};
use tokio::task::JoinHandle;

use self::collector::{Collector, Say, nobody, until};
use super::{Otlp, Process, Source};
use crate::sender::Policy;
use crate::settings::Settings;
use crate::traces::{Kind, Traces};

/// A push under way.
struct Push {
    registry: Registry,
    traces: Traces,
    trigger: Trigger,
    running: JoinHandle<()>,
}

/// Short waits; patience for all that a test wants.
const QUICK: Policy = Policy {
    first: Duration::from_millis(1),
    longest: Duration::from_millis(2),
    patience: Duration::from_secs(60),
};

impl Push {
    fn start(endpoint: &str, more: &[(&str, &str)], sources: Vec<Source>) -> Self {
        Self::patient(endpoint, more, sources, QUICK)
    }

    /// Pushes every 100 ms.
    fn patient(
        endpoint: &str,
        more: &[(&str, &str)],
        sources: Vec<Source>,
        policy: Policy,
    ) -> Self {
        let interval = ("outrigger.otlp.interval.ms", "100");
        let pairs = [&[("outrigger.otlp.endpoint", endpoint), interval], more].concat();
        let property = |name: &str| {
            let found = pairs.iter().rev().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let settings = Settings::read_with(property, |_| None).unwrap();
        let registry = Registry::new();
        let process = Process {
            service: "outrigger-test",
            instance: "one".to_owned(),
        };
        let mut otlp = Otlp::new(settings, &process, &Clock::real(), &registry).unwrap();
        otlp.0.as_mut().unwrap().policy = policy;
        let traces = otlp.traces();
        let (trigger, signal) = channel();
        let running = tokio::spawn(otlp.run(sources, signal));
        Self {
            registry,
            traces,
            trigger,
            running,
        }
    }

    fn figure(&self, name: &str, labels: &[&str]) -> f64 {
        let families = service::families(&self.registry);
        let samples = families.iter().filter(|family| family.name == name);
        let samples = samples.flat_map(|family| &family.samples).filter(|sample| {
            let values = sample.labels.iter().map(|(_, value)| &**value);
            let values: Vec<_> = values.collect();
            labels.iter().all(|label| values.contains(label))
        });
        samples.map(|sample| sample.value).sum()
    }

    fn lost(&self, reason: &str) -> f64 {
        self.figure("outrigger_otlp_lost_items_total", &[reason])
    }

    async fn stop(self) {
        self.trigger.request(Cause::Terminate);
        self.running.await.unwrap();
    }
}

/// A gauge that grows by one with every reading, from 1 on.
fn readings() -> Source {
    let number = AtomicU64::new(0);
    Source::Blocking(Arc::new(move || {
        let number = 1 + number.fetch_add(1, Ordering::Relaxed);
        vec![Family::gauge("reading", "").with(vec![], number as f64)]
    }))
}

fn url(collector: &Collector) -> String {
    format!("http://{}", collector.address)
}

#[tokio::test]
async fn metrics_of_every_source_arrive_over_one_connection() {
    let collector = Collector::start(vec![]).await;
    let registry = Registry::new();
    let counter = IntCounter::new("things_total", "Things.").unwrap();
    registry.register(Box::new(counter.clone())).unwrap();
    counter.inc_by(7);
    let slow = Source::Async(Box::new(|| {
        Box::pin(async { vec![Family::untyped("later", "").with(vec![], 4.0)] })
    }));
    let more = [
        (
            "outrigger.otlp.resource.attributes",
            "deployment.environment=ci",
        ),
        ("outrigger.otlp.headers", "x-tenant=7"),
    ];
    let sources = vec![readings(), Source::registry(&registry), slow];
    let push = Push::start(&url(&collector), &more, sources);
    until("three readings", || collector.values("reading").len() >= 3).await;
    push.stop().await;
    let readings = collector.values("reading");
    let expected: Vec<f64> = (1..=readings.len()).map(|number| number as f64).collect();
    assert_eq!(readings, expected, "each once, in order");
    assert!(
        collector
            .values("things_total")
            .iter()
            .all(|value| *value == 7.0)
    );
    assert_eq!(collector.values("later").len(), readings.len());
    assert_eq!(collector.connections(), 1);
    assert!(
        collector
            .header("content-encoding")
            .iter()
            .all(|text| text == "gzip")
    );
    assert_eq!(collector.header("x-tenant").len(), collector.requests());
    let request = &collector.metrics()[0];
    let resource = request.resource_metrics[0].resource.as_ref().unwrap();
    let mut names: Vec<_> = resource.attributes.iter().map(|a| a.key.as_str()).collect();
    names.sort_unstable();
    let expected = [
        "deployment.environment",
        "service.instance.id",
        "service.name",
        "service.namespace",
        "service.version",
    ];
    assert_eq!(names, expected);
    collector.check();
}

#[tokio::test]
async fn what_fails_is_tried_again_and_nothing_is_said_twice() {
    let script = vec![
        Say::status(503),
        Say::Status(429, Some("0"), vec![]),
        Say::Hangup,
        Say::ok(),
        Say::LastOk,
        Say::status(504),
        Say::ok(),
    ];
    let collector = Collector::start(script).await;
    let push = Push::start(&url(&collector), &[], vec![readings()]);
    until("four readings", || collector.values("reading").len() >= 4).await;
    let attempts = |result| push.figure("outrigger_otlp_attempts_total", &["metrics", result]);
    // A connection that was kept may be closed at any time: that is no failure of the collector's.
    assert_eq!(attempts("retryable"), 3.0);
    assert_eq!(attempts("refused"), 0.0);
    assert!(
        push.figure(
            "outrigger_otlp_last_success_timestamp_seconds",
            &["metrics"]
        ) > 1e9
    );
    let sent = push.figure("outrigger_otlp_sent_items_total", &["metrics"]);
    assert!(sent >= 4.0);
    for reason in ["queue_full", "refused", "retries", "shutdown"] {
        assert_eq!(push.lost(reason), 0.0, "{reason}");
    }
    push.stop().await;
    let readings = collector.values("reading");
    let expected: Vec<f64> = (1..=readings.len()).map(|number| number as f64).collect();
    assert_eq!(readings, expected);
    collector.check();
}

#[tokio::test]
async fn a_refusal_is_final_and_a_part_is_counted() {
    let partial_success = Some(ExportMetricsPartialSuccess {
        rejected_data_points: 1,
        error_message: "one is enough".to_owned(),
    });
    let partial = ExportMetricsServiceResponse { partial_success }.encode_to_vec();
    let script = vec![Say::status(400), Say::Status(200, None, partial), Say::ok()];
    let collector = Collector::start(script).await;
    let two = Source::Blocking(Arc::new(|| {
        vec![
            Family::gauge("two", "")
                .with(vec![], 1.0)
                .with(vec![("a".into(), "b".into())], 2.0),
        ]
    }));
    let push = Push::start(&url(&collector), &[], vec![two]);
    until("two answers of 200", || collector.values("two").len() >= 4).await;
    until("the refusals", || push.lost("refused") == 3.0).await;
    assert_eq!(
        push.figure("outrigger_otlp_attempts_total", &["refused"]),
        1.0
    );
    push.stop().await;
}

#[tokio::test]
async fn a_collector_that_is_away_holds_nobody_up() {
    let away = nobody().await;
    let push = Push::patient(
        &format!("http://{away}"),
        &[],
        vec![readings()],
        Policy {
            patience: Duration::ZERO,
            ..QUICK
        },
    );
    until("giving up", || push.lost("retries") >= 2.0).await;
    push.stop().await;

    // Patient with one that never answers, the queue drops its oldest.
    let silent = Collector::start(vec![Say::Nothing; 3]).await;
    let many = Source::Blocking(Arc::new(|| {
        let part = |_| Family::gauge("part", "").with(vec![], 1.0);
        (0..35).map(part).collect()
    }));
    let timeout = ("outrigger.otlp.timeout.ms", "30000");
    let push = Push::start(&url(&silent), &[timeout], vec![many]);
    until("a request", || silent.requests() == 1).await;
    let held = || push.figure("outrigger_otlp_queue_requests", &["metrics"]);
    until("a full queue", || push.lost("queue_full") >= 70.0).await;
    assert_eq!(held(), 32.0);
    assert!(push.figure("outrigger_otlp_queue_bytes", &["metrics"]) > 0.0);
    let registry = push.registry.clone();
    push.stop().await;
    let lost = service::families(&registry);
    let lost = lost
        .iter()
        .find(|f| f.name == "outrigger_otlp_lost_items_total")
        .unwrap();
    let at_the_end = lost
        .samples
        .iter()
        .find(|s| s.labels.iter().any(|(_, v)| v == "shutdown"));
    assert!(at_the_end.unwrap().value >= 32.0 * 35.0);
}

#[tokio::test]
async fn slow_answers_are_given_up_and_asked_for_again() {
    let collector = Collector::start(vec![Say::Nothing, Say::Nothing, Say::ok()]).await;
    let timeout = ("outrigger.otlp.timeout.ms", "20");
    let push = Push::start(&url(&collector), &[timeout], vec![readings()]);
    until("a reading", || !collector.values("reading").is_empty()).await;
    assert_eq!(collector.values("reading")[0], 1.0);
    assert!(collector.connections() >= 3, "what was given up is closed");
    push.stop().await;
}

#[tokio::test]
async fn what_is_left_leaves_at_the_end() {
    let collector = Collector::start(vec![]).await;
    let more = [
        ("outrigger.otlp.interval.ms", "3600000"),
        ("outrigger.otlp.traces.sampling.ratio", "1"),
    ];
    let push = Push::start(&url(&collector), &more, vec![readings()]);
    let mut span = push.traces.root("login", Kind::Server);
    span.set("outrigger.listener", "CLIENT_IAM");
    drop(span.child("tls handshake", Kind::Internal));
    drop(span);
    push.stop().await;
    assert_eq!(collector.values("reading"), [1.0]);
    let spans = collector.spans();
    let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["tls handshake", "login"]);
    assert_eq!(spans[0].parent_span_id, spans[1].span_id);
    assert_eq!(spans[0].trace_id, spans[1].trace_id);
    assert!(spans[1].parent_span_id.is_empty() && spans[1].kind == 2);
    assert!(spans[1].end_time_unix_nano >= spans[0].end_time_unix_nano);
    collector.check();
}

#[tokio::test]
async fn spans_leave_as_soon_as_there_are_enough() {
    let collector = Collector::start(vec![]).await;
    let more = [("outrigger.otlp.traces.sampling.ratio", "1")];
    let push = Push::start(&url(&collector), &more, vec![]);
    for _ in 0..600 {
        drop(push.traces.root("Fetch", Kind::Server));
    }
    until("all spans", || collector.spans().len() == 600).await;
    // They are counted when their answer has come.
    let sent = || push.figure("outrigger_otlp_sent_items_total", &["traces"]);
    until("all counted", || sent() == 600.0).await;
    push.stop().await;
    collector.check();
}

#[tokio::test]
async fn headers_of_a_file_are_read_again() {
    let collector = Collector::start(vec![]).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("headers");
    std::fs::write(&file, "# a token\n\nauthorization: Bearer one\n").unwrap();
    let more = [
        ("outrigger.otlp.headers.file", text(&file)),
        ("outrigger.otlp.compression", "none"),
    ];
    let push = Push::start(&url(&collector), &more, vec![readings()]);
    let seen = |token: &str| {
        collector
            .header("authorization")
            .iter()
            .any(|text| text == token)
    };
    until("the first token", || seen("Bearer one")).await;
    assert!(collector.header("content-encoding").is_empty());
    std::fs::write(&file, "authorization=Bearer two").unwrap();
    until("the second token", || seen("Bearer two")).await;
    // A broken file keeps what waits waiting.
    std::fs::write(&file, "authorization").unwrap();
    let failed = || push.figure("outrigger_otlp_attempts_total", &["metrics", "retryable"]);
    until("a failure", || failed() >= 1.0).await;
    std::fs::write(&file, "authorization: Bearer three").unwrap();
    until("the third token", || seen("Bearer three")).await;
    push.stop().await;
    let readings = collector.values("reading");
    let expected: Vec<f64> = (1..=readings.len()).map(|number| number as f64).collect();
    assert_eq!(readings, expected, "nothing was lost");
}

#[tokio::test]
async fn tls_is_verified_both_ways() {
    let directory = tempfile::tempdir().unwrap();
    let pki = pki::Pki::new(directory.path());
    let collector = Collector::start_with(vec![], Some(pki.acceptor())).await;
    let endpoint = format!("https://localhost:{}", collector.address.port());
    let trusted = ("outrigger.otlp.certificate", text(&pki.authority));
    let shown = [
        ("outrigger.otlp.client.certificate", text(&pki.client)),
        ("outrigger.otlp.client.key", text(&pki.client_key)),
    ];
    let push = Push::start(&endpoint, &[trusted, shown[0], shown[1]], vec![readings()]);
    until("a reading", || !collector.values("reading").is_empty()).await;
    push.stop().await;

    let before = collector.requests();
    let other = ("outrigger.otlp.certificate", text(&pki.other_authority));
    let missing = ("outrigger.otlp.certificate", "/no/such/file.pem");
    for more in [
        vec![trusted],
        vec![other, shown[0], shown[1]],
        vec![missing],
    ] {
        let push = Push::start(&endpoint, &more, vec![readings()]);
        let failed = || push.figure("outrigger_otlp_attempts_total", &["metrics", "retryable"]);
        until("failures", || failed() >= 2.0).await;
        push.stop().await;
    }
    assert_eq!(collector.requests(), before);
    collector.check();
}

#[tokio::test]
async fn off_ends_at_once() {
    let (_trigger, signal) = channel();
    Otlp::off().run(vec![readings()], signal).await;
    let registry = Registry::new();
    let process = Process {
        service: "outrigger-test",
        instance: String::new(),
    };
    let off = Otlp::new(None, &process, &Clock::real(), &registry).unwrap();
    assert!(!off.traces().is_on() && registry.gather().is_empty());
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
