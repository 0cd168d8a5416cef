//! From a file of dead letters to batches, one after the other: what is answered is kept before the next is
//! sent.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use service::Clock;
use service::shutdown::Cause;
use tracing::warn;

use crate::batch::{Batch, Limits};
use crate::dead_letter::Letter;
use crate::delivery::retry::Backoff;
use crate::delivery::verdict::judge;
use crate::event::Event;
use crate::metrics::rejection_name;
use crate::position::{FileKey, Span};
use crate::replay::Patience;
use crate::sink::table::OpenError;
use crate::sink::{Origin, Outcome, Rejection, Sink, Trouble, TroubleClass};

/// The longest line that is read: the longest event, escaped.
const LINE_BYTES_MAX: usize = 16 << 20;
/// Events of a batch, whatever the sink takes: they are in memory as lines, too.
const BYTES_MAX: usize = 4 << 20;

/// Lines that are no dead letters are told up to here: a whole log may have been named.
const MALFORMED_TOLD_MAX: u64 = 5;

/// Why dead letters were not all sent.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The sink.
    #[error(transparent)]
    Sink(OpenError),
    /// A file.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another file was named.
    #[error(
        "{}: none of its {lines} lines is a dead letter: name a file of dead letters, which the shipper writes into its state directory (dead-letters-….ndjson, JSON line by line)",
        path.display()
    )]
    NoLetters {
        /// Which.
        path: PathBuf,
        /// All that it has.
        lines: u64,
    },
    /// Not everything was taken.
    #[error("{0}")]
    Refused(String),
    /// Too long nothing was taken.
    #[error(
        "{sink}: {message}; given up: {delivered} letters were delivered, and the others stay in {}; mend that, and run it again to go on",
        path.display()
    )]
    GaveUp {
        /// Which.
        sink: String,
        /// What is wrong, and the remedy.
        message: String,
        /// Letters that it has taken in this run.
        delivered: u64,
        /// Where the letters are.
        path: PathBuf,
    },
    /// Somebody asked.
    #[error("stopped by {0}; run it again to go on")]
    Stopped(Cause),
}

/// What became of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Events that the sink has now.
    pub delivered: u64,
    /// Events that it refused again.
    pub rejected: u64,
    /// By reason: how many, and what the sink said last.
    pub refusals: BTreeMap<&'static str, (u64, String)>,
    /// Lines that are no dead letters.
    pub malformed: u64,
    /// Bytes of the file that were passed over, because an earlier run had sent them to this sink.
    pub skipped_bytes: u64,
}

impl Report {
    /// What a person reads of the file at `path`.
    pub fn told(&self, path: &Path) -> String {
        let mut text = format!(
            "{} delivered, {} refused again, {} lines that are no dead letters",
            self.delivered, self.rejected, self.malformed
        );
        if self.skipped_bytes > 0 {
            let _ = write!(
                text,
                "; {} bytes were sent to this sink by an earlier run, as {} says: remove it to send them again",
                self.skipped_bytes,
                beside(path, "replayed").display()
            );
        }
        text
    }

    /// Whether the sink has all there is in the file at `path`.
    ///
    /// # Errors
    /// It refused some, or there was none.
    pub fn check(&self, path: &Path) -> Result<(), ReplayError> {
        if self.malformed > 0 && self.delivered + self.rejected + self.skipped_bytes == 0 {
            return Err(ReplayError::NoLetters {
                path: path.to_owned(),
                lines: self.malformed,
            });
        }
        if self.rejected == 0 {
            return Ok(());
        }
        let reasons = self.refusals.iter().map(|(reason, (count, why))| {
            let why = if why.is_empty() {
                ""
            } else {
                &format!(": {why}")
            };
            format!("{count} {reason}{why}")
        });
        let reasons: Vec<_> = reasons.collect();
        Err(ReplayError::Refused(format!(
            "the sink refused {} of them again ({}); they are in {}",
            self.rejected,
            reasons.join("; "),
            beside(path, "rejected").display()
        )))
    }
}

/// Letters on their way, and where in the file they end.
struct Lot {
    batch: Batch,
    letters: Vec<Letter>,
    end: u64,
}

/// How far a file was sent, by sink. Another file of that name begins anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Marks {
    version: u32,
    device: u64,
    inode: u64,
    sinks: BTreeMap<String, u64>,
}

/// The version of [`Marks`].
const MARKS_VERSION: u32 = 1;
/// The longest text of them: a hundred sinks with long names.
const MARKS_BYTES_MAX: u64 = 64 << 10;

struct Source {
    path: PathBuf,
    sink: String,
    marks: Marks,
    lines: BufReader<File>,
    offset: u64,
    report: Report,
    /// Read and not in a lot.
    held: Option<(Letter, Vec<u8>, u64)>,
    keys: Vec<Arc<str>>,
}

