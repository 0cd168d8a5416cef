//! The task of a sink that sends: as many batches at once as the sink bears, each again until it is delivered,
//! dead-lettered, or the process ends.
//!
//! It reads no files. What came of a request decides `verdict`, how long to wait `retry`.

use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tracing::{info, warn};

use crate::batch::Batch;
use crate::delivery::budget::Charge;
use crate::delivery::filling::{Closed, Spare};
use crate::delivery::keeping::Keeping;
use crate::delivery::letters::Letters;
use crate::delivery::progress::{Plan, Progress};
use crate::delivery::retry::{Backoff, is_slow};
use crate::delivery::verdict::{Verdict, judge};
use crate::delivery::wake::Wake;
use crate::delivery::window::Window;
use crate::metrics::{SinkFigures, outcome_name};
use crate::sink::{Outcome, Rejection, Sink, Trouble, TroubleClass};

/// How long a request may take, whatever the sink thinks of it.
const REQUEST_MAX: Duration = Duration::from_secs(300);
/// Requests at once where each is a large object.
const PLANNED_REQUESTS_MAX: usize = 2;
/// How often a trouble that goes on is told.
const TOLD_AGAIN: Duration = Duration::from_secs(60);

/// What sends for one sink.
pub struct Sending {
    pub(super) sink: Arc<dyn Sink>,
    pub(super) incoming: mpsc::UnboundedReceiver<Closed>,
    pub(super) progress: Arc<Progress>,
    pub(super) keeping: Arc<Keeping>,
    pub(super) letters: Arc<Letters>,
    pub(super) figures: Arc<SinkFigures>,
    pub(super) wake: Arc<Wake>,
    pub(super) spare: Arc<Spare>,
    pub(super) outstanding: Arc<AtomicUsize>,
    /// Until when it may go on, once it is to stop.
    pub(super) until: watch::Receiver<Option<Instant>>,
    pub(super) line: Line,
}

/// What waits and what is under way.
pub struct Line {
    window: Window,
    backoff: Backoff,
    /// Nothing is sent before.
    hold_until: Instant,
    told_at: Option<Instant>,
    waiting: VecDeque<Waiting>,
    flying: HashMap<Id, Waiting>,
    requests: JoinSet<Outcome>,
}

/// A batch that is to be sent.
#[derive(Debug)]
struct Waiting {
    batch: Arc<Batch>,
    charge: Charge,
    backoff: Backoff,
    not_before: Option<Instant>,
    /// Of its events, how many an earlier attempt may have brought.
    doubtful_events: u64,
}

impl Line {
    /// Empty; never more than `requests_max` at once.
    pub fn new(requests_max: usize) -> Self {
        Self {
            window: Window::new(requests_max),
            backoff: Backoff::default(),
            hold_until: Instant::now(),
            told_at: None,
            waiting: VecDeque::new(),
            flying: HashMap::new(),
            requests: JoinSet::new(),
        }
    }

    /// The next batch that may be sent now.
    fn next(&mut self, now: Instant) -> Option<Waiting> {
        if self.flying.len() >= self.window.size() || now < self.hold_until {
            return None;
        }
        let is_ready = |waiting: &Waiting| waiting.not_before.is_none_or(|at| at <= now);
        let index = self.waiting.iter().position(is_ready)?;
        self.waiting.remove(index)
    }

    /// When the next may be sent that may not be sent now, as far as time decides it.
    fn next_at(&self) -> Option<Instant> {
        if self.flying.len() >= self.window.size() {
            return None;
        }
        let ready = self.waiting.iter().map(|waiting| waiting.not_before);
        let earliest = ready.min()?;
        Some(earliest.map_or(self.hold_until, |at| at.max(self.hold_until)))
    }

    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.flying.is_empty()
    }
}

impl Sending {
    /// Sends until nothing more will come, or until it is too late.
    pub async fn run(mut self) {
        let mut is_open = true;
        loop {
            self.launch();
            if !is_open && self.line.is_empty() {
                break;
            }
            let next_at = self.line.next_at();
            tokio::select! {
                closed = self.incoming.recv(), if is_open => match closed {
                    Some(closed) => self.line.waiting.push_back(Waiting::new(closed)),
                    None => is_open = false,
                },
                Some(answer) = self.line.requests.join_next_with_id() => self.answered(answer),
                () = at(next_at) => {}
                () = is_over(&mut self.until) => break,
            }
        }
        // What is under way is not acknowledged: after the next start it is sent again.
        self.line.requests.abort_all();
        self.figures.in_flight(0);
    }

