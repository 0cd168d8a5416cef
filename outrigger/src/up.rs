//! `outrigger up`: runs the suite in the foreground, keeps it running, and stops it in order.
//!
//! It holds no data and serves nothing: when it is killed, its children end by themselves, and the
//! next `up` goes on where they stood.

pub(crate) mod args;
mod backoff;
mod banner;
mod directory;
mod engine;
mod failure;
mod listeners;
mod plan;
mod program;
mod properties;
mod topic;

pub(crate) use args::UpArgs;

use crate::data_dir::DataDir;
use crate::endpoints::Endpoints;
use crate::output;
use backoff::Backoff;
use banner::Banner;
use directory::{claim, write_error};
use engine::{Engine, NAME, Ready, pin_addresses};
use failure::{UpError, describe, known};
use plan::{Plan, plan};
use rustix::process::Signal;
use service::files::create_temporary_dir;
use service::shutdown::{self, on_signals};
use service::telemetry::{Destination, Levels, Options, ROTATION_DEFAULT, Zone};
use service::{Clock, Exit, environment, settings, telemetry};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Read when `--config` names no other file and it exists.
const CONFIG_FILE: &str = "outrigger.toml";

/// Runs the suite until a signal ends it.
pub(crate) async fn command(args: &UpArgs, clock: &Clock) -> Exit {
    match run(args, clock).await {
        Ok(()) => Exit::Ok,
        Err(error) => {
            output::error(&error.to_string());
            error.exit()
        }
    }
}

async fn run(args: &UpArgs, clock: &Clock) -> Result<(), UpError> {
    // Before anything is started, so that no signal finds the default action in place.
    let (_trigger, signal) = on_signals().map_err(UpError::Signals)?;
    let settings = settings_of(args)?;
    let data_dir = resolve(args)?;
    let temporary = args.ephemeral.then(|| data_dir.path().to_owned());
    let mut plan = plan(data_dir, args, settings).map_err(|problems| {
        // It is empty as yet, and nobody has claimed it.
        temporary.map(std::fs::remove_dir);
        UpError::Settings(problems.to_string())
    })?;
    let _claim = claim(&plan.data_dir, plan.ephemeral, clock).await?;
    let _telemetry = start_log(&plan.data_dir, clock)?;
    let ended = supervise(&mut plan, signal, clock).await;
    let endpoints = plan.data_dir.endpoints();
    let removed = Endpoints::remove(&plan.data_dir).map_err(write_error(&endpoints));
    ended.and(removed)
}

fn resolve(args: &UpArgs) -> Result<DataDir, UpError> {
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

async fn supervise(
    plan: &mut Plan,
    mut signal: shutdown::Signal,
    clock: &Clock,
) -> Result<(), UpError> {
    let mut backoff = Backoff::default();
    let mut announced = false;
    loop {
        let mut engine = Engine::start(plan, clock)?;
        let life = tokio::select! {
            life = live(&mut engine, plan, &mut announced, clock) => life.map(Some),
            cause = signal.wait() => {
                notice(&format!("{cause}: stopping; a second one ends it at once"));
                Ok(None)
            }
        };
        let status = match life {
            Ok(Some(status)) => status,
            Ok(None) => return stopped(engine.stop().await?, plan),
            Err(error) => {
                // It must not outlive our claim on the directory.
                engine.stop().await?;
                return Err(error);
            }
        };
        let permanent = known(status).is_some_and(Exit::is_permanent);
        if permanent || !announced {
            let log = plan.broker_log();
            return Err(UpError::Ended {
                name: NAME,
                status,
                log,
            });
        }
        let (next, pause) = backoff.crashed(engine.ran(clock));
        backoff = next;
        notice(&format!(
            "the {NAME} (pid {}) has ended: {}; starting it again in {pause:?} (crash {} in a row)",
            engine.pid(),
            describe(status),
            backoff.crashes()
        ));
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            cause = signal.wait() => {
                notice(&format!("{cause}: stopped"));
                return Ok(());
            }
        }
    }
}

/// One life of the broker: from its start to its end.
async fn live(
    engine: &mut Engine,
    plan: &mut Plan,
    announced: &mut bool,
    clock: &Clock,
) -> Result<ExitStatus, UpError> {
    let ready = match engine.ready_or_ended(plan, clock).await? {
        Ok(ready) => ready,
        Err(status) => return Ok(status),
    };
    pin_addresses(plan, &ready.endpoints);
    let Ready {
        endpoints: bound,
        cluster_id,
    } = ready;
    let endpoints = Endpoints::of_broker(&plan.data_dir, plan.broker_log(), cluster_id, &bound);
    let mut warnings = Vec::new();
    if !*announced && let Some(bootstrap) = endpoints.first_bootstrap() {
        warnings = topic::create(bootstrap, &plan.topics).await?;
    }
    endpoints
        .write(&plan.data_dir)
        .map_err(write_error(&plan.data_dir.endpoints()))?;
    if *announced {
        notice(&format!("the {NAME} is up again (pid {})", engine.pid()));
    } else {
        announce(plan, &endpoints, &warnings);
        tracing::info!(target: "outrigger.up", pid = engine.pid(), "up");
        *announced = true;
    }
    tokio::select! {
        status = engine.ended() => status,
        never = engine::watch(&bound, notice) => match never {},
    }
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
        warnings,
        auto_create: plan.auto_create,
        program: &program::word(&executable, &path, &here),
        ephemeral: plan.ephemeral,
    };
    output::print(&banner.text());
}

fn stopped(status: ExitStatus, plan: &Plan) -> Result<(), UpError> {
    // It may have been asked before it could hear.
    if status.success() || status.signal() == Some(Signal::TERM.as_raw()) {
        notice("stopped");
        return Ok(());
    }
    Err(UpError::Ended {
        name: NAME,
        status,
        log: plan.broker_log(),
    })
}

/// Says something on the terminal and in the log.
fn notice(text: &str) {
    output::note(text);
    tracing::info!(target: "outrigger.up", "{text}");
}
