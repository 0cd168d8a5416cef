//! The push of one process: what it reads every interval, the two queues, and how it all ends.

use std::fmt;
use std::future::Future;
use std::io::Write;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use exposition::Family;
use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::Uri;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prometheus::Registry;
use service::Clock;
use service::shutdown::Signal as Shutdown;
use tracing::{info, warn};

use crate::health::{Figures, Held, Lost, Signal, Vectors};
use crate::metrics::{self, Window};
use crate::queue::{Batch, Queue};
use crate::resource::resource;
use crate::sender::{Policy, Sender, Warnings, offset};
use crate::settings::Settings;
use crate::traces::{self, Ended, Spans, Traces};
use crate::transport::Transport;

/// How often spans leave that are too few for a request; OpenTelemetry's own default.
const SPANS_INTERVAL: Duration = Duration::from_secs(5);
/// What is left at the end of the process has so long.
const FLUSH: Duration = Duration::from_secs(1);

/// Why there is no push.
#[derive(Debug, thiserror::Error)]
pub enum OtlpError {
    /// Metrics that contradict each other.
    #[error("metrics of the OTLP push cannot be kept: {0}")]
    Metrics(#[from] prometheus::Error),
}

/// Who pushes.
#[derive(Clone, Debug)]
pub struct Process {
    /// `service.name`: `outrigger-broker`.
    pub service: &'static str,
    /// `service.instance.id`: what tells it from others of its kind, such as a broker's id.
    pub instance: String,
}

/// Families that are on their way.
pub type Collecting = Pin<Box<dyn Future<Output = Vec<Family>> + Send>>;

/// Where metrics come from.
pub enum Source {
    /// Called off the runtime's threads.
    Blocking(Arc<dyn Fn() -> Vec<Family> + Send + Sync>),
    /// Called on them.
    Async(Box<dyn Fn() -> Collecting + Send + Sync>),
}

/// The push of a process; off where nothing names a collector.
#[derive(Debug)]
pub struct Otlp(Option<On>);

#[derive(Debug)]
struct On {
    settings: Settings,
    resource: Resource,
    clock: Clock,
    started_ns: u64,
    policy: Policy,
    metrics: Option<Lane>,
    traces: Option<Lane>,
    spans: Arc<Spans>,
    tracing: Traces,
}

/// One signal's way.
#[derive(Clone, Debug)]
struct Lane {
    signal: Signal,
    uri: Uri,
    queue: Arc<Queue>,
    figures: Arc<Figures>,
}

impl Source {
    /// A registry of the crate `prometheus`.
    pub fn registry(registry: &Registry) -> Self {
        let registry = registry.clone();
        Self::Blocking(Arc::new(move || service::families(&registry)))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Blocking(_) => "Blocking",
            Self::Async(_) => "Async",
        })
    }
}

impl Otlp {
    /// No push.
    pub fn off() -> Self {
        Self(None)
    }

    /// A push as `settings` want it; its own figures go to `registry`.
    ///
    /// # Errors
    /// `registry` has metrics of these names already.
    pub fn new(
        settings: Option<Settings>,
        process: &Process,
        clock: &Clock,
        registry: &Registry,
    ) -> Result<Self, OtlpError> {
        let Some(settings) = settings else {
            return Ok(Self::off());
        };
        let vectors = Vectors::new(registry)?;
        let lane = |signal, uri: &Option<Uri>| {
            uri.clone().map(|uri| Lane {
                signal,
                uri,
                queue: Arc::default(),
                figures: Arc::new(vectors.of(signal)),
            })
        };
        let metrics = lane(Signal::Metrics, &settings.endpoints.metrics);
        let traced = settings.sampling_ratio > 0.0;
        let traces = lane(Signal::Traces, &settings.endpoints.traces).filter(|_| traced);
        let lanes = metrics.iter().chain(&traces);
        let queues = lanes.map(|lane| (lane.signal, Arc::clone(&lane.queue)));
        registry.register(Box::new(Held::new(queues.collect())?))?;
        let spans: Arc<Spans> = Arc::default();
        let tracing = match &traces {
            Some(_) => {
                let ended = Ended(Arc::clone(&spans));
                Traces::sampled(settings.sampling_ratio, ended, clock.clone())
            }
            None => Traces::off(),
        };
        Ok(Self(Some(On {
            resource: resource(process.service, &process.instance, &settings.resource),
            started_ns: now_ns(clock),
            clock: clock.clone(),
            policy: Policy::USUAL,
            settings,
            metrics,
            traces,
            spans,
            tracing,
        })))
    }

    /// Where spans begin.
    pub fn traces(&self) -> Traces {
        self.0
            .as_ref()
            .map_or_else(Traces::off, |on| on.tracing.clone())
    }

