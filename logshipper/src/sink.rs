//! Where events go. A sink makes one request of a batch and says what became of it; batches, retries,
//! cursors and dead letters are the same for all (`delivery`).

mod client;
pub mod cloudwatch_logs;
pub mod directory;
pub mod firehose;
#[cfg(test)]
mod fixture;
mod json;
pub mod kinesis;
mod object;
mod records;
pub mod s3;
pub mod spelling;
pub mod stdout;
pub mod table;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::batch::{Batch, Limits};

/// What became of a batch.
#[derive(Debug)]
pub enum Outcome {
    /// The sink has all of it, but for the events that it refused one by one.
    Delivered {
        /// Indices into [`Batch::events`], and why: those are dead letters.
        rejected: Vec<(usize, Rejection)>,
    },
    /// The sink has the others.
    Partial {
        /// Indices of the events to send again.
        remaining: Vec<usize>,
        /// Why.
        trouble: Trouble,
    },
    /// Nothing is known to have arrived.
    Failed(Trouble),
}

impl Outcome {
    /// The sink has nothing of it, and does not ask to be left alone.
    pub fn failed(class: TroubleClass, message: String) -> Self {
        Self::Failed(Trouble::new(class, message))
    }
}

/// Why a sink does not take one event, ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rejection {
    /// Older than the sink takes.
    TooOld,
    /// Further ahead than the sink takes.
    TooNew,
    /// Older than the log group's retention.
    Expired,
    /// Something in it is not as the sink wants it.
    Invalid,
}

/// Why a request did not succeed.
#[derive(Debug)]
pub struct Trouble {
    /// What to do about it.
    pub class: TroubleClass,
    /// How long the sink asks to be left alone.
    pub retry_after: Option<Duration>,
    /// How many of the events that are to be sent again may have arrived; where it is not known, the class decides for all.
    pub doubtful: Option<usize>,
    /// A sentence for people: the thing and the remedy. Holds no secret.
    pub message: String,
}

impl Trouble {
    /// One in which the sink does not ask to be left alone.
    pub fn new(class: TroubleClass, message: String) -> Self {
        Self {
            class,
            retry_after: None,
            doubtful: None,
            message,
        }
    }
}

/// What to do about a request that did not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TroubleClass {
    /// Too many requests: again, later and fewer at once.
    Throttled,
    /// A fault of the sink's own: again.
    Service,
    /// There is no answer, so that it may have arrived: again, which may make duplicates.
    Unanswered,
    /// Who asks may not, or is not known, or the clock is wrong: again, slowly; somebody has to act.
    Credentials,
    /// What it should go to does not exist: again, slowly; somebody has to act.
    Missing,
    /// The disk does not take it: again, slowly; somebody has to act.
    Disk,
    /// Something in the batch is wrong: in halves, down to the event, which is then a dead letter.
    Data,
}

impl TroubleClass {
    /// Whether what was sent may have arrived.
    pub fn is_doubtful(self) -> bool {
        match self {
            Self::Service | Self::Unanswered => true,
            Self::Throttled | Self::Credentials | Self::Missing | Self::Disk | Self::Data => false,
        }
    }
}

/// What a file is called where destinations are chosen.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The log's name without what rotation added: `server.log`.
    pub log: &'a str,
    /// What the file keeps through renames, compression and restarts: 16 hexadecimal digits.
    pub file_id: &'a str,
}

/// What is sent, as it comes.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// A look, as it comes.
pub type Looking<'a> = Pin<Box<dyn Future<Output = Option<Trouble>> + Send + 'a>>;

/// A place that takes events.
pub trait Sink: Send + Sync {
    /// What it takes in one request.
    fn limits(&self) -> Limits;

    /// Where the events of a file go; those of one destination share batches.
    fn destination(&self, origin: Origin<'_>) -> Arc<str>;

    /// The name of what will be made of the batch, where making it twice can be avoided by that: it is kept on
    /// disk together with the spans before the first attempt, and the same batch comes back under it after a crash.
    fn plan(&self, _batch: &Batch) -> Option<Arc<str>> {
        None
    }

    /// Events that were sent with something in place of bytes that are no UTF-8.
    fn replaced_events(&self) -> u64 {
        0
    }

    /// Bytes that it had delivered and deleted since, to stay within a limit.
    fn deleted_bytes(&self) -> u64 {
        0
    }

    /// What is wrong with the place, before anything is sent there; `None` where nothing is known to be. For sinks whose first
    /// request comes late.
    fn look(&self) -> Looking<'_> {
        Box::pin(std::future::ready(None))
    }

    /// One attempt. Never retries by itself, but makes what is missing where it may.
    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a>;
}
