//! A request whose answer has not left yet.

use std::future::Future;
use std::pin::Pin;

use protocol::{ApiKey, EncodeError, Response, Rope, frame};

use super::budget::Charge;
use crate::stages::Stages;

/// The answer of a request in flight.
pub enum Answer {
    /// Ready and encoded, which is how an answer is smallest; taken when its turn has come.
    Ready(Option<Rope>),
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

    /// Waits for the answer, whole as it goes out. Safe to drop and call again; after the answer
    /// came, it waits forever.
    pub async fn answered(&mut self) -> Result<Rope, EncodeError> {
        let response = match &mut self.answer {
            Answer::Ready(answer) => match answer.take() {
                Some(rope) => return Ok(rope),
                None => return std::future::pending().await,
            },
            Answer::Later(future) => future.await,
        };
        self.encode(&response)
    }

    /// Replaces what is still to come by what is there, and counts its memory.
    pub fn ready(&mut self, response: &Response) -> Result<(), EncodeError> {
        let rope = self.encode(response)?;
        self.charge.resize(self.charge.bytes() + rope.len());
        self.answer = Answer::Ready(Some(rope));
        Ok(())
    }

    fn encode(&self, response: &Response) -> Result<Rope, EncodeError> {
        frame::encode_response(self.correlation_id, self.api_key, self.version, response)
    }
}
