//! Starting and stopping: what cannot work is said at once; what may work later is tried until it does.

use std::sync::Arc;
use std::time::Duration;

use otlp::{Otlp, Process};
use prometheus::Registry;
use service::admin::{Admin, AdminError, Content, Health};
use service::command_line::Usable;
use service::endpoints::{self, AnnounceError, Announced};
use service::shutdown::{self, Signal};
use service::{Clock, open_files};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tracing::{error, info, warn};

use crate::config::ShipperConfig;
use crate::metrics::{Metrics, Roster};
use crate::pipeline::{Context, Pipeline, PipelineError, StateDir};
use crate::status::Status;

/// How long the rest may take once everything is sent.
const DRAIN: Duration = Duration::from_secs(2);
/// How often health is looked at.
const HEALTH_INTERVAL: Duration = Duration::from_secs(5);
/// How long a sink may be in trouble before the process is unhealthy.
const TROUBLE_MS: i64 = 60_000;

/// Said while no configuration is at work.
const NOTHING: &str =
    "nothing is shipped: the log says why; send SIGHUP again, or start the process again";

/// The component of [`Health`] that is what this process is for.
const COMPONENT: &str = "delivery";

/// Reads the configuration anew.
pub type Reread = Box<dyn Fn() -> Result<Usable<ShipperConfig>, String> + Send>;

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Files, sinks or the state directory.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// The admin address.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Metrics that contradict each other.
    #[error("metrics cannot be kept: {0}")]
    Metrics(#[from] prometheus::Error),
    /// The push.
    #[error(transparent)]
    Otlp(#[from] otlp::OtlpError),
    /// A panic.
    #[error(
        "a part of the shipper broke, which is a bug: the log says where; what was not delivered is in the files, and \
         the next start goes on from the checkpoint"
    )]
    Broken,
    /// Signals.
    #[error("cannot wait for SIGHUP: {0}")]
    Signals(std::io::Error),
    /// The endpoints file.
    #[error(transparent)]
    Endpoints(#[from] AnnounceError),
}

/// Ships until `signal`.
///
/// # Errors
/// Something that no later attempt would change.
pub async fn run(
    config: ShipperConfig,
    reread: Reread,
    clock: Clock,
    mut signal: Signal,
) -> Result<(), StartError> {
    let started = clock.monotonic();
    // Each log is a file that stays open.
    open_files::raise_limit();
    let hangup = signal_hangup()?;
    let registry = Registry::new();
    service::build_info::register(&registry, "logshipper")?;
    let health = Health::starting(&[COMPONENT]);
    let roster = Roster::new(clock.clone())?;
    registry.register(Box::new(roster.clone()))?;
    let context = Context {
        metrics: Metrics::new(&registry)?,
        roster: roster.clone(),
        clock: clock.clone(),
        broken: Arc::default(),
    };
    let mut state_dir = StateDir::lock(&config.state_dir)?;
    let process = Process {
        service: "outrigger-logshipper",
        instance: config.state_dir.display().to_string(),
    };
    let otlp = Otlp::new(config.otlp.clone(), &process, &clock, &registry)?;
    let admin = Admin::listen(
        config.own.admin_listener.as_deref(),
        health.clone(),
        registry.clone(),
    )
    .await?;
    let admin_address = admin.as_ref().map(Admin::local_addr);
    // Whatever can refuse the start does so before the first event is delivered.
    let pipeline = Pipeline::start(&config, &mut state_dir, &context).await?;
    let mut tasks = JoinSet::new();
    if let Some(admin) = admin {
        let shown = roster.clone();
        let admin = admin.with("/status", move |_| Content {
            kind: "application/json",
            bytes: Status::of(&shown).to_json(),
        });
        tasks.spawn(admin.serve(signal.clone()));
    }
    tasks.spawn(otlp.run(vec![otlp::Source::registry(&registry)], signal.clone()));
    let broken = Arc::clone(&context.broken);
    tasks.spawn(watch_health(roster, health, broken, signal.clone()));
    let endpoints_file = config.own.endpoints_file.as_deref();
    let announced = endpoints::announce(endpoints_file, &Default::default(), admin_address)?;
    let took_ms = (clock.monotonic() - started).as_millis();
    info!(took_ms, sinks = config.sinks.len(), "logshipper started");
    let running = Running {
        config,
        pipeline: Some(pipeline),
        announced,
        state_dir,
        context,
        reread,
    };
    let ended = running.until(hangup, &mut signal).await;
    shutdown::end(tasks, DRAIN).await;
    info!("logshipper stopped");
    ended
}

