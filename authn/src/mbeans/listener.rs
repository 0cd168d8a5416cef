//! The beans of one listener.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mbean::{Attribute, Counter, ObjectName, Recent, Registry, Scale, Section};

use super::pairs::{PairPlace, Pairs};
use super::{logins, socket_server};
use crate::relay::Moved;

/// A listener is served by one processor as far as Kafka's names go: what distinguishes ours, threads
/// of the runtime, serves all listeners.
pub(super) const PROCESSOR: &str = "0";
/// What Kafka calls a client that does not say what it is.
const UNKNOWN: &str = "unknown";

/// What a listener counts. Counting is a plain add.
pub struct ListenerBeans {
    created: Counter,
    closed: Counter,
    incoming: Counter,
    outgoing: Counter,
    /// What of them authn answered, or said, itself.
    own_incoming: Counter,
    own_outgoing: Counter,
    operations: Counter,
    /// Sizes of what was sent, which Kafka calls requests on this side, too.
    sent: Counter,
    sent_bytes: Recent,
    received: Counter,
    logins: Logins,
    expired: Counter,
    accepted: Counter,
    accept_throttle: Recent,
    login_throttle: Recent,
    throttled: Counter,
    blocked: Counter,
    software: Pairs,
    ciphers: Pairs,
    _section: Section,
}

#[derive(Default)]
struct Logins {
    ok: Counter,
    failed: Counter,
    /// Those of clients that cannot renew a session.
    without_renewal: Counter,
    renewed: Counter,
    renewals_failed: Counter,
    renewal_time: Recent,
}

/// An open connection; closed when dropped.
#[derive(Debug)]
pub struct Open(Counter);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.inc();
    }
}

impl ListenerBeans {
    /// Beans of the listener of this name, its security protocol, and its mechanisms.
    pub fn new(
        registry: &Registry,
        listener: &Arc<str>,
        protocol: &'static str,
        mechanisms: String,
    ) -> Self {
        let section = registry.section();
        let blocked = ObjectName::new("kafka.network", "Acceptor")
            .with("name", "AcceptorBlockedPercent")
            .with("listener", listener);
        let beans = Self {
            blocked: section.ratio_meter(blocked),
            throttled: section.meter(logins::throttled(listener)),
            created: Counter::default(),
            closed: Counter::default(),
            incoming: Counter::default(),
            outgoing: Counter::default(),
            own_incoming: Counter::default(),
            own_outgoing: Counter::default(),
            operations: Counter::default(),
            sent: Counter::default(),
            sent_bytes: Recent::default(),
            received: Counter::default(),
            logins: Logins {
                renewal_time: Recent::scaled(Scale::NANOS_AS_MILLIS),
                ..Logins::default()
            },
            expired: Counter::default(),
            accepted: Counter::default(),
            accept_throttle: Recent::scaled(Scale::NANOS_AS_MILLIS),
            login_throttle: Recent::scaled(Scale::NANOS_AS_MILLIS),
            software: Pairs::new(
                registry,
                ("clientSoftwareName", "clientSoftwareVersion"),
                listener,
                "Connections whose client is of this name and version.",
            ),
            ciphers: Pairs::new(
                registry,
                ("cipher", "protocol"),
                listener,
                "Connections with this cipher suite and TLS version.",
            ),
            _section: section,
        };
        let section = &beans._section;
        let text = logins::of_listener("SecurityProtocol", listener);
        section.text(text, move || protocol.to_owned());
        let text = logins::of_listener("Mechanisms", listener);
        section.text(text, move || mechanisms.clone());
        let name = socket_server().with("listener", listener);
        section.attributes(name.clone(), beans.accepting());
        let name = name.with("networkProcessor", PROCESSOR);
        section.attributes(name, beans.attributes());
        beans
    }

    fn accepting(&self) -> Vec<Attribute> {
        let rate = "Connections accepted per second.";
        let accept = "Mean wait of the next connection for max.connection.creation.rate, in ms.";
        let login = "Mean wait of a login for outrigger.login.rate.per.ip, in ms.";
        vec![
            Attribute::rate("connection-accept-rate", rate, &self.accepted),
            Attribute::avg(
                "connection-accept-throttle-time",
                accept,
                &self.accept_throttle,
            ),
            Attribute::avg(
                "ip-connection-accept-throttle-time",
                login,
                &self.login_throttle,
            ),
        ]
    }

