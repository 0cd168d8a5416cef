//! Asks mounts for their room on other threads, so that one that hangs holds nobody but its thread.
//!
//! Usually one worker answers all, in a row. Where it does not go on for [`NUDGE`], another takes
//! over those that are left; where a mount has not answered within the timeout, it hangs, and is
//! asked no more until its thread comes back.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// A mount answers in microseconds; disks that sleep take seconds, and then the others go on.
const NUDGE: Duration = Duration::from_millis(100);

/// What a filesystem has room for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    /// The unit of the others.
    pub block_bytes: f64,
    /// All blocks.
    pub blocks: f64,
    /// Those that are free.
    pub blocks_free: f64,
    /// Those that are free for others than root.
    pub blocks_available: f64,
    /// All file nodes.
    pub files: f64,
    /// Those that are free.
    pub files_free: f64,
}

/// What a mount said.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Its room.
    Room(Room),
    /// Why it does not say, in the system's words.
    Failed(String),
    /// Nothing yet.
    Hangs,
}

/// How a mount is asked.
pub type Ask = fn(&Path) -> Answer;

/// The threads, and what is known of mounts that hang.
pub struct Asker {
    workers_max: usize,
    timeout: Duration,
    ask: Ask,
    /// The worker that takes the rounds; one that hangs is let go, and ends when it comes back.
    worker: Option<Sender<Round>>,
    /// Threads that are there.
    workers: Arc<AtomicUsize>,
    hanging: HashSet<PathBuf>,
    /// Where a mount that hung tells that it has answered.
    recovered: Receiver<PathBuf>,
    recovers: Sender<PathBuf>,
}

/// Mounts to ask, and where the answers go.
#[derive(Clone)]
struct Round {
    shared: Arc<Shared>,
    answers: Sender<(usize, Answer)>,
}

struct Shared {
    paths: Vec<PathBuf>,
    /// The next that a worker takes.
    next: AtomicUsize,
    /// Nobody waits any more.
    is_over: AtomicBool,
}

impl Asker {
    /// No thread yet.
    pub fn new(workers_max: usize, timeout: Duration, ask: Ask) -> Self {
        let (recovers, recovered) = mpsc::channel();
        Self {
            workers_max,
            timeout,
            ask,
            worker: None,
            workers: Arc::default(),
            hanging: HashSet::new(),
            recovered,
            recovers,
        }
    }

    /// What each of these mounts says, in their order.
    pub fn ask(&mut self, paths: Vec<PathBuf>) -> Vec<Answer> {
        for path in self.recovered.try_iter() {
            self.hanging.remove(&path);
        }
        self.hanging.retain(|path| paths.contains(path));
        let mut told = vec![Answer::Hangs; paths.len()];
        let asked = paths.iter().enumerate();
        let asked = asked.filter(|(_, path)| !self.hanging.contains(*path));
        let (places, asked): (Vec<usize>, Vec<PathBuf>) =
            asked.map(|(at, path)| (at, path.clone())).unzip();
        if asked.is_empty() {
            return told;
        }
        let (sender, receiver) = mpsc::channel();
        let shared = Arc::new(Shared {
            paths: asked,
            next: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
        });
        let round = Round {
            shared: Arc::clone(&shared),
            answers: sender,
        };
        let answers = self.wait(round, &receiver);
        // Those that nobody has begun with, as all threads hang, may be asked the next time.
        let begun = shared.next.swap(shared.paths.len(), Ordering::SeqCst);
        let mut silent: Vec<bool> = (0..shared.paths.len()).map(|at| at < begun).collect();
        for (at, answer) in answers {
            if let (Some(place), Some(silent)) = (places.get(at), silent.get_mut(at)) {
                *silent = false;
                told[*place] = answer;
            }
        }
        if silent.contains(&true) {
            self.worker = None;
        }
        let silent = shared
            .paths
            .iter()
            .zip(silent)
            .filter(|(_, silent)| *silent);
        self.hanging.extend(silent.map(|(path, _)| path.clone()));
        told
    }

    /// The answers that come in time.
    fn wait(&mut self, round: Round, receiver: &Receiver<(usize, Answer)>) -> Vec<(usize, Answer)> {
        let shared = Arc::clone(&round.shared);
        let count = shared.paths.len();
        self.start(&round);
        let mut answers = Vec::with_capacity(count);
        let mut waited = Duration::ZERO;
        while answers.len() < count && waited < self.timeout {
            let patience = NUDGE.min(self.timeout - waited);
            match receiver.recv_timeout(patience) {
                Ok(answer) => {
                    answers.push(answer);
                    waited = Duration::ZERO;
                }
                Err(RecvTimeoutError::Timeout) => {
                    waited += patience;
                    if shared.next.load(Ordering::SeqCst) < count {
                        self.worker = None;
                        self.start(&round);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // Who answers from here on is either seen below, or sees that it is over.
        shared.is_over.store(true, Ordering::SeqCst);
        answers.extend(receiver.try_iter());
        answers
    }

    /// Sets the worker, or a new one, to work; nobody where too many hang.
    fn start(&mut self, round: &Round) {
        if let Some(worker) = &self.worker
            && worker.send(round.clone()).is_ok()
        {
            return;
        }
        if self.workers.load(Ordering::Relaxed) >= self.workers_max {
            return;
        }
        let (sender, rounds) = mpsc::channel::<Round>();
        let (ask, recovers) = (self.ask, self.recovers.clone());
        let place = Place::take(&self.workers);
        let started = service::spawn::thread("statfs", move || {
            let _place = place;
            for round in rounds {
                work(&round, ask, &recovers);
            }
        });
        match started {
            Ok(_) if sender.send(round.clone()).is_ok() => self.worker = Some(sender),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "cannot start a thread to ask mounts"),
        }
    }
}

/// Asks the mounts that are left, one after another.
fn work(Round { shared, answers }: &Round, ask: Ask, recovers: &Sender<PathBuf>) {
    loop {
        let at = shared.next.fetch_add(1, Ordering::SeqCst);
        let Some(path) = shared.paths.get(at) else {
            return;
        };
        let answer = ask(path);
        let _ = answers.send((at, answer));
        if shared.is_over.load(Ordering::SeqCst) {
            // It hung, and does not now.
            let _ = recovers.send(path.clone());
        }
    }
}

/// A thread's place, given back when it ends.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(workers: &Arc<AtomicUsize>) -> Self {
        workers.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(workers))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// statfs(2), which looks through what is mounted to what it has room for.
pub fn statfs(path: &Path) -> Answer {
    match rustix::fs::statfs(path) {
        Ok(found) => Answer::Room(Room {
            block_bytes: found.f_bsize as f64,
            blocks: found.f_blocks as f64,
            blocks_free: found.f_bfree as f64,
            blocks_available: found.f_bavail as f64,
            files: found.f_files as f64,
            files_free: found.f_ffree as f64,
        }),
        Err(error) => Answer::Failed(words(error)),
    }
}

/// Go's words for what the system says, which are a label in every dashboard: `permission denied`,
/// without the number that Rust adds.
fn words(error: rustix::io::Errno) -> String {
    let text = std::io::Error::from(error).to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    text.to_lowercase()
}
