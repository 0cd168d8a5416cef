//! A request whose answer has not left yet.

use std::future::Future;
use std::pin::Pin;

use protocol::{ApiKey, Response};

use super::budget::Charge;
use crate::stages::Stages;

/// The answer of a request in flight.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time per connection; a box would be an allocation per request"
)]
pub enum Answer {
    /// Ready; taken when its turn has come.
    Ready(Option<Response>),
    /// Still to come.
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

/// A request in flight: what its answer needs, and what it holds.
pub struct Pending {
    /// Echoed in the answer.
    pub correlation_id: i32,
    /// Which API.
    pub api_key: ApiKey,
    /// In which version.
    pub version: i16,
    /// The answer.
    pub answer: Answer,
    /// Memory of the request, and of its answer once that is encoded.
    pub charge: Charge,
    /// When it passed which stage.
    pub stages: Stages,
}

impl Pending {
    /// Bytes this request holds.
    pub fn held_bytes(&self) -> usize {
        self.charge.bytes()
    }

    /// Waits for the answer. Safe to drop and call again; after the answer came, it waits forever.
    pub async fn answered(&mut self) -> Response {
        match &mut self.answer {
            Answer::Ready(response) => match response.take() {
                Some(response) => response,
                None => std::future::pending().await,
            },
            Answer::Later(future) => future.await,
        }
    }
}
