//! `kafka.server:type=socket-server-metrics` of the listeners that this process accepts on itself.
//! Connections that authn relays are counted by authn, under its own listeners.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mbean::{Attribute, Counter, Counters, ObjectName, Recent, Registry, Section};

use super::runtime::RuntimeLoad;
use super::waiting::Level;

/// The runtime's threads serve all listeners alike, so each listener has one processor.
pub const PROCESSOR: &str = "0";
/// Clients choose how they call themselves; those beyond so many different names are not told.
const SOFTWARE_MAX: usize = 200;
/// Nor is a name with its version that is longer than this together: each stands in every scrape.
const SOFTWARE_BYTES_MAX: usize = 128;

/// What the connections of one listener do.
#[derive(Debug)]
pub struct ListenerMetrics {
    listener: Arc<str>,
    registry: Registry,
    counted: Counted,
    /// `AcceptorBlockedPercent`, in nanoseconds.
    blocked: Counter,
    software: Mutex<BTreeMap<Software, Named>>,
    _section: Section,
}

#[derive(Debug)]
struct Counted {
    open: Level,
    accepted: Counter,
    created: Counter,
    closed: Counter,
    bytes_in: Counter,
    bytes_out: Counter,
    sent: Counter,
    /// Bytes of a read, and that it was one.
    reads: Counters<2>,
    /// Writes, their answer, and its bytes.
    answers: Counters<3>,
    sent_bytes: Recent,
    received: Counter,
    network_io: Counter,
    /// What a plaintext listener has none of: logins, and sessions that end.
    never: Counter,
    never_took: Recent,
}

/// Name and version of a client's software, as its ApiVersions says them.
type Software = (String, String);

#[derive(Debug)]
struct Named {
    connections: Level,
    _section: Section,
}

/// One open connection of a listener, until it is dropped.
#[derive(Debug)]
pub struct OpenConnection {
    metrics: Arc<ListenerMetrics>,
    software: Option<Software>,
}

impl ListenerMetrics {
    /// Nothing is connected. `io` are attributes of the threads that serve it.
    pub fn new(registry: &Registry, listener: &Arc<str>, io: Vec<Attribute>) -> Arc<Self> {
        let section = registry.section();
        let counted = Counted::default();
        let mut attributes = counted.attributes();
        attributes.extend(io);
        attributes.push(Attribute::total(
            "expired-connections-killed-count",
            "Connections closed because their session ended",
            &counted.never,
        ));
        section.attributes(
            name(listener).with("networkProcessor", PROCESSOR),
            attributes,
        );
        section.attributes(
            name(listener),
            vec![
                Attribute::rate(
                    "connection-accept-rate",
                    "Connections accepted per second",
                    &counted.accepted,
                ),
                idle(
                    "connection-accept-throttle-time",
                    "Time that accepting was held up",
                ),
                idle(
                    "ip-connection-accept-throttle-time",
                    "The same for one address",
                ),
            ],
        );
        let acceptor = ObjectName::new("kafka.network", "Acceptor")
            .with("name", "AcceptorBlockedPercent")
            .with("listener", listener);
        Arc::new(Self {
            listener: Arc::clone(listener),
            registry: registry.clone(),
            counted,
            blocked: section.ratio_meter(acceptor),
            software: Mutex::default(),
            _section: section,
        })
    }

    /// A connection was accepted, and may yet be refused.
    pub fn accepted(&self) {
        self.counted.accepted.inc();
    }

    /// Accepting paused for so long.
    pub fn blocked(&self, nanos: u64) {
        self.blocked.add(nanos);
    }

