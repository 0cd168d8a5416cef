//! `kafka.network:type=RequestMetrics`: one row per API that is served, and the pseudo-requests that
//! Kafka tells apart: who fetches, and the older form of ListConfigResources.
//!
//! Kafka rounds the times to milliseconds; these keep their fractions, down to a microsecond where
//! something waits.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use mbean::{Counter, Histogram, Histograms, ObjectName, Registry, Scale, Section};
use protocol::{ApiKey, ErrorCode, ErrorCounts};
use storage::Conversion;

use crate::api::{APIS, Api};
use crate::stages::{StageTimes, Stages};

/// What tells apart requests of one API that Kafka counts twice: under the API and by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Variant {
    /// `FetchConsumer`.
    FetchConsumer,
    /// `FetchFollower`.
    FetchFollower,
    /// `ListClientMetricsResources`, which is ListConfigResources 0.
    ListClientMetricsResources,
    /// Any other request.
    #[default]
    None,
}

/// One request that is over.
#[derive(Clone, Copy, Debug)]
pub struct Done<'a> {
    /// Its version.
    pub version: i16,
    /// Whether it is counted a second time.
    pub variant: Variant,
    /// Bytes of its body.
    pub bytes: usize,
    /// When it passed which stage.
    pub stages: &'a Stages,
}

/// Every row.
#[derive(Debug)]
pub struct RequestMetrics {
    section: Section,
    /// In the order of [`APIS`].
    apis: Vec<ApiMetrics>,
    /// In the order of [`Variant`].
    variants: Vec<Row>,
}

/// What one API has done.
#[derive(Debug)]
pub struct ApiMetrics {
    key: ApiKey,
    row: Row,
    /// `ErrorsPerSec` of [`ErrorCode::NONE`], which every answer counts.
    none: Counter,
    errors: RwLock<HashMap<ErrorCode, Counter>>,
}

/// The histograms and meters of one value of `request`.
#[derive(Debug)]
struct Row {
    /// `RequestsPerSec`, by version.
    requests: Vec<Counter>,
    request_queue: Histogram,
    remote: Histogram,
    /// There are no quotas, so that nothing is throttled.
    _throttle: Histogram,
    response_queue: Histogram,
    /// What is never 0: local, response send and total time, and bytes.
    always: Histograms<4>,
    /// Of Produce and Fetch.
    conversions: Option<Conversions>,
}

#[derive(Debug)]
struct Conversions {
    time: Histogram,
    memory: Histogram,
}

impl RequestMetrics {
    /// All at zero.
    pub fn new(registry: &Registry) -> Self {
        let section = registry.section();
        let row = |key: ApiKey, request: &str| Row::new(&section, key, request);
        Self {
            apis: APIS
                .iter()
                .map(|api| ApiMetrics::new(&section, api))
                .collect(),
            variants: vec![
                row(ApiKey::Fetch, "FetchConsumer"),
                row(ApiKey::Fetch, "FetchFollower"),
                row(ApiKey::ListConfigResources, "ListClientMetricsResources"),
            ],
            section,
        }
    }

    /// A request of the API at `position` of the table has been answered, or needs no answer.
    pub fn done(&self, position: usize, done: &Done<'_>) {
        if let Some(api) = self.apis.get(position) {
            api.row.record(done);
        }
        let variant = match done.variant {
            Variant::None => return,
            Variant::FetchConsumer => 0,
            Variant::FetchFollower => 1,
            Variant::ListClientMetricsResources => 2,
        };
        if let Some(row) = self.variants.get(variant) {
            row.record(done);
        }
    }

    /// What a request has converted; one that is not told of has converted nothing.
    pub fn converted(&self, position: usize, conversion: Conversion) {
        let row = self.apis.get(position).map(|api| &api.row);
        if let Some(histograms) = row.and_then(|row| row.conversions.as_ref()) {
            histograms.time.record_unless_zero(conversion.nanos);
            histograms.memory.record_unless_zero(conversion.bytes);
        }
    }

    /// The error codes of one answer.
    pub fn answered(&self, position: usize, errors: &ErrorCounts) {
        let Some(api) = self.apis.get(position) else {
            return;
        };
        if errors.none() > 0 {
            api.none.add(u64::from(errors.none()));
        }
        for &(code, times) in errors.others() {
            api.error(&self.section, code).add(u64::from(times));
        }
    }

    /// Each API, in the order of the table.
    pub fn apis(&self) -> impl Iterator<Item = &ApiMetrics> {
        self.apis.iter()
    }
}