    /// Pushes until the signal, then what is left, for a second at most.
    pub async fn run(self, sources: Vec<Source>, mut ending: Shutdown) {
        let Some(on) = self.0 else {
            return;
        };
        on.tell();
        let work = on.work(&sources, ending.clone());
        tokio::pin!(work);
        tokio::select! {
            () = &mut work => return,
            _ = ending.wait() => {}
        }
        let is_late = tokio::time::timeout(FLUSH, &mut work).await.is_err();
        for lane in on.metrics.iter().chain(&on.traces).filter(|_| is_late) {
            let items = lane.queue.clear();
            lane.figures.lost(Lost::Shutdown, items);
            let signal = lane.signal.name();
            warn!(
                signal,
                items, "the collector has not taken everything before the end"
            );
        }
    }
}

impl On {
    fn tell(&self) {
        if let Some(lane) = &self.metrics {
            let interval_ms = self.settings.interval.as_millis();
            info!(target = %lane.uri, interval_ms, "metrics are pushed by OTLP");
        }
        if let Some(lane) = &self.traces {
            let ratio = self.settings.sampling_ratio;
            info!(target = %lane.uri, ratio, "traces are pushed by OTLP");
        }
    }

    async fn work(&self, sources: &[Source], ending: Shutdown) {
        tokio::join!(
            async {
                if let Some(lane) = &self.metrics {
                    let pushing = self.push_metrics(lane, sources, ending.clone());
                    tokio::join!(pushing, self.sender(lane).run(ending.clone()));
                }
            },
            async {
                if let Some(lane) = &self.traces {
                    let pushing = self.push_spans(lane, ending.clone());
                    tokio::join!(pushing, self.sender(lane).run(ending.clone()));
                }
            },
        );
    }

    fn sender(&self, lane: &Lane) -> Sender {
        Sender {
            signal: lane.signal,
            queue: Arc::clone(&lane.queue),
            transport: Transport::new(lane.uri.clone(), &self.settings),
            figures: Arc::clone(&lane.figures),
            policy: self.policy,
            clock: self.clock.clone(),
            warnings: Warnings::default(),
        }
    }

    async fn push_metrics(&self, lane: &Lane, sources: &[Source], mut ending: Shutdown) {
        let interval = self.settings.interval;
        let mut wait = offset(interval);
        loop {
            let is_end = tokio::select! {
                () = tokio::time::sleep(wait) => false,
                _ = ending.wait() => true,
            };
            let began = self.clock.monotonic();
            for source in sources {
                let collected = collect(source).await;
                self.push_families(lane, collected).await;
            }
            if is_end {
                return lane.queue.close();
            }
            // What reading takes is part of the interval.
            let spent = self.clock.monotonic().saturating_sub(began);
            wait = interval.saturating_sub(spent);
        }
    }

    async fn push_families(&self, lane: &Lane, families: Vec<Family>) {
        let window = Window {
            start_ns: self.started_ns,
            now_ns: now_ns(&self.clock),
        };
        let (resource, gzip) = (self.resource.clone(), self.settings.gzip);
        let encoded = tokio::task::spawn_blocking(move || {
            let requests = metrics::requests(&resource, &families, window).into_iter();
            let batches = requests.map(|request| Batch {
                body: body(request.bytes, gzip),
                items: request.points,
            });
            batches.collect::<Vec<_>>()
        });
        for batch in encoded.await.unwrap_or_default() {
            let dropped = lane.queue.push(batch);
            lane.figures.lost(Lost::QueueFull, dropped);
        }
    }

    async fn push_spans(&self, lane: &Lane, mut ending: Shutdown) {
        loop {
            let is_end = tokio::select! {
                () = tokio::time::sleep(SPANS_INTERVAL) => false,
                () = self.spans.plenty() => false,
                _ = ending.wait() => true,
            };
            loop {
                let (spans, dropped) = self.spans.take();
                lane.figures.lost(Lost::QueueFull, dropped);
                if spans.is_empty() {
                    break;
                }
                let items = spans.len() as u64;
                let bytes = traces::request(&self.resource, spans);
                let body = body(bytes, self.settings.gzip);
                let dropped = lane.queue.push(Batch { body, items });
                lane.figures.lost(Lost::QueueFull, dropped);
            }
            if is_end {
                return lane.queue.close();
            }
        }
    }
}

async fn collect(source: &Source) -> Vec<Family> {
    match source {
        Source::Blocking(collect) => {
            let collect = Arc::clone(collect);
            let collected = tokio::task::spawn_blocking(move || collect());
            collected.await.unwrap_or_default()
        }
        Source::Async(collect) => collect().await,
    }
}

/// Level 1 costs a third of the usual one, for a tenth more bytes.
fn body(bytes: Vec<u8>, gzip: bool) -> Bytes {
    if !gzip {
        return bytes.into();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(&bytes).and_then(|()| encoder.finish());
    // Writing to memory cannot fail.
    written.map_or_else(|_| Bytes::new(), Bytes::from)
}

fn now_ns(clock: &Clock) -> u64 {
    u64::try_from(clock.now_ms()).unwrap_or_default() * 1_000_000
}

#[cfg(test)]
mod tests;