    /// A connection begins to be served.
    pub fn open(self: &Arc<Self>) -> OpenConnection {
        self.counted.open.add(1);
        self.counted.created.inc();
        OpenConnection {
            metrics: Arc::clone(self),
            software: None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Software, Named>> {
        self.software.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a connection of this software; false where it is not told.
    fn name_software(&self, software: &Software) -> bool {
        if software.0.len() + software.1.len() > SOFTWARE_BYTES_MAX {
            return false;
        }
        let mut known = self.lock();
        if known.len() >= SOFTWARE_MAX && !known.contains_key(software) {
            return false;
        }
        let named = known.entry(software.clone()).or_insert_with(|| {
            let section = self.registry.section();
            let connections = Level::default();
            let now = connections.clone();
            let name = ObjectName::new("kafka.server", "socket-server-metrics")
                .with("clientSoftwareName", &software.0)
                .with("clientSoftwareVersion", &software.1)
                .with("listener", &self.listener)
                .with("networkProcessor", PROCESSOR);
            let connections_now = Attribute::gauge(
                "connections",
                "Connections of this client software",
                move || now.now() as f64,
            );
            section.attributes(name, vec![connections_now]);
            Named {
                connections,
                _section: section,
            }
        });
        named.connections.add(1);
        true
    }

    fn forget_software(&self, software: &Software) {
        let mut known = self.lock();
        if let Some(named) = known.get(software) {
            named.connections.remove(1);
            if named.connections.now() == 0 {
                known.remove(software);
            }
        }
    }
}

impl OpenConnection {
    /// Bytes were read.
    pub fn read(&self, bytes: usize) {
        self.metrics.counted.reads.add([bytes as u64, 1]);
    }

    /// A whole request was read.
    pub fn request(&self) {
        self.metrics.counted.received.inc();
    }

    /// An answer was written, in so many writes.
    pub fn response(&self, bytes: usize, writes: u64) {
        let (counted, bytes) = (&self.metrics.counted, bytes as u64);
        counted.answers.add([writes, 1, bytes]);
        counted.sent_bytes.record(bytes);
    }

    /// The client has said what it runs; the first word counts.
    pub fn named(&mut self, name: &str, version: &str) {
        if self.software.is_none() {
            let software = (name.to_owned(), version.to_owned());
            if self.metrics.name_software(&software) {
                self.software = Some(software);
            }
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        if let Some(software) = self.software.take() {
            self.metrics.forget_software(&software);
        }
        self.metrics.counted.open.remove(1);
        self.metrics.counted.closed.inc();
    }
}

/// THE TABLE of attributes that count something: name without its ending, what it is, which counter.
type Row = (&'static str, &'static str, fn(&Counted) -> &Counter);
const COUNTED: [Row; 10] = [
    ("connection-creation", "Connections opened", |c| &c.created),
    ("connection-close", "Connections closed", |c| &c.closed),
    ("incoming-byte", "Bytes read", |c| &c.bytes_in),
    ("outgoing-byte", "Bytes written", |c| &c.bytes_out),
    // Kafka's selector serves clients as well: it calls what it sends requests.
    ("request", "Answers sent", |c| &c.sent),
    ("response", "Requests received", |c| &c.received),
    ("network-io", "Reads and writes", |c| &c.network_io),
    ("successful-authentication", "Logins", |c| &c.never),
    ("failed-authentication", "Logins that failed", |c| &c.never),
    (
        "successful-reauthentication",
        "Logins of open connections",
        |c| &c.never,
    ),
];

impl Default for Counted {
    fn default() -> Self {
        let traffic = Counters::<4>::default();
        let [bytes_in, network_io, sent, bytes_out] = traffic.each();
        Self {
            reads: Counters::of([bytes_in, network_io]),
            answers: Counters::of([network_io, sent, bytes_out]),
            bytes_in: bytes_in.clone(),
            network_io: network_io.clone(),
            sent: sent.clone(),
            bytes_out: bytes_out.clone(),
            open: Level::default(),
            accepted: Counter::default(),
            created: Counter::default(),
            closed: Counter::default(),
            sent_bytes: Recent::default(),
            received: Counter::default(),
            never: Counter::default(),
            never_took: Recent::default(),
        }
    }
}

impl Counted {
    fn attributes(&self) -> Vec<Attribute> {
        let open = self.open.clone();
        let mut attributes = vec![Attribute::gauge(
            "connection-count",
            "Open connections",
            move || open.now() as f64,
        )];
        let failed: Row = (
            "failed-reauthentication",
            "Logins of open connections that failed",
            |c| &c.never,
        );
        for (name, what, counter) in COUNTED.into_iter().chain([failed]) {
            let counter = counter(self);
            let rate = Attribute::rate(
                format!("{name}-rate"),
                format!("{what} per second"),
                counter,
            );
            let total = Attribute::total(format!("{name}-total"), what, counter);
            attributes.extend([rate, total]);
        }
        let sizes = &self.sent_bytes;
        attributes.extend([
            Attribute::avg("request-size-avg", "Mean size of answers", sizes),
            Attribute::max("request-size-max", "Size of the largest answer", sizes),
            Attribute::avg(
                "reauthentication-latency-avg",
                "Mean time of a login of an open connection",
                &self.never_took,
            ),
            Attribute::max(
                "reauthentication-latency-max",
                "The longest",
                &self.never_took,
            ),
            Attribute::total(
                "successful-authentication-no-reauth-total",
                "Logins of clients that cannot log in again",
                &self.never,
            ),
        ]);
        attributes
    }
}

/// The attributes of a channel over which nothing ever goes.
pub fn channel_attributes() -> Vec<Attribute> {
    let silent = RuntimeLoad::new(&Registry::new(0), 0, 0);
    let mut attributes = Counted::default().attributes();
    attributes.extend(silent.attributes());
    attributes
}

fn idle(name: &'static str, what: &'static str) -> Attribute {
    Attribute::gauge(name, what, || 0.0)
}

fn name(listener: &str) -> ObjectName {
    ObjectName::new("kafka.server", "socket-server-metrics").with("listener", listener)
}

#[cfg(test)]
mod tests;
