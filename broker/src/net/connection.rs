//! One connection: frames in, replies out in the order of their requests.
//!
//! Requests are pipelined: the next one is read and acted on while earlier answers wait for a
//! flush or for data. One task does both directions; it stops reading while the connection or the
//! broker holds as much memory, or the connection as many requests, as it may.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use identity::{ContextUpdate, ContextUpdateError, HandoffKey};
use protocol::{ApiKey, EncodeError, Request};
use service::shutdown::Signal;

use super::budget::Charge;
use super::frames::{FrameError, Frames};
use super::pending::{Answer, Encoded, Pending};
use super::requests::{self, Decoded, RequestError};
use super::stream::Stream;
use super::trace;
use super::writer::{self, WriteError};
use crate::broker::Broker;
use crate::config::BrokerConfig;
use crate::context::{ConnectionContext, RequestContext};
use crate::metrics::{Done, OpenConnection, Variant};
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
    /// The frame would change who is talking, and is not believed.
    #[error(transparent)]
    ContextUpdate(#[from] ContextUpdateError),
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
    stream: Stream,
    /// Present where authn relays: only then are context updates legal.
    relay: Option<Relay>,
    broker: Arc<Broker>,
    context: Arc<ConnectionContext>,
    /// The configuration when the connection was accepted.
    config: Arc<BrokerConfig>,
    frames: Frames,
    /// What the receive buffer holds, counted in the broker's budget.
    held: Charge,
    pending: VecDeque<Pending>,
    /// What is counted of it where it came to a listener of this process.
    recorded: Option<OpenConnection>,
    queued: Queued,
    /// The monotonic clock when it was last read, which is after whatever was waited for: between two
    /// waits the stages of a request share it.
    now_ns: u64,
    /// Monotonic time of the last byte that arrived.
    last_byte: Duration,
    /// Monotonic time at which the frame under way began.
    frame_began: Duration,
    draining: Signal,
}

/// What this connection adds to the broker's queues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Queued {
    /// A whole request that may not begin.
    requests: u64,
    /// Answers that are there, behind the one that is next.
    responses: u64,
}

/// By what context updates of a relayed connection are believed.
struct Relay {
    key: HandoffKey,
    connection_id: [u8; 16],
    /// Updates so far.
    updates: u64,
}

enum Event {
    Answered(Encoded),
    Readable,
    Tick,
    Drain,
}

impl Connection {
    /// A connection that has been accepted.
    pub fn new(
        stream: Stream,
        broker: Arc<Broker>,
        context: ConnectionContext,
        draining: Signal,
    ) -> Self {
        let held = broker.memory.charge(0);
        let now_ns = broker.clock.monotonic_nanos();
        let now = Duration::from_nanos(now_ns);
        Self {
            stream,
            relay: None,
            config: broker.config.current(),
            broker,
            context: Arc::new(context),
            frames: Frames::default(),
            held,
            pending: VecDeque::new(),
            recorded: None,
            queued: Queued::default(),
            now_ns,
            last_byte: now,
            frame_began: now,
            draining,
        }
    }

    /// Counts it as one of a listener of this process.
    pub fn recorded(mut self, open: Option<OpenConnection>) -> Self {
        self.recorded = open;
        self
    }

    /// Lets authn change the context of this connection, which its preface has named.
    pub fn relayed(mut self, key: HandoffKey, connection_id: [u8; 16]) -> Self {
        self.relay = Some(Relay {
            key,
            connection_id,
            updates: 0,
        });
        self
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
        self.count_queued(may_read);
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
        let began = !self.frames.is_partial();
        match self.stream.try_read_buf(self.frames.room()) {
            Ok(0) => return Err(Closed::ByPeer),
            Ok(bytes) => {
                if let Some(recorded) = &self.recorded {
                    recorded.read(bytes);
                }
                self.last_byte = self.look_at_clock();
                if began {
                    self.frame_began = self.last_byte;
                }
            }
            Err(e) if e.kind() == std::io::ErrorKind::WouldBlock => {
                self.look_at_clock();
            }
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
            if self.update_context(&frame)? {
                continue;
            }
            if self.act(frame).await? >= LONG_REQUEST {
                tokio::task::yield_now().await;
                self.look_at_clock();
            }
        }
        Ok(())
    }

    /// Takes a frame that is not a request but says who is talking from now on. What came before
    /// it was acted on as who was talking then.
    fn update_context(&mut self, frame: &[u8]) -> Result<bool, Closed> {
        let Some(relay) = &mut self.relay else {
            return Ok(false);
        };
        if !ContextUpdate::is(frame) {
            return Ok(false);
        }
        relay.updates += 1;
        let update = ContextUpdate::decode(frame, &relay.key, &relay.connection_id, relay.updates)?;
        self.context = Arc::new(self.context.updated(update));
        Ok(true)
    }

