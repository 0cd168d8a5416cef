//! What a handler gives back to its connection.

use std::future::Future;
use std::pin::Pin;

use protocol::Response;

/// The answer to one request. Answers leave a connection in the order of its requests, whatever
/// order they become ready in.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time per connection; a box would be an allocation per request"
)]
pub enum Reply {
    /// Answer now.
    Now(Response),
    /// The effect is ordered and applied; the answer waits for a flush, for data or for peers.
    /// The future is polled when the answers before it have left, so it must not carry an effect.
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
    /// The protocol wants no answer (Produce with `acks=0`).
    Silent,
    /// No answer could carry the failure (`acks=0` that failed): close the connection, so that the
    /// client refreshes its metadata.
    Close,
}

impl Reply {
    /// An answer that waits.
    pub fn later(answer: impl Future<Output = Response> + Send + 'static) -> Self {
        Self::Later(Box::pin(answer))
    }
}
