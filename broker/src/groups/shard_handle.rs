//! How the rest of the broker talks to a shard: messages that the shard takes in order.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use coordinator::{Command, Reply, Shard};
use service::Clock;
use tokio::sync::{mpsc, oneshot};

use super::recorded::GroupMetrics;
use super::shard_log::ShardLog;
use super::shard_task::{self, Surroundings};

/// Messages that may wait for one shard; beyond, the connections that bring more wait themselves.
const MESSAGES_MAX: usize = 1024;

/// Why a shard does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unavailable {
    /// Its log is being read.
    Loading,
    /// Its log cannot be used, or the broker is stopping, or there is no topic for groups.
    NotCoordinator,
}

/// Looks at a shard.
type Look = Box<dyn FnOnce(Result<&Shard, Unavailable>) + Send>;

/// What a shard is sent.
pub(super) enum Message {
    /// Do something; some commands want no answer.
    Command {
        command: Command,
        reply: Option<oneshot::Sender<Result<Reply, Unavailable>>>,
        wait: Wait,
    },
    /// Be looked at.
    Read(Look),
    /// Stop; the sender is dropped when that is done.
    Close(oneshot::Sender<()>),
}

/// How long a command waits for its turn, from its sending on.
#[derive(Debug)]
pub(super) struct Wait {
    clock: Clock,
    metrics: Arc<GroupMetrics>,
    began_ns: u64,
}

impl Wait {
    /// Its turn has come; gives the time.
    pub(super) fn over(self) -> u64 {
        let now_ns = self.clock.monotonic_nanos();
        self.metrics.waited(now_ns.saturating_sub(self.began_ns));
        now_ns
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.metrics.dequeued();
    }
}

impl Message {
    /// Answers in place of a shard that cannot.
    pub(super) fn refuse(self, why: Unavailable) {
        match self {
            // Whoever went away does not hear it.
            Self::Command { reply, .. } => drop(reply.map(|reply| reply.send(Err(why)))),
            Self::Read(look) => look(Err(why)),
            Self::Close(_) => {}
        }
    }
}

/// Sends messages to one shard; clones talk to the same one.
#[derive(Clone)]
pub struct ShardHandle {
    messages: mpsc::Sender<Message>,
    clock: Clock,
    metrics: Arc<GroupMetrics>,
}

impl fmt::Debug for ShardHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ShardHandle")
    }
}

/// The answer to a command, to be waited for.
#[derive(Debug)]
pub struct PendingReply(oneshot::Receiver<Result<Reply, Unavailable>>);

impl PendingReply {
    /// For a group that has no shard here.
    pub fn not_coordinator() -> Self {
        Self(oneshot::channel().1)
    }

    /// Waits for the answer.
    pub async fn wait(self) -> Result<Reply, Unavailable> {
        // A shard that ends drops what waits for it.
        self.0.await.unwrap_or(Err(Unavailable::NotCoordinator))
    }
}

impl ShardHandle {
    /// Starts the task of a shard over `log`; none where its partition is offline.
    pub(super) fn start(log: Option<ShardLog>, around: Surroundings) -> Self {
        let (messages, inbox) = mpsc::channel(MESSAGES_MAX);
        let (clock, metrics) = (around.clock.clone(), Arc::clone(&around.metrics));
        tokio::spawn(shard_task::run(log, around, inbox));
        Self {
            messages,
            clock,
            metrics,
        }
    }

    /// Gives the shard a command; it takes effect after all that were given before.
    pub async fn command(&self, command: Command) -> PendingReply {
        let (reply, pending) = oneshot::channel();
        self.send(Message::Command {
            command,
            reply: Some(reply),
            wait: self.begin_wait(),
        })
        .await;
        PendingReply(pending)
    }

    /// Gives the shard a command that has no answer.
    pub async fn notify(&self, command: Command) {
        self.send(Message::Command {
            command,
            reply: None,
            wait: self.begin_wait(),
        })
        .await;
    }

    /// Looks at what is committed.
    pub fn read<T, F>(
        &self,
        look: F,
    ) -> impl Future<Output = Result<T, Unavailable>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Shard) -> T + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let messages = self.messages.clone();
        let look = move |shard: Result<&Shard, Unavailable>| {
            // Whoever went away does not hear it.
            let _ = reply.send(shard.map(look));
        };
        async move {
            if let Err(unsent) = messages.send(Message::Read(Box::new(look))).await {
                unsent.0.refuse(Unavailable::NotCoordinator);
            }
            answer.await.unwrap_or(Err(Unavailable::NotCoordinator))
        }
    }

    /// Stops the shard and waits until it has written its snapshot.
    pub(super) fn close(&self) -> impl Future<Output = ()> + Send + use<> {
        let messages = self.messages.clone();
        let (done, closed) = oneshot::channel();
        async move {
            if messages.send(Message::Close(done)).await.is_ok() {
                // The sender is dropped, not used.
                let _ = closed.await;
            }
        }
    }

    fn begin_wait(&self) -> Wait {
        self.metrics.queued();
        Wait {
            clock: self.clock.clone(),
            metrics: Arc::clone(&self.metrics),
            began_ns: self.clock.monotonic_nanos(),
        }
    }

    async fn send(&self, message: Message) {
        if let Err(unsent) = self.messages.send(message).await {
            unsent.0.refuse(Unavailable::NotCoordinator);
        }
    }
}
