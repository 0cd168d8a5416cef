//! TLS as a listener serves it: certificates, trust and revocation lists from PEM files, reloaded
//! without a connection noticing.
//!
//! It neither accepts connections nor watches files: the listener drives the handshake and calls
//! [`TlsListener::verify_peer`] after it, whoever watches calls [`TlsListener::reload`]. What a
//! certificate means is decided in `principal`.
//!
//! A resumed session brings its certificate inside the ticket and rustls trusts it unseen. So each
//! set of files has its own ticket key, and a resumed certificate is verified once more: one that
//! was revoked or has expired since does not come back with a ticket.

mod error;
mod pem;
mod refusal;
mod served;
mod settings;
mod suites;

use crate::tls::served::Served;
use arc_swap::ArcSwap;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::ClientCertVerifier;
use rustls::time_provider::TimeProvider;
use rustls::{CommonState, HandshakeKind, ServerConfig};
use service::Clock;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

pub use error::{PeerError, TlsError};
pub use refusal::{CLOSED, REASONS, Refusal, TOO_LONG};
pub use settings::{ClientAuth, CrlExpiry, InvalidSetting, Keystore, Protocols, TlsSettings};
pub use suites::{CipherSuites, suite_name};

/// What one TLS listener serves at the moment.
#[derive(Debug)]
pub struct TlsListener {
    settings: TlsSettings,
    clock: Clock,
    served: ArcSwap<Served>,
    reloads: AtomicU64,
    reload_failures: AtomicU64,
}

/// What reading the files again led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// New connections get what these files now hold; sessions of before are not resumed.
    Changed(Vec<PathBuf>),
    /// The files hold what they held.
    Unchanged,
}

/// What a listener's TLS reports to metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlsFigures {
    /// Changes that took effect.
    pub reloads: u64,
    /// Changes that were refused; the files of before stayed in force.
    pub reload_failures: u64,
    /// When the served chain ends to be valid, in milliseconds since 1970.
    pub certificate_not_after_ms: i64,
    /// When the first of the authorities whose clients are trusted ends to be valid; `None` where
    /// clients show no certificate.
    pub authorities_not_after_ms: Option<i64>,
    /// The earliest time at which a revocation list should have been replaced, in milliseconds
    /// since 1970; `None` without lists.
    pub crl_next_update_ms: Option<i64>,
}

impl TlsListener {
    /// Reads the files and makes ready to serve them.
    ///
    /// # Errors
    /// A file cannot be read or does not hold what it must; the text names file and remedy.
    pub fn open(settings: TlsSettings, clock: Clock) -> Result<Self, TlsError> {
        let served = Served::read(&settings, &clock)?;
        Ok(Self {
            settings,
            clock,
            served: ArcSwap::from_pointee(served),
            reloads: AtomicU64::new(0),
            reload_failures: AtomicU64::new(0),
        })
    }

    /// The configuration for the next connection; ask for each, because it changes.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.served.load().config)
    }

    /// The files whose change asks for a [`TlsListener::reload`].
    pub fn files(&self) -> Vec<PathBuf> {
        self.settings.files()
    }

    /// Reads the files again. Connections that exist keep what they have.
    ///
    /// # Errors
    /// As [`TlsListener::open`]; what was served before is served on, and the failure is counted.
    pub fn reload(&self) -> Result<Reloaded, TlsError> {
        let read = Served::read(&self.settings, &self.clock).inspect_err(|_| {
            self.reload_failures.fetch_add(1, Ordering::Relaxed);
        })?;
        let changed = read.differing(&self.served.load());
        if changed.is_empty() {
            return Ok(Reloaded::Unchanged);
        }
        self.served.store(Arc::new(read));
        self.reloads.fetch_add(1, Ordering::Relaxed);
        Ok(Reloaded::Changed(changed))
    }

    /// The peer's certificate after a handshake, or `None` where it showed none; to be called
    /// before the first byte from the peer is used.
    ///
    /// # Errors
    /// The handshake resumed a session whose certificate would not be accepted today.
    pub fn verify_peer<'a>(
        &self,
        connection: &'a CommonState,
    ) -> Result<Option<&'a CertificateDer<'static>>, PeerError> {
        let chain = connection.peer_certificates().unwrap_or_default();
        if connection.handshake_kind() == Some(HandshakeKind::Resumed)
            && let Some(verifier) = &self.served.load().verifier
        {
            self.verify_resumed(chain, &**verifier)?;
        }
        Ok(chain.first())
    }

    /// What there is to report.
    pub fn figures(&self) -> TlsFigures {
        let served = self.served.load();
        TlsFigures {
            reloads: self.reloads.load(Ordering::Relaxed),
            reload_failures: self.reload_failures.load(Ordering::Relaxed),
            certificate_not_after_ms: served.certificate_not_after_ms,
            authorities_not_after_ms: served.authorities_not_after_ms,
            crl_next_update_ms: served.crl_next_update_ms,
        }
    }

    fn verify_resumed(
        &self,
        chain: &[CertificateDer<'static>],
        verifier: &dyn ClientCertVerifier,
    ) -> Result<(), PeerError> {
        let Some((end_entity, intermediates)) = chain.split_first() else {
            return match self.settings.client_auth {
                ClientAuth::Required => Err(PeerError::NoCertificate),
                ClientAuth::None | ClientAuth::Requested => Ok(()),
            };
        };
        verifier
            .verify_client_cert(end_entity, intermediates, unix_time(&self.clock))
            .map(|_| ())
            .map_err(|error| PeerError::Resumed(Refusal::of(&error)))
    }
}

/// The clock of this process, where rustls looks for one.
#[derive(Debug)]
struct ClockTime(Clock);

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        Some(unix_time(&self.0))
    }
}

fn unix_time(clock: &Clock) -> UnixTime {
    let ms = u64::try_from(clock.now_ms()).unwrap_or(0);
    UnixTime::since_unix_epoch(Duration::from_millis(ms))
}

#[cfg(test)]
mod tests;
