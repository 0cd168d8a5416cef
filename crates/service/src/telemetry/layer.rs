//! Turns `tracing` events into lines for the writer.
//!
//! Spans are not shown: Kafka's layout has no place for them, and the log is an event log.

use super::layout::Parts;
use super::level::LogLevel;
use super::loggers::{Loggers, logger_name};
use super::routes::sink_of;
use super::writer::Queue;
use crate::clock::Clock;
use jiff::tz::TimeZone;
use std::cell::RefCell;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

/// The one layer of the process.
#[derive(Debug)]
pub(super) struct KafkaLayer {
    pub(super) loggers: Loggers,
    pub(super) queue: Queue,
    pub(super) clock: Clock,
    pub(super) zone: TimeZone,
    /// The file name and logger prefix of each further sink, sink 1 first.
    pub(super) routes: Vec<&'static str>,
}

thread_local! {
    static SCRATCH: RefCell<(Parts, String)> = RefCell::default();
}

impl KafkaLayer {
    fn admits(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event()
            && self
                .loggers
                .admit(metadata.target(), (*metadata.level()).into())
    }

    fn line(&self, event: &Event<'_>, parts: &mut Parts, line: &mut String) {
        let metadata = event.metadata();
        let logger = logger_name(metadata.target());
        let level = LogLevel::from(*metadata.level());
        parts.clear();
        line.clear();
        event.record(parts);
        parts.write(line, self.clock.now_ms(), &self.zone, level, &logger);
        self.queue
            .push(sink_of(&self.routes, &logger), line.as_bytes());
    }
}

impl<S: Subscriber> Layer<S> for KafkaLayer {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Asked again whenever a level changes, so the answer needs no second look per event.
        if self.admits(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.admits(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.loggers.most_verbose())
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        SCRATCH.with(|scratch| match scratch.try_borrow_mut() {
            Ok(mut scratch) => {
                let (parts, line) = &mut *scratch;
                self.line(event, parts, line);
            }
            // A value's `Debug` logged something itself.
            Err(_) => self.line(event, &mut Parts::default(), &mut String::new()),
        });
    }
}
