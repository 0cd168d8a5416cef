//! `outrigger up`: runs the suite in the foreground, keeps it running, and stops it in order.
//!
//! It holds no data and serves nothing but a page to look at: when it is killed, its children end by
//! themselves, and the next `up` goes on where they stood.

pub(crate) mod args;
mod backoff;
mod banner;
mod client_files;
mod credentials;
pub(crate) mod dashboard;
mod directory;
mod failure;
mod handoff;
mod iam_user;
mod keeper;
mod last_logs;
mod listeners;
mod outlook;
mod owner;
mod parts;
mod plan;
mod process;
mod program;
mod properties;
mod scram_user;
mod suite;
mod topic;

pub(crate) use args::UpArgs;
pub(crate) use dashboard::KEY as DASHBOARD;
pub(crate) use outlook::{Outlook, outlook};
pub(crate) use properties::escaped;

use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use crate::output;
use banner::Banner;
use credentials::Credentials;
use dashboard::Dashboard;
use directory::{claim, write_error};
use failure::UpError;
use handoff::Handoff;
use owner::Owner;
use plan::{Plan, plan};
use service::files::create_temporary_dir;
use service::shutdown::{self, Cause, on_signals_in_two_steps};
use service::telemetry::{Destination, Levels, Options, ROTATION_DEFAULT, Undelivered, Zone};
use service::{Clock, Exit, environment, settings, telemetry};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use suite::Suite;

/// Read when `--config` names no other file and it exists.
const CONFIG_FILE: &str = "outrigger.toml";

/// Runs the suite until a signal ends it.
pub(crate) async fn command(args: &UpArgs, clock: &Clock) -> Exit {
    match run(args, clock).await {
        Ok(at_once) => {
            if let Some(cause) = at_once {
                cause.end_at_once();
            }
            Exit::Ok
        }
        Err(error) => {
            output::error(&error.to_string());
            error.exit()
        }
    }
}

/// Gives who wished the end at once, once everything is cleaned up.
async fn run(args: &UpArgs, clock: &Clock) -> Result<Option<Cause>, UpError> {
    // Before anything is started, so that no signal finds the default action in place.
    let (signal, at_once) = on_signals_in_two_steps().map_err(UpError::Signals)?;
    let settings = settings_of(args)?;
    let data_dir = resolve(args)?;
    let temporary = args.ephemeral.then(|| data_dir.path().to_owned());
    let mut handoff = Handoff::choose(&data_dir)?;
    let plan = plan(data_dir, handoff.sockets(), args, settings).map_err(|problems| {
        // It is empty as yet, and nobody has claimed it.
        temporary.map(std::fs::remove_dir);
        UpError::Settings(problems.to_string())
    })?;
    let _claim = claim(&plan.data_dir, plan.ephemeral, clock).await?;
    handoff.create()?;
    let _telemetry = start_log(&plan.data_dir, clock)?;
    let ended = supervise(&plan, signal, at_once.clone(), clock).await;
    let endpoints = plan.data_dir.endpoints();
    let removed = Endpoints::remove(&plan.data_dir).map_err(write_error(&endpoints));
    // Before the data directory, which it may lie in, is given back.
    drop(handoff);
    ended.and(removed).map(|()| at_once.requested())
}

fn resolve(args: &UpArgs) -> Result<DataDir, UpError> {
    if args.ephemeral
        && let Some(named) = &args.data_dir.data_dir
    {
        return directory::new_one(named);
    }
    if args.ephemeral {
        let temporary = create_temporary_dir("outrigger").and_then(|path| DataDir::new(&path));
        return temporary.map_err(UpError::Temporary);
    }
    args.data_dir
        .resolve()
        .map_err(write_error(Path::new("the data directory")))
}

/// The file, then the environment.
fn settings_of(args: &UpArgs) -> Result<Vec<settings::Setting>, UpError> {
    let default = PathBuf::from(CONFIG_FILE);
    let file = args
        .config
        .clone()
        .or_else(|| default.exists().then_some(default));
    let mut found = match file {
        Some(file) => {
            settings::read(&file).map_err(|error| UpError::Settings(error.to_string()))?
        }
        None => Vec::new(),
    };
    found.extend(environment::settings());
    Ok(found)
}

