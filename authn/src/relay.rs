//! Bytes of one client to the broker and back, frame by frame, once it has logged in.
//!
//! One task moves both directions. Each reads only after what it read before has been taken at the
//! other end, so a slow reader slows its writer down; the end of one direction is passed on while
//! the other goes on. It knows neither TLS nor SASL: where a request begins that must be looked at it stops
//! and says so. Nothing is allocated for a frame.

mod buffer;
mod frames;
mod pipe;

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Duration, sleep};

pub(crate) use buffer::Buffer;
pub use frames::{FrameError, Frames, Gate, Held, Scan, Whole};
use pipe::Pipe;

/// A connection is looked at so often within its longest idle time.
const IDLE_LOOKS: u32 = 8;
/// After the broker has closed, how long a client may take to close, too; until then what it
/// sends is dropped. Closing with bytes unread would take the last answers from it.
const LINGER: Duration = Duration::from_secs(1);

/// Why a relay stops.
#[derive(Debug)]
pub enum Stop {
    /// A SASL request is next.
    Sasl,
    /// An ApiVersions request is next.
    Greeting,
    /// Both directions, or the broker's, came to their end.
    Ended,
    /// The client's side failed.
    Client(io::Error),
    /// The broker's side failed.
    Broker(io::Error),
    /// Bytes that must not pass.
    Frame(FrameError),
    /// Nothing moved for as long as it may be so.
    Idle,
}

/// What passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// Bytes to the broker.
    pub to_broker: u64,
    /// Bytes to the client.
    pub to_client: u64,
    /// Reads from the client and writes to it that moved any.
    pub operations: u64,
    /// Requests whose end has come.
    pub requests: Whole,
    /// Answers whose end has gone.
    pub responses: Whole,
}

impl Moved {
    /// One request of so many bytes, its length included, that was read before.
    pub fn request(bytes: usize) -> Self {
        let bytes = bytes as u64;
        Self {
            to_broker: bytes,
            requests: Whole {
                count: 1,
                bytes,
                largest: bytes,
            },
            ..Self::default()
        }
    }
}

/// Both ends and what is between them.
#[derive(Debug)]
pub struct Relay<C, B> {
    client: C,
    broker: B,
    requests: Pipe,
    responses: Pipe,
    /// Which direction is looked at first; they take turns.
    responses_first: bool,
    /// Bytes of the barrier's answer that are still to be dropped.
    swallow: usize,
    /// A request that must be looked at, as far as it has come.
    held: BytesMut,
}

enum Down {
    /// The barrier's answer has been dropped.
    Barrier,
    /// The broker has closed, and the client has been told.
    Ended,
}

