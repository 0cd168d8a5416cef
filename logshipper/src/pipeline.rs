//! Everything that is at work for one configuration: the catalogue of files and a delivery for each sink. Begun
//! at the start, and anew when the configuration changes.
//!
//! It knows no signals and no admin port.

mod undelivered;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use service::Clock;
use service::files::{Lock, LockError};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};
use tracing::info;

use crate::checkpoint::{Loaded, Store, StoreError};
use crate::config::{ShipperConfig, SinkConfig};
use crate::dead_letter::DeadLetters;
use crate::delivery::budget::Budget;
use crate::delivery::{Delivery, Parts};
use crate::event::Framing;
use crate::input::{Catalogue, InputError, InputSettings};
use crate::look;
use crate::metrics::{Following, Metrics, Roster};
use crate::sink::Sink;
use crate::sink::table::{OpenError, Surroundings};

/// Why there is nothing at work.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The state directory.
    #[error("cannot use the state directory {}: {source}", path.display())]
    StateDir {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another shipper has it.
    #[error(
        "the state directory {} is in use by {}; each shipper needs one of its own", path.display(), holder(*pid)
    )]
    InUse {
        /// Which.
        path: PathBuf,
        /// Whose.
        pid: Option<u32>,
    },
    /// A checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] StoreError),
    /// The files.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A sink.
    #[error("{sink}: {source}")]
    Sink {
        /// Which.
        sink: Arc<str>,
        /// Why.
        source: OpenError,
    },
    /// A thread.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
}

/// What is the same for all that this process does.
#[derive(Clone, Debug)]
pub struct Context {
    /// The time.
    pub clock: Clock,
    /// The metrics of sinks.
    pub metrics: Metrics,
    /// What is shown of them.
    pub roster: Roster,
    /// Told if a part of a delivery panics.
    pub broken: Arc<Notify>,
}

/// The state directory, which is this process's alone.
#[derive(Debug)]
pub struct StateDir {
    path: PathBuf,
    /// When it was used first, if that was not now.
    followed_since_ms: Option<i64>,
    _lock: Lock,
}

/// Everything at work.
#[derive(Debug)]
pub struct Pipeline {
    deliveries: Vec<Delivery>,
    catalogue: Arc<Catalogue>,
    undelivered: Option<(JoinHandle<()>, Arc<undelivered::File>)>,
    roster: Roster,
    /// Looks at where events go, until there are requests to tell.
    _looks: JoinSet<()>,
}

