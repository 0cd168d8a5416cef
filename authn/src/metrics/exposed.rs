//! What is read off the parts of the process when somebody asks: limits, certificates, users.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntCounterVec, IntGauge, IntGaugeVec, Opts};

use crate::credentials::ScramCredentials;
use crate::credentials::secrets::SecretFigures;
use crate::limits::Limits;
use crate::listener::Listener;
use crate::mechanism::iam::Identities;

/// Gauges that are read when they are asked for.
pub struct Exposed {
    limits: Arc<Limits>,
    scram: Arc<ScramCredentials>,
    listeners: Vec<Arc<Listener>>,
    identities: Option<Arc<Identities>>,
    secrets: Option<Arc<SecretFigures>>,
    before_login: IntGauge,
    before_login_bytes: IntGauge,
    users: IntGauge,
    tls: IntGaugeVec,
    expiry: GaugeVec,
    iam: IntGaugeVec,
    secrets_manager: IntGaugeVec,
    unlisted_software: IntGauge,
    relayed: IntCounterVec,
    /// One reads at a time: a counter is brought up to what is counted elsewhere.
    reading: Mutex<()>,
}

impl Exposed {
    /// Gauges over these parts.
    pub fn new(
        limits: Arc<Limits>,
        scram: Arc<ScramCredentials>,
        listeners: Vec<Arc<Listener>>,
        identities: Option<Arc<Identities>>,
        secrets: Option<Arc<SecretFigures>>,
    ) -> prometheus::Result<Self> {
        Ok(Self {
            limits,
            scram,
            listeners,
            identities,
            secrets,
            before_login: IntGauge::new(
                "outrigger_authn_preauth_connections",
                "Connections that have not logged in.",
            )?,
            before_login_bytes: IntGauge::new(
                "outrigger_authn_preauth_memory_bytes",
                "Memory set aside for them.",
            )?,
            users: IntGauge::new(
                "outrigger_authn_scram_credentials",
                "SCRAM credentials that are known.",
            )?,
            tls: IntGaugeVec::new(
                Opts::new(
                    "outrigger_authn_tls",
                    "TLS of a listener: when its certificate ends and its revocation list is due \
                     (seconds since 1970), reloads and failed reloads.",
                ),
                &["listener", "figure"],
            )?,
            expiry: GaugeVec::new(
                Opts::new(
                    "outrigger_authn_certificate_expiry_timestamp_seconds",
                    "When the first certificate of a listener ends to be valid: of the chain that it \
                     serves (server), of its truststore (authority); and when its revocation lists \
                     are due (crl).",
                ),
                &["listener", "certificate"],
            )?,
            unlisted_software: IntGauge::new(
                "outrigger_authn_unlisted_software_connections",
                "Connections whose client software is not among the 100 of a listener that are told \
                 apart.",
            )?,
            relayed: IntCounterVec::new(
                Opts::new(
                    "outrigger_authn_relay_bytes_total",
                    "Bytes relayed after the login, by direction.",
                ),
                &["to"],
            )?,
            reading: Mutex::default(),
            iam: IntGaugeVec::new(
                Opts::new(
                    "outrigger_authn_iam_store",
                    "The identity store: how often it was read again, and files that could not be \
                     read.",
                ),
                &["figure"],
            )?,
            secrets_manager: IntGaugeVec::new(
                Opts::new(
                    "outrigger_authn_secrets_manager",
                    "AWS Secrets Manager: credentials that it names, secrets that cannot be used, \
                     and how often it has not answered.",
                ),
                &["figure"],
            )?,
        })
    }

    fn refresh(&self) {
        let signed = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.before_login.set(signed(self.limits.open().1));
        self.before_login_bytes
            .set(signed(self.limits.memory_bytes()));
        self.users.set(signed(self.scram.count()));
        if let Some(identities) = &self.identities {
            let count = |n| i64::try_from(n).unwrap_or(i64::MAX);
            let set = |figure, n| self.iam.with_label_values(&[figure]).set(count(n));
            set("reloads", identities.reloads());
            set("problems", identities.problems());
        }
        if let Some(figures) = &self.secrets {
            let set = |figure, value: &AtomicU64| {
                let value = i64::try_from(value.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
                self.secrets_manager.with_label_values(&[figure]).set(value);
            };
            set("users", &figures.users);
            set("bad_secrets", &figures.bad_secrets);
            set("failures", &figures.failures);
        }
        self.refresh_listeners();
    }

    fn refresh_listeners(&self) {
        let (mut to_broker, mut to_client, mut unlisted) = (0, 0, 0);
        for listener in &self.listeners {
            let (broker, client) = listener.beans.relayed_bytes();
            (to_broker, to_client) = (to_broker + broker, to_client + client);
            unlisted += listener.beans.unlisted_software();
            self.refresh_tls(listener);
        }
        for (to, bytes) in [("broker", to_broker), ("client", to_client)] {
            let counter = self.relayed.with_label_values(&[to]);
            counter.inc_by(bytes.saturating_sub(counter.get()));
        }
        self.unlisted_software
            .set(i64::try_from(unlisted).unwrap_or(i64::MAX));
    }

    fn refresh_tls(&self, listener: &Listener) {
        let figures = listener.tls.figures();
        let set = |figure, value| {
            let labels = [&*listener.name, figure];
            self.tls.with_label_values(&labels).set(value);
        };
        let count = |n| i64::try_from(n).unwrap_or(i64::MAX);
        set("not_after", figures.certificate_not_after_ms / 1000);
        set("reloads", count(figures.reloads));
        set("reload_failures", count(figures.reload_failures));
        if let Some(next_update_ms) = figures.crl_next_update_ms {
            set("crl_next_update", next_update_ms / 1000);
        }
        for (certificate, ends_ms) in [
            ("server", Some(figures.certificate_not_after_ms)),
            ("authority", figures.authorities_not_after_ms),
            ("crl", figures.crl_next_update_ms),
        ] {
            let labels = [&*listener.name, certificate];
            match ends_ms {
                Some(ends_ms) => self
                    .expiry
                    .with_label_values(&labels)
                    .set(ends_ms as f64 / 1000.0),
                None => drop(self.expiry.remove_label_values(&labels)),
            }
        }
    }

    fn gauges(&self) -> [&dyn Collector; 9] {
        [
            &self.before_login,
            &self.before_login_bytes,
            &self.users,
            &self.tls,
            &self.iam,
            &self.secrets_manager,
            &self.expiry,
            &self.unlisted_software,
            &self.relayed,
        ]
    }
}

impl Collector for Exposed {
    fn desc(&self) -> Vec<&Desc> {
        let gauges = self.gauges().into_iter();
        gauges.flat_map(Collector::desc).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let _reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh();
        let gauges = self.gauges().into_iter();
        gauges.flat_map(Collector::collect).collect()
    }
}