    fn attributes(&self) -> Vec<Attribute> {
        let mut attributes = self.connection_attributes();
        attributes.extend(self.traffic_attributes());
        attributes.extend(self.login_attributes());
        attributes
    }

    fn connection_attributes(&self) -> Vec<Attribute> {
        let (created, closed) = (self.created.clone(), self.closed.clone());
        // Read in this order, so that a connection that comes and goes is never missing.
        let open = move || {
            let closed = closed.count();
            created.count().saturating_sub(closed) as f64
        };
        let close = ("Connections closed", &self.closed);
        let create = ("Connections established", &self.created);
        let mut attributes = vec![Attribute::gauge(
            "connection-count",
            "Open connections.",
            open,
        )];
        attributes.extend(meter(
            "connection-close-rate",
            "connection-close-total",
            close,
        ));
        attributes.extend(meter(
            "connection-creation-rate",
            "connection-creation-total",
            create,
        ));
        let text = "Connections closed because their session was over.";
        attributes.push(Attribute::total(
            "expired-connections-killed-count",
            text,
            &self.expired,
        ));
        attributes
    }

    /// Kafka names them as a client would: what is sent are requests, what is received responses.
    fn traffic_attributes(&self) -> Vec<Attribute> {
        let rows = [
            (
                "incoming-byte-rate",
                "incoming-byte-total",
                ("Bytes received", &self.incoming),
            ),
            (
                "outgoing-byte-rate",
                "outgoing-byte-total",
                ("Bytes sent", &self.outgoing),
            ),
            (
                "network-io-rate",
                "network-io-total",
                ("Reads and writes", &self.operations),
            ),
            (
                "request-rate",
                "request-total",
                ("Answers sent", &self.sent),
            ),
            (
                "response-rate",
                "response-total",
                ("Requests received", &self.received),
            ),
        ];
        let rows = rows.into_iter();
        let mut attributes: Vec<_> = rows
            .flat_map(|(rate, total, what)| meter(rate, total, what))
            .collect();
        let (mean, max) = (
            "Mean size of answers sent.",
            "Size of the largest answer sent.",
        );
        attributes.push(Attribute::avg("request-size-avg", mean, &self.sent_bytes));
        attributes.push(Attribute::max("request-size-max", max, &self.sent_bytes));
        attributes
    }

    fn login_attributes(&self) -> Vec<Attribute> {
        let logins = &self.logins;
        let rows = [
            (
                "failed-authentication-rate",
                "failed-authentication-total",
                ("Logins that failed", &logins.failed),
            ),
            (
                "failed-reauthentication-rate",
                "failed-reauthentication-total",
                ("Renewals that failed", &logins.renewals_failed),
            ),
            (
                "successful-authentication-rate",
                "successful-authentication-total",
                ("Logins that succeeded", &logins.ok),
            ),
            (
                "successful-reauthentication-rate",
                "successful-reauthentication-total",
                ("Renewals that succeeded", &logins.renewed),
            ),
        ];
        let rows = rows.into_iter();
        let mut attributes: Vec<_> = rows
            .flat_map(|(rate, total, what)| meter(rate, total, what))
            .collect();
        let time = &logins.renewal_time;
        let mean = "Mean time of a renewal, in ms.";
        let max = "Longest time of a renewal, in ms.";
        attributes.push(Attribute::avg("reauthentication-latency-avg", mean, time));
        attributes.push(Attribute::max("reauthentication-latency-max", max, time));
        attributes.push(Attribute::total(
            "successful-authentication-no-reauth-total",
            "Logins of clients that cannot renew a session, in all.",
            &logins.without_renewal,
        ));
        attributes
    }

    /// A connection was taken from the kernel, whatever becomes of it.
    pub fn accepted(&self) {
        self.accepted.inc();
    }

