//! One connection to one broker: versions are negotiated once, requests are pipelined, answers
//! are matched by their order and correlation id.
//!
//! Two tasks serve it, one per direction; both end when the last handle is dropped. A connection
//! that failed once stays failed: the pool opens another.

mod frames;
mod login;
mod pending;
mod ticket;

use std::marker::PhantomData;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use protocol::messages::api_versions::ApiVersionsRequest;
use protocol::messages::header::RequestHeader;
use protocol::{ApiKey, ErrorCode, Str, frame};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout};

use crate::api::Call;
use crate::versions::Versions;
use crate::{ClientError, Settings};
use pending::{Pending, Urgency, Waiting};
pub(crate) use ticket::Ticket;

/// A handle to a connection; clones share it.
#[derive(Clone)]
pub(crate) struct Connection {
    shared: Arc<Shared>,
    versions: Arc<Versions>,
}

struct Shared {
    address: String,
    client_id: Str,
    request_timeout: Duration,
    in_flight: Arc<Semaphore>,
    next_correlation_id: AtomicI32,
    pending: Arc<Pending>,
    tasks: [AbortHandle; 2],
    /// Renews the session, where it ends.
    session: OnceLock<AbortHandle>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        let tasks = self.tasks.iter().chain(self.session.get());
        tasks.for_each(AbortHandle::abort);
    }
}

impl Connection {
    /// Connects to `address`, learns its versions, and logs in where the transport says so.
    pub(crate) async fn open(settings: &Settings, address: &str) -> Result<Self, ClientError> {
        let opening = async {
            let transport = &settings.transport;
            let stream = transport.open(address).await?;
            let (pending, outgoing) = Pending::new(address, transport.security_protocol());
            let write = tokio::spawn(frames::write(stream.write, outgoing, pending.clone()));
            let limit = settings.response_bytes_max;
            let read = tokio::spawn(frames::read(stream.read, limit, pending.clone()));
            let shared = Arc::new(Shared {
                address: address.to_owned(),
                client_id: settings.client_id.as_str().into(),
                request_timeout: settings.request_timeout,
                in_flight: Arc::new(Semaphore::new(settings.in_flight_max.max(1))),
                next_correlation_id: AtomicI32::new(0),
                pending,
                tasks: [write.abort_handle(), read.abort_handle()],
                session: OnceLock::new(),
            });
            let connection = Self::negotiate(Arc::clone(&shared)).await?;
            let Some(sasl) = &transport.sasl else {
                return Ok(connection);
            };
            connection.log_in(sasl).await?;
            // What a listener offers before the login may not be all that it offers after.
            Self::negotiate(shared).await
        };
        match timeout(settings.connect_timeout, opening).await {
            Ok(opened) => opened,
            Err(_) => Err(ClientError::TimedOut {
                address: address.to_owned(),
                after: settings.connect_timeout,
            }),
        }
    }

    /// Asks for the broker's versions, in the newest form first. A broker that does not know that
    /// form answers in version 0 (KIP-511), and is asked again in it.
    async fn negotiate(shared: Arc<Shared>) -> Result<Self, ClientError> {
        let mut connection = Self {
            shared,
            versions: Arc::default(),
        };
        let request = ApiVersionsRequest {
            client_software_name: Str::from_static("outrigger"),
            client_software_version: Str::from_static(env!("CARGO_PKG_VERSION")),
        };
        let newest = *ApiKey::ApiVersions.versions().end();
        let asked = connection.begin(request.clone(), newest, Duration::ZERO);
        let mut answer = asked.await?.answer().await?;
        if answer.error_code == ErrorCode::UNSUPPORTED_VERSION {
            let asked = connection.begin(request, 0, Duration::ZERO);
            answer = asked.await?.answer().await?;
        }
        ClientError::check(answer.error_code, None, || {
            format!("cannot learn the versions of {}", connection.address())
        })?;
        let offered = answer.api_keys.iter();
        let offered = offered.map(|api| (api.api_key, api.min_version..=api.max_version));
        connection.versions = Arc::new(Versions::new(offered));
        Ok(connection)
    }

