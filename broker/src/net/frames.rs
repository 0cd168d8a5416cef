//! Bytes of a socket to frames: a 4-byte length and that many bytes.
//!
//! The buffer grows with the bytes received, never with the length claimed: it at most doubles.
//! One buffer serves a connection for as long as its requests are answered before the next one
//! is read, so a steady producer allocates nothing.

use bytes::{Buf, Bytes, BytesMut};
use protocol::ApiKey;

use crate::api;

/// First read of a frame: most requests fit.
const FIRST_READ_BYTES: usize = 4 * 1024;
/// A connection that waits for its next request keeps no buffer larger than this.
const IDLE_BUFFER_BYTES_MAX: usize = 16 * 1024;
const LENGTH_BYTES: usize = 4;

/// Collects the bytes of one connection.
#[derive(Debug, Default)]
pub struct Frames {
    buffer: BytesMut,
    /// Bytes of the frame under way with its length, once `next_frame` has looked at it; else 0.
    claimed: usize,
}

/// Why no further frame can be found on a connection. Each closes it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The first bytes are a TLS ClientHello.
    #[error("a TLS handshake on a plaintext listener; use the listener with TLS, or plaintext")]
    Tls,
    /// The first bytes are an HTTP request.
    #[error("an HTTP request on a Kafka listener; the admin listener speaks HTTP")]
    Http,
    /// A negative length.
    #[error("a frame that claims a negative length")]
    NegativeLength,
    /// More than `socket.request.max.bytes`.
    #[error("a frame that claims {claimed} bytes; socket.request.max.bytes is {limit}")]
    TooLarge {
        /// The length in the frame.
        claimed: usize,
        /// The setting.
        limit: usize,
    },
    /// More than this API can need.
    #[error("a {api} request that claims {claimed} bytes; {limit} is the largest of that API")]
    TooLargeForApi {
        /// Which API the frame is for.
        api: &'static str,
        /// The length in the frame.
        claimed: usize,
        /// The largest frame of that API.
        limit: usize,
    },
}

impl Frames {
    /// Bytes of buffer this connection holds.
    pub fn held_bytes(&self) -> usize {
        self.buffer.capacity()
    }

    /// Bytes that have arrived and belong to no frame yet.
    pub fn received_bytes(&self) -> usize {
        self.buffer.len()
    }

    /// Whether a frame has begun to arrive.
    pub fn is_partial(&self) -> bool {
        !self.buffer.is_empty()
    }

    /// Whether a whole frame has arrived.
    pub fn has_frame(&self, request_bytes_max: usize) -> bool {
        let claimed = self.claimed_bytes(request_bytes_max).ok().flatten();
        claimed.is_some_and(|claimed| self.buffer.len() >= LENGTH_BYTES + claimed)
    }

    /// The next complete frame, without its length, if there is one. A forged length is refused
    /// as soon as its API can be told.
    pub fn next_frame(&mut self, request_bytes_max: usize) -> Result<Option<Bytes>, FrameError> {
        self.claimed = 0;
        let Some(claimed) = self.claimed_bytes(request_bytes_max)? else {
            return Ok(None);
        };
        if self.buffer.len() < LENGTH_BYTES + claimed {
            self.claimed = LENGTH_BYTES + claimed;
            return Ok(None);
        }
        self.buffer.advance(LENGTH_BYTES);
        Ok(Some(self.buffer.split_to(claimed).freeze()))
    }

    fn claimed_bytes(&self, request_bytes_max: usize) -> Result<Option<usize>, FrameError> {
        let Some(prefix) = self.buffer.first_chunk::<LENGTH_BYTES>() else {
            return Ok(None);
        };
        let Ok(claimed) = usize::try_from(i32::from_be_bytes(*prefix)) else {
            return Err(FrameError::NegativeLength);
        };
        if claimed > request_bytes_max {
            return Err(match prefix {
                [0x16, 0x03, _, _] => FrameError::Tls,
                b"GET " | b"POST" | b"HEAD" | b"PUT " | b"OPTI" | b"CONN" => FrameError::Http,
                _ => FrameError::TooLarge {
                    claimed,
                    limit: request_bytes_max,
                },
            });
        }
        if let Some(&[_, _, _, _, key_high, key_low]) = self.buffer.first_chunk::<6>()
            && let Some(key) = ApiKey::from_i16(i16::from_be_bytes([key_high, key_low]))
            && let Some(limit) = api::frame_bytes_max(key)
            && claimed > limit
        {
            return Err(FrameError::TooLargeForApi {
                api: key.name(),
                claimed,
                limit,
            });
        }
        Ok(Some(claimed))
    }

    /// Room for the next read. Asks for the rest of the frame that `next_frame` waits for, but for no
    /// more than as much again as has arrived.
    pub fn room(&mut self) -> &mut BytesMut {
        let missing = self.claimed.saturating_sub(self.buffer.len());
        let growth = if self.buffer.is_empty() {
            FIRST_READ_BYTES
        } else {
            missing.clamp(1, self.buffer.len().max(FIRST_READ_BYTES))
        };
        self.buffer.reserve(growth);
        &mut self.buffer
    }

    /// Lets go of a large buffer when no frame is under way.
    pub fn shrink(&mut self) {
        if self.buffer.is_empty() && self.buffer.capacity() > IDLE_BUFFER_BYTES_MAX {
            self.buffer = BytesMut::new();
        }
    }
}

#[cfg(test)]
mod tests;
