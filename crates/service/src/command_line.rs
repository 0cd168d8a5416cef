//! The command line of a process that serves: where its properties come from, `--check-config`,
//! `--print-default-config`, its log, its runtime, and what it exits with.
//!
//! What a property means, what is served and which lines are logged is the process's own.

use std::fmt;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use config::ConfigErrors;
use tokio::runtime::Builder;

use crate::flags::Own;
use crate::shutdown::{self, Signal};
use crate::telemetry::{
    self, Destination, Levels, LogLevel, Loggers, Options, Telemetry, Undelivered, Zone,
};
use crate::{Clock, Exit};

/// The largest properties file that is read.
const PROPERTIES_BYTES_MAX: u64 = 1 << 20;

/// The AWS SDK's search for region and credentials. It warns of each place that has none, by dumps of its structures;
/// what came of it is told by whoever asked.
pub const AWS_CONFIG: &str = "aws_config";

/// A configuration that is usable, and what a person should know about it: one sentence each.
pub type Usable<C> = (C, Vec<String>);

/// The arguments. Each process says in the help of `config` and `print_default_config` what holds
/// for it.
#[derive(Args, Clone, Debug)]
pub struct ProcessArgs {
    /// Properties file
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set one property, over what the file says; may be repeated
    #[arg(long = "override", value_name = "KEY=VALUE", value_parser = key_value)]
    pub overrides: Vec<(String, String)>,
    /// Say whether the configuration is usable, and exit
    #[arg(long)]
    pub check_config: bool,
    /// Print every property, with its default, and exit
    #[arg(long, conflicts_with_all = ["config", "check_config"])]
    pub print_default_config: bool,
}

/// Why a process ended without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The configuration is wrong: what `--check-config` says of it.
    Config(String),
    /// Anything else.
    Ended {
        /// What it exits with.
        exit: Exit,
        /// Why.
        sentence: String,
    },
}

/// The log of a process that serves: in its directory, else on standard error.
#[derive(Debug)]
pub struct ProcessLog {
    telemetry: Telemetry,
    has_files: bool,
}

/// What a process logs, and where.
#[derive(Clone, Copy, Debug)]
pub struct LogNames {
    /// Its main file: `server.log` for a broker, `authn.log` and so on for sidecars.
    pub main: &'static str,
    /// Whether Kafka's other files are used.
    pub routes: bool,
    /// Loggers whose level can be set by name before they log.
    pub declared: &'static [&'static str],
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
        None => Err(format!("{text:?} is no KEY=VALUE")),
    }
}

/// What `--check-config` says of a configuration; `valid` says of one that is what it amounts to.
pub fn check_report<C>(
    read: &Result<Usable<C>, ConfigErrors>,
    valid: impl FnOnce(&C) -> String,
) -> String {
    let (config, warnings) = match read {
        Ok(read) => read,
        Err(errors) => return errors.report(),
    };
    let warnings = warnings
        .iter()
        .map(|warning| format!("warning: {warning}\n"));
    let valid = format!("configuration is valid: {}\n", valid(config));
    warnings.chain([valid]).collect()
}

impl ProcessArgs {
    /// Runs the command to its end: prints `default_properties` where they are asked for, else
    /// does what `configured` does, and tells on standard error why that failed.
    pub fn run(
        &self,
        default_properties: fn() -> String,
        configured: impl FnOnce(&Self) -> Result<(), Failure>,
    ) -> ExitCode {
        if self.print_default_config {
            print!("{}", default_properties());
            return ExitCode::SUCCESS;
        }
        match configured(self) {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                eprintln!("{failure}");
                ExitCode::from(failure.exit().status())
            }
        }
    }

    /// The text of the properties file; empty where none is named.
    ///
    /// # Errors
    /// It cannot be read, or is larger than any such file.
    pub fn properties(&self) -> Result<String, Failure> {
        let Some(path) = &self.config else {
            return Ok(String::new());
        };
        crate::files::read_text(path, PROPERTIES_BYTES_MAX).map_err(|e| Failure::Ended {
            exit: Exit::Config,
            sentence: format!("cannot read {}: {e}", path.display()),
        })
    }

    /// What was read out of the text of the properties file; `None` where it was only to be checked,
    /// which is then answered, with what `valid` says of it.
    ///
    /// # Errors
    /// The file cannot be read, or the configuration is wrong.
    pub fn configured<C>(
        &self,
        read: impl FnOnce(&str) -> Result<Usable<C>, ConfigErrors>,
        valid: impl FnOnce(&C) -> String,
    ) -> Result<Option<Usable<C>>, Failure> {
        let read = read(&self.properties()?);
        let report = check_report(&read, valid);
        self.checked(read, &report)
    }

    /// The configuration to go on with; `None` where it was only to be checked, which `report`
    /// has then answered.
    ///
    /// # Errors
    /// The configuration is wrong: `report`, under the name of the file that its lines count in.
    pub fn checked<C, E>(&self, read: Result<C, E>, report: &str) -> Result<Option<C>, Failure> {
        match (read, &self.config) {
            (Ok(_), _) if self.check_config => {
                print!("{report}");
                Ok(None)
            }
            (Ok(config), _) => Ok(Some(config)),
            (Err(_), Some(path)) => {
                let report = format!("{}:\n{}", path.display(), report.trim_end());
                Err(Failure::Config(report))
            }
            (Err(_), None) => Err(Failure::Config(report.trim_end().to_owned())),
        }
    }
}

