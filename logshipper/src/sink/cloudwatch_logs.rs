//! CloudWatch Logs: a request is at most 1,048,576 bytes of text with 26 for each event, 10,000 events, 24 hours from the first
//! to the last, ascending by time; an event is at most what fits into one alone, and never empty.
//!
//! The service takes a request but for events that are too old, too new or older than the group's retention: those are dead letters, or
//! sent again with the time of now (`on-too-old=restamp`). Everything else fails as a whole. Group and stream are made when the service
//! does not know them, also while this runs. Nothing is known to the service of a request that it had before: one that was sent again
//! because there was no answer may be there twice.

mod body;
mod settings;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aws::{CloudWatchLogs, Failure, FailureKind, LogEventsBody, RejectedEvents};
use flate2::Compression;
use flate2::write::GzEncoder;
use service::Clock;
use service::flags::{Flag, Values};

use self::body::Entries;
use self::settings::{OnTooOld, Settings};
use super::client;
use super::table::{About, Opener};
use super::{Origin, Outcome, Rejection, Sending, Sink, Trouble, TroubleClass};
use crate::batch::{Batch, Limits};

/// How long a call may take: a full batch over a slow line. What takes longer counts as not answered, and a batch that is
/// sent again for that may be there twice.
const CALL: Duration = Duration::from_secs(30);
/// Bytes of a request: texts and overhead.
const BYTES_MAX: usize = 1_048_576;
/// Events of a request.
const EVENTS_MAX: usize = 10_000;
/// What an event counts beyond its text.
const EVENT_OVERHEAD_BYTES: usize = 26;
/// The longest text.
const EVENT_BYTES_MAX: usize = BYTES_MAX - EVENT_OVERHEAD_BYTES;
/// From the first event of a request to the last.
const SPAN_MS_MAX: i64 = 24 * 60 * 60 * 1000;
/// How long an event waits for others: accounts have a number of requests a second.
const LINGER_MS: u64 = 1_000;
/// The fastest: requests are made while a log is written.
const GZIP_LEVEL: u32 = 1;

/// The sink.
#[derive(Debug)]
struct CloudWatchLogsSink {
    client: CloudWatchLogs,
    settings: Settings,
    clock: Clock,
    /// The group was made here, and does not know yet how long it keeps events.
    is_retention_due: AtomicBool,
    replaced_events: AtomicU64,
}

/// The flags of this sink.
pub fn flags() -> Vec<&'static Flag> {
    settings::flags()
}

/// Reads `GROUP[:STREAM]` and the flags.
///
/// # Errors
/// Group or stream cannot be called so.
pub fn read(target: &str, values: &mut Values, about: &About) -> Result<Opener, String> {
    let settings = Settings::read(target, values, about)?;
    Ok(client::opener(about, CALL, move |config, surroundings| {
        CloudWatchLogsSink::new(config, settings.clone(), surroundings.clock)
    }))
}

impl CloudWatchLogsSink {
    fn new(config: &aws::ClientConfig, mut settings: Settings, clock: Clock) -> Self {
        let host = rustix::system::uname();
        settings.stream = settings.stream.on(&host.nodename().to_string_lossy());
        Self {
            client: CloudWatchLogs::new(config),
            settings,
            clock,
            is_retention_due: AtomicBool::new(false),
            replaced_events: AtomicU64::new(0),
        }
    }

    async fn deliver(&self, batch: &Batch) -> Outcome {
        let entries = Entries::all(batch);
        let answer = match self.put(batch, &entries).await {
            Ok(answer) => answer,
            Err(trouble) => return Outcome::Failed(trouble),
        };
        self.keep_retention().await;
        let rejected = rejections(&entries, answer);
        match self.settings.on_too_old {
            OnTooOld::DeadLetter => Outcome::Delivered { rejected },
            OnTooOld::Restamp => self.restamp(batch, rejected).await,
        }
    }

    /// Sends what was too old as if it had happened now.
    async fn restamp(&self, batch: &Batch, rejected: Vec<(usize, Rejection)>) -> Outcome {
        let (old, mut rejected): (Vec<_>, Vec<_>) = rejected
            .into_iter()
            .partition(|(_, why)| matches!(why, Rejection::TooOld | Rejection::Expired));
        let places: Vec<usize> = old.into_iter().map(|(place, _)| place).collect();
        let entries = Entries::restamped(places.clone(), self.clock.now_ms());
        match self.put(batch, &entries).await {
            Ok(answer) => {
                rejected.extend(rejections(&entries, answer));
                Outcome::Delivered { rejected }
            }
            // What is too new is told again when these are.
            Err(trouble) => {
                let mut remaining = places;
                remaining.extend(rejected.into_iter().map(|(place, _)| place));
                remaining.sort_unstable();
                Outcome::Partial { remaining, trouble }
            }
        }
    }

    /// Puts these events; makes group and stream where they are missing, and puts them again.
    async fn put(&self, batch: &Batch, entries: &Entries) -> Result<RejectedEvents, Trouble> {
        if entries.is_empty() {
            return Ok(RejectedEvents::default());
        }
        match self.client.put_log_events(self.body(batch, entries)).await {
            Err(failure) if is_missing(&failure) && self.settings.is_stream_made => {
                self.make(&batch.destination).await?;
                let again = self.client.put_log_events(self.body(batch, entries)).await;
                again.map_err(|failure| self.after_making(&failure))
            }
            answer => answer.map_err(|failure| self.trouble(&failure)),
        }
    }

