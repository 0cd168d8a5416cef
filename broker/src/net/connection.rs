//! One connection: frames in, replies out in the order of their requests.
//!
//! Requests are pipelined: the next one is read and acted on while earlier answers wait for a
//! flush or for data. One task does both directions; it stops reading while the connection or the
//! broker holds as much memory, or the connection as many requests, as it may.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use protocol::{ApiKey, EncodeError, Rope};
use service::shutdown::Signal;
use tokio::net::TcpStream;

use super::budget::Charge;
use super::frames::{FrameError, Frames};
use super::pending::{Answer, Pending};
use super::requests::{self, Decoded, RequestError};
use super::writer::{self, WriteError};
use crate::broker::Broker;
use crate::config::BrokerConfig;
use crate::context::{ConnectionContext, RequestContext};
use crate::reply::Reply;
use crate::stages::Stages;
use crate::{api, dispatch};

/// While memory is short, a frame that makes no progress for so long loses its connection: what
/// it holds is what others wait for.
const STALLED_FRAME: Duration = Duration::from_secs(1);
/// While memory is short, a frame that takes longer than this in all loses its connection, too.
const SLOW_FRAME: Duration = Duration::from_secs(10);
/// What a connection may always receive, however short memory is.
const SMALL_FRAME_BYTES: usize = 8 * 1024;
/// After a request that took so long others run, before the next of this connection does: what
/// comes out of the page cache comes without a pause, and a client may pipeline much of it.
const LONG_REQUEST: Duration = Duration::from_millis(1);
/// How long a stopping broker waits for answers under way.
const DRAIN: Duration = Duration::from_millis(500);
/// How often an idle connection looks at its clock.
const IDLE_CHECK: Duration = Duration::from_secs(5);

/// Why a connection ended. All but `ByPeer` and `ShuttingDown` are worth a line in the log.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// The client closed.
    #[error("closed by the client")]
    ByPeer,
    /// The broker stops.
    #[error("the broker is shutting down")]
    ShuttingDown,
    /// `connections.max.idle.ms` went by.
    #[error("idle for longer than connections.max.idle.ms")]
    Idle,
    /// Memory is short and this frame does not make progress.
    #[error("a frame made no progress while request memory was short")]
    Stalled,
    /// Memory is short and this answer is not taken.
    #[error("an answer was not taken while request memory was short")]
    NotTaken,
    /// The bytes are no frames.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The frame is no request that is served here.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// An answer of ours that its version cannot carry.
    #[error("an answer could not be encoded: {0}")]
    Encode(#[from] EncodeError),
    /// `acks=0` that failed.
    #[error("a request without an answer failed; closing so that the client refreshes")]
    Unanswerable,
    /// The socket failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl From<WriteError> for Closed {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::NotTaken => Self::NotTaken,
            WriteError::Io(error) => Self::Io(error),
        }
    }
}

impl Closed {
    /// Whether the peer did something that a person should hear of.
    pub fn is_suspicious(&self) -> bool {
        !matches!(
            self,
            Self::ByPeer | Self::ShuttingDown | Self::Idle | Self::Unanswerable | Self::Io(_)
        )
    }
}

/// One client's connection and what it holds.
pub struct Connection {
    stream: TcpStream,
    broker: Arc<Broker>,
    context: Arc<ConnectionContext>,
    /// The configuration when the connection was accepted.
    config: Arc<BrokerConfig>,
    frames: Frames,
    /// What the receive buffer holds, counted in the broker's budget.
    held: Charge,
    pending: VecDeque<Pending>,
    /// Monotonic time of the last byte that arrived.
    last_byte: Duration,
    /// Monotonic time at which the frame under way began.
    frame_began: Duration,
    draining: Signal,
}

enum Event {
    Answered(Rope),
    Readable,
    Tick,
    Drain,
}

impl Connection {
    /// A connection that has been accepted.
    pub fn new(
        stream: TcpStream,
        broker: Arc<Broker>,
        context: ConnectionContext,
        draining: Signal,
    ) -> Self {
        let held = broker.memory.charge(0);
        let now = broker.clock.monotonic();
        Self {
            stream,
            config: broker.config.current(),
            broker,
            context: Arc::new(context),
            frames: Frames::default(),
            held,
            pending: VecDeque::new(),
            last_byte: now,
            frame_began: now,
            draining,
        }
    }

    /// Serves until one side ends it; says why.
    pub async fn serve(mut self) -> Closed {
        loop {
            if let Err(closed) = self.step().await {
                return closed;
            }
        }
    }

    async fn step(&mut self) -> Result<(), Closed> {
        self.act_on_complete_frames().await?;
        match self.wait().await? {
            Event::Answered(answer) => self.send(answer).await,
            Event::Readable => self.receive(),
            Event::Tick => self.check_clock(),
            Event::Drain => Err(self.drain().await),
        }
    }

    async fn wait(&mut self) -> Result<Event, Closed> {
        let may_read = self.may_read();
        let memory_is_short = !may_read && self.broker.memory.is_exhausted();
        let tick = if self.frames.is_partial() {
            STALLED_FRAME
        } else {
            IDLE_CHECK
        };
        let answered = async {
            match self.pending.front_mut() {
                Some(head) => head.answered().await,
                None => std::future::pending().await,
            }
        };
        Ok(tokio::select! {
            biased;
            answer = answered => Event::Answered(answer?),
            // Before more is read: a peer that never pauses must not hold up a stop.
            _ = self.draining.wait() => Event::Drain,
            ready = self.stream.readable(), if may_read => { ready?; Event::Readable }
            () = self.broker.memory.available(), if memory_is_short => Event::Tick,
            () = tokio::time::sleep(tick) => Event::Tick,
        })
    }

