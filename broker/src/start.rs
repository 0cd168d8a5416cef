//! Starting and stopping a node: the data directory, the listeners, what a stopped broker left,
//! then clients.
//!
//! The directory is locked before anything is bound and listeners are bound before anything is
//! recovered, so that what cannot work is said at once; clients that come early wait in the
//! listeners' queues.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use authz::Permit;
use authz::iam::IamEngine;
use identity::HandoffKey;
use otlp::{OtlpError, Traces};
use service::admin::{Admin, AdminError, Health};
use service::endpoints::{self, AnnounceError, Announced};
use service::listen::{self, BindError, Bound};
use service::shutdown::{self, Drained, Signal};
use service::telemetry::{Loggers, ROTATION_DEFAULT, Undelivered};
use service::{AuditLog, Clock, Flood};
use storage::{Disk, DiskOptions, OpenDiskError};
use tokio::task::JoinSet;
use tracing::{info, warn};

use crate::audit::Audit;
use crate::authorizer::authorizer;
use crate::broker::Broker;
use crate::config::{BrokerConfig, DynamicConfig};
use crate::floods::Floods;
use crate::groups::{self, GroupMetrics, Groups};
use crate::handoff::{self, Handoff, HandoffError, SocketFiles, Sockets};
use crate::iam_store::IamStore;
use crate::metadata::{self, Image, Journal, JournalError, Metadata, MetadataRecord, Recorded};
use crate::metrics::{Birth, FlushTimer, Metrics};
use crate::net::{self, ConnectionLimits, MemoryBudget};
use crate::partitions::Partitions;
use crate::producer_ids::ProducerIds;
use crate::random::Random;
use crate::telemetry::Telemetry;
use crate::upkeep;

