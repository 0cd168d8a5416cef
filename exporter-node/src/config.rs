//! The configuration as one value: read once from a properties file and the command line, everything
//! that is wrong told at once, passed down explicitly.
//!
//! A key of the file is a flag's name without dashes; flags are node_exporter's.

mod flags;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use config::ConfigErrors;
use scrape::Web;
use service::Clock;
use service::flags::{Flag, FlagArgs, Given, Table, Values};
use service::telemetry::LogLevel;

use crate::cloudwatch_metrics::Published;
use crate::file::Descriptors;
use crate::node::Node;
use crate::paths::Paths;

/// Everything that was configured, typed.
#[derive(Debug)]
pub struct NodeConfig {
    /// Where and how scrapes are answered.
    pub web: Web,
    /// The collectors that are on; none has opened a file yet.
    pub node: Node,
    /// Where metrics are pushed.
    pub otlp: Option<otlp::Settings>,
    /// What goes to CloudWatch, and whether anything does.
    pub published: Published,
    /// `log.level`.
    pub log_level: LogLevel,
    /// `outrigger.admin.listener`, as host:port.
    pub admin_listener: Option<String>,
    /// `outrigger.endpoints.file`.
    pub endpoints_file: Option<PathBuf>,
    /// `outrigger.log.dir`; `None` is standard error.
    pub log_dir: Option<PathBuf>,
    /// `outrigger.log.undelivered.file`.
    pub undelivered_file: Option<PathBuf>,
}

/// What a person should know about a configuration that is usable: one sentence each.
pub type Warnings = Vec<String>;

/// The flags of the process.
#[derive(Clone, Copy, Debug)]
pub struct NodeFlags;

impl Table for NodeFlags {
    fn flags() -> Vec<&'static Flag> {
        flags::all()
    }
}

/// As arguments.
pub type NodeFlagArgs = FlagArgs<NodeFlags>;

impl NodeConfig {
    /// Reads the text of a properties file, `overrides` over it and what was `given` on the command
    /// line over both.
    ///
    /// # Errors
    /// Everything that is wrong: unknown keys, values that are none, patterns that contradict each
    /// other.
    pub fn read(
        text: &str,
        overrides: &[(String, String)],
        given: &Given,
    ) -> Result<(Self, Warnings), ConfigErrors> {
        let mut values = Values::load(&NodeFlags::flags(), text, overrides, given);
        let web = Web::read(&mut values);
        let paths = Paths::read(&mut values, Arc::new(Descriptors::half_of_limit()));
        let node = Node::open(&paths, &mut values, &Clock::real());
        let otlp = otlp::Settings::from_flags(&mut values);
        let published = Published::read(&mut values, &paths);
        let log_level = match values.text(&flags::LOG_LEVEL).to_ascii_uppercase().parse() {
            Ok(level) => level,
            Err(error) => {
                values.problem(&flags::LOG_LEVEL, error);
                LogLevel::Info
            }
        };
        let path = |flag| values.optional(flag).map(PathBuf::from);
        let (endpoints_file, log_dir) = (path(&flags::ENDPOINTS_FILE), path(&flags::LOG_DIR));
        let undelivered_file = path(&flags::UNDELIVERED_FILE);
        let admin_listener = values.optional(&flags::ADMIN_LISTENER);
        let warnings = values.finish()?;
        let config = Self {
            web,
            node,
            otlp,
            published,
            log_level,
            admin_listener,
            endpoints_file,
            log_dir,
            undelivered_file,
        };
        Ok((config, warnings))
    }

    /// What `--check-config` says about the outcome of [`NodeConfig::read`].
    pub fn check_report(read: &Result<(Self, Warnings), ConfigErrors>) -> String {
        let (config, warnings) = match read {
            Ok(read) => read,
            Err(errors) => return errors.report(),
        };
        let mut text = String::new();
        for warning in warnings {
            text.push_str(&format!("warning: {warning}\n"));
        }
        let names = config.node.names().join(", ");
        text.push_str(&format!("configuration is valid: collectors {names}\n"));
        text
    }
}

/// A properties file with every key at its default.
pub fn default_properties() -> String {
    service::flags::default_properties(&flags::all())
}
