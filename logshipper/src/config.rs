//! The configuration as one value: read once from a properties file and the command line, everything that is
//! wrong told at once, passed down explicitly.
//!
//! A key of the file is a flag's name without dashes.

mod address;
pub mod check;
mod flags;
pub mod logging_info;
mod own;
#[cfg(test)]
mod tests;
mod unused;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use config::ConfigErrors;
use jiff::tz::TimeZone;
use service::command_line::Usable;
use service::flags::{Flag, FlagArgs, Given, Own, Table, Values};
use service::telemetry::LogLevel;

use crate::event::Multiline;
use crate::event::framer::EVENT_BYTES_MIN;
use crate::input::{InputSettings, StartAt, WhenBehind, check};
use crate::sink::table::{self, About, Opener};

/// The least that is read at once has to find room, twice.
const MEMORY_BYTES_MIN: usize = 2 << 20;
/// Sinks at once: each has a thread and a reader of every file.
const SINKS_MAX: usize = 16;
/// The largest file of MSK's LoggingInfo.
const LOGGING_INFO_BYTES_MAX: u64 = 1 << 20;

/// Everything that was configured, typed.
#[derive(Debug)]
pub struct ShipperConfig {
    /// Which files, and how they are followed.
    pub input: InputSettings,
    /// Where checkpoints and dead letters are.
    pub state_dir: PathBuf,
    /// Where events go.
    pub sinks: Vec<SinkConfig>,
    /// How lines become events.
    pub multiline: Multiline,
    /// The zone of their timestamps.
    pub zone: TimeZone,
    /// The longest event.
    pub event_bytes_max: usize,
    /// Events in memory.
    pub memory_bytes: usize,
    /// How long it goes on sending when it is stopped.
    pub grace: Duration,
    /// Dead letters of a sink.
    pub dead_letter_bytes_max: u64,
    /// The most requests of a sink at once.
    pub requests_max: usize,
    /// Where a log writer reads what was delivered.
    pub undelivered_file: Option<PathBuf>,
    /// Where metrics are pushed.
    pub otlp: Option<otlp::Settings>,
    /// Where the process says how it is, and where it logs.
    pub own: Own,
}

/// One sink, read and not opened.
pub struct SinkConfig {
    /// `KIND:TARGET`, as it was written: its name in metrics, logs and checkpoints.
    pub name: Arc<str>,
    /// The kind.
    pub kind: &'static str,
    /// What stands behind the colon.
    pub target: Arc<str>,
    /// Opens it.
    pub open: Opener,
}

impl fmt::Debug for SinkConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SinkConfig").field(&self.name).finish()
    }
}

/// The flags of the process.
#[derive(Clone, Copy, Debug)]
pub struct ShipperFlags;

impl Table for ShipperFlags {
    fn flags() -> Vec<&'static Flag> {
        flags::all()
    }
}

/// The flags of `replay`.
#[derive(Clone, Copy, Debug)]
pub struct ReplayFlags;

impl Table for ReplayFlags {
    fn flags() -> Vec<&'static Flag> {
        flags::targets()
    }
}

/// As arguments.
pub type ShipperFlagArgs = FlagArgs<ShipperFlags>;
/// Those of `replay`.
pub type ReplayFlagArgs = FlagArgs<ReplayFlags>;