    /// `host:port` of the broker.
    pub(crate) fn address(&self) -> &str {
        &self.shared.address
    }

    /// Whether the connection can still be used.
    pub(crate) fn is_open(&self) -> bool {
        self.shared.pending.failure().is_none()
    }

    /// The newest version of `api` that both sides have.
    pub(crate) fn version(&self, api: ApiKey) -> Result<i16, ClientError> {
        self.versions
            .newest(api)
            .ok_or_else(|| ClientError::Unsupported {
                address: self.shared.address.clone(),
                api,
            })
    }

    /// Sends a request in the newest common version and waits for its answer.
    pub(crate) async fn call<C: Call>(&self, call: C) -> Result<C::Answer, ClientError> {
        self.call_within(call, Duration::ZERO).await
    }

    /// The same for a request that the broker may hold back for up to `held`.
    pub(crate) async fn call_within<C: Call>(
        &self,
        call: C,
        held: Duration,
    ) -> Result<C::Answer, ClientError> {
        let version = self.version(C::KEY)?;
        self.begin(call, version, held).await?.answer().await
    }

    /// Sends a request and returns once it is queued for writing: requests that were begun in
    /// some order are written in that order.
    pub(crate) async fn begin<C: Call>(
        &self,
        call: C,
        version: i16,
        held: Duration,
    ) -> Result<Ticket<C>, ClientError> {
        let permits = Arc::clone(&self.shared.in_flight);
        let permit = permits.acquire_owned().await;
        let permit = permit.map_err(|_| self.shared.pending.closed())?;
        let ticket = self.ticket(call, version, held, Urgency::Ordinary)?;
        Ok(Ticket {
            _permit: Some(permit),
            ..ticket
        })
    }

    /// Sends a part of a login, past what waits for the login's end.
    fn begin_login<C: Call>(
        &self,
        call: C,
        version: i16,
        held: Duration,
    ) -> Result<Ticket<C>, ClientError> {
        self.ticket(call, version, held, Urgency::Login)
    }

    fn ticket<C: Call>(
        &self,
        call: C,
        version: i16,
        held: Duration,
        urgency: Urgency,
    ) -> Result<Ticket<C>, ClientError> {
        let (answer, answered) = oneshot::channel();
        self.write(call, version, Some(answer), urgency)?;
        let wait = self.shared.request_timeout.saturating_add(held);
        Ok(Ticket {
            answered,
            wait,
            deadline: Instant::now() + wait,
            pending: Arc::clone(&self.shared.pending),
            _permit: None,
            _shared: Arc::clone(&self.shared),
            call: PhantomData,
        })
    }

    /// Sends a request that has no answer.
    pub(crate) fn send_unanswered<C: Call>(
        &self,
        call: C,
        version: i16,
    ) -> Result<(), ClientError> {
        self.write(call, version, None, Urgency::Ordinary)
    }

    fn write<C: Call>(
        &self,
        call: C,
        version: i16,
        answer: Option<pending::Answer>,
        urgency: Urgency,
    ) -> Result<(), ClientError> {
        let api = C::KEY;
        let correlation_id = self
            .shared
            .next_correlation_id
            .fetch_add(1, Ordering::Relaxed);
        let header = RequestHeader {
            request_api_key: api.code(),
            request_api_version: version,
            correlation_id,
            client_id: Some(self.shared.client_id.clone()),
        };
        let frame = frame::encode_request(&header, &call.into_request())
            .map_err(|source| ClientError::Unwritable { api, source })?;
        let waiting = answer.map(|answer| Waiting {
            correlation_id,
            api,
            version,
            answer,
        });
        self.shared.pending.push(frame, waiting, urgency)
    }
}

#[cfg(test)]
mod tests;
