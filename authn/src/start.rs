//! Starting and stopping: files are read and listeners bound before anything is served, so that
//! what cannot work is said at once; clients that come before the broker wait.

mod iam;
mod telemetry;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ::iam::StoreError;
use identity::ScramMechanism;
use identity::control::ListenerAddress;
use mbean::Registry as Beans;
use otlp::OtlpError;
use service::admin::{Admin, AdminError, Health};
use service::endpoints::{self, AnnounceError, Announced};
use service::listen::{self, BindError, Bound, SocketOptions};
use service::shutdown::{self, Drained, Signal, until};
use service::telemetry::{ROTATION_DEFAULT, Undelivered};
use service::{AuditLog, Clock, Watch, open_files};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::{info, warn};

use self::iam::Iam;
use self::telemetry::Telemetry;
use crate::audit::Audit;
use crate::authn::Authn;
use crate::config::{self, AuthnConfig};
use crate::control::{self, Control};
use crate::credentials::secrets::{self, SecretFigures, SecretUsers};
use crate::credentials::{PhantomKey, PhantomKeyError, ScramCredentials};
use crate::floods::Floods;
use crate::handoff_peer::Peers;
use crate::limits::Limits;
use crate::listener::{self, Listener};
use crate::mbeans::{ListenerBeans, LoginBeans};
use crate::mechanism::iam::Reload as IdentitiesReload;
use crate::mechanism::{Authenticators, NoRandomness, Random, SystemRandom};
use crate::metrics::{Exposed, Metrics};
use crate::network_rules::{self, NetworkRules, Rules, RulesError};
use crate::reload;
use crate::session::{RenewalPrincipal, SaslSettings};
use crate::tls::{TlsError, TlsListener};
use crate::upstream::Upstream;

/// The audit log, in `outrigger.log.dir`.
const AUDIT_FILE: &str = "audit-authn.log";
/// How often it is looked whether a minute of repetitions is over.
const AUDIT_TICK: Duration = Duration::from_secs(10);
/// How long a stopping process waits for its connections.
const DRAIN: Duration = Duration::from_secs(5);