impl ShipperConfig {
    /// Reads the text of a properties file, `overrides` over it and what was `given` on the command
    /// line over both.
    ///
    /// # Errors
    /// Everything that is wrong: unknown keys, values that are none, sinks that lead nowhere.
    pub fn read(
        text: &str,
        overrides: &[(String, String)],
        given: &Given,
    ) -> Result<Usable<Self>, ConfigErrors> {
        let mut values = Values::load(&ShipperFlags::flags(), text, overrides, given);
        let state_dir = PathBuf::from(values.text(&flags::STATE_DIR));
        if state_dir.as_os_str().is_empty() {
            let example = "--state-dir /var/lib/outrigger/logshipper";
            values.problem(&flags::STATE_DIR, format!("is needed: {example}"));
        }
        let mut names = values.list(&flags::SINK);
        names.extend(logged(&mut values));
        if names.is_empty() {
            let example = "--sink cloudwatch-logs:GROUP, s3:BUCKET or directory:PATH";
            values.problem(&flags::SINK, format!("is needed: {example}"));
        }
        let sinks = sinks(&mut values, names);
        let undelivered_file = values.optional(&flags::UNDELIVERED_FILE);
        let undelivered_file = undelivered_file.map(PathBuf::from);
        let (input, reaching) = own::left_out(
            input(&mut values, sinks.len()),
            &sinks,
            &state_dir,
            undelivered_file.as_deref(),
        );
        let config = Self {
            input,
            state_dir,
            multiline: choice(
                &mut values,
                &flags::MULTILINE,
                &[("kafka", Multiline::Kafka), ("none", Multiline::None)],
            ),
            zone: zone(&mut values),
            event_bytes_max: at_least(&mut values, &flags::MAX_EVENT_BYTES, EVENT_BYTES_MIN),
            memory_bytes: at_least(
                &mut values,
                &flags::MEMORY_BYTES,
                MEMORY_BYTES_MIN * sinks.len().max(1),
            ),
            grace: Duration::from_secs(values.parsed(&flags::GRACE_SECONDS)),
            dead_letter_bytes_max: at_least(&mut values, &flags::DEAD_LETTER_BYTES_MAX, 1 << 20),
            requests_max: at_least(&mut values, &flags::REQUESTS_MAX, 1),
            undelivered_file,
            otlp: otlp::Settings::from_flags(&mut values),
            own: Own::read(&mut values),
            sinks,
        };
        let unused = unused::warnings(&values, &config.sinks);
        let mut warnings = values.finish()?;
        warnings.extend(reaching);
        warnings.extend(unused);
        if config.event_bytes_max * 2 > config.memory_bytes / config.sinks.len().max(1) {
            warnings.push(
                "max-event-bytes is more than half of a sink's share of memory-bytes".to_owned(),
            );
        }
        Ok((config, warnings))
    }

    /// What it amounts to.
    pub fn summary(&self) -> String {
        let sinks: Vec<_> = self.sinks.iter().map(|sink| &*sink.name).collect();
        format!("{} to {}", self.input.globs.join(", "), sinks.join(", "))
    }
}

/// The sinks that `replay` was given.
///
/// # Errors
/// Everything that is wrong.
pub fn replayed_sinks(given: &Given) -> Result<(Vec<SinkConfig>, LogLevel), ConfigErrors> {
    let mut values = Values::load(&ReplayFlags::flags(), "", &[], given);
    let names = values.list(&flags::SINK);
    if names.is_empty() {
        values.problem(&flags::SINK, "is needed: --sink KIND:TARGET");
    }
    let sinks = sinks(&mut values, names);
    let level = Own::log_level(&mut values);
    values.finish()?;
    Ok((sinks, level))
}

/// A properties file with every key at its default.
pub fn default_properties() -> String {
    service::flags::default_properties(&flags::all())
}

fn sinks(values: &mut Values, names: Vec<String>) -> Vec<SinkConfig> {
    let about = about(values);
    let mut sinks: Vec<SinkConfig> = Vec::new();
    if names.len() > SINKS_MAX {
        values.problem(
            &flags::SINK,
            format!("{} sinks; at most {SINKS_MAX}", names.len()),
        );
    }
    for name in names.into_iter().take(SINKS_MAX) {
        if sinks.iter().any(|sink| *sink.name == *name) {
            values.problem(&flags::SINK, format!("\"{name}\" is there twice"));
            continue;
        }
        let found = table::find(&name).and_then(|(kind, target)| {
            let open = (kind.read)(target, values, &about)?;
            Ok((kind.name, Arc::from(target), open))
        });
        match found {
            Ok((kind, target, open)) => sinks.push(SinkConfig {
                name: name.into(),
                kind,
                target,
                open,
            }),
            Err(problem) => values.problem(&flags::SINK, problem),
        }
    }
    sinks
}

