//! The task of one shard: it owns the state machine, its log and the requests that wait, and feeds
//! it messages, the time and the fate of appends. Nothing else touches any of them.

use std::collections::HashMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use coordinator::{AppendError, Command, Durable, Effects, GroupConfig, Now, Reply, Shard, Token};
use service::{Clock, Flood};
use storage::{AppendError as LogError, CommitError};
use tokio::sync::{mpsc, oneshot};
use tracing::{debug, error, info};

use super::notices::Notices;
use super::recorded::GroupMetrics;
use super::shard_handle::{Message, Unavailable, Wait};
use super::shard_log::{BATCH_BYTES_MAX, LoadError, ShardLog, StoreError};

/// A load that took longer is told.
const SLOW_LOAD: Duration = Duration::from_millis(200);

type Waiter = oneshot::Sender<Result<Reply, Unavailable>>;
type Committing = Pin<Box<dyn Future<Output = Result<(), CommitError>> + Send>>;

/// What a shard is given besides its log.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) config: GroupConfig,
    pub(super) clock: Clock,
    pub(super) notices: Arc<Notices>,
    pub(super) metrics: Arc<GroupMetrics>,
}

/// Loads and serves one shard until its handles are gone or it is told to stop.
pub(super) async fn run(
    log: Option<ShardLog>,
    around: Surroundings,
    mut inbox: mpsc::Receiver<Message>,
) {
    let metrics = Arc::clone(&around.metrics);
    metrics.loading();
    let Some(mut log) = log else {
        metrics.load_failed();
        refuse_all(&mut inbox).await;
        metrics.failed_ended();
        return;
    };
    let began = around.clock.monotonic();
    let state = match load(&mut log, &mut inbox).await {
        Some(Ok(state)) => state,
        Some(Err(problem)) => {
            error!(
                partition = %log.partition(),
                "groups of this partition are not served: {problem}"
            );
            metrics.load_failed();
            refuse_all(&mut inbox).await;
            metrics.failed_ended();
            return;
        }
        None => {
            metrics.load_stopped();
            return;
        }
    };
    let serving = Serving::new(log, around, state);
    let took = serving.around.clock.monotonic() - began;
    metrics.loaded(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    let (groups, took_ms) = (serving.shard.group_count(), took.as_millis());
    // One line per partition is worth reading only where clients had to wait for it.
    if took >= SLOW_LOAD {
        info!(partition = %serving.log.partition(), groups, took_ms, "loaded groups");
    } else {
        debug!(partition = %serving.log.partition(), groups, took_ms, "loaded groups");
    }
    serving.serve(&mut inbox).await;
    metrics.ended();
}

/// Reads the log; meanwhile everybody is asked to come again. None where it was told to stop.
async fn load(
    log: &mut ShardLog,
    inbox: &mut mpsc::Receiver<Message>,
) -> Option<Result<Durable, LoadError>> {
    let mut loading = pin!(log.load());
    loop {
        tokio::select! {
            biased;
            loaded = &mut loading => return Some(loaded),
            message = inbox.recv() => match message {
                None | Some(Message::Close(_)) => return None,
                Some(message) => message.refuse(Unavailable::Loading),
            },
        }
    }
}

async fn refuse_all(inbox: &mut mpsc::Receiver<Message>) {
    while let Some(message) = inbox.recv().await {
        message.refuse(Unavailable::NotCoordinator);
    }
}

/// A shard that is loaded.
struct Serving {
    shard: Shard,
    log: ShardLog,
    around: Surroundings,
    waiting: HashMap<Token, Waiter>,
    next_token: u64,
    /// The append under way, and where the log ends after it.
    committing: Option<(i64, Committing)>,
    /// When it was handed to the log.
    appended_ns: u64,
    failures: Flood,
}

impl Serving {
    fn new(log: ShardLog, around: Surroundings, state: Durable) -> Self {
        let (shard, effects) = Shard::load(around.config, state, now(&around.clock));
        let mut serving = Self {
            shard,
            log,
            around,
            waiting: HashMap::new(),
            next_token: 0,
            committing: None,
            appended_ns: 0,
            failures: Flood::minutely(),
        };
        serving.carry_out(effects);
        serving
    }

    async fn serve(mut self, inbox: &mut mpsc::Receiver<Message>) {
        loop {
            self.tick_if_due();
            self.append();
            let left = self.until_deadline();
            let message = tokio::select! {
                biased;
                committed = settled(&mut self.committing) => {
                    self.append_settled(committed);
                    continue;
                }
                message = inbox.recv() => message,
                () = sleep(left) => continue,
            };
            match message {
                Some(Message::Command {
                    command,
                    reply,
                    wait,
                }) => self.handle(command, reply, wait),
                Some(Message::Read(look)) => look(Ok(&self.shard)),
                Some(Message::Close(done)) => {
                    self.finish().await;
                    drop(done);
                    return;
                }
                // The topic was deleted: there is nothing to write to any more.
                None => return,
            }
        }
    }

    fn handle(&mut self, command: Command, reply: Option<Waiter>, wait: Wait) {
        let begun_ns = wait.over();
        let token = Token(self.next_token);
        self.next_token += 1;
        if let Some(reply) = reply {
            self.waiting.insert(token, reply);
        }
        let effects = self.shard.handle(token, command, now(&self.around.clock));
        self.carry_out(effects);
        let took_ns = self.since(begun_ns);
        self.around.metrics.stepped(took_ns);
    }

    fn since(&self, then_ns: u64) -> u64 {
        self.around.clock.monotonic_nanos().saturating_sub(then_ns)
    }

    fn tick_if_due(&mut self) {
        let now = now(&self.around.clock);
        if self
            .shard
            .next_deadline()
            .is_some_and(|due_ms| due_ms <= now.monotonic_ms)
        {
            let effects = self.shard.tick(now);
            self.carry_out(effects);
        }
    }

    /// Time until the next deadline; none where there is no deadline.
    fn until_deadline(&self) -> Option<Duration> {
        let due_ms = self.shard.next_deadline()?;
        let left_ms = due_ms
            .saturating_sub(now(&self.around.clock).monotonic_ms)
            .max(1);
        u64::try_from(left_ms).ok().map(Duration::from_millis)
    }

    /// Appends what the shard wants stored, one append at a time.
    fn append(&mut self) {
        while self.committing.is_none()
            && let Some(batch) = self.shard.next_batch(BATCH_BYTES_MAX)
        {
            let now = now(&self.around.clock);
            let begun_ns = self.around.clock.monotonic_nanos();
            match self.log.append(&batch, now.wall_ms) {
                Ok(appended) => {
                    self.appended_ns = self.around.clock.monotonic_nanos();
                    let took_ns = self.appended_ns.saturating_sub(begun_ns);
                    self.around.metrics.flushed(took_ns);
                    let end = appended.last_offset + 1;
                    self.committing = Some((end, Box::pin(appended.commit.wait())));
                }
                Err(problem) => {
                    self.report(&problem);
                    let effects = self.shard.append_failed(append_error(&problem), now);
                    self.carry_out(effects);
                }
            }
        }
    }

    fn append_settled(&mut self, committed: Result<i64, CommitError>) {
        let now = now(&self.around.clock);
        let effects = match committed {
            Ok(end) => {
                self.around.metrics.settled(self.since(self.appended_ns));
                self.log.committed(end);
                self.shard.committed(now)
            }
            Err(problem) => {
                self.report(&problem);
                self.shard.append_failed(AppendError::Storage, now)
            }
        };
        self.carry_out(effects);
        if self.log.snapshot_due() {
            let (log, shard) = (&mut self.log, &self.shard);
            tokio::task::block_in_place(|| log.snapshot_and_trim(shard.durable(), now.wall_ms));
        }
    }

    /// Waits for the append under way, writes a snapshot and refuses who waits.
    async fn finish(mut self) {
        while self.committing.is_some() {
            let committed = settled(&mut self.committing).await;
            self.append_settled(committed);
            self.append();
        }
        let (log, shard) = (&mut self.log, &self.shard);
        tokio::task::block_in_place(|| log.snapshot(shard.durable()));
        for (token, reply) in self.shard.unload(now(&self.around.clock)).replies {
            // A client that went away does not hear it.
            drop(
                self.waiting
                    .remove(&token)
                    .map(|waiter| waiter.send(Ok(reply))),
            );
        }
    }

    fn carry_out(&mut self, effects: Effects) {
        self.around.metrics.brought(&effects);
        for (token, reply) in effects.replies {
            if let Some(waiter) = self.waiting.remove(&token) {
                // A client that went away does not hear it.
                let _ = waiter.send(Ok(reply));
            }
        }
        for notice in effects.notices {
            self.around.notices.tell(&notice);
        }
    }

    fn report(&self, problem: &dyn std::fmt::Display) {
        if let Some(others) = self.failures.admit(self.around.clock.now_ms()) {
            error!(partition = %self.log.partition(), others, "cannot store groups: {problem}");
        }
    }
}

/// Ends when the append under way, if there is one, is settled; gives the end of the log.
async fn settled(committing: &mut Option<(i64, Committing)>) -> Result<i64, CommitError> {
    let Some((end, commit)) = committing else {
        return std::future::pending().await;
    };
    let outcome = commit.as_mut().await.map(|()| *end);
    *committing = None;
    outcome
}

async fn sleep(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

fn now(clock: &Clock) -> Now {
    let monotonic_ms = i64::try_from(clock.monotonic().as_millis()).unwrap_or(i64::MAX);
    Now {
        wall_ms: clock.now_ms(),
        monotonic_ms,
    }
}

fn append_error(problem: &StoreError) -> AppendError {
    match problem {
        StoreError::Append(
            LogError::RecordTooLarge { .. } | LogError::RecordSetTooLarge { .. },
        )
        | StoreError::Build(_) => AppendError::TooLarge,
        StoreError::Append(_) => AppendError::Storage,
    }
}