    fn body(&self, batch: &Batch, entries: &Entries) -> LogEventsBody {
        let written = entries.write(batch, &self.settings.group);
        if written.replaced_events > 0 {
            self.replaced_events
                .fetch_add(written.replaced_events, Ordering::Relaxed);
        }
        if !self.settings.is_gzip {
            return LogEventsBody::Json(written.json);
        }
        match gzip(&written.json) {
            Ok(bytes) => LogEventsBody::Gzip(bytes),
            // Writing into memory does not fail.
            Err(_) => LogEventsBody::Json(written.json),
        }
    }

    /// Makes the stream, and the group where that is missing, too.
    async fn make(&self, stream: &str) -> Result<(), Trouble> {
        let group = self.settings.group.as_str();
        match self.client.create_log_stream(group, stream).await {
            Ok(()) => return Ok(()),
            Err(failure) if is_missing(&failure) && self.settings.is_group_made => {}
            Err(failure) => return Err(self.unmade(&failure)),
        }
        let made = self
            .client
            .create_log_group(group, &self.settings.made)
            .await;
        made.map_err(|failure| self.unmade(&failure))?;
        if self.settings.retention_days.is_some() {
            self.is_retention_due.store(true, Ordering::Relaxed);
        }
        let made = self.client.create_log_stream(group, stream).await;
        made.map_err(|failure| self.unmade(&failure))
    }

    /// Tells a group that was made here how long it keeps events. Logs are delivered whether it knows or not.
    async fn keep_retention(&self) {
        let Some(days) = self.settings.retention_days else {
            return;
        };
        if !self.is_retention_due.swap(false, Ordering::Relaxed) {
            return;
        }
        let group = self.settings.group.as_str();
        let Err(failure) = self.client.put_retention_policy(group, days).await else {
            return;
        };
        match failure.kind {
            FailureKind::Credentials
            | FailureKind::Data
            | FailureKind::Refused
            | FailureKind::NoCredentials => {
                tracing::warn!(group, %failure, "the log group keeps events for ever: its retention cannot be set; allow logs:PutRetentionPolicy, or set it by hand");
            }
            _ => self.is_retention_due.store(true, Ordering::Relaxed),
        }
    }

    fn trouble(&self, failure: &Failure) -> Trouble {
        let mut trouble = client::trouble(failure);
        if is_missing(failure) {
            trouble.message = format!(
                "log group {} or its stream does not exist; make it, or let it be made (cloudwatch-logs.create-stream, -.create-group)",
                self.settings.group
            );
        }
        trouble
    }

    /// A service that does not know yet what it has just made.
    fn after_making(&self, failure: &Failure) -> Trouble {
        let mut trouble = client::trouble(failure);
        if is_missing(failure) {
            trouble.class = TroubleClass::Service;
        }
        trouble
    }

    /// Why group or stream are not there. Never the fault of the events.
    fn unmade(&self, failure: &Failure) -> Trouble {
        let mut trouble = client::trouble(failure);
        match failure.kind {
            // Somebody else makes it at the moment.
            _ if failure.code == "OperationAbortedException" => {
                trouble.class = TroubleClass::Service;
            }
            FailureKind::Data => trouble.class = TroubleClass::Missing,
            _ => {}
        }
        let group = &self.settings.group;
        trouble.message = match is_missing(failure) {
            true => format!(
                "log group {group} does not exist; make it, or let it be made (cloudwatch-logs.create-group)"
            ),
            false => format!(
                "log group {group} or its stream cannot be made: {}",
                trouble.message
            ),
        };
        trouble
    }
}

impl Sink for CloudWatchLogsSink {
    fn limits(&self) -> Limits {
        Limits {
            events_max: EVENTS_MAX,
            bytes_max: BYTES_MAX,
            event_overhead_bytes: EVENT_OVERHEAD_BYTES,
            event_bytes_max: EVENT_BYTES_MAX,
            span_ms_max: SPAN_MS_MAX,
            linger_ms: LINGER_MS,
        }
    }

    fn destination(&self, origin: Origin<'_>) -> Arc<str> {
        self.settings.stream.of(origin).into()
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        Box::pin(self.deliver(batch))
    }

    fn replaced_events(&self) -> u64 {
        self.replaced_events.load(Ordering::Relaxed)
    }
}

/// The body of the request that puts a batch, before it is compressed: for who measures.
pub fn put_log_events_body(batch: &Batch, group: &str) -> Vec<u8> {
    Entries::all(batch).write(batch, group).json
}

fn is_missing(failure: &Failure) -> bool {
    failure.code == "ResourceNotFoundException"
}

/// The places in the batch of what was not taken. The service counts as the request was sorted.
fn rejections(entries: &Entries, rejected: RejectedEvents) -> Vec<(usize, Rejection)> {
    let RejectedEvents {
        too_old_end,
        expired_end,
        too_new_start,
    } = rejected;
    let old_end = too_old_end.max(expired_end);
    let new_start = too_new_start.unwrap_or(usize::MAX).max(old_end);
    let old = (0..old_end.min(entries.count())).map(|index| match index < too_old_end {
        true => (index, Rejection::TooOld),
        false => (index, Rejection::Expired),
    });
    let new = (new_start..entries.count()).map(|index| (index, Rejection::TooNew));
    let places = old.chain(new);
    let places = places.filter_map(|(index, why)| Some((entries.place(index)?, why)));
    let mut rejections: Vec<_> = places.collect();
    rejections.sort_unstable();
    rejections
}

fn gzip(json: &[u8]) -> std::io::Result<Vec<u8>> {
    let bytes = Vec::with_capacity(json.len() / 6);
    let mut encoder = GzEncoder::new(bytes, Compression::new(GZIP_LEVEL));
    encoder.write_all(json)?;
    encoder.finish()
}

#[cfg(test)]
mod tests;
