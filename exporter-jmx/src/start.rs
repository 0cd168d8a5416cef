//! Starting and stopping: addresses are bound before anything is served, so that what cannot work is said at once;
//! sources that are not there yet are waited for.

use std::sync::Arc;

use prometheus::Registry;
use scrape::{About, ServeError, Server};
use service::Clock;
use service::admin::{Admin, AdminError, Health};
use service::endpoints::{self, AnnounceError};
use service::shutdown::{self, Drained, Signal};
use service::telemetry::Undelivered;
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::collector::{COMPONENT, Collector, Scrapes, Setup};
use crate::config::JmxConfig;
use crate::push;
use crate::source::Source;
use crate::source::native::Native;

/// How long a stopping process waits for scrapes.
const DRAIN: std::time::Duration = std::time::Duration::from_secs(6);

const ABOUT: About = About {
    name: "exporter-jmx",
    description: "MBeans of Outrigger in the names of Amazon MSK's port 11001.",
    version: service::build_info::VERSION,
    default_listen: "127.0.0.1:11001",
    links: &[
        ("?level=basic", "Metrics of the level basic"),
        ("?level=topic", "Metrics but those of partitions"),
        ("?dialect=strimzi", "In the names of Strimzi"),
        ("?dialect=confluent", "In the names of Confluent"),
        ("?dialect=kafka-exporter", "In the names of kafka_exporter"),
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
    /// The endpoints file.
    #[error(transparent)]
    Endpoints(#[from] AnnounceError),
}

/// Serves until `signal`.
///
/// # Errors
/// An address or a file cannot be had.
pub async fn run(
    config: JmxConfig,
    undelivered: Undelivered,
    clock: Clock,
    mut signal: Signal,
) -> Result<(), StartError> {
    let started = clock.monotonic();
    let registry = Registry::new();
    service::build_info::register(&registry, "exporter-jmx")?;
    undelivered.register(&registry)?;
    let health = Health::starting(&["listeners", COMPONENT]);
    let sources = config.sources.iter().cloned();
    let sources = sources.map(|place| Box::new(Native::new(place)) as Box<dyn Source>);
    let setup = Setup {
        rule_sets: Arc::clone(&config.rule_sets),
        level: config.level,
        source_timeout: config.source_timeout,
        clock: clock.clone(),
        health: health.clone(),
    };
    let collector = Arc::new(Collector::new(sources.collect(), setup, &registry)?);
    if config.cloudwatch.is_dry_run {
        print!("{}", push::dry_run(&config, &collector, signal).await);
        return Ok(());
    }
    let scrapes = Arc::new(Scrapes(Arc::clone(&collector)));
    let server = Server::bind(&config.web, ABOUT, scrapes, &registry, clock.clone()).await?;
    let otlp = push::otlp(&config, &server, &clock, &registry)?;
    let cloudwatch = push::cloudwatch(&config, &collector, (&registry, &clock, &health)).await?;
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
    let follow = Arc::clone(&config.rule_sets).follow();
    tasks.spawn(shutdown::until(signal.clone(), follow));
    let follow = Arc::clone(&collector).follow_sources();
    tasks.spawn(shutdown::until(signal.clone(), follow));
    if let Some(cloudwatch) = cloudwatch {
        tasks.spawn(cloudwatch.run(signal.clone()));
    }
    tasks.spawn(otlp.run(push::sources(&collector, &registry), signal.clone()));
    health.ok("listeners");
    let endpoints_file = config.own.endpoints_file.as_deref();
    let announced = endpoints::announce(endpoints_file, &endpoints, admin_address)?;
    let took_ms = (clock.monotonic() - started).as_millis();
    info!(took_ms, "exporter-jmx started");
    let cause = signal.wait().await;
    info!(%cause, "exporter-jmx stopping");
    announced.withdraw();
    if shutdown::end(tasks, DRAIN).await == Drained::DeadlinePassed {
        warn!("scrapes did not end in time; closing anyway");
    }
    info!("exporter-jmx stopped");
    Ok(())
}
