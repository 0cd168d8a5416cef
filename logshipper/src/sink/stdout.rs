//! Standard output: events as lines, or as JSON objects, one a line.
//!
//! There is no one to tell what arrived: what was written counts as delivered. Of a batch that was written in part all is written
//! again.

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, mpsc};

use service::flags::{Flag, Values};
use tokio::sync::{Mutex, oneshot};

use super::records::{Envelope, Format};
use super::table::{self, About, OpenError, Opener};
use super::{Origin, Outcome, Sending, Sink, Trouble, TroubleClass};
use crate::batch::{Batch, Limits};
use crate::position::Span;

/// What is written at once.
const BYTES_MAX: usize = 256 * 1024;
/// Events of it.
const EVENTS_MAX: usize = 10_000;
/// Somebody may be watching.
const LINGER_MS: u64 = 100;

const FORMAT: Flag = Flag::text(
    "stdout.format",
    "text",
    "What stands for an event: its text, or a JSON object with time, level, logger and an id (json)",
);

/// The flags of this sink.
pub fn flags() -> Vec<&'static Flag> {
    vec![&FORMAT]
}

/// The sink.
struct StdoutSink {
    envelope: Envelope,
    /// To the thread that writes.
    writer: mpsc::Sender<Order>,
    /// One batch at a time.
    writes: Mutex<Writes>,
}

/// A text to be written, and where to tell what became of it.
type Order = (Vec<u8>, oneshot::Sender<io::Result<()>>);

/// A reader may pause for longer than an attempt lasts: what is being written then goes on, and counts for the next attempt.
#[derive(Default)]
struct Writes {
    under_way: Option<(Vec<Span>, oneshot::Receiver<io::Result<()>>)>,
    /// Batches that came through after their attempt was given up.
    finished: Vec<Vec<Span>>,
}

/// Reads the flags.
///
/// # Errors
/// There is a target, and it has none.
pub fn read(target: &str, values: &mut Values, about: &About) -> Result<Opener, String> {
    if !target.is_empty() {
        return Err(format!(
            "\"{target}\": standard output has no target; write stdout:"
        ));
    }
    let envelope = Envelope {
        format: values.parsed::<Format>(&FORMAT),
        broker: Arc::clone(&about.broker_id),
    };
    Ok(table::opener(move |_| {
        let sink = StdoutSink::start(envelope.clone(), io::stdout());
        sink.map_err(|error| {
            OpenError(format!(
                "no thread can be started for standard output: {error}"
            ))
        })
    }))
}

impl StdoutSink {
    /// The thread is the output's own: whoever does not read holds up nothing else, nor the end of the process.
    fn start<W: Write + Send + 'static>(envelope: Envelope, mut output: W) -> io::Result<Self> {
        let (writer, orders) = mpsc::channel::<Order>();
        let thread = std::thread::Builder::new().name("log-stdout".to_owned());
        thread.spawn(move || {
            for (text, told) in orders {
                let written = output.write_all(&text).and_then(|()| output.flush());
                // Whoever asked may have gone.
                let _ = told.send(written);
            }
        })?;
        Ok(Self {
            envelope,
            writer,
            writes: Mutex::default(),
        })
    }

    async fn deliver(&self, batch: &Batch) -> Outcome {
        let mut writes = self.writes.lock().await;
        writes.finish().await;
        let spans = batch.spans();
        if let Some(place) = writes.finished.iter().position(|done| *done == spans) {
            writes.finished.swap_remove(place);
            return outcome(Ok(()));
        }
        let (told, answer) = oneshot::channel();
        if self.writer.send((self.text(batch), told)).is_err() {
            return outcome(Err(io::Error::other("its thread is gone")));
        }
        writes.under_way = Some((spans, answer));
        let written = writes.finish().await;
        if let Some(Ok(())) = written {
            // Told now, so that the same lines are written when they come again.
            writes.finished.pop();
        }
        outcome(written.unwrap_or(Ok(())))
    }

    fn text(&self, batch: &Batch) -> Vec<u8> {
        let mut text = Vec::with_capacity(batch.text_bytes() + batch.events().len());
        for event in batch.events() {
            self.envelope.write(batch, event, &mut text);
            text.push(b'\n');
        }
        text
    }
}

impl Writes {
    /// Waits for what is under way, which stays so where nobody waits any more.
    async fn finish(&mut self) -> Option<io::Result<()>> {
        let (_, answer) = self.under_way.as_mut()?;
        let written = answer
            .await
            .unwrap_or_else(|_| Err(io::Error::other("its thread is gone")));
        let (spans, _) = self.under_way.take()?;
        if written.is_ok() {
            self.finished.push(spans);
        }
        Some(written)
    }
}

fn outcome(written: io::Result<()>) -> Outcome {
    match written {
        Ok(()) => Outcome::Delivered {
            rejected: Vec::new(),
        },
        Err(error) => Outcome::Failed(trouble(&error)),
    }
}

fn trouble(error: &io::Error) -> Trouble {
    let message = match error.kind() {
        ErrorKind::BrokenPipe => {
            "nobody reads standard output any more; start again with a reader".to_owned()
        }
        _ => format!("standard output takes nothing: {error}; is its disk full?"),
    };
    Trouble::new(TroubleClass::Disk, message)
}

impl Sink for StdoutSink {
    fn limits(&self) -> Limits {
        Limits {
            events_max: EVENTS_MAX,
            bytes_max: BYTES_MAX,
            event_overhead_bytes: 1,
            event_bytes_max: BYTES_MAX - 1,
            span_ms_max: i64::MAX,
            linger_ms: LINGER_MS,
        }
    }

    fn destination(&self, _: Origin<'_>) -> Arc<str> {
        Arc::from("")
    }

    fn send<'a>(&'a self, batch: &'a Batch) -> Sending<'a> {
        Box::pin(self.deliver(batch))
    }
}

#[cfg(test)]
mod tests;