    /// Decodes one request and lets its handler act. The effect is ordered here; what is left of
    /// the answer joins the queue. Gives how long that took.
    async fn act(&mut self, frame: Bytes) -> Result<Duration, Closed> {
        let read_ns = u64::try_from(self.last_byte.as_nanos()).unwrap_or(u64::MAX);
        let stages = Stages::begun(read_ns, self.now_ns);
        let frame_bytes = frame.len();
        if let Some(recorded) = &self.recorded {
            recorded.request();
        }
        let received = match requests::decode(frame)? {
            Decoded::Request(received) => received,
            Decoded::UnsupportedApiVersions { correlation_id } => {
                self.answer_unsupported(correlation_id, frame_bytes, stages)?;
                return Ok(Duration::ZERO);
            }
        };
        if let (Some(recorded), Request::ApiVersions(request)) =
            (&mut self.recorded, &received.request)
            && let Some((name, version)) = api::api_versions::software(request, received.version)
        {
            recorded.named(name, version);
        }
        let held_bytes = frame_bytes + received.decoded_bytes;
        let mut pending = Pending {
            correlation_id: received.correlation_id,
            api_key: received.api_key,
            position: received.position,
            version: received.version,
            variant: variant(&received.request, received.version),
            body_bytes: received.body_bytes,
            answer: Answer::Ready(None),
            charge: self.broker.memory.charge(held_bytes),
            stages,
        };
        let context = RequestContext {
            connection: Arc::clone(&self.context),
            api: received.api_key,
            position: received.position,
            version: received.version,
            client_id: received.client_id,
            now_ms: self.broker.clock.now_ms(),
        };
        let reply = dispatch::dispatch(&self.broker, &context, received.request).await;
        if let Reply::Now(response) = &reply {
            pending.ready(response)?;
        }
        self.look_at_clock();
        pending.stages.acted(self.now_ns);
        let took = Duration::from_nanos(self.now_ns - pending.stages.begun_ns());
        match reply {
            Reply::Now(_) => {}
            Reply::Later(future) => pending.answer = Answer::Later(future),
            Reply::Silent => {
                self.done(&pending);
                return Ok(took);
            }
            Reply::Close => {
                self.done(&pending);
                return Err(Closed::Unanswerable);
            }
        }
        self.pending.push_back(pending);
        Ok(took)
    }

    fn answer_unsupported(
        &mut self,
        correlation_id: i32,
        frame_bytes: usize,
        stages: Stages,
    ) -> Result<(), Closed> {
        let mut pending = Pending {
            correlation_id,
            api_key: ApiKey::ApiVersions,
            position: api::position(ApiKey::ApiVersions).unwrap_or(usize::MAX),
            version: 0,
            variant: Variant::None,
            body_bytes: 0,
            answer: Answer::Ready(None),
            charge: self.broker.memory.charge(frame_bytes),
            stages,
        };
        pending.ready(&api::api_versions::unsupported_version())?;
        self.pending.push_back(pending);
        Ok(())
    }

    fn look_at_clock(&mut self) -> Duration {
        self.now_ns = self.broker.clock.monotonic_nanos();
        Duration::from_nanos(self.now_ns)
    }

    fn done(&self, request: &Pending) {
        let done = Done {
            version: request.version,
            variant: request.variant,
            bytes: request.body_bytes,
            stages: &request.stages,
        };
        self.broker.metrics.requests.done(request.position, &done);
    }

    /// Puts what waits here into the broker's numbers.
    fn count_queued(&mut self, may_read: bool) {
        let limit = self.config.socket_request_bytes_max;
        let queued = Queued {
            requests: u64::from(!may_read && self.frames.has_frame(limit)),
            responses: self.pending.iter().skip(1).filter(|p| p.is_ready()).count() as u64,
        };
        if queued != self.queued {
            self.change_queued(queued);
        }
    }

    fn change_queued(&mut self, queued: Queued) {
        let metrics = &self.broker.metrics;
        metrics.queued_requests.add(queued.requests);
        metrics.queued_requests.remove(self.queued.requests);
        metrics.queued_responses.add(queued.responses);
        metrics.queued_responses.remove(self.queued.responses);
        self.queued = queued;
    }

    async fn send(&mut self, answer: Encoded) -> Result<(), Closed> {
        let Some(mut done) = self.pending.pop_front() else {
            return Ok(());
        };
        let Encoded { rope, errors } = answer;
        let bytes = rope.len();
        if !done.is_ready() {
            self.look_at_clock();
            done.stages.ready(self.now_ns);
        }
        done.stages.sending(self.now_ns);
        done.charge.resize(done.charge.bytes().max(bytes));
        let idle = self.config.connections_idle_max;
        let memory = &self.broker.memory;
        let pressed = || memory.is_under_pressure();
        let writes = writer::write(&self.stream, rope, idle, pressed).await?;
        if mbean::IS_RECORDED {
            self.look_at_clock();
        }
        done.stages.sent(self.now_ns);
        self.broker
            .metrics
            .requests
            .answered(done.position, &errors);
        self.done(&done);
        if self.broker.traces.is_on() {
            trace::request(&self.broker.traces, &self.context, &done, &errors);
        }
        if let Some(recorded) = &self.recorded {
            recorded.response(bytes, writes);
        }
        Ok(())
    }

    fn check_clock(&mut self) -> Result<(), Closed> {
        let now = self.look_at_clock();
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

impl Drop for Connection {
    fn drop(&mut self) {
        self.change_queued(Queued::default());
    }
}

/// Whether Kafka counts such a request twice.
fn variant(request: &Request, version: i16) -> Variant {
    match request {
        Request::Fetch(fetch) if fetch.replica_id.max(fetch.replica_state.replica_id) >= 0 => {
            Variant::FetchFollower
        }
        Request::Fetch(_) => Variant::FetchConsumer,
        Request::ListConfigResources(_) if version == 0 => Variant::ListClientMetricsResources,
        _ => Variant::None,
    }
}
