//! How a process ends: a signal or a reason of its own asks for it, work drains until a deadline,
//! a later signal ends it at once. Signals that come together are one wish.

use std::fmt;
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Clock;

/// Asks for the end; clones ask for the same.
#[derive(Clone, Debug)]
pub struct Trigger(watch::Sender<Option<Cause>>);

/// Sees that the end was asked for; clones see the same.
#[derive(Clone, Debug)]
pub struct Signal(watch::Receiver<Option<Cause>>);

/// Who asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Ctrl-C.
    Interrupt,
    /// A service manager or `kill`.
    Terminate,
    /// The process itself.
    Internal,
}

/// How draining ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// All work was finished.
    Clean,
    /// The deadline came first.
    DeadlinePassed,
}

/// A trigger and its signal.
pub fn channel() -> (Trigger, Signal) {
    let (sender, receiver) = watch::channel(None);
    (Trigger(sender), Signal(receiver))
}

/// Signals within this time of the first are the same wish: `timeout` sends its signal to the process and to its
/// group, a terminal and a supervisor may both stop it. Whoever means it asks again.
const SAME_WISH: Duration = Duration::from_secs(1);

/// A signal that SIGINT and SIGTERM give. Another of them, a second or more later, ends the process at once with
/// the status a shell expects (130, 143). Call inside the runtime, before anything is announced.
pub fn on_signals() -> io::Result<(Trigger, Signal)> {
    let (trigger, seen) = channel();
    watch(trigger.clone(), Cause::end_at_once)?;
    Ok((trigger, seen))
}

/// [`on_signals`] for a process that has to clean up before it ends at once: the second wish is the second signal
/// here, and whoever sees it ends by [`Cause::end_at_once`]. A third ends it wherever it is.
pub fn on_signals_in_two_steps() -> io::Result<(Signal, Signal)> {
    let (end, ending) = channel();
    let (at_once, now) = channel();
    let theirs = now.clone();
    watch(end, move |cause| match theirs.requested() {
        None => at_once.request(cause),
        Some(_) => cause.end_at_once(),
    })?;
    Ok((ending, now))
}

fn watch(trigger: Trigger, at_once: impl Fn(Cause) + Send + 'static) -> io::Result<()> {
    let interrupt = signal(SignalKind::interrupt())?;
    let terminate = signal(SignalKind::terminate())?;
    crate::spawn::task("signals", async move {
        watch_signals(interrupt, terminate, &trigger, at_once).await
    });
    Ok(())
}

async fn watch_signals(
    mut interrupt: Stream,
    mut terminate: Stream,
    trigger: &Trigger,
    at_once: impl Fn(Cause),
) {
    let clock = Clock::real();
    let mut wishes = Wishes::default();
    loop {
        let cause = tokio::select! {
            received = interrupt.recv() => received.map(|()| Cause::Interrupt),
            received = terminate.recv() => received.map(|()| Cause::Terminate),
        };
        let Some(cause) = cause else { return };
        match wishes.hear(clock.monotonic()) {
            Wish::End => trigger.request(cause),
            Wish::Same => {}
            Wish::EndAtOnce => at_once(cause),
        }
    }
}

/// When the first signal came.
#[derive(Debug, Default)]
struct Wishes(Option<Duration>);

/// What a signal means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// To end.
    End,
    /// What was wished already.
    Same,
    /// To wait no longer.
    EndAtOnce,
}

impl Wishes {
    /// One comes at this time of a clock that never goes back.
    fn hear(&mut self, now: Duration) -> Wish {
        match self.0 {
            None => {
                self.0 = Some(now);
                Wish::End
            }
            Some(first) if now.saturating_sub(first) < SAME_WISH => Wish::Same,
            Some(_) => Wish::EndAtOnce,
        }
    }
}

impl Trigger {
    /// Asks for the end; only the first cause is kept.
    pub fn request(&self, cause: Cause) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            current.get_or_insert(cause);
            first
        });
    }
}

impl Signal {
    /// Whether, and why, the end was asked for.
    pub fn requested(&self) -> Option<Cause> {
        *self.0.borrow()
    }