impl Failure {
    /// What the process exits with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Config(_) => Exit::Config,
            Self::Ended { exit, .. } => *exit,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(report) => f.write_str(report),
            Self::Ended { sentence, .. } => write!(f, "error: {sentence}"),
        }
    }
}

impl ProcessLog {
    /// Starts the log in `dir`, else on standard error.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub fn start(
        dir: Option<&Path>,
        undelivered: &Undelivered,
        names: LogNames,
        clock: &Clock,
    ) -> Result<Self, Failure> {
        let destination = match dir {
            None => Destination::Stderr,
            Some(dir) => Destination::Files {
                dir: dir.to_owned(),
                main: names.main,
                routes: names.routes,
                rotation: telemetry::ROTATION_DEFAULT,
                undelivered: undelivered.clone(),
            },
        };
        let options = Options {
            destination,
            zone: Zone::Local,
            levels: Levels::default(),
            declared: names.declared,
        };
        let telemetry = telemetry::init(options, clock).map_err(|e| Failure::Ended {
            exit: Exit::CannotWrite,
            sentence: e.to_string(),
        })?;
        let has_files = dir.is_some();
        Ok(Self {
            telemetry,
            has_files,
        })
    }

    /// Starts the log of a process that is run by flags, which may use the AWS SDK; what has not been
    /// delivered of it is kept, as the flags say.
    ///
    /// # Errors
    /// The directory cannot be written.
    pub fn of(own: &Own, names: LogNames, clock: &Clock) -> Result<(Self, Undelivered), Failure> {
        let undelivered = Undelivered::told_in(own.undelivered_file.clone());
        let log = Self::start(own.log_dir.as_deref(), &undelivered, names, clock)?;
        log.set_level(telemetry::ROOT, own.log_level);
        log.set_level(AWS_CONFIG, LogLevel::Error);
        Ok((log, undelivered))
    }

    /// Sets the level of a logger that is declared.
    pub fn set_level(&self, logger: &str, level: LogLevel) {
        if let Err(error) = self.loggers().set(logger, level) {
            tracing::warn!(%error, "the level of {logger}");
        }
    }

    /// The table of loggers.
    pub fn loggers(&self) -> Loggers {
        self.telemetry.loggers()
    }

    /// Serves until SIGINT or SIGTERM, then writes what of the log is queued. `log` gets the
    /// sentence of a failure where the log is not standard error, which shows it anyway.
    ///
    /// # Errors
    /// What `serving` ended with; `exit` says which status that is.
    pub fn serve<F, E>(
        self,
        serving: impl FnOnce(Signal) -> F,
        exit: fn(&E) -> Exit,
        log: fn(&str),
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        self.serve_on(&mut Builder::new_multi_thread(), serving, exit, log)
    }

    /// [`ProcessLog::serve`] by one thread, for a process that answers now and then: a request is not
    /// handed from one thread to another on its way.
    ///
    /// # Errors
    /// Those of [`ProcessLog::serve`].
    pub fn serve_alone<F, E>(
        self,
        serving: impl FnOnce(Signal) -> F,
        exit: fn(&E) -> Exit,
        log: fn(&str),
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        self.serve_on(&mut Builder::new_current_thread(), serving, exit, log)
    }

    fn serve_on<F, E>(
        self,
        runtime: &mut Builder,
        serving: impl FnOnce(Signal) -> F,
        exit: fn(&E) -> Exit,
        log: fn(&str),
    ) -> Result<(), Failure>
    where
        F: Future<Output = Result<(), E>>,
        E: fmt::Display,
    {
        let outcome = serve(runtime, serving, exit);
        if let Err((_, sentence)) = &outcome
            && self.has_files
        {
            log(sentence);
        }
        self.telemetry.flush();
        outcome.map_err(|(exit, sentence)| Failure::Ended { exit, sentence })
    }
}

fn serve<F, E>(
    runtime: &mut Builder,
    serving: impl FnOnce(Signal) -> F,
    exit: fn(&E) -> Exit,
) -> Result<(), (Exit, String)>
where
    F: Future<Output = Result<(), E>>,
    E: fmt::Display,
{
    let failed = |e: std::io::Error| (Exit::Failure, e.to_string());
    let runtime = runtime.enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let (_trigger, signal) = shutdown::on_signals().map_err(failed)?;
        serving(signal)
            .await
            .map_err(|error| (exit(&error), error.to_string()))
    })
}

#[cfg(test)]
mod tests;
