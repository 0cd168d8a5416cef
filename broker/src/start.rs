//! Starting and stopping a node: the data directory, the listeners, what a stopped broker left,
//! then clients.
//!
//! The directory is locked before anything is bound and listeners are bound before anything is
//! recovered, so that what cannot work is said at once; clients that come early wait in the
//! listeners' queues.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use authz::Authorizer;
use service::admin::{Admin, Health};
use service::shutdown::{self, Signal};
use service::telemetry::Loggers;
use service::{Clock, Flood};
use storage::{Disk, DiskOptions, OpenDiskError};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::broker::Broker;
use crate::config::{BrokerConfig, DynamicConfig};
use crate::endpoints;
use crate::floods::Floods;
use crate::groups::{self, Groups};
use crate::metadata::{self, Image, Journal, JournalError, Metadata, MetadataRecord};
use crate::metrics::{Exposed, Metrics};
use crate::net::{self, BindError, BoundListener, ConnectionLimits, MemoryBudget};
use crate::partitions::Partitions;
use crate::producer_ids::ProducerIds;
use crate::random::Random;
use crate::upkeep;

/// Descriptors kept for sockets and everything that is not a segment.
const OPEN_FILES_RESERVE: usize = 4096;
/// Segment files kept open at the least.
const OPEN_FILES_MIN: usize = 256;
/// How long a stopping broker waits for its connections.
const DRAIN: Duration = Duration::from_secs(10);