/// Why authn did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A listener's files.
    #[error("listener {listener}: {source}")]
    Tls {
        /// Its name.
        listener: Arc<str>,
        /// What is wrong.
        source: TlsError,
    },
    /// A listener's address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The network rules.
    #[error("outrigger.network.rules.file: {}: {problem}", path.display())]
    NetworkRules {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// The identity store.
    #[error("outrigger.iam.store: {0}")]
    IamStore(#[from] StoreError),
    /// What challenges for unknown users hang on.
    #[error(transparent)]
    PhantomKey(#[from] PhantomKeyError),
    /// The system gives no random bits.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// Metrics that contradict each other.
    #[error("metrics cannot be kept: {0}")]
    Metrics(#[from] prometheus::Error),
    /// The push.
    #[error(transparent)]
    Otlp(#[from] OtlpError),
    /// The admin address.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The audit log.
    #[error("cannot write the audit log {}: {source}", path.display())]
    Audit {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The endpoints file.
    #[error(transparent)]
    Endpoints(#[from] AnnounceError),
}

/// Everything that is open before anything is served.
struct Opened {
    authn: Arc<Authn>,
    scram: Arc<ScramCredentials>,
    listeners: Vec<(Arc<Listener>, Bound)>,
    /// Watched since before the files of the listeners were read.
    tls_watches: Vec<Watch>,
    network_rules: Option<(PathBuf, Watch)>,
    /// Keeps the view of the identity store young.
    identities: Option<IdentitiesReload>,
    /// Where Secrets Manager is asked.
    secrets: Option<Arc<SecretFigures>>,
    control: Control,
    telemetry: Telemetry,
}

/// Serves until `signal`.
pub async fn run(
    config: AuthnConfig,
    undelivered: Undelivered,
    clock: Clock,
    signal: Signal,
) -> Result<(), StartError> {
    let started = clock.monotonic();
    // Each client takes two descriptors.
    open_files::raise_limit();
    let health = Health::starting(&["listeners", control::COMPONENT]);
    if config.scram.secrets_manager_poll.is_some() {
        health.failed(secrets::COMPONENT, "starting");
    }
    let opened = open(&config, &undelivered, &clock, &health).await?;
    let admin = opened.telemetry.admin(&config, health.clone()).await?;
    let told: BTreeMap<_, _> = opened
        .listeners
        .iter()
        .map(|(listener, bound)| (Arc::clone(&listener.name), bound.address))
        .collect();
    let admin_address = admin.as_ref().map(Admin::local_addr);
    let mut tasks = JoinSet::new();
    if let Some(admin) = admin {
        tasks.spawn(admin.serve(signal.clone()));
    }
    serve(&config, opened, &signal, &mut tasks);
    health.ok("listeners");
    let endpoints_file = config.endpoints_file.as_deref();
    let announced = endpoints::announce(endpoints_file, &told, admin_address)?;
    let took_ms = (clock.monotonic() - started).as_millis();
    info!(took_ms, "authn started");
    stop(announced, tasks, signal).await;
    Ok(())
}

async fn open(
    config: &AuthnConfig,
    undelivered: &Undelivered,
    clock: &Clock,
    health: &Health,
) -> Result<Opened, StartError> {
    let scram = Arc::new(ScramCredentials::new(phantom_key(config)?));
    let bound = bind(config).await?;
    let telemetry = Telemetry::new(config, clock, &bound, health)?;
    undelivered.register(&telemetry.registry)?;
    let addresses = addresses(config, &bound);
    let (iam, identities) = Iam::open(config)?.unzip();
    let mut listeners = Vec::new();
    let mut tls_watches = Vec::new();
    for (listener, address) in config.listeners.iter().zip(&addresses) {
        tls_watches.push(Watch::new(listener.tls.files()));
        let authenticators = Authenticators {
            scram: Arc::clone(&scram),
            iam: iam.as_ref().map(|iam| iam.login(address)),
            random: Arc::new(SystemRandom),
        };
        let beans = &telemetry.beans;
        let listener = open_listener(listener, config, clock, authenticators, beans)?;
        listeners.push(Arc::new(listener));
    }
    let peers = Peers::new(&config.handoff.broker_uids);
    let (link, link_seen) = watch::channel(None);
    let authn = Arc::new(Authn {
        limits: Limits::new(config.limits.clone()),
        network_rules: NetworkRules::default(),
        upstream: Upstream::new(&config.handoff.directory, peers.clone(), link_seen),
        metrics: Metrics::new(&telemetry.registry)?,
        logins: LoginBeans::new(&telemetry.beans, &listeners),
        traces: telemetry.traces(),
        floods: Floods::default(),
        audit: Audit::new(audit_log(config, undelivered, clock)?),
        clock: clock.clone(),
    });
    let asked = config.scram.secrets_manager_poll;
    let secrets = asked.map(|_| Arc::new(SecretFigures::default()));
    let exposed = Exposed::new(
        Arc::clone(&authn.limits),
        Arc::clone(&scram),
        listeners.clone(),
        iam.as_ref().map(Iam::identities),
        secrets.clone(),
    )?;
    telemetry.registry.register(Box::new(exposed))?;
    authn.metrics.expect(&listeners);
    let network_rules = open_network_rules(config, &authn)?;
    let control = Control {
        directory: config.handoff.directory.clone(),
        peers,
        listeners: addresses,
        link,
        scram: Arc::clone(&scram),
        health: health.clone(),
    };
    Ok(Opened {
        authn,
        scram,
        listeners: listeners.into_iter().zip(bound).collect(),
        tls_watches,
        network_rules,
        identities,
        secrets,
        control,
        telemetry,
    })
}

async fn bind(config: &AuthnConfig) -> Result<Vec<Bound>, StartError> {
    let sockets = SocketOptions {
        backlog: config.limits.listen_backlog,
        ..SocketOptions::default()
    };
    let mut bound = Vec::new();
    for listener in &config.listeners {
        let place = (listener.bind_host.as_str(), listener.bind_port);
        bound.push(listen::bind(&listener.name, place, sockets).await?);
    }
    Ok(bound)
}

fn open_network_rules(
    config: &AuthnConfig,
    authn: &Authn,
) -> Result<Option<(PathBuf, Watch)>, StartError> {
    let Some(path) = &config.network_rules_file else {
        return Ok(None);
    };
    let watch = Watch::new([path.clone()]);
    let names: Vec<Arc<str>> = names(config);
    let rules = read_rules(path, &names).map_err(|problem| StartError::NetworkRules {
        path: path.clone(),
        problem,
    })?;
    info!(networks = rules.count(), "network rules are in force");
    authn.network_rules.replace(rules);
    Ok(Some((path.clone(), watch)))
}

fn names(config: &AuthnConfig) -> Vec<Arc<str>> {
    let names = config.listeners.iter().map(|l| Arc::clone(&l.name));
    names.collect()
}

/// Starts everything that goes on until `signal`.
fn serve(config: &AuthnConfig, opened: Opened, signal: &Signal, tasks: &mut JoinSet<()>) {
    let authn = &opened.authn;
    if let Some(reload) = opened.identities {
        tasks.spawn(until(signal.clone(), reload.run(Arc::clone(authn))));
    }
    for ((listener, _), watch) in opened.listeners.iter().zip(opened.tls_watches) {
        let tls = reload::tls(Arc::clone(listener), watch, Arc::clone(authn));
        tasks.spawn(until(signal.clone(), tls));
    }
    if let Some((path, watch)) = opened.network_rules {
        let rules = reload::network_rules(path, names(config), watch, Arc::clone(authn));
        tasks.spawn(until(signal.clone(), rules));
    }
    if let (Some(interval), Some(figures)) = (config.scram.secrets_manager_poll, opened.secrets) {
        let mechanisms = config.offered_scram();
        let health = opened.control.health.clone();
        let poll = poll_secrets(mechanisms, interval, opened.scram, figures, health);
        tasks.spawn(until(signal.clone(), poll));
    }
    tasks.spawn(until(signal.clone(), tell_repeats(Arc::clone(authn))));
    opened.telemetry.serve(signal, tasks);
    tasks.spawn(control::run(opened.control, signal.clone()));
    for (listener, bound) in opened.listeners {
        info!(listener = %listener.name, address = %bound.address, "listening");
        let serve = listener::serve(listener, bound, Arc::clone(authn), signal.clone());
        tasks.spawn(serve);
    }
}

async fn poll_secrets(
    mechanisms: Vec<ScramMechanism>,
    interval: Duration,
    scram: Arc<ScramCredentials>,
    figures: Arc<SecretFigures>,
    health: Health,
) {
    let config = aws::ClientConfig::load(None).await;
    let source = aws::Secrets::new(&config);
    let users = SecretUsers::new(source, mechanisms, Arc::new(SystemRandom));
    secrets::run(users, interval, scram, figures, health).await;
}

async fn stop(announced: Announced, tasks: JoinSet<()>, mut signal: Signal) {
    let cause = signal.wait().await;
    info!(%cause, "authn stopping");
    announced.withdraw();
    if shutdown::end(tasks, DRAIN).await == Drained::DeadlinePassed {
        warn!("connections did not end in time; closing anyway");
    }
    info!("authn stopped");
}

async fn tell_repeats(authn: Arc<Authn>) {
    loop {
        tokio::time::sleep(AUDIT_TICK).await;
        authn.audit.tell_repeats(authn.clock.now_ms());
    }
}

fn audit_log(
    config: &AuthnConfig,
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

fn phantom_key(config: &AuthnConfig) -> Result<PhantomKey, StartError> {
    if let Some(path) = &config.scram.secret_file {
        return Ok(PhantomKey::open(path, &SystemRandom)?);
    }
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes)?;
    Ok(PhantomKey::new(&bytes))
}

/// What this machine is called.
fn machine() -> String {
    let name = rustix::system::uname();
    name.nodename().to_string_lossy().into_owned()
}

fn addresses(config: &AuthnConfig, bound: &[Bound]) -> Vec<ListenerAddress> {
    let machine = machine();
    let listeners = config.listeners.iter().zip(bound);
    listeners
        .map(|(listener, bound)| {
            let (host, port) = listener.endpoint(bound.address, &machine);
            ListenerAddress {
                name: listener.name.to_string(),
                security_protocol: listener.protocol.name().to_owned(),
                host,
                port,
            }
        })
        .collect()
}

fn open_listener(
    listener: &config::Listener,
    config: &AuthnConfig,
    clock: &Clock,
    authenticators: Authenticators,
    beans: &Beans,
) -> Result<Listener, StartError> {
    let tls = TlsListener::open(listener.tls.clone(), clock.clone());
    let tls = tls.map_err(|source| StartError::Tls {
        listener: Arc::clone(&listener.name),
        source,
    })?;
    let renewal_principal = if config.iam.reauth_by_role {
        RenewalPrincipal::Role
    } else {
        RenewalPrincipal::Session
    };
    let sasl = (!listener.mechanisms.is_empty()).then(|| {
        Arc::new(SaslSettings {
            mechanisms: listener.mechanisms.clone(),
            raw_tokens: config.raw_tokens,
            session_max: listener.reauth_max,
            renewal_principal,
            authenticators,
        })
    });
    let mechanisms: Vec<_> = listener.mechanisms.iter().map(|m| m.name()).collect();
    let beans = ListenerBeans::new(
        beans,
        &listener.name,
        listener.protocol.name(),
        mechanisms.join(","),
    );
    Ok(Listener {
        beans,
        name: Arc::clone(&listener.name),
        protocol: listener.protocol,
        tls,
        principals: listener.principals.clone(),
        sasl,
    })
}

/// Reads the file of network rules.
pub(crate) fn read_rules(path: &std::path::Path, listeners: &[Arc<str>]) -> Result<Rules, String> {
    let text = service::files::read_text(path, network_rules::FILE_BYTES_MAX);
    let text = text.map_err(|error| error.to_string())?;
    let names: Vec<&str> = listeners.iter().map(AsRef::as_ref).collect();
    Rules::parse(&text, &names).map_err(|error: RulesError| error.to_string())
}
