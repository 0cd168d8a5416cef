//! The login of a connection, and its renewal before the session ends (KIP-368).
//!
//! While a renewal is under way no other request may be written: the server takes only logins
//! then. They wait in [`Pending`](super::pending::Pending), and what was asked before is answered
//! before.

use std::sync::{Arc, Weak};
use std::time::Duration;

use aws_lc_rs::rand;
use protocol::messages::sasl_authenticate::SaslAuthenticateRequest;
use protocol::messages::sasl_handshake::SaslHandshakeRequest;
use protocol::{ApiKey, ErrorCode};
use tokio::time::{sleep, timeout};

use super::{Connection, Shared};
use crate::ClientError;
use crate::sasl::{Sasl, Step};
use crate::transport::host_of;
use crate::versions::Versions;

/// Version 0 goes on with bare tokens, which no server of ours takes.
const HANDSHAKE_VERSION: i16 = 1;
/// When a session is renewed, in percent of its time; the spread is Kafka's, so that connections
/// that began together do not renew together.
const RENEWAL_PERCENT: u64 = 85;
const RENEWAL_SPREAD_PERCENT: u64 = 10;
/// How long the answers that come before a renewal's may be held back: the longest that a group
/// waits for its members, `max.poll.interval.ms` by default.
const HELD_MAX: Duration = Duration::from_secs(300);

impl Connection {
    /// Logs in on a fresh connection, and takes care of the session from then on.
    pub(super) async fn log_in(&self, sasl: &Sasl) -> Result<(), ClientError> {
        let lifetime = self.exchange(sasl, Duration::ZERO).await?;
        if let Some(lifetime) = lifetime {
            let renewing = Renewing {
                shared: Arc::downgrade(&self.shared),
                versions: Arc::clone(&self.versions),
                sasl: sasl.clone(),
            };
            let task = tokio::spawn(renewing.run(lifetime));
            // A connection logs in once; its renewals stay in the task.
            let _ = self.shared.session.set(task.abort_handle());
        }
        Ok(())
    }

    /// One login; gives how long the session lives, if it ends.
    async fn exchange(&self, sasl: &Sasl, held: Duration) -> Result<Option<Duration>, ClientError> {
        let mechanism = sasl.mechanism();
        let failed = |reason: String| ClientError::Login {
            address: self.address().to_owned(),
            mechanism,
            reason,
        };
        let version = self.version(ApiKey::SaslHandshake)?.min(HANDSHAKE_VERSION);
        let request = SaslHandshakeRequest {
            mechanism: mechanism.into(),
        };
        let answer = self.begin_login(request, version, held)?.answer().await?;
        if answer.error_code == ErrorCode::UNSUPPORTED_SASL_MECHANISM {
            let offered: Vec<&str> = answer.mechanisms.iter().map(|name| &**name).collect();
            let offered = offered.join(", ");
            return Err(failed(format!(
                "the listener takes {offered}; set sasl.mechanism to one of them, or take \
                 another port"
            )));
        }
        if !answer.error_code.is_none() {
            return Err(failed(answer.error_code.to_string()));
        }
        let host = host_of(self.address());
        let begun = sasl.begin(host);
        let (mut exchange, mut token) = begun.map_err(|error| failed(error.to_string()))?;
        let version = self.version(ApiKey::SaslAuthenticate)?;
        loop {
            let request = SaslAuthenticateRequest {
                auth_bytes: token.into(),
            };
            let answer = self.begin_login(request, version, held)?.answer().await?;
            if !answer.error_code.is_none() {
                let told = answer.error_message.map(|message| message.to_string());
                return Err(failed(
                    told.unwrap_or_else(|| answer.error_code.to_string()),
                ));
            }
            let next = exchange.next(&answer.auth_bytes);
            match next.map_err(|error| failed(error.to_string()))? {
                Step::Send(next) => token = next,
                Step::Done => {
                    let lifetime = u64::try_from(answer.session_lifetime_ms).unwrap_or(0);
                    return Ok((lifetime > 0).then(|| Duration::from_millis(lifetime)));
                }
            }
        }
    }
}

/// The task that keeps a session alive. It does not keep the connection alive.
struct Renewing {
    shared: Weak<Shared>,
    versions: Arc<Versions>,
    sasl: Sasl,
}

impl Renewing {
    async fn run(self, mut lifetime: Duration) {
        loop {
            sleep(renewal(lifetime, random_byte())).await;
            let Some(shared) = self.shared.upgrade() else {
                return;
            };
            let pending = Arc::clone(&shared.pending);
            let connection = Connection {
                shared,
                versions: Arc::clone(&self.versions),
            };
            pending.hold();
            let wait = HELD_MAX + connection.shared.request_timeout;
            let renewed = timeout(wait, connection.exchange(&self.sasl, HELD_MAX)).await;
            let renewed = renewed.unwrap_or_else(|_| {
                Err(ClientError::TimedOut {
                    address: connection.address().to_owned(),
                    after: wait,
                })
            });
            match renewed {
                Ok(again) => {
                    pending.release();
                    match again {
                        Some(again) => lifetime = again,
                        None => return,
                    }
                }
                Err(error) => return pending.fail(&error),
            }
        }
    }
}

/// When a session of this lifetime is renewed; `random` spreads it.
fn renewal(lifetime: Duration, random: u8) -> Duration {
    let ms = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
    let spread = RENEWAL_SPREAD_PERCENT * u64::from(random) / u64::from(u8::MAX);
    Duration::from_millis(ms / 100 * (RENEWAL_PERCENT + spread) + ms % 100 * RENEWAL_PERCENT / 100)
}

/// Spreads renewals; where there is no randomness, they come together.
fn random_byte() -> u8 {
    let mut byte = [0];
    let filled = rand::fill(&mut byte);
    filled.map_or(0, |()| u8::from_be_bytes(byte))
}

#[cfg(test)]
mod tests;