/// Why the broker did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    Disk(#[from] OpenDiskError),
    /// A listener.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The metadata log.
    #[error(transparent)]
    Metadata(#[from] JournalError),
    /// The first record of this start could not be stored.
    #[error("the start cannot be recorded: {0}")]
    Epoch(String),
    /// The admin address.
    #[error("outrigger.admin.listener: cannot listen on {address}: {source}")]
    Admin {
        /// What is configured.
        address: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The endpoints file.
    #[error("cannot write {}: {source}", path.display())]
    Endpoints {
        /// `outrigger.endpoints.file`.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Runs a node until `signal`.
pub async fn run(
    config: BrokerConfig,
    clock: Clock,
    loggers: Loggers,
    signal: Signal,
) -> Result<(), StartError> {
    let started = clock.monotonic();
    let disk = open_disk(&config)?;
    let mut listeners = Vec::new();
    for listener in &config.listeners {
        listeners.push(net::bind(listener, &config.network).await?);
    }
    let health = Health::starting(&["storage", "listeners"]);
    let broker = open(config, disk, &listeners, clock.clone(), loggers).await?;
    health.ok("storage");
    let admin = bind_admin(&broker, health.clone()).await?;
    let mut tasks = JoinSet::new();
    let bound: BTreeMap<_, _> = listeners
        .iter()
        .map(|l| (Arc::clone(&l.name), l.address))
        .collect();
    for listener in listeners {
        info!(listener = %listener.name, address = %listener.address, "listening");
        tasks.spawn(net::serve(listener, Arc::clone(&broker), signal.clone()));
    }
    let admin_address = admin.as_ref().map(Admin::local_addr);
    if let Some(admin) = admin {
        tasks.spawn(admin.serve(signal.clone()));
    }
    tasks.spawn(groups::forget_offsets_of_deleted_topics(
        Arc::clone(&broker),
        signal.clone(),
    ));
    tasks.spawn(upkeep::run(
        Arc::clone(&broker),
        health.clone(),
        signal.clone(),
    ));
    health.ok("listeners");
    let endpoints_file = broker.config.current().endpoints_file.clone();
    if let Some(path) = &endpoints_file {
        endpoints::write(path, &bound, admin_address).map_err(|source| StartError::Endpoints {
            path: path.clone(),
            source,
        })?;
    }
    let took_ms = (clock.monotonic() - started).as_millis();
    info!(took_ms, node_id = %broker.metadata.image().broker.id, "broker started");
    let mut stop = signal;
    let cause = stop.wait().await;
    info!(%cause, "broker stopping");
    stopping(&broker, tasks, endpoints_file.as_deref()).await;
    Ok(())
}

async fn stopping(broker: &Broker, mut tasks: JoinSet<()>, endpoints_file: Option<&Path>) {
    if let Some(path) = endpoints_file
        && let Err(error) = service::files::remove_if_exists(path)
    {
        warn!(%error, "cannot remove the endpoints file");
    }
    let work = async { while tasks.join_next().await.is_some() {} };
    if shutdown::drain(work, DRAIN).await == shutdown::Drained::DeadlinePassed {
        warn!("connections did not end in time; closing anyway");
        tasks.abort_all();
    }
    broker.groups.close().await;
    let now_ms = broker.clock.now_ms();
    broker.metadata.close(now_ms).await;
    match tokio::task::block_in_place(|| broker.partitions.close(now_ms)) {
        Ok(true) => info!("broker stopped"),
        Ok(false) => warn!("broker stopped; not every log is on disk, the next start checks them"),
        Err(error) => {
            warn!(%error, "broker stopped without its mark; the next start checks all logs")
        }
    }
}

fn open_disk(config: &BrokerConfig) -> Result<Disk, StartError> {
    let options = DiskOptions {
        open_files_max: open_files_max(),
        node_id: config.node_id,
        fresh_cluster_id: Random.topic_id(),
        fresh_directory_id: Random.topic_id(),
        faults: None,
    };
    Ok(Disk::open(&config.data_dir, options)?)
}

/// Raises the limit of open files as far as it goes; says how many of them segments may hold.
fn open_files_max() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(_) => limit.current,
    };
    let current = current
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(usize::MAX);
    current
        .saturating_sub(OPEN_FILES_RESERVE)
        .clamp(OPEN_FILES_MIN, 1 << 20)
}

/// Everything behind the listeners: metadata, then the logs that it promises.
async fn open(
    config: BrokerConfig,
    disk: Disk,
    listeners: &[BoundListener],
    clock: Clock,
    loggers: Loggers,
) -> Result<Arc<Broker>, StartError> {
    let now_ms = clock.now_ms();
    let mut image = Image::new(disk.cluster_id(), node(&config, listeners));
    let journal = Journal::open(&disk, &mut image, now_ms).await?;
    let network = &config.network;
    let broker = Arc::new(Broker {
        authorizer: Authorizer::AllowAll,
        connection_limits: ConnectionLimits::new(network),
        memory: MemoryBudget::new(network.requests_memory_bytes),
        config: DynamicConfig::new(config),
        metadata: Metadata::new(image, journal),
        partitions: Partitions::new(disk),
        groups: Groups::default(),
        clock,
        loggers,
        producer_ids: ProducerIds::new(),
        random: Random,
        metrics: Metrics::new(),
        floods: Floods::new(),
        storage_failures: Flood::minutely(),
    });
    broker.apply_stored_config(&broker.metadata.image());
    raise_leader_epoch(&broker, now_ms).await?;
    let image = broker.metadata.image();
    let parallelism = broker.config.current().logs.recovery_parallelism;
    let began = broker.clock.monotonic();
    broker.partitions.open_all(
        &image,
        |topic| broker.log_settings(topic),
        parallelism,
        now_ms,
    );
    let took_ms = (broker.clock.monotonic() - began).as_millis();
    info!(topics = image.topics().len(), took_ms, "opened logs");
    // Where there are groups they load while clients connect.
    broker.groups.shards(&broker);
    Ok(broker)
}

fn node(config: &BrokerConfig, listeners: &[BoundListener]) -> metadata::Broker {
    let machine = rustix::system::uname()
        .nodename()
        .to_string_lossy()
        .into_owned();
    let endpoints = config
        .listeners
        .iter()
        .zip(listeners)
        .filter_map(|(listener, bound)| {
            let (host, port) = listener.endpoint(bound.address, &machine)?;
            Some((
                Arc::clone(&listener.name),
                metadata::Endpoint { host, port },
            ))
        })
        .collect();
    metadata::Broker {
        id: config.node_id,
        rack: config.rack.clone(),
        endpoints,
    }
}

/// Every start begins a leader epoch, so that clients can tell whether a log was cut (KIP-320).
async fn raise_leader_epoch(broker: &Broker, now_ms: i64) -> Result<(), StartError> {
    let decide = |image: &Image| {
        // The first start of a cluster is epoch 0, as in Kafka.
        let fresh = image.topics().len() == 0 && image.leader_epoch.0 == 0;
        let epoch = image.leader_epoch.0 + 1;
        let record = (!fresh).then_some(MetadataRecord::LeaderEpoch { epoch });
        Ok::<_, std::convert::Infallible>((record.into_iter().collect(), ()))
    };
    broker
        .commit(now_ms, decide)
        .await
        .map_err(|error| StartError::Epoch(error.to_string()))
}

async fn bind_admin(broker: &Arc<Broker>, health: Health) -> Result<Option<Admin>, StartError> {
    let Some(address) = broker.config.current().admin_listener.clone() else {
        return Ok(None);
    };
    let failed = |source| StartError::Admin {
        address: address.clone(),
        source,
    };
    let resolved = tokio::net::lookup_host(&address)
        .await
        .map_err(failed)?
        .next();
    let resolved = resolved.ok_or_else(|| failed(std::io::ErrorKind::NotFound.into()))?;
    let registry = Exposed::registry(Arc::clone(broker));
    Admin::bind(resolved, health, registry)
        .await
        .map(Some)
        .map_err(failed)
}