/// Restarts are seen by who watches the terminal, and by who comes later.
fn start_log(data_dir: &DataDir, clock: &Clock) -> Result<telemetry::Telemetry, UpError> {
    let options = Options {
        destination: Destination::Files {
            dir: data_dir.logs(),
            main: "outrigger.log",
            routes: false,
            rotation: ROTATION_DEFAULT,
            undelivered: Undelivered::told_in(Some(data_dir.undelivered())),
        },
        zone: Zone::Local,
        levels: Levels::default(),
        declared: &[],
    };
    telemetry::init(options, clock).map_err(|error| {
        let error = std::io::Error::other(error.to_string());
        write_error(&data_dir.logs())(error)
    })
}

/// Runs the suite to its end, which comes by a signal or by what cannot be mended.
async fn supervise(
    plan: &Plan,
    mut signal: shutdown::Signal,
    at_once: shutdown::Signal,
    clock: &Clock,
) -> Result<(), UpError> {
    let mut suite = Suite::new(plan.ephemeral, at_once.clone());
    let outcome = tokio::select! {
        outcome = run_suite(&mut suite, plan, clock) => outcome.map(|never| match never {}),
        cause = signal.wait() => {
            notice(&format!("{cause}: stopping; a second one ends it at once"));
            Ok(())
        }
    };
    let stopped = suite.stop().await;
    if outcome.is_ok() && stopped.is_ok() && at_once.requested().is_none() {
        notice("stopped");
    }
    outcome.and(stopped)
}

/// Starts everything, says where it is, and keeps what it said true.
async fn run_suite(suite: &mut Suite, plan: &Plan, clock: &Clock) -> Result<Infallible, UpError> {
    let dashboard = serve_dashboard(plan, clock).await?;
    let hosts = &plan.facts.tls_hosts;
    let credentials = Credentials::prepare(&plan.data_dir, hosts, clock)?;
    suite.start(plan, clock).await?;
    let keys = match plan.client_broker.has_tls() {
        true => credentials.keys(),
        false => BTreeMap::new(),
    };
    let endpoints = |suite: &Suite| {
        let mut endpoints = suite.endpoints(plan, &keys);
        if let Some(dashboard) = &dashboard {
            endpoints
                .http
                .insert(dashboard::KEY.to_owned(), dashboard.url());
            dashboard.tell(&endpoints);
        }
        endpoints
    };
    let known = endpoints(suite);
    let owner = Owner::new(&known).map_err(UpError::Credentials)?;
    let mut warnings = topic::create(&owner, &plan.topics).await?;
    warnings.extend(scram_user::create(&owner, &credentials.scram_password).await?);
    credentials.write_client_files(&plan.data_dir, &known)?;
    write(&known, plan)?;
    announce(plan, &known, &warnings);
    tracing::info!(target: "outrigger.up", "up");
    loop {
        let process = suite.next().await?;
        write(&endpoints(suite), plan)?;
        let pid = process.bound.pid;
        notice(&format!("the {} is up again (pid {pid})", process.name));
    }
}

async fn serve_dashboard(plan: &Plan, clock: &Clock) -> Result<Option<Dashboard>, UpError> {
    let Some(listen) = &plan.dashboard else {
        return Ok(None);
    };
    let started = Dashboard::start(listen, clock).await;
    started.map(Some).map_err(|error| UpError::Dashboard {
        listen: listen.clone(),
        error,
    })
}

fn write(endpoints: &Endpoints, plan: &Plan) -> Result<(), UpError> {
    let written = endpoints.write(&plan.data_dir);
    written.map_err(write_error(&plan.data_dir.endpoints()))
}

fn announce(plan: &Plan, endpoints: &Endpoints, warnings: &[String]) {
    for warning in warnings {
        tracing::warn!(target: "outrigger.up", "{warning}");
    }
    let topics: Vec<_> = plan
        .topics
        .iter()
        .map(|topic| topic.name.as_str())
        .collect();
    let executable = std::env::current_exe().unwrap_or_else(|_| "outrigger".into());
    let path = environment::variable("PATH").unwrap_or_default();
    let here = std::env::current_dir().unwrap_or_default();
    let banner = Banner {
        endpoints,
        data_dir: &plan.data_dir,
        topics: &topics,
        log_sinks: &plan.log_sinks(),
        warnings,
        auto_create: plan.facts.auto_create,
        everybody: plan.facts.everybody,
        anonymous_tls: plan.facts.anonymous_tls,
        program: &program::word(&executable, &path, &here),
        ephemeral: plan.ephemeral,
    };
    output::print(&banner.text());
}

/// Says something on the terminal and in the log.
fn notice(text: &str) {
    output::note(text);
    tracing::info!(target: "outrigger.up", "{text}");
}