    fn launch(&mut self) {
        while let Some(mut waiting) = self.line.next(Instant::now()) {
            self.plan(&mut waiting);
            self.figures.resent(waiting.doubtful_events);
            let request = Request {
                sink: Arc::clone(&self.sink),
                batch: Arc::clone(&waiting.batch),
                keeping: Arc::clone(&self.keeping),
                letters: Arc::clone(&self.letters),
            };
            let handle = self.line.requests.spawn(request.send());
            self.line.flying.insert(handle.id(), waiting);
        }
        self.figures.in_flight(self.line.flying.len());
    }

    /// Names what will be made of the batch, where the sink does that.
    fn plan(&mut self, waiting: &mut Waiting) {
        if waiting.batch.plan.is_some() {
            return;
        }
        let Some(name) = self.sink.plan(&waiting.batch) else {
            return;
        };
        self.line.window.limit(PLANNED_REQUESTS_MAX);
        let plan = Plan {
            destination: Arc::clone(&waiting.batch.destination),
            spans: waiting.batch.spans(),
        };
        Arc::make_mut(&mut waiting.batch).plan = Some(Arc::clone(&name));
        let mut state = self.progress.lock();
        state.plans.insert(name, plan);
        state.version += 1;
    }

    fn answered(&mut self, answer: Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = match answer {
            Ok(answer) => answer,
            Err(error) => (error.id(), Outcome::Failed(broken(&error))),
        };
        let Some(waiting) = self.line.flying.remove(&id) else {
            return;
        };
        let verdict = judge(&waiting.batch, outcome);
        self.settle(&waiting.batch, &verdict);
        match verdict.trouble {
            None => self.succeeded(waiting),
            Some(trouble) => self.failed(waiting, trouble, verdict.again),
        }
        self.wake.freed();
    }

    /// What the sink has moves the cursor.
    fn settle(&self, batch: &Arc<Batch>, verdict: &Verdict) {
        if verdict.ends_plan
            && let Some(name) = &batch.plan
        {
            let mut state = self.progress.lock();
            let plan = state.plans.remove(name);
            state.version += 1;
            drop(state);
            // With what could not be read again after a crash.
            if let (Some(plan), true) = (plan, verdict.is_whole) {
                self.progress.settle(&plan.spans, |_| 0);
            }
        }
        if verdict.settled.is_empty() {
            return;
        }
        let count = |key| verdict.counts.get(&key).copied().unwrap_or(0);
        self.progress.settle(&verdict.settled, count);
        self.figures
            .delivered(verdict.delivered_events, verdict.delivered_bytes);
        self.keeping.changed();
    }

    fn succeeded(&mut self, waiting: Waiting) {
        if let Ok(batch) = Arc::try_unwrap(waiting.batch) {
            self.spare.put(batch);
        }
        self.figures.request("delivered");
        self.line.window.succeeded();
        self.line.backoff.succeeded();
        self.outstanding.fetch_sub(1, Ordering::AcqRel);
        self.line.told_at = None;
        if let Some(trouble) = self.figures.succeeded() {
            info!(
                sink = &**self.figures.name(),
                attempts = trouble.attempts,
                "the sink takes events again"
            );
        }
    }

    fn failed(&mut self, waiting: Waiting, trouble: Trouble, again: Vec<Batch>) {
        let is_data = trouble.class == TroubleClass::Data;
        let is_partial = !is_data && !again.is_empty();
        let pause = match is_data {
            // Halves are another request: nothing is wrong with the sink.
            true => Duration::ZERO,
            false => self.hold(&trouble),
        };
        self.tell(&trouble, pause, is_partial);
        let mut own = waiting.backoff;
        let own_pause = match is_data {
            true => Duration::ZERO,
            false => own.failed(&trouble, chance()),
        };
        let doubtful = |batch: &Batch| match trouble.class.is_doubtful() {
            true => batch.events().len(),
            false => 0,
        };
        let next = |batch: Arc<Batch>, charge: Charge| Waiting {
            // Of the halves of a request that was refused for its data, none arrived.
            doubtful_events: trouble.doubtful.unwrap_or_else(|| doubtful(&batch)) as u64,
            batch,
            charge,
            backoff: own,
            not_before: Some(Instant::now() + own_pause),
        };
        if again.is_empty() {
            self.line
                .waiting
                .push_front(next(waiting.batch, waiting.charge));
            return;
        }
        let parts = again.len();
        for batch in again.into_iter().rev() {
            let charge = waiting.charge.another(batch.memory_bytes());
            self.line.waiting.push_front(next(Arc::new(batch), charge));
        }
        self.outstanding.fetch_add(parts - 1, Ordering::AcqRel);
        if let Ok(batch) = Arc::try_unwrap(waiting.batch) {
            self.spare.put(batch);
        }
    }