struct Opened {
    sink: Arc<dyn Sink>,
    store: Store,
    loaded: Loaded,
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

impl StateDir {
    /// Makes it if need be, and locks it.
    ///
    /// # Errors
    /// It cannot be made, or another process has it.
    pub fn lock(path: &Path) -> Result<Self, PipelineError> {
        let failed = |source| PipelineError::StateDir {
            path: path.to_owned(),
            source,
        };
        service::files::create_private_dir(path).map_err(failed)?;
        let lock = Lock::acquire(&path.join("lock")).map_err(|error| match error {
            LockError::Held(pid) => PipelineError::InUse {
                path: path.to_owned(),
                pid,
            },
            LockError::Io(source) => failed(source),
        })?;
        Ok(Self {
            path: path.to_owned(),
            followed_since_ms: followed_since(path),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Pipeline {
    /// Opens sinks and files, and begins.
    ///
    /// # Errors
    /// Something that no later attempt would change.
    pub async fn start(
        config: &ShipperConfig,
        state_dir: &mut StateDir,
        context: &Context,
    ) -> Result<Self, PipelineError> {
        let opened = open(config, state_dir, context).await?;
        let input = InputSettings {
            followed_since_ms: state_dir.followed_since_ms,
            ..config.input.clone()
        };
        let started_ms = context.clock.now_ms();
        let catalogue = catalogue(input, &opened, &context.clock).await?;
        let written = config
            .undelivered_file
            .as_ref()
            .map(|_| Arc::new(Notify::new()));
        let share = config.memory_bytes / opened.len().max(1);
        let (mut deliveries, mut following) = (Vec::new(), Vec::new());
        for (number, (opened, sink)) in opened.into_iter().zip(&config.sinks).enumerate() {
            let budget = Budget::new(share);
            let figures = context.metrics.sink(&sink.name, &context.clock);
            let sending_to = Arc::clone(&opened.sink);
            warn_of_small_batches(&sink.name, opened.sink.limits().bytes_max, share);
            let letters = config.dead_letter_bytes_max;
            let parts = Parts {
                number,
                catalogue: Arc::clone(&catalogue),
                framing: framing(config, &*opened.sink),
                sink: opened.sink,
                store: opened.store,
                loaded: opened.loaded,
                dead_letters: DeadLetters::new(state_dir.path(), &sink.name, letters),
                budget: Arc::clone(&budget),
                figures: Arc::clone(&figures),
                clock: context.clock.clone(),
                requests_max: config.requests_max,
                after_checkpoint: told(written.clone()),
                broken: Arc::clone(&context.broken),
            };
            let delivery = Delivery::start(parts).map_err(PipelineError::Thread)?;
            following.push(Following {
                sink: sending_to,
                kind: sink.kind,
                target: Arc::clone(&sink.target),
                figures,
                progress: Arc::clone(delivery.progress()),
                budget,
            });
            deliveries.push(delivery);
        }
        state_dir.used(started_ms);
        let names: Vec<_> = config
            .sinks
            .iter()
            .map(|sink| Arc::clone(&sink.name))
            .collect();
        context.metrics.retain(&names);
        let undelivered =
            written.and_then(|written| undelivered(config, &deliveries, context, written));
        let looks = look::at(&following);
        context.roster.follow(following, Arc::clone(&catalogue));
        Ok(Self {
            deliveries,
            catalogue,
            undelivered,
            roster: context.roster.clone(),
            _looks: looks,
        })
    }

    /// Bytes of deleted files that only this keeps.
    pub fn held_deleted_bytes(&self) -> u64 {
        self.catalogue.figures().held_deleted_bytes
    }

    /// Sends what was read for at most so long, and keeps how far that went.
    pub async fn stop(self, grace: Duration) {
        let mut stopping = JoinSet::new();
        for delivery in self.deliveries {
            stopping.spawn(delivery.stop(grace));
        }
        while stopping.join_next().await.is_some() {}
        if let Some((task, file)) = self.undelivered {
            task.abort();
            let _ = task.await;
            file.write().await;
        }
        self.roster.work().catalogue = None;
    }
}

/// Two batches have to find room in a sink's share.
fn warn_of_small_batches(sink: &str, bytes_max: usize, share: usize) {
    if bytes_max > share / 2 {
        tracing::warn!(
            sink,
            bytes_max,
            batch_bytes = share / 2,
            "batches of this sink are smaller than it is set to: half of its share of memory-bytes; raise that"
        );
    }
}

/// Tells whoever waits for checkpoints.
fn told(written: Option<Arc<Notify>>) -> Box<dyn Fn() + Send + Sync> {
    Box::new(move || {
        if let Some(written) = &written {
            written.notify_one();
        }
    })
}

/// Who writes `--undelivered-file`.
fn undelivered(
    config: &ShipperConfig,
    deliveries: &[Delivery],
    context: &Context,
    written: Arc<Notify>,
) -> Option<(JoinHandle<()>, Arc<undelivered::File>)> {
    let path = config.undelivered_file.clone()?;
    let progress = deliveries
        .iter()
        .map(|delivery| Arc::clone(delivery.progress()));
    let file = undelivered::File::new(path, progress.collect(), context.clock.clone());
    let file = Arc::new(file);
    let writing = Arc::clone(&file);
    let task = async move { writing.run(&written).await };
    Some((service::spawn::task("undelivered-file", task), file))
}

/// A sink's own limit of an event is kept, too.
fn framing(config: &ShipperConfig, sink: &dyn Sink) -> Framing {
    let event_bytes_max = config.event_bytes_max.min(sink.limits().event_bytes_max);
    Framing::new(config.multiline, config.zone.clone(), event_bytes_max)
}

/// When the state directory was used first: what its file says, which a first start writes.
fn followed_since(directory: &Path) -> Option<i64> {
    let text = service::files::read_text(&directory.join(FOLLOWED_SINCE), 64).ok()?;
    text.trim().parse().ok()
}

impl StateDir {
    /// From now on this is no first start. Where it cannot be written, the next start is one, too: nothing is lost by
    /// that unless `--from end` is given.
    fn used(&mut self, now_ms: i64) {
        if self.followed_since_ms.is_some() {
            return;
        }
        let path = self.path.join(FOLLOWED_SINCE);
        match service::files::write_atomic(&path, format!("{now_ms}\n").as_bytes()) {
            Ok(()) => self.followed_since_ms = Some(now_ms),
            Err(error) => tracing::error!(path = %path.display(), %error, "cannot write"),
        }
    }
}

/// Holds when the state directory was used first.
const FOLLOWED_SINCE: &str = "followed-since";

/// The sinks, in the order of the configuration.
async fn open(
    config: &ShipperConfig,
    state_dir: &StateDir,
    context: &Context,
) -> Result<Vec<Opened>, PipelineError> {
    let mut opened = Vec::new();
    for sink in &config.sinks {
        let store = Store::new(state_dir.path(), &sink.name);
        let loaded = store.load()?;
        opened.push(Opened {
            sink: open_sink(sink, context).await?,
            store,
            loaded,
        });
    }
    Ok(opened)
}

async fn open_sink(config: &SinkConfig, context: &Context) -> Result<Arc<dyn Sink>, PipelineError> {
    let surroundings = Surroundings {
        clock: context.clock.clone(),
    };
    let opened = (config.open)(surroundings).await;
    opened.map_err(|source| PipelineError::Sink {
        sink: Arc::clone(&config.name),
        source,
    })
}

/// Looks at the files, which may take a while where there are many.
async fn catalogue(
    settings: InputSettings,
    opened: &[Opened],
    clock: &Clock,
) -> Result<Arc<Catalogue>, PipelineError> {
    let checkpoints = opened
        .iter()
        .filter_map(|opened| opened.loaded.checkpoint.as_ref());
    let entries = checkpoints.flat_map(|checkpoint| &checkpoint.files);
    let known: Vec<_> = entries.map(|entry| entry.identity.clone()).collect();
    let (globs, clock) = (settings.globs.join(", "), clock.clone());
    let starting = tokio::task::spawn_blocking(move || Catalogue::start(settings, known, clock));
    let started = starting
        .await
        .map_err(|error| PipelineError::Thread(io::Error::other(error)))?;
    let catalogue = Arc::new(started?);
    let files = catalogue.files().len();
    match files {
        0 => tracing::warn!(
            input = globs,
            "no file is there yet; the directories are watched"
        ),
        _ => info!(input = globs, files, "files are there"),
    }
    Ok(catalogue)
}