/// Descriptors kept for sockets and everything that is not a segment.
const OPEN_FILES_RESERVE: usize = 4096;
/// Segment files kept open at the least.
const OPEN_FILES_MIN: usize = 256;
/// File of the audit log.
const AUDIT_FILE: &str = "audit.log";
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
    /// The sockets for authn.
    #[error(transparent)]
    Handoff(#[from] HandoffError),
    /// The identity store.
    #[error("outrigger.iam.store: {0}")]
    IdentityStore(#[from] iam::StoreError),
    /// The metadata log.
    #[error(transparent)]
    Metadata(#[from] JournalError),
    /// The first record of this start could not be stored.
    #[error("the start cannot be recorded: {0}")]
    Epoch(String),
    /// The audit log.
    #[error("cannot write {}: {source}", path.display())]
    Audit {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The admin address.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Metrics that contradict each other.
    #[error(transparent)]
    Telemetry(#[from] OtlpError),
    /// The endpoints file.
    #[error(transparent)]
    Endpoints(#[from] AnnounceError),
}

/// Runs a node until `signal`.
pub async fn run(
    config: BrokerConfig,
    clock: Clock,
    (loggers, undelivered): (Loggers, Undelivered),
    signal: Signal,
) -> Result<(), StartError> {
    let started = clock.monotonic();
    let metrics = record(&config, &clock);
    let telemetry = Telemetry::new(&config, &undelivered, &clock)?;
    let disk = open_disk(&config, &clock, &metrics)?;
    let mut listeners = Vec::new();
    for listener in &config.listeners {
        let place = (listener.bind_host.as_str(), listener.bind_port);
        listeners.push(listen::bind(&listener.name, place, config.network.sockets).await?);
    }
    let handoff_config = config.security.handoff.clone();
    let handoff = handoff_config
        .as_ref()
        .map(|handoff| Sockets::bind(&handoff.directory))
        .transpose()?;
    let health = Health::starting(&["storage", "listeners"]);
    let (store, iam) = match &config.security.iam_store {
        Some(directory) => {
            IamStore::open(directory).map(|(store, iam)| (Some(store), Some(iam)))?
        }
        None => (None, None),
    };
    let parts = Parts {
        disk,
        clock: clock.clone(),
        loggers,
        undelivered,
        metrics,
        traces: telemetry.traces(),
        iam,
    };
    let broker = open(config, parts, &listeners).await?;
    health.ok("storage");
    let mut tasks = JoinSet::new();
    let admin = telemetry
        .serve(&broker, health.clone(), &signal, &mut tasks)
        .await?;
    let bound = listen(listeners, &broker, &signal, &mut tasks);
    let socket_files = handoff.zip(handoff_config).map(|(sockets, config)| {
        info!(directory = %config.directory.display(), "waiting for authn");
        serve_handoff(sockets, config.uids, &broker, &signal, &mut tasks)
    });
    if let Some(store) = store {
        tasks.spawn(store.follow(Arc::clone(&broker), signal.clone()));
    }
    let admin_address = admin.as_ref().map(Admin::local_addr);
    if let Some(admin) = admin {
        tasks.spawn(admin.serve(signal.clone()));
    }
    let forgetting = groups::forget_offsets_of_deleted_topics(Arc::clone(&broker), signal.clone());
    tasks.spawn(forgetting);
    let upkeep = upkeep::run(Arc::clone(&broker), health.clone(), signal.clone());
    tasks.spawn(upkeep);
    health.ok("listeners");
    let endpoints_file = broker.config.current().endpoints_file.clone();
    let announced = endpoints::announce(endpoints_file.as_deref(), &bound, admin_address)?;
    let took_ms = (clock.monotonic() - started).as_millis();
    info!(took_ms, node_id = %broker.metadata.image().broker.id, "broker started");
    let mut stop = signal;
    let cause = stop.wait().await;
    info!(%cause, "broker stopping");
    drop(socket_files);
    stopping(&broker, tasks, announced).await;
    Ok(())
}

/// Accepts on every listener from now on; says where.
fn listen(
    listeners: Vec<Bound>,
    broker: &Arc<Broker>,
    signal: &Signal,
    tasks: &mut JoinSet<()>,
) -> BTreeMap<Arc<str>, SocketAddr> {
    let named = listeners.iter().map(|l| (Arc::clone(&l.name), l.address));
    let bound = named.collect();
    for listener in listeners {
        info!(listener = %listener.name, address = %listener.address, "listening");
        tasks.spawn(net::serve(listener, Arc::clone(broker), signal.clone()));
    }
    bound
}

fn serve_handoff(
    sockets: Sockets,
    uids: BTreeSet<u32>,
    broker: &Arc<Broker>,
    signal: &Signal,
    tasks: &mut JoinSet<()>,
) -> SocketFiles {
    let own = rustix::process::geteuid().as_raw();
    let uids = if uids.is_empty() {
        BTreeSet::from([own])
    } else {
        uids
    };
    let handoff = Arc::new(Handoff::new(HandoffKey::new(Random.bytes()), uids));
    tasks.spawn(net::serve_relayed(
        sockets.relay,
        Arc::clone(&handoff),
        Arc::clone(broker),
        signal.clone(),
    ));
    tasks.spawn(handoff::serve_control(
        sockets.control,
        handoff,
        Arc::clone(broker),
        signal.clone(),
    ));
    sockets.files
}

async fn stopping(broker: &Broker, tasks: JoinSet<()>, announced: Announced) {
    announced.withdraw();
    if shutdown::end(tasks, DRAIN).await == Drained::DeadlinePassed {
        warn!("connections did not end in time; closing anyway");
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

/// Everything that the process records from now on.
fn record(config: &BrokerConfig, clock: &Clock) -> Metrics {
    let birth = Birth {
        workers: tokio::runtime::Handle::current().metrics().num_workers(),
        now_ns: clock.monotonic_nanos(),
    };
    Metrics::new(
        birth,
        config.listeners.iter().map(|listener| &listener.name),
    )
}

fn open_disk(config: &BrokerConfig, clock: &Clock, metrics: &Metrics) -> Result<Disk, StartError> {
    let options = DiskOptions {
        open_files_max: open_files_max(),
        node_id: config.node_id,
        fresh_cluster_id: Random.topic_id(),
        fresh_directory_id: Random.topic_id(),
        faults: None,
        stopwatch: Some(Arc::new(FlushTimer::new(clock, &metrics.flushes))),
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

/// What a broker is made of besides its configuration.
struct Parts {
    disk: Disk,
    clock: Clock,
    loggers: Loggers,
    undelivered: Undelivered,
    metrics: Metrics,
    traces: Traces,
    iam: Option<IamEngine>,
}

/// Everything behind the listeners: metadata, then the logs that it promises.
async fn open(
    config: BrokerConfig,
    parts: Parts,
    listeners: &[Bound],
) -> Result<Arc<Broker>, StartError> {
    let Parts {
        disk,
        clock,
        loggers,
        undelivered,
        metrics,
        traces,
        iam,
    } = parts;
    let now_ms = clock.now_ms();
    let mut image = Image::new(disk.cluster_id(), node(&config, listeners));
    let journal = Journal::open(&disk, &mut image, now_ms).await?;
    let recorded = Recorded::new(metrics.registry(), &clock);
    let network = &config.network;
    let broker = Arc::new(Broker {
        audit: Arc::new(Audit::new(audit_log(&config, &undelivered, &clock)?)),
        authorizer: Arc::new(authorizer(config.security.acls.as_ref(), iam, &image)),
        connection_limits: ConnectionLimits::new(network),
        memory: MemoryBudget::new(network.requests_memory_bytes, &clock),
        config: DynamicConfig::new(config),
        metadata: Metadata::new(image, journal, recorded, now_ms),
        partitions: Partitions::new(disk),
        groups: Groups::new(GroupMetrics::new(metrics.registry())),
        clock,
        loggers,
        producer_ids: ProducerIds::new(),
        random: Random,
        metrics,
        traces,
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

/// The audit log stands beside the other log files; where there are none, it is not written.
fn audit_log(
    config: &BrokerConfig,
    undelivered: &Undelivered,
    clock: &Clock,
) -> Result<AuditLog, StartError> {
    let Some(dir) = &config.log_dir else {
        return Ok(AuditLog::off(clock));
    };
    let opened = AuditLog::open(dir, AUDIT_FILE, ROTATION_DEFAULT, undelivered, clock);
    opened.map_err(|source| StartError::Audit {
        path: dir.join(AUDIT_FILE),
        source,
    })
}

fn node(config: &BrokerConfig, listeners: &[Bound]) -> metadata::Broker {
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
        .commit(Permit::of_the_broker_itself(), now_ms, decide)
        .await
        .map_err(|error| StartError::Epoch(error.to_string()))
}
