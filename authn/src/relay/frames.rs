//! Follows the frames of one direction without holding them: how many bytes may pass, and whether
//! what comes next must be looked at first.
//!
//! Pure. Of a request it reads length and API key, of a response length and correlation id; all
//! else is opaque. It counts the frames that pass in plain numbers, for whoever asks now and then.

use protocol::ApiKey;

const LENGTH_BYTES: usize = 4;
/// Length and correlation id.
const RESPONSE_HEAD_BYTES: usize = LENGTH_BYTES + 4;
/// Key, version and correlation id: no request is shorter.
const REQUEST_BYTES_MIN: usize = 8;

/// Why bytes are no frames that may pass. Each ends the connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A length that no frame has.
    #[error("a frame that claims a length of {0} bytes")]
    Length(i32),
    /// More than `socket.request.max.bytes`.
    #[error("a frame that claims {claimed} bytes; socket.request.max.bytes is {limit}")]
    TooLarge {
        /// The length in the frame.
        claimed: usize,
        /// The setting.
        limit: usize,
    },
    /// A negative key: those are ours, between authn and the broker.
    #[error("a request with API key {0}, which no Kafka client sends")]
    ApiKey(i16),
    /// The session is over, and this is not its renewal.
    #[error("a request after the session had expired")]
    Expired,
}

/// What requests meet on their way.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// `socket.request.max.bytes`.
    pub request_bytes_max: usize,
    /// Whether SASL requests stop: they are authn's to answer.
    pub holds_sasl: bool,
    /// Whether the session is over, so that nothing but its renewal passes.
    pub expired: bool,
    /// Whether an ApiVersions request stops, because it says which software the client is.
    pub holds_greeting: bool,
}

/// What a look at bytes found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// So many bytes may pass.
    pub pass: usize,
    /// What follows them must not.
    pub held: Option<Held>,
}

/// What must not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// A SASL request begins here.
    Sasl,
    /// An ApiVersions request begins here.
    Greeting,
    /// The answer to the barrier begins here and is so long, its length included.
    Barrier(usize),
}

/// Frames that have passed whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whole {
    /// How many.
    pub count: u64,
    /// Their bytes, the length in front of each included.
    pub bytes: u64,
    /// The bytes of the largest.
    pub largest: u64,
}

/// The place in the stream of frames of one direction.
#[derive(Clone, Copy, Debug, Default)]
pub struct Frames {
    /// Bytes of the frame under way that have not passed.
    left: usize,
    /// Bytes of it that have.
    passed: usize,
    whole: Whole,
}

impl Frames {
    /// Frames whose end has passed since this was asked last.
    pub fn take_whole(&mut self) -> Whole {
        std::mem::take(&mut self.whole)
    }

    /// Whether the last `count` bytes that passed are all of one frame, whose end is to come.
    pub fn are_under_way(self, count: usize) -> bool {
        self.left > 0 && count <= self.passed
    }

    /// Looks at the next bytes of a client. Those that may pass are taken for passed; what is
    /// wrong is told when everything before it has passed.
    pub fn requests(&mut self, bytes: &[u8], gate: Gate) -> Result<Scan, FrameError> {
        let mut scan = Scan::default();
        loop {
            scan.pass += self.pass(bytes.get(scan.pass..).unwrap_or_default());
            let rest = bytes.get(scan.pass..).unwrap_or_default();
            match request(rest, gate) {
                Ok(Next::Unknown) => return Ok(scan),
                Ok(Next::Passes(length)) => self.begin(length),
                Ok(Next::Held(held)) => {
                    scan.held = Some(held);
                    return Ok(scan);
                }
                Err(_) if scan.pass > 0 => return Ok(scan),
                Err(error) => return Err(error),
            }
        }
    }

    /// Looks at the next bytes of the broker, where an answer to `barrier` must not pass. Those
    /// that may pass are taken for passed.
    pub fn responses(&mut self, bytes: &[u8], barrier: Option<i32>) -> Result<Scan, FrameError> {
        let mut scan = Scan::default();
        loop {
            scan.pass += self.pass(bytes.get(scan.pass..).unwrap_or_default());
            let rest = bytes.get(scan.pass..).unwrap_or_default();
            let Some(&head) = rest.first_chunk::<RESPONSE_HEAD_BYTES>() else {
                return Ok(scan);
            };
            let [a, b, c, d, id @ ..] = head;
            let length = match length([a, b, c, d], LENGTH_BYTES) {
                Ok(length) => LENGTH_BYTES + length,
                Err(_) if scan.pass > 0 => return Ok(scan),
                Err(error) => return Err(error),
            };
            if barrier == Some(i32::from_be_bytes(id)) {
                scan.held = Some(Held::Barrier(length));
                return Ok(scan);
            }
            self.begin(length);
        }
    }

    fn begin(&mut self, length: usize) {
        (self.left, self.passed) = (length, 0);
    }

    fn pass(&mut self, bytes: &[u8]) -> usize {
        let passed = self.left.min(bytes.len());
        if passed > 0 {
            self.left -= passed;
            self.passed += passed;
            if self.left == 0 {
                self.whole.add(self.passed as u64);
            }
        }
        passed
    }
}

impl Whole {
    fn add(&mut self, bytes: u64) {
        self.count += 1;
        self.bytes += bytes;
        self.largest = self.largest.max(bytes);
    }
}

/// A request by its first bytes.
enum Next {
    /// Too few of them have come.
    Unknown,
    /// It may pass and is so long, its length included.
    Passes(usize),
    /// It must be looked at first.
    Held(Held),
}

fn request(bytes: &[u8], gate: Gate) -> Result<Next, FrameError> {
    let Some((&claimed, rest)) = bytes.split_first_chunk() else {
        return Ok(Next::Unknown);
    };
    // A length that is none is told before anything comes behind it.
    let length = length(claimed, REQUEST_BYTES_MIN)?;
    if length > gate.request_bytes_max {
        return Err(FrameError::TooLarge {
            claimed: length,
            limit: gate.request_bytes_max,
        });
    }
    let Some(&key) = rest.first_chunk() else {
        return Ok(Next::Unknown);
    };
    let key = i16::from_be_bytes(key);
    if key < 0 {
        return Err(FrameError::ApiKey(key));
    }
    let handshake = key == ApiKey::SaslHandshake.code();
    if gate.expired && !handshake {
        return Err(FrameError::Expired);
    }
    if gate.holds_sasl && (handshake || key == ApiKey::SaslAuthenticate.code()) {
        return Ok(Next::Held(Held::Sasl));
    }
    if gate.holds_greeting && key == ApiKey::ApiVersions.code() {
        return Ok(Next::Held(Held::Greeting));
    }
    Ok(Next::Passes(LENGTH_BYTES + length))
}

fn length(bytes: [u8; LENGTH_BYTES], least: usize) -> Result<usize, FrameError> {
    let claimed = i32::from_be_bytes(bytes);
    usize::try_from(claimed)
        .ok()
        .filter(|length| *length >= least)
        .ok_or(FrameError::Length(claimed))
}

#[cfg(test)]
mod tests;