/// Sends what was not sent of the file.
///
/// # Errors
/// A file cannot be read or written, or the sink takes nothing for longer than the patience lasts.
pub async fn replay(
    path: &Path,
    (name, sink): (&str, &dyn Sink),
    mut patience: Patience,
    clock: &Clock,
) -> Result<Report, ReplayError> {
    let mut source = Source::open(path, name)?;
    let event_bytes_max = sink.limits().event_bytes_max;
    while let Some(lot) = source.lot(sink)? {
        let mut pending = vec![(lot.batch.clone(), Backoff::default())];
        let mut refused = Vec::new();
        while let Some((mut batch, mut backoff)) = pending.pop() {
            if batch.plan.is_none() {
                // An object is named by what it is made of, so that one that is there already is not made twice.
                batch.plan = sink.plan(&batch);
            }
            let outcome = match batch.text_bytes() > event_bytes_max && batch.events().len() == 1 {
                // Another sink's limit may have been higher.
                true => too_long(event_bytes_max),
                false => sink.send(&batch).await,
            };
            let outcome = refuse(&batch, outcome, &mut refused);
            let verdict = judge(&batch, outcome);
            source.report.delivered += verdict.delivered_events;
            if verdict.delivered_events > 0 {
                patience.taken();
            }
            let Some(trouble) = verdict.trouble else {
                continue;
            };
            if trouble.class != TroubleClass::Data {
                if patience.failed(trouble.class, clock.monotonic()) {
                    return Err(source.given_up(trouble));
                }
                warn!("{}; it is tried again", trouble.message);
                tokio::time::sleep(backoff.failed(&trouble, 1.0)).await;
            }
            match verdict.again.is_empty() {
                true => pending.push((batch, backoff)),
                false => pending.extend(
                    verdict
                        .again
                        .into_iter()
                        .rev()
                        .map(|batch| (batch, backoff)),
                ),
            }
        }
        source.reject(&lot, &refused, clock)?;
        source.keep(lot.end)?;
    }
    Ok(source.report)
}

fn too_long(event_bytes_max: usize) -> Outcome {
    Outcome::failed(
        TroubleClass::Data,
        format!("it is longer than the {event_bytes_max} bytes that this sink takes"),
    )
}

/// Notes where in the file the events are that the sink does not take.
fn refuse(
    batch: &Batch,
    outcome: Outcome,
    refused: &mut Vec<(Span, Rejection, String)>,
) -> Outcome {
    let mut note = |index: usize, reason, why: &str| {
        let event = batch.events().get(index);
        refused.extend(event.map(|event| (event.span, reason, why.to_owned())));
    };
    match outcome {
        Outcome::Delivered { rejected } => {
            for (index, reason) in &rejected {
                note(*index, *reason, "");
            }
            Outcome::Delivered { rejected }
        }
        Outcome::Failed(Trouble {
            class: TroubleClass::Data,
            message,
            ..
        }) if batch.events().len() <= 1 => {
            note(0, Rejection::Invalid, &message);
            let rejected = vec![(0, Rejection::Invalid)];
            Outcome::Delivered { rejected }
        }
        other => other,
    }
}

impl Marks {
    /// Those of earlier runs, if they were of this file.
    fn resumed(self, path: &Path) -> Self {
        let text = service::files::read_text(&beside(path, "replayed"), MARKS_BYTES_MAX);
        let before = text
            .ok()
            .and_then(|text| serde_json::from_str::<Self>(&text).ok());
        let is_same = |before: &Self| {
            (before.version, before.device, before.inode) == (self.version, self.device, self.inode)
        };
        before.filter(is_same).unwrap_or(self)
    }
}

