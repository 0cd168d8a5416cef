//! The MBeans of values that the broker keeps anyway: the image, its logs, its groups, the process.
//! They are read when somebody asks. What is recorded as it happens is `metrics`' business; the
//! lag of consumers, which takes longer to find out, is worked out by the clock (`lag`).

mod authorizer;
mod cluster;
mod lag;
mod partitions;
mod process;
mod standing;

use std::sync::{Arc, Weak};
use std::time::Duration;

use mbean::wire::{CONTENT_TYPE, Known};
use mbean::{Attribute, ObjectName, Section};
use service::admin::{Admin, Content, Health};
use service::shutdown::Signal;
use tokio::runtime::RuntimeMetrics;

use crate::broker::Broker;
use crate::metrics::Worker;

/// Yammer's: its moving averages are fed every 5 s.
const TICK: Duration = Duration::from_secs(5);

/// What is registered beside the broker, for as long as it is served.
pub struct MBeans {
    broker: Arc<Broker>,
    runtime: RuntimeMetrics,
    lags: Arc<lag::Found>,
    _sections: Vec<Section>,
}

impl MBeans {
    /// Registers everything. Belongs into a runtime, whose workers it watches.
    pub fn new(broker: &Arc<Broker>, health: &Health) -> Arc<Self> {
        let registry = broker.metrics.registry();
        registry.collection(Box::new(partitions::PartitionGauges::new(broker)));
        let lags = Arc::default();
        Arc::new(Self {
            broker: Arc::clone(broker),
            runtime: tokio::runtime::Handle::current().metrics(),
            _sections: vec![
                process::register(broker),
                process::components(broker, health),
                cluster::register(broker),
                standing::register(broker),
                authorizer::register(broker),
                lag::register(broker, &lags),
            ],
            lags,
        })
    }

    /// Serves them at `/mbeans`.
    pub fn serve(self: &Arc<Self>, admin: Admin) -> Admin {
        let mbeans = Arc::clone(self);
        admin.with("/mbeans", move |query| Content {
            kind: CONTENT_TYPE,
            bytes: mbeans.snapshot(query),
        })
    }

    /// Brings rates up to date until `signal`.
    pub async fn tick(self: Arc<Self>, mut signal: Signal) {
        loop {
            tokio::select! {
                _ = signal.wait() => return,
                () = tokio::time::sleep(TICK) => {}
            }
            let mbeans = Arc::clone(&self);
            let ticked = tokio::task::spawn_blocking(move || {
                let now_ns = mbeans.observe();
                mbeans.broker.metrics.registry().tick(now_ns);
            });
            // A panic in there was logged; the next tick makes up for it.
            drop(ticked.await);
        }
    }

    /// Reckons the lag of groups until `signal`.
    pub fn reckon_lag(&self, signal: Signal) -> impl Future<Output = ()> + Send + use<> {
        lag::run(Arc::clone(&self.broker), Arc::clone(&self.lags), signal)
    }

    fn snapshot(&self, query: &str) -> Vec<u8> {
        let registry = self.broker.metrics.registry();
        registry.snapshot(Known::from_query(query), self.observe())
    }

    /// Asks the runtime what its workers did; gives the time.
    fn observe(&self) -> u64 {
        let workers = (0..self.runtime.num_workers()).map(|worker| {
            let busy = self.runtime.worker_total_busy_duration(worker);
            Worker {
                busy_ns: u64::try_from(busy.as_nanos()).unwrap_or(u64::MAX),
                parks: self.runtime.worker_park_count(worker),
            }
        });
        let workers = workers.collect();
        let now_ns = self.broker.clock.monotonic_nanos();
        self.broker.metrics.runtime.observe(now_ns, workers);
        now_ns
    }
}

/// An attribute of Kafka's own metrics: name, what it is, value.
type Described = (&'static str, &'static str, fn(&Broker) -> f64);

/// A gauge of one type of a domain, read off the broker while there is one.
struct Gauges<'a> {
    section: &'a Section,
    broker: Weak<Broker>,
}

impl<'a> Gauges<'a> {
    fn new(section: &'a Section, broker: &Arc<Broker>) -> Self {
        Self {
            section,
            broker: Arc::downgrade(broker),
        }
    }

    fn gauge(&self, name: ObjectName, read: impl Fn(&Broker) -> f64 + Send + Sync + 'static) {
        let broker = self.broker.clone();
        let read = move || broker.upgrade().map_or(f64::NAN, |broker| read(&broker));
        self.section.gauge(name, read);
    }

    /// Attributes: name, what it is, value.
    fn attributes(&self, rows: &[Described]) -> Vec<Attribute> {
        let attributes = rows.iter().map(|&(name, what, read)| {
            let broker = self.broker.clone();
            Attribute::gauge(name, what, move || {
                broker.upgrade().map_or(f64::NAN, |broker| read(&broker))
            })
        });
        attributes.collect()
    }
}
