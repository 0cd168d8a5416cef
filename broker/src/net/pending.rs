//! A request whose answer has not left yet.

use std::future::Future;
use std::pin::Pin;

use protocol::{ApiKey, EncodeError, ErrorCounts, Response, Rope, frame};

use super::budget::Charge;
use crate::metrics::Variant;
use crate::stages::Stages;

/// The answer of a request in flight.
pub enum Answer {
    /// Ready and encoded, which is how an answer is smallest; taken when its turn has come.
    Ready(Option<Encoded>),
    /// Still to come.
    Later(Pin<Box<dyn Future<Output = Response> + Send>>),
}

/// An answer as it goes out.
#[derive(Debug)]
pub struct Encoded {
    /// Its bytes.
    pub rope: Rope,
    /// The error codes in it.
    pub errors: ErrorCounts,
}

/// A request in flight: what its answer needs, and what it holds.
pub struct Pending {
    /// Echoed in the answer.
    pub correlation_id: i32,
    /// Which API.
    pub api_key: ApiKey,
    /// Where it stands in the table.
    pub position: usize,
    /// In which version.
    pub version: i16,
    /// Whether metrics count it a second time.
    pub variant: Variant,
    /// Bytes of the request's body.
    pub body_bytes: usize,
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
    pub async fn answered(&mut self) -> Result<Encoded, EncodeError> {
        let response = match &mut self.answer {
            Answer::Ready(answer) => match answer.take() {
                Some(encoded) => return Ok(encoded),
                None => return std::future::pending().await,
            },
            Answer::Later(future) => future.await,
        };
        self.encode(&response)
    }

    /// Replaces what is still to come by what is there, and counts its memory.
    pub fn ready(&mut self, response: &Response) -> Result<(), EncodeError> {
        let encoded = self.encode(response)?;
        self.charge.resize(self.charge.bytes() + encoded.rope.len());
        self.answer = Answer::Ready(Some(encoded));
        Ok(())
    }

    /// Whether the answer is there.
    pub fn is_ready(&self) -> bool {
        matches!(self.answer, Answer::Ready(_))
    }

    fn encode(&self, response: &Response) -> Result<Encoded, EncodeError> {
        let (id, key) = (self.correlation_id, self.api_key);
        let (rope, errors) = frame::encode_response_counted(id, key, self.version, response)?;
        Ok(Encoded { rope, errors })
    }
}
