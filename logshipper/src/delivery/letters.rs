//! What a sink refused, on its way into the file of dead letters.

use std::io;
use std::sync::Arc;

use service::Clock;
use service::flood::Flood;
use tracing::warn;

use crate::batch::Batch;
use crate::dead_letter::{DeadLetters, Letter};
use crate::delivery::progress::Progress;
use crate::metrics::{SinkFigures, rejection_name};
use crate::sink::{Rejection, Trouble, TroubleClass};

/// Buries what a sink refused.
#[derive(Debug)]
pub struct Letters {
    files: DeadLetters,
    progress: Arc<Progress>,
    figures: Arc<SinkFigures>,
    clock: Clock,
    told: Flood,
}

impl Letters {
    /// Into these files.
    pub fn new(
        files: DeadLetters,
        progress: Arc<Progress>,
        figures: Arc<SinkFigures>,
        clock: Clock,
    ) -> Arc<Self> {
        Arc::new(Self {
            files,
            progress,
            figures,
            clock,
            told: Flood::minutely(),
        })
    }

    /// Writes those events of the batch, and returns when they are on the disk. Must run where it may wait.
    ///
    /// # Errors
    /// The disk does not take them.
    pub fn bury(
        &self,
        batch: &Batch,
        rejected: &[(usize, Rejection)],
        why: &str,
    ) -> Result<(), Trouble> {
        let letters: Vec<_> = rejected
            .iter()
            .filter_map(|(index, reason)| self.letter(batch, *index, *reason, why))
            .collect();
        let written = self
            .files
            .write(&letters)
            .map_err(|error| self.trouble(&error))?;
        self.figures.dead_letters_dropped(written.dropped);
        for (index, reason) in rejected {
            let event = batch.events().get(*index);
            let bytes = event.map_or(0, |event| batch.text(event).len() as u64);
            self.figures.dead_letter(*reason, bytes);
        }
        let path = self.files.path().display();
        if written.dropped > 0 {
            warn!(
                sink = &**self.figures.name(),
                dropped = written.dropped,
                "the files of dead letters have reached their limit, and the oldest were removed"
            );
        }
        if let (Some(others), Some((_, reason))) =
            (self.told.admit(self.clock.now_ms()), rejected.first())
        {
            warn!(
                sink = &**self.figures.name(),
                events = rejected.len(),
                reason = rejection_name(*reason),
                why,
                others,
                "the sink does not take events; they are kept in {path}"
            );
        }
        Ok(())
    }

    fn letter(&self, batch: &Batch, index: usize, reason: Rejection, why: &str) -> Option<Letter> {
        let event = batch.events().get(index)?;
        let origin = batch.origin(event.span.file);
        let path = {
            let state = self.progress.lock();
            let file = state.files.get(&event.span.file);
            file.map(|file| file.file.path().to_string_lossy().into_owned())
        };
        let about = Letter::new(batch.text(event));
        Some(Letter {
            sink: self.figures.name().to_string(),
            reason: rejection_name(reason).to_owned(),
            why: why.to_owned(),
            file_id: origin
                .map(|origin| origin.file_id.to_owned())
                .unwrap_or_default(),
            path: path.unwrap_or_default(),
            log: origin
                .map(|origin| origin.log.to_owned())
                .unwrap_or_default(),
            offset: event.span.start,
            end: event.span.end,
            timestamp_ms: event.timestamp_ms,
            written_ms: self.clock.now_ms(),
            destination: batch.destination.to_string(),
            ..about
        })
    }

    fn trouble(&self, error: &io::Error) -> Trouble {
        Trouble::new(
            TroubleClass::Disk,
            format!(
                "the sink does not take some events, and {} cannot be written, so that they would be lost: {error}; \
                 make room on the disk of the state directory",
                self.files.path().display()
            ),
        )
    }
}