    /// Whether the next request may come in. A connection without requests in flight may always
    /// take a small one, so that nobody is starved by the memory of others.
    fn may_read(&self) -> bool {
        let exhausted = self.broker.memory.is_exhausted();
        if self.pending.is_empty() {
            return !exhausted || self.frames.received_bytes() < SMALL_FRAME_BYTES;
        }
        let limits = &self.config.connection;
        let in_flight: usize = self.pending.iter().map(Pending::held_bytes).sum();
        !exhausted
            && self.pending.len() < limits.inflight_requests
            && in_flight < limits.memory_bytes
    }

    fn receive(&mut self) -> Result<(), Closed> {
        let request_bytes_max = self.config.socket_request_bytes_max;
        let began = !self.frames.is_partial();
        match self
            .stream
            .try_read_buf(self.frames.room(request_bytes_max))
        {
            Ok(0) => return Err(Closed::ByPeer),
            Ok(_) => {
                self.last_byte = self.broker.clock.monotonic();
                if began {
                    self.frame_began = self.last_byte;
                }
            }
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(e) => return Err(e.into()),
        }
        self.held.resize(self.frames.held_bytes());
        Ok(())
    }

    async fn act_on_complete_frames(&mut self) -> Result<(), Closed> {
        while self.may_read() {
            let limit = self.config.socket_request_bytes_max;
            let Some(frame) = self.frames.next_frame(limit)? else {
                break;
            };
            self.frame_began = self.last_byte;
            let began = self.broker.clock.monotonic();
            self.act(frame).await?;
            if self.broker.clock.monotonic().saturating_sub(began) >= LONG_REQUEST {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    /// Decodes one request and lets its handler act. The effect is ordered here; what is left of
    /// the answer joins the queue.
    async fn act(&mut self, frame: Bytes) -> Result<(), Closed> {
        let stages = Stages::received(self.broker.clock.monotonic_nanos());
        let frame_bytes = frame.len();
        let received = match requests::decode(frame)? {
            Decoded::Request(received) => received,
            Decoded::UnsupportedApiVersions { correlation_id } => {
                let mut pending = Pending {
                    correlation_id,
                    api_key: ApiKey::ApiVersions,
                    version: 0,
                    answer: Answer::Ready(None),
                    charge: self.broker.memory.charge(frame_bytes),
                    stages,
                };
                pending.ready(&api::api_versions::unsupported_version())?;
                self.pending.push_back(pending);
                return Ok(());
            }
        };
        let held_bytes = frame_bytes + received.decoded_bytes;
        let mut pending = Pending {
            correlation_id: received.correlation_id,
            api_key: received.api_key,
            version: received.version,
            answer: Answer::Ready(None),
            charge: self.broker.memory.charge(held_bytes),
            stages,
        };
        let context = RequestContext {
            connection: Arc::clone(&self.context),
            version: received.version,
            client_id: received.client_id,
            now_ms: self.broker.clock.now_ms(),
        };
        let reply = dispatch::dispatch(&self.broker, &context, received.request).await;
        pending
            .stages
            .local_done(self.broker.clock.monotonic_nanos());
        match reply {
            Reply::Now(response) => pending.ready(&response)?,
            Reply::Later(future) => pending.answer = Answer::Later(future),
            Reply::Silent => {
                let metrics = &self.broker.metrics;
                metrics.request_done(pending.api_key, &pending.stages);
                return Ok(());
            }
            Reply::Close => return Err(Closed::Unanswerable),
        }
        self.pending.push_back(pending);
        Ok(())
    }

    async fn send(&mut self, answer: Rope) -> Result<(), Closed> {
        let Some(mut done) = self.pending.pop_front() else {
            return Ok(());
        };
        let clock = &self.broker.clock;
        done.stages.answered(clock.monotonic_nanos());
        done.charge.resize(done.charge.bytes().max(answer.len()));
        let idle = self.config.connections_idle_max;
        let memory = &self.broker.memory;
        writer::write(&self.stream, answer, idle, || memory.is_under_pressure()).await?;
        done.stages.sent(clock.monotonic_nanos());
        self.broker.metrics.request_done(done.api_key, &done.stages);
        Ok(())
    }

    fn check_clock(&mut self) -> Result<(), Closed> {
        let now = self.broker.clock.monotonic();
        let quiet = now.saturating_sub(self.last_byte);
        if self.pending.is_empty() && quiet >= self.config.connections_idle_max {
            return Err(Closed::Idle);
        }
        if self.frames.is_partial() && self.broker.memory.is_under_pressure() {
            let age = now.saturating_sub(self.frame_began);
            if quiet >= STALLED_FRAME || age >= SLOW_FRAME {
                return Err(Closed::Stalled);
            }
        }
        self.frames.shrink();
        self.held.resize(self.frames.held_bytes());
        Ok(())
    }

    /// Sends the answers that come soon, and no others: a client repeats what it misses.
    async fn drain(&mut self) -> Closed {
        let rest = async {
            while let Some(head) = self.pending.front_mut() {
                let Ok(answer) = head.answered().await else {
                    break;
                };
                if self.send(answer).await.is_err() {
                    break;
                }
            }
        };
        // Which of the two ended it does not matter.
        let _ = tokio::time::timeout(DRAIN, rest).await;
        Closed::ShuttingDown
    }
}