    /// The listener took nothing for so long, because too many have not logged in.
    pub fn blocked(&self, time: Duration) {
        self.blocked.add(nanos(time));
    }

    /// So long the next connection waits for `max.connection.creation.rate`.
    pub fn accept_throttled(&self, wait: Duration) {
        self.accept_throttle.record(nanos(wait));
    }

    /// So long a login waits for `outrigger.login.rate.per.ip`; none where it does not.
    pub fn login_throttled(&self, wait: Duration) {
        self.login_throttle.record(nanos(wait));
        if !wait.is_zero() {
            self.throttled.inc();
        }
    }

    /// A connection that is served, until what is returned is dropped.
    pub fn opened(&self) -> Open {
        self.created.inc();
        Open(self.closed.clone())
    }

    /// What a relay moved.
    pub fn moved(&self, moved: &Moved) {
        self.incoming.add(moved.to_broker);
        self.outgoing.add(moved.to_client);
        self.operations.add(moved.operations);
        self.received.add(moved.requests.count);
        let sent = moved.responses;
        if sent.count > 0 {
            self.sent.add(sent.count);
            self.sent_bytes
                .record_batch(sent.count, sent.bytes, sent.largest);
        }
    }

    /// A request that authn itself answers, in the middle of the stream, so long with its length.
    /// Reading it was counted where it was read.
    pub fn received(&self, bytes: usize) {
        self.incoming.add(bytes as u64);
        self.own_incoming.add(bytes as u64);
        self.received.inc();
    }

    /// An answer of authn's own, likewise.
    pub fn sent(&self, bytes: usize) {
        self.outgoing.add(bytes as u64);
        self.own_outgoing.add(bytes as u64);
        self.operations.inc();
        self.sent.inc();
        self.sent_bytes.record(bytes as u64);
    }

    /// A client logged in, and whether it can renew that.
    pub fn logged_in(&self, can_renew: bool) {
        self.logins.ok.inc();
        if !can_renew {
            self.logins.without_renewal.inc();
        }
    }

    /// A client did not prove who it is.
    pub fn login_failed(&self) {
        self.logins.failed.inc();
    }

    /// A session was renewed, which took so long.
    pub fn renewed(&self, took: Duration) {
        self.logins.renewed.inc();
        self.logins.renewal_time.record(nanos(took));
    }

    /// A session could not be renewed.
    pub fn renewal_failed(&self) {
        self.logins.renewals_failed.inc();
    }

    /// A connection was closed because its session was over.
    pub fn expired(&self) {
        self.expired.inc();
    }

    /// The counter behind it, for the sum over all listeners.
    pub fn expired_counter(&self) -> Counter {
        self.expired.clone()
    }

    /// Bytes relayed to the broker and to clients so far.
    pub fn relayed_bytes(&self) -> (u64, u64) {
        let relayed = |all: &Counter, own: &Counter| all.count().saturating_sub(own.count());
        (
            relayed(&self.incoming, &self.own_incoming),
            relayed(&self.outgoing, &self.own_outgoing),
        )
    }

    /// Counts a connection among those of this software.
    pub fn software(&self, software: Option<&(String, String)>) -> PairPlace {
        match software {
            Some((name, version)) => self.software.enter(name, version),
            None => self.software.enter(UNKNOWN, UNKNOWN),
        }
    }

    /// Connections whose software is one of too many.
    pub fn unlisted_software(&self) -> u64 {
        self.software.unlisted()
    }

    /// Counts a connection among those of this cipher suite and TLS version.
    pub fn cipher(&self, cipher: &str, version: &str) -> PairPlace {
        self.ciphers.enter(cipher, version)
    }
}

impl fmt::Debug for ListenerBeans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListenerBeans").finish_non_exhaustive()
    }
}

/// Kafka's meter: a rate and a total of one counter.
fn meter(
    rate: &'static str,
    total: &'static str,
    (what, counter): (&'static str, &Counter),
) -> [Attribute; 2] {
    [
        Attribute::rate(rate, format!("{what} per second."), counter),
        Attribute::total(total, format!("{what} in all."), counter),
    ]
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