fn about(values: &mut Values) -> About {
    let cluster_name = values
        .optional(&flags::CLUSTER_NAME)
        .unwrap_or_else(machine_name);
    About {
        cluster_name: cluster_name.into(),
        cluster_uuid: values.text(&flags::CLUSTER_UUID).into(),
        broker_id: values.text(&flags::BROKER_ID).into(),
        account: values.text(&flags::ACCOUNT).into(),
        region: address::region(values),
        role_arn: address::role_arn(values),
        endpoint_url: address::endpoint_url(values),
    }
}

fn machine_name() -> String {
    let name = rustix::system::uname();
    let name = name.nodename().to_string_lossy();
    match name.is_empty() {
        true => "kafka".to_owned(),
        false => name.into_owned(),
    }
}

/// The sinks that MSK's LoggingInfo enables.
fn logged(values: &mut Values) -> Vec<String> {
    let Some(path) = values.optional(&flags::LOGGING_INFO).map(PathBuf::from) else {
        return Vec::new();
    };
    let read =
        service::files::read_text(&path, LOGGING_INFO_BYTES_MAX).map_err(|error| error.to_string());
    match read.and_then(|text| logging_info::sinks(&text)) {
        Ok(sinks) if sinks.is_empty() => {
            values.problem(
                &flags::LOGGING_INFO,
                format!("{} enables no target", path.display()),
            );
            sinks
        }
        Ok(sinks) => sinks,
        Err(problem) => {
            values.problem(
                &flags::LOGGING_INFO,
                format!("{}: {problem}", path.display()),
            );
            Vec::new()
        }
    }
}

fn input(values: &mut Values, sinks: usize) -> InputSettings {
    let globs = values.list(&flags::INPUT);
    if globs.is_empty() {
        values.problem(&flags::INPUT, "is needed: --input '/var/log/kafka/*.log'");
    }
    let excludes = values.list(&flags::EXCLUDE);
    if let Err(problem) = check(&globs, &[], &[]) {
        values.problem(&flags::INPUT, problem);
    }
    if let Err(problem) = check(&[], &excludes, &[]) {
        values.problem(&flags::EXCLUDE, problem);
    }
    InputSettings {
        excludes,
        start_at: choice(
            values,
            &flags::FROM,
            &[("beginning", StartAt::Beginning), ("end", StartAt::End)],
        ),
        open_files_max: at_least(values, &flags::MAX_OPEN_FILES, 16),
        when_behind: choice(
            values,
            &flags::WHEN_BEHIND,
            &[("hold", WhenBehind::Hold), ("release", WhenBehind::Release)],
        ),
        held_bytes_max: values.parsed(&flags::HELD_BYTES_MAX),
        sinks,
        ..InputSettings::new(globs)
    }
}

fn zone(values: &mut Values) -> TimeZone {
    let Some(name) = values.optional(&flags::TIME_ZONE) else {
        return TimeZone::system();
    };
    TimeZone::get(&name).unwrap_or_else(|_| {
        let problem =
            format!("\"{name}\" is no time zone of this machine, such as UTC or Europe/Berlin");
        values.problem(&flags::TIME_ZONE, problem);
        TimeZone::UTC
    })
}

/// One of the words, the first where it is none.
fn choice<T: Copy>(values: &mut Values, flag: &Flag, words: &[(&str, T); 2]) -> T {
    let text = values.text(flag);
    if let Some((_, value)) = words.iter().find(|(word, _)| *word == text) {
        return *value;
    }
    let [(first, value), (second, _)] = words;
    values.problem(flag, format!("\"{text}\" is neither {first} nor {second}"));
    *value
}

fn at_least<T>(values: &mut Values, flag: &Flag, least: T) -> T
where
    T: FromStr<Err: fmt::Display> + Default + PartialOrd + fmt::Display + Copy,
{
    let text = values.text(flag);
    match text.parse::<T>() {
        Ok(value) if value >= least => value,
        Ok(value) => {
            values.problem(flag, format!("{value} is too little; at least {least}"));
            least
        }
        Err(error) => {
            values.problem(flag, format!("\"{text}\": {error}"));
            least
        }
    }
}
