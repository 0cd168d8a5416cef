//! The way of the events of all files to one sink: a thread reads them into batches, a task sends those, and what
//! the sink acknowledged moves the cursors that the checkpoint keeps.
//!
//! Each sink has its own of everything, its share of the memory included, so that one that is stuck stops
//! nothing else. What a request is made of is the sink's own business.

pub mod budget;
mod filling;
mod keeping;
mod letters;
pub mod progress;
pub mod ranges;
mod reading;
mod restoring;
pub mod retry;
mod sending;
mod track;
pub mod verdict;
mod wake;
mod window;

use std::collections::{HashMap, HashSet, VecDeque};
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::thread::JoinHandle as Thread;
use std::time::Duration;

use service::Clock;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::checkpoint::{Loaded, Store};
use crate::dead_letter::DeadLetters;
use crate::delivery::budget::Budget;
use crate::delivery::filling::{Closed, Filling, Spare};
use crate::delivery::keeping::Keeping;
use crate::delivery::letters::Letters;
use crate::delivery::progress::{Missing, Progress, UnmatchedPlan};
use crate::delivery::reading::Reading;
use crate::delivery::sending::{Line, Sending};
use crate::delivery::wake::Wake;
use crate::event::Framing;
use crate::input::{Catalogue, WatchId};
use crate::metrics::SinkFigures;
use crate::sink::Sink;

/// What a delivery is made of.
pub struct Parts {
    /// Where the events go.
    pub sink: Arc<dyn Sink>,
    /// Which of the readers of each file is this sink's.
    pub number: usize,
    /// The files.
    pub catalogue: Arc<Catalogue>,
    /// How lines become events; the sink's own limit is kept, too.
    pub framing: Framing,
    /// Its checkpoints.
    pub store: Store,
    /// What was found there.
    pub loaded: Loaded,
    /// Its dead letters.
    pub dead_letters: DeadLetters,
    /// What it may hold.
    pub budget: Arc<Budget>,
    /// Its metrics.
    pub figures: Arc<SinkFigures>,
    /// The time.
    pub clock: Clock,
    /// The most requests at once.
    pub requests_max: usize,
    /// Called after each checkpoint.
    pub after_checkpoint: Box<dyn Fn() + Send + Sync>,
    /// Told if a part of it panics: an invariant is broken, and the process has to begin anew from its checkpoint.
    pub broken: Arc<Notify>,
}

/// Tells of a panic.
struct Alarm(Arc<Notify>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.notify_one();
        }
    }
}

/// A sink at work.
#[derive(Debug)]
pub struct Delivery {
    catalogue: Arc<Catalogue>,
    watch: WatchId,
    wake: Arc<Wake>,
    reading: Option<Thread<()>>,
    sending: JoinHandle<()>,
    keeping: Arc<Keeping>,
    keeping_task: JoinHandle<()>,
    until: watch::Sender<Option<Instant>>,
    progress: Arc<Progress>,
    figures: Arc<SinkFigures>,
}

impl Delivery {
    /// Begins where the checkpoint says.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(parts: Parts) -> io::Result<Self> {
        let (figures, clock) = (Arc::clone(&parts.figures), parts.clock.clone());
        keeping::tell_loaded(figures.name(), &parts.store, &parts.loaded, clock.now_ms());
        let is_first_start = parts.loaded.checkpoint.is_none();
        let progress = Arc::new(restored(parts.loaded));
        let wake = Arc::new(Wake::default());
        let keeping = Keeping::new(
            parts.store,
            Arc::clone(&progress),
            Arc::clone(&figures),
            clock.clone(),
            Arc::clone(&wake),
        );
        let shared = Shared {
            keeping,
            sink: parts.sink,
            progress,
            figures,
            clock,
            wake,
            spare: Arc::default(),
            outstanding: Arc::default(),
        };
        let (out, incoming) = mpsc::unbounded_channel();
        let (until, is_over) = watch::channel(None);
        let limits = shared.sink.limits();
        let source = Source {
            number: parts.number,
            catalogue: Arc::clone(&parts.catalogue),
            framing: parts.framing,
            filling: Filling::new(limits, Arc::clone(&parts.budget), Arc::clone(&shared.spare)),
            budget: parts.budget,
            is_first_start,
        };
        let reading = shared.reading(source, out);
        let sending = shared.sending(parts.dead_letters, incoming, is_over, parts.requests_max);
        let waker = Arc::clone(&shared.wake);
        let watch = parts
            .catalogue
            .watch(Box::new(move |keys| waker.changed(keys)));
        let alarm = || Alarm(Arc::clone(&parts.broken));
        let (of_reader, of_sender, of_keeper) = (alarm(), alarm(), alarm());
        let thread = service::spawn::thread("log-reader", move || {
            let _alarm = of_reader;
            reading.run();
        })?;
        let (keeper, after) = (Arc::clone(&shared.keeping), parts.after_checkpoint);
        let keeping_task = service::spawn::task("log-checkpoint", async move {
            let _alarm = of_keeper;
            keeper.run(after).await;
        });
        let sending = service::spawn::task("log-sender", async move {
            let _alarm = of_sender;
            sending.run().await;
        });
        Ok(Self {
            catalogue: parts.catalogue,
            watch,
            wake: shared.wake,
            reading: Some(thread),
            sending,
            keeping: shared.keeping,
            keeping_task,
            until,
            progress: shared.progress,
            figures: shared.figures,
        })
    }

    /// How far it is.
    pub fn progress(&self) -> &Arc<Progress> {
        &self.progress
    }

    /// Reads no more, sends what was read for at most so long, and keeps how far that went.
    pub async fn stop(mut self, grace: Duration) {
        self.catalogue.unwatch(self.watch);
        self.wake.stop();
        let _ = self.until.send(Some(Instant::now() + grace));
        if let Some(thread) = self.reading.take() {
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        let _ = (&mut self.sending).await;
        self.keeping_task.abort();
        self.progress.lock().version += 1;
        self.keeping.save().await;
        self.figures.standing().is_stopped = true;
    }
}