struct Running {
    config: ShipperConfig,
    pipeline: Option<Pipeline>,
    announced: Announced,
    state_dir: StateDir,
    context: Context,
    reread: Reread,
}

impl Running {
    /// Ships, and reads the configuration anew at each SIGHUP.
    async fn until(mut self, mut hangup: Stream, signal: &mut Signal) -> Result<(), StartError> {
        let broken = Arc::clone(&self.context.broken);
        let ended = loop {
            tokio::select! {
                cause = signal.wait() => {
                    let grace_seconds = self.config.grace.as_secs();
                    info!(%cause, grace_seconds, "logshipper stopping: what was read is sent, nothing more is read");
                    break Ok(());
                }
                Some(()) = hangup.recv() => self.reload().await,
                () = broken.notified() => break Err(StartError::Broken),
            }
        };
        self.announced.withdraw();
        if let Some(pipeline) = self.pipeline.take() {
            pipeline.stop(self.config.grace).await;
        }
        ended
    }

    /// Another configuration, if it is one that works; what was not delivered goes on from its checkpoint.
    async fn reload(&mut self) {
        let (config, warnings) = match (self.reread)() {
            Ok(read) => read,
            Err(report) => {
                error!("SIGHUP: the configuration is wrong, and the one before stays: {report}");
                return;
            }
        };
        for warning in warnings {
            warn!("{warning}");
        }
        if let Some(held) = self.pipeline.as_ref().map(Pipeline::held_deleted_bytes)
            && held > 0
        {
            error!(
                held_deleted_bytes = held,
                "SIGHUP: deleted logs are only held by this process until they are delivered, and would be lost; the \
                 configuration stays: send SIGHUP again when held_deleted_bytes is 0"
            );
            return;
        }
        if config.state_dir != self.config.state_dir {
            error!("SIGHUP: state-dir cannot be changed while it runs; the configuration stays");
            return;
        }
        let before = std::mem::replace(&mut self.config, config);
        if let Some(pipeline) = self.pipeline.take() {
            pipeline.stop(before.grace).await;
        }
        if self.start().await {
            info!(
                sinks = self.config.sinks.len(),
                "SIGHUP: the configuration was read again"
            );
            return;
        }
        self.config = before;
        if !self.start().await {
            error!(
                "SIGHUP: nothing is shipped any more; send SIGHUP again, or start the process again"
            );
        }
    }

    async fn start(&mut self) -> bool {
        match Pipeline::start(&self.config, &mut self.state_dir, &self.context).await {
            Ok(pipeline) => {
                self.pipeline = Some(pipeline);
                true
            }
            Err(error) => {
                error!("SIGHUP: {error}");
                false
            }
        }
    }
}

fn signal_hangup() -> Result<Stream, StartError> {
    signal(SignalKind::hangup()).map_err(StartError::Signals)
}

/// Unhealthy while a sink has been in trouble for a while, or a checkpoint cannot be written.
async fn watch_health(roster: Roster, health: Health, broken: Arc<Notify>, mut signal: Signal) {
    loop {
        let now_ms = roster.now_ms();
        let (sinks, catalogue) = {
            let work = roster.work();
            (work.sinks.clone(), work.catalogue.clone())
        };
        let mut reasons = Vec::new();
        match catalogue {
            None => reasons.push(NOTHING.to_owned()),
            Some(catalogue) if !catalogue.is_at_work() => broken.notify_one(),
            Some(_) => {}
        }
        for sink in sinks {
            let name = Arc::clone(sink.figures.name());
            let standing = sink.figures.standing().clone();
            if let Some((why, _)) = standing.checkpoint_trouble {
                reasons.push(format!("{name}: {why}"));
            }
            let trouble = standing.trouble;
            let old =
                trouble.filter(|trouble| now_ms.saturating_sub(trouble.since_ms) > TROUBLE_MS);
            reasons.extend(old.map(|trouble| format!("{name}: {}", trouble.message)));
        }
        match reasons.is_empty() {
            true => health.ok(COMPONENT),
            false => health.failed(COMPONENT, reasons.join("; ")),
        }
        tokio::select! {
            _ = signal.wait() => return,
            () = tokio::time::sleep(HEALTH_INTERVAL) => {}
        }
    }
}
