//! Starting and stopping: addresses are bound before anything is served, so that what cannot work is
//! said at once.

use std::sync::Arc;

use cloudwatch::Publisher;
use otlp::{Otlp, Process};
use prometheus::Registry;
use scrape::{About, ServeError, Server};
use service::admin::{Admin, AdminError, Health};
use service::endpoints::{self, AnnounceError};
use service::shutdown::{self, Drained, Signal};
use service::telemetry::Undelivered;
use service::{Clock, open_files};
use tokio::task::JoinSet;
use tracing::{debug, info, warn};

use crate::cloudwatch_metrics::{NodeMetrics, Published};
use crate::config::NodeConfig;
use crate::own::Own;
use crate::scrapes::{COMPONENT, Scrapes};

/// How long a stopping process waits for scrapes.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(6);

const ABOUT: About = About {
    name: "exporter-node",
    description: "The machine's metrics in node_exporter's names, as on Amazon MSK's port 11002.",
    version: service::build_info::VERSION,
    default_listen: "127.0.0.1:11002",
    links: &[
        (
            "?collect[]=cpu&collect[]=meminfo",
            "Processors and memory alone",
        ),
        ("?exclude[]=netclass", "All but attributes of interfaces"),
    ],
};

/// Why it did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address, or the web configuration.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The admin address.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Metrics that contradict each other.
    #[error("metrics cannot be kept: {0}")]
    Metrics(#[from] prometheus::Error),
    /// CloudWatch's region.
    #[error(transparent)]
    Region(#[from] cloudwatch::NoRegion),
    /// The push.
    #[error(transparent)]
    Otlp(#[from] otlp::OtlpError),
    /// The thread of the collectors.
    #[error("cannot start the thread that collects: {0}")]
    Thread(std::io::Error),
    /// The endpoints file.
    #[error(transparent)]
    Endpoints(#[from] AnnounceError),
}

/// Serves until `signal`.
///
/// # Errors
/// An address, a file or a thread cannot be had.
pub async fn run(
    config: NodeConfig,
    undelivered: Undelivered,
    clock: Clock,
    mut signal: Signal,
) -> Result<(), StartError> {
    let started = clock.monotonic();
    // Each attribute of each device is a file that stays open.
    open_files::raise_limit();
    let registry = Registry::new();
    service::build_info::register(&registry, "exporter-node")?;
    undelivered.register(&registry)?;
    let health = Health::starting(&["listeners", COMPONENT]);
    let own = match config.web.disable_exporter_metrics {
        true => None,
        false => Some(Own::new(&health)?),
    };
    if !config.published.settings.is_dry_run {
        debug!(
            collectors = config.node.names().join(","),
            "enabled collectors"
        );
    }
    let scrapes = Scrapes::start(config.node, own, health.clone()).map_err(StartError::Thread)?;
    if config.published.settings.is_dry_run {
        let settings = config.published.settings.clone();
        let metrics = NodeMetrics::start(scrapes, config.published).await;
        print!("{}", cloudwatch::dry_run(&settings, &metrics).await);
        return Ok(());
    }
    let publisher = publisher(config.published, &scrapes, (&registry, &clock, &health)).await?;
    let exporter = Arc::new(scrapes.clone());
    let server = Server::bind(&config.web, ABOUT, exporter, &registry, clock.clone()).await?;
    let process = Process {
        service: "outrigger-exporter-node",
        instance: server.instance(),
    };
    let otlp = Otlp::new(config.otlp, &process, &clock, &registry)?;
    let address = config.own.admin_listener.as_deref();
    let admin = Admin::listen(address, health.clone(), registry.clone()).await?;
    let admin_address = admin.as_ref().map(Admin::local_addr);
    let endpoints = server.endpoints();
    for address in server.addresses() {
        info!(%address, "listening");
    }
    let mut tasks = JoinSet::new();
    if let Some(admin) = admin {
        tasks.spawn(admin.serve(signal.clone()));
    }
    tasks.spawn(server.serve(signal.clone()));
    tasks.spawn(otlp.run(sources(scrapes, &registry), signal.clone()));
    if let Some(publisher) = publisher {
        tasks.spawn(publisher.run(signal.clone()));
    }
    health.ok("listeners");
    let endpoints_file = config.own.endpoints_file.as_deref();
    let announced = endpoints::announce(endpoints_file, &endpoints, admin_address)?;
    let took_ms = (clock.monotonic() - started).as_millis();
    info!(took_ms, "exporter-node started");
    let cause = signal.wait().await;
    info!(%cause, "exporter-node stopping");
    announced.withdraw();
    if shutdown::end(tasks, DRAIN).await == Drained::DeadlinePassed {
        warn!("scrapes did not end in time; closing anyway");
    }
    info!("exporter-node stopped");
    Ok(())
}

/// Who publishes to CloudWatch, where that is wanted.
async fn publisher(
    published: Published,
    scrapes: &Scrapes,
    (registry, clock, health): (&Registry, &Clock, &Health),
) -> Result<Option<Publisher<NodeMetrics>>, StartError> {
    if !published.settings.is_enabled {
        return Ok(None);
    }
    let settings = published.settings.clone();
    let metrics = Arc::new(NodeMetrics::start(scrapes.clone(), published).await);
    let publisher = Publisher::new(settings, metrics, registry, clock.clone(), health)?;
    Ok(Some(publisher.located().await?))
}

/// What is pushed: what a scrape of all collectors gives, and the process's own metrics.
fn sources(scrapes: Scrapes, registry: &Registry) -> Vec<otlp::Source> {
    let families = move || {
        let scrapes = scrapes.clone();
        let collecting: otlp::Collecting =
            Box::pin(async move { scrapes.families().await.unwrap_or_default() });
        collecting
    };
    vec![
        otlp::Source::Async(Box::new(families)),
        otlp::Source::registry(registry),
    ]
}