impl ApiMetrics {
    fn new(section: &Section, api: &Api) -> Self {
        Self {
            key: api.key,
            row: Row::new(section, api.key, api.key.name()),
            none: error_meter(section, api.key, ErrorCode::NONE),
            errors: RwLock::default(),
        }
    }

    /// Which API.
    pub fn key(&self) -> ApiKey {
        self.key
    }

    /// Requests that are over.
    pub fn count(&self) -> u64 {
        let [_, _, total, _] = self.row.always.each();
        total.count()
    }

    /// Nanoseconds by stage.
    pub fn nanoseconds(&self) -> [(&'static str, u64); 4] {
        let [local, response_send, total, _] = self.row.always.each();
        [
            ("local", local.sum()),
            ("remote", self.row.remote.sum()),
            ("response", response_send.sum()),
            ("total", total.sum()),
        ]
    }

    /// The meter of one error, which appears with its first mark.
    fn error(&self, section: &Section, code: ErrorCode) -> Counter {
        let known = self.errors.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = known.get(&code) {
            return counter.clone();
        }
        drop(known);
        let mut known = self.errors.write().unwrap_or_else(PoisonError::into_inner);
        let counter = known
            .entry(code)
            .or_insert_with(|| error_meter(section, self.key, code));
        counter.clone()
    }
}

impl Row {
    fn new(section: &Section, key: ApiKey, request: &str) -> Self {
        let name = |name| bean(name).with("request", request);
        let always = section.histograms([
            (name("LocalTimeMs"), Scale::NANOS_AS_MILLIS),
            (name("ResponseSendTimeMs"), Scale::NANOS_AS_MILLIS),
            (name("TotalTimeMs"), Scale::NANOS_AS_MILLIS),
            (name("RequestBytes"), Scale::ONE),
        ]);
        let [_, _, total, _] = always.each();
        let nearly_none = |of, scale| section.histogram_over(name(of), scale, &total);
        let waits = |of| nearly_none(of, Scale::NANOS_AS_MILLIS);
        let converts = request == ApiKey::Produce.name() || request == ApiKey::Fetch.name();
        let versions = 0..=*key.versions().end();
        let requests = versions.map(|version| {
            let name = name("RequestsPerSec").with("version", &version.to_string());
            section.lazy_meter(name)
        });
        Self {
            requests: requests.collect(),
            request_queue: waits("RequestQueueTimeMs"),
            remote: waits("RemoteTimeMs"),
            _throttle: waits("ThrottleTimeMs"),
            response_queue: waits("ResponseQueueTimeMs"),
            conversions: converts.then(|| Conversions {
                time: waits("MessageConversionsTimeMs"),
                memory: nearly_none("TemporaryMemoryBytes", Scale::ONE),
            }),
            always,
        }
    }

    fn record(&self, done: &Done<'_>) {
        let version = usize::try_from(done.version).unwrap_or(usize::MAX);
        if let Some(requests) = self.requests.get(version) {
            requests.inc();
        }
        let times = done.stages.times();
        // All three in one test, because nearly no request has any.
        if times.waited_ns() >= WAIT_MIN_NS {
            self.waited(&times);
        }
        // Last: what was not recorded above is 0 from now on.
        self.always.record([
            times.local_ns,
            times.response_send_ns,
            times.total_ns,
            done.bytes as u64,
        ]);
    }

    fn waited(&self, times: &StageTimes) {
        let waits = [
            (&self.request_queue, times.request_queue_ns),
            (&self.remote, times.remote_ns),
            (&self.response_queue, times.response_queue_ns),
        ];
        let long = waits.into_iter().filter(|(_, ns)| *ns >= WAIT_MIN_NS);
        long.for_each(|(histogram, ns)| histogram.record(ns));
    }
}

/// A wait that is shorter is none: nothing waited but the thread itself.
const WAIT_MIN_NS: u64 = 1000;

fn error_meter(section: &Section, key: ApiKey, code: ErrorCode) -> Counter {
    // Kafka has no name for a code that it does not know, and sends none.
    let error = code.name().unwrap_or("UNKNOWN_SERVER_ERROR");
    let name = bean("ErrorsPerSec").with("request", key.name());
    section.lazy_meter(name.with("error", error))
}

fn bean(name: &str) -> ObjectName {
    ObjectName::new("kafka.network", "RequestMetrics").with("name", name)
}
