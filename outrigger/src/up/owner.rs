//! How `up` itself comes to the broker: with the client certificate that it made, whose principal is
//! a super user, so that no ACL of the owner's stops a later start. Where no such way in is served,
//! as everybody comes: by the plaintext listener. Nothing is done by any other login: it is only tried.

use crate::endpoints::{Endpoints, SCRAM, TLS};
use crate::probe::{Listener, owner_tls};
use client::{ClientError, Cluster, Sasl, Settings, Tls, Transport};
use std::time::Duration;

/// Ways to come, the best first.
pub(super) struct Owner {
    ways: Vec<(String, Transport)>,
    /// The way in with a name and a password, where there is one.
    scram: Option<(String, Tls)>,
}

impl Owner {
    /// Those that there are.
    pub(super) fn new(endpoints: &Endpoints) -> Result<Self, String> {
        let mut ways = Vec::new();
        let scram = match endpoints.bootstrap.get(SCRAM) {
            Some(address) => Some((address.clone(), owner_tls(endpoints)?)),
            None => None,
        };
        if let Some(address) = endpoints.bootstrap.get(TLS) {
            let transport = Transport {
                tls: Some(owner_tls(endpoints)?),
                sasl: None,
            };
            ways.push((address.clone(), transport));
        }
        if let Some(address) = endpoints.first_bootstrap() {
            ways.push((address.to_owned(), Transport::default()));
        }
        Ok(Self { ways, scram })
    }

    /// A connection by the first way that works; `timeout` is for it and for each answer.
    pub(super) async fn connect(&self, timeout: Duration) -> Result<Listener, String> {
        let mut problem =
            "`up` comes by a client certificate (CLIENT_SECURE) or by plaintext, and \
                           neither is served"
                .to_owned();
        for (address, transport) in &self.ways {
            match Listener::connect_by(transport, address, timeout).await {
                Ok(listener) => return Ok(listener),
                Err(error) => problem = error,
            }
        }
        Err(problem)
    }

    /// Whether there is a way in with a name and a password.
    pub(super) fn has_scram(&self) -> bool {
        self.scram.is_some()
    }

    /// Whether a login is refused at the door for names and passwords: not where there is none, or
    /// where it fails otherwise.
    pub(super) async fn is_refused(&self, login: Sasl, timeout: Duration) -> bool {
        let Some((address, tls)) = &self.scram else {
            return false;
        };
        let mut settings = Settings::new(address);
        "outrigger-up".clone_into(&mut settings.client_id);
        settings.connect_timeout = timeout;
        settings.request_timeout = timeout;
        settings.operation_timeout = timeout;
        settings.transport = Transport {
            tls: Some(tls.clone()),
            sasl: Some(login),
        };
        let tried = Cluster::connect(settings).await;
        matches!(tried, Err(ClientError::Login { .. }))
    }
}