impl Drop for Delivery {
    /// As a crash would: what is under way is not acknowledged.
    fn drop(&mut self) {
        self.catalogue.unwatch(self.watch);
        self.wake.stop();
        self.sending.abort();
        self.keeping_task.abort();
    }
}

/// What the parts of a delivery share.
struct Shared {
    sink: Arc<dyn Sink>,
    progress: Arc<Progress>,
    keeping: Arc<Keeping>,
    figures: Arc<SinkFigures>,
    clock: Clock,
    wake: Arc<Wake>,
    spare: Arc<Spare>,
    outstanding: Arc<AtomicUsize>,
}

/// What only the reader has.
struct Source {
    number: usize,
    catalogue: Arc<Catalogue>,
    framing: Framing,
    filling: Filling,
    budget: Arc<Budget>,
    is_first_start: bool,
}

impl Shared {
    fn reading(&self, source: Source, out: mpsc::UnboundedSender<Closed>) -> Reading {
        Reading {
            name: Arc::clone(self.figures.name()),
            sink: Arc::clone(&self.sink),
            number: source.number,
            catalogue: source.catalogue,
            framing: source.framing,
            filling: source.filling,
            budget: source.budget,
            wake: Arc::clone(&self.wake),
            progress: Arc::clone(&self.progress),
            keeping: Arc::clone(&self.keeping),
            figures: Arc::clone(&self.figures),
            clock: self.clock.clone(),
            out,
            outstanding: Arc::clone(&self.outstanding),
            is_first_start: source.is_first_start,
            tracks: HashMap::new(),
            resumed: 0,
            is_settled: false,
            ended: HashSet::new(),
            buffer: Vec::new(),
            ready: VecDeque::new(),
            busy: Vec::new(),
            waiting: VecDeque::new(),
        }
    }

    fn sending(
        &self,
        dead_letters: DeadLetters,
        incoming: mpsc::UnboundedReceiver<Closed>,
        until: watch::Receiver<Option<Instant>>,
        requests_max: usize,
    ) -> Sending {
        let (progress, figures) = (Arc::clone(&self.progress), Arc::clone(&self.figures));
        Sending {
            sink: Arc::clone(&self.sink),
            incoming,
            letters: Letters::new(
                dead_letters,
                Arc::clone(&progress),
                Arc::clone(&figures),
                self.clock.clone(),
            ),
            progress,
            keeping: Arc::clone(&self.keeping),
            figures,
            wake: Arc::clone(&self.wake),
            spare: Arc::clone(&self.spare),
            outstanding: Arc::clone(&self.outstanding),
            until,
            line: Line::new(requests_max),
        }
    }
}

fn restored(loaded: Loaded) -> Progress {
    let checkpoint = loaded.checkpoint.unwrap_or_default();
    let missing = checkpoint.files.into_iter().enumerate();
    let plans = checkpoint.plans.into_iter().map(|plan| {
        let unmatched = UnmatchedPlan {
            destination: plan.destination.into(),
            spans: plan.spans,
            matched: Default::default(),
        };
        (plan.name.into(), unmatched)
    });
    let missing = missing.map(|(number, entry)| Missing { number, entry });
    Progress::restored(missing.collect(), plans.collect())
}

#[cfg(test)]
mod tests;