    /// Leaves the whole sink alone for a while.
    fn hold(&mut self, trouble: &Trouble) -> Duration {
        self.line.window.halve();
        let pause = self.line.backoff.failed(trouble, chance());
        self.line.hold_until = self.line.hold_until.max(Instant::now() + pause);
        pause
    }

    fn tell(&mut self, trouble: &Trouble, pause: Duration, is_partial: bool) {
        if is_partial {
            self.figures.request("partial");
        }
        if trouble.class == TroubleClass::Data {
            // Nothing is wrong with the sink: the request is split, until the event is found that it does not take.
            self.figures.request(outcome_name(trouble.class));
            tracing::debug!(
                sink = &**self.figures.name(),
                "{}; in halves",
                trouble.message
            );
            return;
        }
        let retry_in_ms = i64::try_from(pause.as_millis()).unwrap_or(i64::MAX);
        let is_new = self.figures.failed(trouble, retry_in_ms);
        let is_due = self
            .line
            .told_at
            .is_none_or(|at| at.elapsed() >= TOLD_AGAIN);
        if !is_new && !is_due {
            return;
        }
        self.line.told_at = Some(Instant::now());
        let attempts = self
            .figures
            .standing()
            .trouble
            .as_ref()
            .map_or(0, |trouble| trouble.attempts);
        let (sink, message) = (&**self.figures.name(), &*trouble.message);
        if is_slow(trouble.class) {
            tracing::error!(
                sink,
                attempts,
                "{message}; nothing is lost: it is tried again until it succeeds"
            );
        } else {
            warn!(sink, attempts, "{message}; it is tried again");
        }
    }
}

impl Waiting {
    fn new(closed: Closed) -> Self {
        Self {
            batch: Arc::new(closed.batch),
            charge: closed.charge,
            backoff: Backoff::default(),
            not_before: None,
            doubtful_events: 0,
        }
    }
}

/// One request, and what has to be on the disk before and after it.
struct Request {
    sink: Arc<dyn Sink>,
    batch: Arc<Batch>,
    keeping: Arc<Keeping>,
    letters: Arc<Letters>,
}

impl Request {
    async fn send(self) -> Outcome {
        if self.batch.plan.is_some() {
            // Where the disk does not take it, the name still tells one batch from another.
            self.keeping.save().await;
        }
        let sending = tokio::time::timeout(REQUEST_MAX, self.sink.send(&self.batch));
        match sending.await {
            Err(_) => Outcome::failed(
                TroubleClass::Unanswered,
                format!("the sink did not answer within {} s", REQUEST_MAX.as_secs()),
            ),
            Ok(Outcome::Delivered { rejected }) if !rejected.is_empty() => {
                self.bury(rejected, String::new()).await
            }
            Ok(Outcome::Failed(trouble))
                if trouble.class == TroubleClass::Data && self.batch.events().len() <= 1 =>
            {
                self.bury(vec![(0, Rejection::Invalid)], trouble.message)
                    .await
            }
            Ok(outcome) => outcome,
        }
    }

    /// The events that were refused are dealt with once they are on the disk; until then they are sent again.
    async fn bury(self, rejected: Vec<(usize, Rejection)>, why: String) -> Outcome {
        let (letters, batch) = (self.letters, self.batch);
        let burying = tokio::task::spawn_blocking(move || {
            let buried = letters.bury(&batch, &rejected, &why);
            (buried, rejected)
        });
        match burying.await {
            Ok((Ok(()), rejected)) => Outcome::Delivered { rejected },
            Ok((Err(trouble), rejected)) => Outcome::Partial {
                remaining: rejected.into_iter().map(|(index, _)| index).collect(),
                trouble,
            },
            Err(error) => Outcome::Failed(broken(&error)),
        }
    }
}

fn broken(error: &JoinError) -> Trouble {
    Trouble::new(
        TroubleClass::Service,
        format!("a request broke off: {error}"),
    )
}

async fn at(instant: Option<Instant>) {
    match instant {
        Some(instant) => tokio::time::sleep_until(instant).await,
        None => pending().await,
    }
}

/// Waits until it is to stop, and then until it is too late.
async fn is_over(until: &mut watch::Receiver<Option<Instant>>) {
    let deadline = match until.wait_for(Option::is_some).await {
        Ok(deadline) => *deadline,
        Err(_) => None,
    };
    at(deadline).await;
}

/// Evenly distributed in 0..1.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    match aws_lc_rs::rand::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_be_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}