    /// Waits for it. When every trigger is gone without asking, waits for ever.
    pub async fn wait(&mut self) -> Cause {
        let cause = match self.0.wait_for(Option::is_some).await {
            Ok(cause) => *cause,
            Err(_) => None,
        };
        match cause {
            Some(cause) => cause,
            None => std::future::pending().await,
        }
    }
}

/// Does `work` until the signal, which leaves it where it is.
pub async fn until(mut signal: Signal, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        _ = signal.wait() => {}
    }
}

/// Gives tasks that end by themselves at the signal until `deadline`; those that have not ended then are cancelled.
pub async fn end(mut tasks: JoinSet<()>, deadline: Duration) -> Drained {
    drain(
        async { while tasks.join_next().await.is_some() {} },
        deadline,
    )
    .await
}

/// Gives `work` until `deadline` to finish.
pub async fn drain(work: impl Future<Output = ()>, deadline: Duration) -> Drained {
    match tokio::time::timeout(deadline, work).await {
        Ok(()) => Drained::Clean,
        Err(_) => Drained::DeadlinePassed,
    }
}

impl Cause {
    /// Ends the process with the status a shell expects of one that a signal has ended.
    pub fn end_at_once(self) {
        // Nobody is left to write a log.
        eprintln!("{self} again: ended at once; what was not finished is left as it is");
        std::process::exit(self.status_at_once());
    }

    fn status_at_once(self) -> i32 {
        match self {
            Self::Interrupt => 130,
            Self::Terminate => 143,
            Self::Internal => 1,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Interrupt => "SIGINT",
            Self::Terminate => "SIGTERM",
            Self::Internal => "its own request",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Cause, Drained, SAME_WISH, Wish, Wishes, channel, drain, end, until};
    use std::time::Duration;
    use tokio::task::JoinSet;

    #[tokio::test]
    async fn the_first_cause_is_seen_by_all() {
        let (trigger, mut signal) = channel();
        let mut other = signal.clone();
        assert_eq!(signal.requested(), None);
        trigger.request(Cause::Terminate);
        trigger.request(Cause::Interrupt);
        assert_eq!(
            (signal.wait().await, other.wait().await),
            (Cause::Terminate, Cause::Terminate)
        );
    }

    #[test]
    fn signals_that_come_together_are_one_wish() {
        let start = Duration::from_secs(3600);
        let mut wishes = Wishes::default();
        for (later, expected) in [
            (Duration::ZERO, Wish::End),
            (Duration::ZERO, Wish::Same),
            (Duration::from_millis(2), Wish::Same),
            (SAME_WISH - Duration::from_nanos(1), Wish::Same),
            (SAME_WISH, Wish::EndAtOnce),
        ] {
            assert_eq!(wishes.hear(start + later), expected, "{later:?}");
        }
    }

    #[tokio::test]
    async fn draining_ends_with_the_work_or_the_deadline() {
        assert_eq!(
            drain(async {}, Duration::from_secs(1)).await,
            Drained::Clean
        );
        let never = std::future::pending();
        assert_eq!(drain(never, Duration::ZERO).await, Drained::DeadlinePassed);
    }

    #[tokio::test]
    async fn work_is_done_to_its_end_or_to_the_signal() {
        let (trigger, signal) = channel();
        until(signal.clone(), async {}).await;
        assert_eq!(signal.requested(), None);
        trigger.request(Cause::Internal);
        until(signal, std::future::pending()).await;
    }

    #[tokio::test]
    async fn tasks_that_do_not_end_are_cancelled() {
        let mut tasks = JoinSet::new();
        tasks.spawn(async {});
        assert_eq!(end(tasks, Duration::from_secs(60)).await, Drained::Clean);
        let held = std::sync::Arc::new(());
        let theirs = std::sync::Arc::clone(&held);
        let mut tasks = JoinSet::new();
        let stuck = tasks.spawn(async move {
            let _theirs = theirs;
            std::future::pending().await
        });
        assert_eq!(end(tasks, Duration::ZERO).await, Drained::DeadlinePassed);
        while !stuck.is_finished() {
            tokio::task::yield_now().await;
        }
        assert_eq!(std::sync::Arc::strong_count(&held), 1);
    }
}