impl<C, B> Relay<C, B>
where
    C: AsyncRead + AsyncWrite + Unpin,
    B: AsyncRead + AsyncWrite + Unpin,
{
    /// A relay through which nothing has gone yet.
    pub fn new(client: C, broker: B) -> Self {
        Self {
            client,
            broker,
            requests: Pipe::default(),
            responses: Pipe::default(),
            responses_first: false,
            swallow: 0,
            held: BytesMut::new(),
        }
    }

    /// The client's end.
    pub fn client(&mut self) -> &mut C {
        &mut self.client
    }

    /// What has passed since this was asked last.
    pub fn take_moved(&mut self) -> Moved {
        let (requests, responses) = (self.requests.take_passed(), self.responses.take_passed());
        Moved {
            to_broker: requests.bytes,
            to_client: responses.bytes,
            operations: requests.reads + responses.writes,
            requests: requests.whole,
            responses: responses.whole,
        }
    }

    /// Moves bytes until something else has to be done. `gate` is asked anew for every look at
    /// requests; what has moved is told to `count` as it happens.
    pub async fn run(
        &mut self,
        gate: impl Fn() -> Gate,
        idle_max: Duration,
        mut count: impl FnMut(Moved),
    ) -> Stop {
        let look = idle_max / IDLE_LOOKS;
        let mut quiet_looks = 0;
        loop {
            let mut is_quiet = true;
            let moving = poll_fn(|cx| {
                let polled = self.poll_both(cx, &gate);
                let moved = self.take_moved();
                if moved != Moved::default() {
                    count(moved);
                    is_quiet = false;
                }
                polled
            });
            if idle_max == Duration::MAX {
                return moving.await;
            }
            if let Ok(stop) = tokio::time::timeout(look, moving).await {
                return stop;
            }
            quiet_looks = if is_quiet { quiet_looks + 1 } else { 0 };
            if quiet_looks >= IDLE_LOOKS {
                return Stop::Idle;
            }
        }
    }

    fn poll_both(&mut self, cx: &mut Context<'_>, gate: &impl Fn() -> Gate) -> Poll<Stop> {
        // The runtime lets a task do only so much at a time: whoever comes first could take it all.
        self.responses_first = !self.responses_first;
        if self.responses_first
            && let Poll::Ready(stop) = self.poll_to_client(cx)
        {
            return Poll::Ready(stop);
        }
        if let Poll::Ready(stop) = self.poll_requests(cx, gate) {
            return Poll::Ready(stop);
        }
        if self.responses_first {
            return Poll::Pending;
        }
        self.poll_to_client(cx)
    }

    fn poll_to_client(&mut self, cx: &mut Context<'_>) -> Poll<Stop> {
        match ready!(self.poll_responses(cx, None)) {
            Ok(_) => Poll::Ready(Stop::Ended),
            Err(stop) => Poll::Ready(stop),
        }
    }

    /// Moves requests, a large one in parts as large as the buffer. Ready only where the relay has
    /// to stop.
    fn poll_requests(&mut self, cx: &mut Context<'_>, gate: &impl Fn() -> Gate) -> Poll<Stop> {
        let Self {
            client,
            broker,
            requests: pipe,
            ..
        } = self;
        loop {
            let looked = pipe.scan(|frames, bytes| frames.requests(bytes, gate()));
            if let Ok(Scan { pass: 1.., .. }) = looked {
                continue;
            }
            if !pipe.gathers() && ready!(pipe.poll_drain(cx, Pin::new(broker))).is_err() {
                // What the broker answered before it went away must still reach the client.
                pipe.finish();
            }
            if pipe.is_finished() {
                return Poll::Pending;
            }
            match looked {
                Ok(Scan { held, .. }) => match held {
                    Some(Held::Sasl) => return Poll::Ready(Stop::Sasl),
                    Some(Held::Greeting) => return Poll::Ready(Stop::Greeting),
                    Some(Held::Barrier(_)) | None => {}
                },
                Err(error) => return Poll::Ready(Stop::Frame(error)),
            }
            if pipe.has_ended() {
                // A frame that was cut off stays here: nobody could do anything with it.
                let closed = ready!(Pin::new(&mut *broker).poll_shutdown(cx));
                pipe.finish();
                if let Err(error) = closed {
                    return Poll::Ready(Stop::Broker(error));
                }
                return Poll::Pending;
            }
            if let Err(error) = ready!(pipe.poll_fill(cx, Pin::new(client))) {
                return Poll::Ready(Stop::Client(error));
            }
        }
    }

    fn poll_responses(
        &mut self,
        cx: &mut Context<'_>,
        barrier: Option<i32>,
    ) -> Poll<Result<Down, Stop>> {
        let Self {
            client,
            broker,
            responses: pipe,
            swallow,
            ..
        } = self;
        loop {
            if let Err(error) = ready!(pipe.poll_drain(cx, Pin::new(client))) {
                return Poll::Ready(Err(Stop::Client(error)));
            }
            if *swallow > 0 {
                *swallow -= pipe.drop_bytes(*swallow);
                if *swallow == 0 {
                    return Poll::Ready(Ok(Down::Barrier));
                }
            }
            match pipe.scan(|frames, bytes| frames.responses(bytes, barrier)) {
                Ok(Scan { pass: 1.., .. }) => continue,
                Ok(Scan {
                    held: Some(Held::Barrier(length)),
                    ..
                }) => {
                    *swallow = length;
                    continue;
                }
                Ok(_) => {}
                Err(error) => return Poll::Ready(Err(Stop::Frame(error))),
            }
            if let Err(error) = ready!(Pin::new(&mut *client).poll_flush(cx)) {
                return Poll::Ready(Err(Stop::Client(error)));
            }
            if pipe.has_ended() {
                let closed = ready!(Pin::new(&mut *client).poll_shutdown(cx));
                pipe.finish();
                return Poll::Ready(closed.map(|()| Down::Ended).map_err(Stop::Client));
            }
            if let Err(error) = ready!(pipe.poll_fill(cx, Pin::new(broker))) {
                return Poll::Ready(Err(Stop::Broker(error)));
            }
        }
    }

    /// The request that made this stop, without its length; answers go on meanwhile. A longer one
    /// than `bytes_max` is refused at its length.
    pub async fn held_request(&mut self, bytes_max: usize) -> Result<Bytes, Stop> {
        poll_fn(|cx| {
            if let Poll::Ready(frame) = self.poll_held_request(cx, bytes_max) {
                return Poll::Ready(frame);
            }
            match ready!(self.poll_responses(cx, None)) {
                Ok(_) => Poll::Ready(Err(Stop::Ended)),
                Err(stop) => Poll::Ready(Err(stop)),
            }
        })
        .await
    }

    fn poll_held_request(
        &mut self,
        cx: &mut Context<'_>,
        bytes_max: usize,
    ) -> Poll<Result<Bytes, Stop>> {
        loop {
            let wanted = match frame_length(&self.held, bytes_max) {
                Ok(wanted) => wanted,
                Err(error) => return Poll::Ready(Err(Stop::Frame(error))),
            };
            if let Some(length) = wanted
                && self.held.len() == length
            {
                let frame = self.held.split().freeze().split_off(4);
                return Poll::Ready(Ok(frame));
            }
            let missing = wanted.unwrap_or(4) - self.held.len();
            let taken = self.requests.take(missing, &mut self.held);
            if taken > 0 {
                continue;
            }
            if self.requests.has_ended() {
                return Poll::Ready(Err(Stop::Ended));
            }
            let filled = ready!(self.requests.poll_fill(cx, Pin::new(&mut self.client)));
            if let Err(error) = filled {
                return Poll::Ready(Err(Stop::Client(error)));
            }
        }
    }

    /// Sends `request` to the broker and waits for its answer, which the client does not see; all
    /// answers before it do reach the client. That may take as long as the broker lets a request
    /// wait, such as a JoinGroup.
    pub async fn barrier(&mut self, request: &[u8], correlation_id: i32) -> Result<(), Stop> {
        let mut written = 0;
        poll_fn(|cx| {
            while let Some(rest @ [_, ..]) = request.get(written..) {
                match Pin::new(&mut self.broker).poll_write(cx, rest) {
                    Poll::Ready(Ok(0)) => {
                        return Poll::Ready(Err(Stop::Broker(io::ErrorKind::WriteZero.into())));
                    }
                    Poll::Ready(Ok(count)) => written += count,
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(Stop::Broker(error))),
                    Poll::Pending => break,
                }
            }
            if let Poll::Ready(gone) = self.poll_gone(cx) {
                return Poll::Ready(Err(gone));
            }
            match ready!(self.poll_responses(cx, Some(correlation_id))) {
                Ok(Down::Barrier) => Poll::Ready(Ok(())),
                Ok(Down::Ended) => Poll::Ready(Err(Stop::Ended)),
                Err(stop) => Poll::Ready(Err(stop)),
            }
        })
        .await
    }

    /// Ready when the client has left; what it sends meanwhile is kept, as far as there is room.
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<Stop> {
        while self.requests.has_room() {
            let client = Pin::new(&mut self.client);
            if let Err(error) = ready!(self.requests.poll_fill(cx, client)) {
                return Poll::Ready(Stop::Client(error));
            }
            if self.requests.has_ended() {
                return Poll::Ready(Stop::Ended);
            }
        }
        Poll::Pending
    }

    /// Sends bytes of authn's own to the broker, between two requests.
    pub async fn tell_broker(&mut self, bytes: &[u8]) -> io::Result<()> {
        use tokio::io::AsyncWriteExt;
        self.broker.write_all(bytes).await
    }

    /// Sends bytes of authn's own to the client, after all answers.
    pub async fn tell_client(&mut self, bytes: &[u8]) -> io::Result<()> {
        use tokio::io::AsyncWriteExt;
        self.client.write_all(bytes).await?;
        self.client.flush().await
    }

    /// Sends the answers that come within `grace`, and no request any more.
    pub async fn drain(&mut self, grace: Duration) {
        // Whichever ends it: the connection is closed next.
        let _ = tokio::time::timeout(grace, poll_fn(|cx| self.poll_responses(cx, None))).await;
    }

    /// Waits a moment for the client to close, after it has been told that the broker has.
    pub async fn linger(&mut self) {
        let deadline = sleep(LINGER);
        tokio::pin!(deadline);
        let gone = poll_fn(|cx| {
            loop {
                self.requests.discard();
                match ready!(self.requests.poll_fill(cx, Pin::new(&mut self.client))) {
                    Ok(()) if !self.requests.has_ended() => {}
                    Ok(()) | Err(_) => return Poll::Ready(()),
                }
            }
        });
        tokio::select! {
            () = gone => {}
            () = deadline => {}
        }
    }
}

/// The length of the frame that `bytes` begin, with its prefix; `None` while that is unknown.
fn frame_length(bytes: &[u8], bytes_max: usize) -> Result<Option<usize>, FrameError> {
    let Some(prefix) = bytes.first_chunk::<4>() else {
        return Ok(None);
    };
    let claimed = i32::from_be_bytes(*prefix);
    match usize::try_from(claimed) {
        Ok(length) if length <= bytes_max => Ok(Some(length + 4)),
        Ok(claimed) => Err(FrameError::TooLarge {
            claimed,
            limit: bytes_max,
        }),
        Err(_) => Err(FrameError::Length(claimed)),
    }
}

#[cfg(test)]
mod tests;