impl Source {
    fn open(path: &Path, sink: &str) -> Result<Self, ReplayError> {
        let failed = |source| ReplayError::Io {
            path: path.to_owned(),
            source,
        };
        let mut file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let marks = Marks {
            version: MARKS_VERSION,
            device: metadata.dev(),
            inode: metadata.ino(),
            sinks: BTreeMap::new(),
        };
        let marks = marks.resumed(path);
        let offset = marks.sinks.get(sink).copied();
        let offset = offset.filter(|offset| *offset <= metadata.len());
        let offset = offset.unwrap_or_default();
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            sink: sink.to_owned(),
            marks,
            lines: BufReader::new(file),
            offset,
            report: Report {
                skipped_bytes: offset,
                ..Report::default()
            },
            held: None,
            keys: Vec::new(),
        })
    }

    /// The next letters for one destination; none at the end.
    fn lot(&mut self, sink: &dyn Sink) -> Result<Option<Lot>, ReplayError> {
        let limits = sink.limits();
        let Some((first, text, start)) = self.next()? else {
            return Ok(None);
        };
        let destination = to(sink, &first);
        let mut batch = Batch::new(Arc::clone(&destination));
        let mut letters = Vec::new();
        let mut next = Some((first, text, start));
        let (mut oldest, mut newest) = (i64::MAX, i64::MIN);
        while let Some((letter, text, start)) = next.take() {
            let (low, high) = (
                oldest.min(letter.timestamp_ms),
                newest.max(letter.timestamp_ms),
            );
            let fits = batch.is_empty()
                || (*to(sink, &letter) == *destination
                    && fits(&limits, &batch, text.len())
                    && high.saturating_sub(low) <= limits.span_ms_max);
            if !fits {
                self.held = Some((letter, text, start));
                break;
            }
            (oldest, newest) = (low, high);
            self.push(&mut batch, &letter, &text);
            letters.push(letter);
            if text.len() > limits.event_bytes_max {
                break;
            }
            next = self.next()?;
        }
        let end = self
            .held
            .as_ref()
            .map_or(self.offset, |(_, _, start)| *start);
        Ok(Some(Lot {
            batch,
            letters,
            end,
        }))
    }

    fn push(&mut self, batch: &mut Batch, letter: &Letter, text: &[u8]) {
        let number = self.keys.iter().position(|id| **id == *letter.file_id);
        let number = number.unwrap_or_else(|| {
            self.keys.push(letter.file_id.as_str().into());
            self.keys.len() - 1
        });
        let file = FileKey(u32::try_from(number).unwrap_or(u32::MAX));
        batch.originate(
            file,
            &letter.log.as_str().into(),
            &letter.file_id.as_str().into(),
        );
        batch.push(&Event {
            span: Span {
                file,
                start: letter.offset,
                end: letter.end,
            },
            timestamp_ms: letter.timestamp_ms,
            text,
            cut_bytes: 0,
        });
    }

    /// The next letter, its text, and where its line begins.
    fn next(&mut self) -> Result<Option<(Letter, Vec<u8>, u64)>, ReplayError> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        loop {
            let start = self.offset;
            let mut line = Vec::new();
            let mut limited = io::Read::take(&mut self.lines, LINE_BYTES_MAX as u64);
            let read = limited.read_until(b'\n', &mut line);
            let read = read.map_err(|source| ReplayError::Io {
                path: self.path.clone(),
                source,
            })?;
            if read == 0 || line.last() != Some(&b'\n') && read < LINE_BYTES_MAX {
                // The end, or a line that is being written.
                return Ok(None);
            }
            self.offset += read as u64;
            let letter = Letter::read(&line).and_then(|letter| Ok((letter.text()?, letter)));
            match letter {
                Ok((text, letter)) => return Ok(Some((letter, text, start))),
                Err(error) => {
                    self.report.malformed += 1;
                    if self.report.malformed <= MALFORMED_TOLD_MAX {
                        warn!(path = %self.path.display(), offset = start, "a line {error}");
                    }
                }
            }
        }
    }

    /// Keeps what was refused again.
    fn reject(
        &mut self,
        lot: &Lot,
        refused: &[(Span, Rejection, String)],
        clock: &Clock,
    ) -> Result<(), ReplayError> {
        let mut text = Vec::new();
        for (span, reason, why) in refused {
            let events = lot.batch.events().iter();
            let letter = events
                .zip(&lot.letters)
                .find(|(event, _)| event.span == *span);
            let Some((_, letter)) = letter else {
                continue;
            };
            self.report.rejected += 1;
            let refusal = self.report.refusals.entry(rejection_name(*reason));
            let (count, last) = refusal.or_default();
            *count += 1;
            last.clone_from(why);
            let again = Letter {
                reason: rejection_name(*reason).to_owned(),
                why: why.clone(),
                written_ms: clock.now_ms(),
                ..letter.clone()
            };
            let written = again.write(&mut text).map_err(io::Error::other);
            written.map_err(|source| self.failed("rejected", source))?;
        }
        if text.is_empty() {
            return Ok(());
        }
        let path = beside(&self.path, "rejected");
        let file = File::options()
            .create(true)
            .append(true)
            .mode(service::files::PRIVATE_FILE_MODE)
            .open(&path);
        let written =
            file.and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_data()));
        written.map_err(|source| self.failed("rejected", source))
    }

    fn keep(&mut self, end: u64) -> Result<(), ReplayError> {
        self.marks.sinks.insert(self.sink.clone(), end);
        let text = serde_json::to_vec(&self.marks).map_err(io::Error::other);
        let path = beside(&self.path, "replayed");
        let written = text.and_then(|text| service::files::write_atomic(&path, &text));
        written.map_err(|source| self.failed("replayed", source))
    }

    fn given_up(self, trouble: Trouble) -> ReplayError {
        ReplayError::GaveUp {
            sink: self.sink,
            message: trouble.message,
            delivered: self.report.delivered,
            path: self.path,
        }
    }

    fn failed(&self, what: &str, source: io::Error) -> ReplayError {
        ReplayError::Io {
            path: beside(&self.path, what),
            source,
        }
    }
}

fn to(sink: &dyn Sink, letter: &Letter) -> Arc<str> {
    sink.destination(Origin {
        log: &letter.log,
        file_id: &letter.file_id,
    })
}

fn fits(limits: &Limits, batch: &Batch, text_bytes: usize) -> bool {
    let events = batch.events().len() + 1;
    let bytes = batch.text_bytes() + text_bytes + events * limits.event_overhead_bytes;
    text_bytes <= limits.event_bytes_max
        && events <= limits.events_max
        && bytes <= limits.bytes_max.min(BYTES_MAX)
}

fn beside(path: &Path, what: &str) -> PathBuf {
    let mut path = path.to_owned().into_os_string();
    path.push(format!(".{what}"));
    path.into()
}

#[cfg(test)]
mod tests;
