//! The configuration as one value: read once from a properties file and the command line, everything
//! that is wrong told at once, passed down explicitly.
//!
//! A key of the file is a flag's name without dashes; flags are node_exporter's.

mod flags;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use config::ConfigErrors;
use scrape::Web;
use service::Clock;
use service::command_line::Usable;
use service::flags::{Flag, FlagArgs, Given, Own, Table, Values};

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
    /// Where the process says how it is, and where it logs.
    pub own: Own,
}

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
    ) -> Result<Usable<Self>, ConfigErrors> {
        let mut values = Values::load(&NodeFlags::flags(), text, overrides, given);
        let web = Web::read(&mut values);
        let paths = Paths::read(&mut values, Arc::new(Descriptors::half_of_limit()));
        let node = Node::open(&paths, &mut values, &Clock::real());
        let otlp = otlp::Settings::from_flags(&mut values);
        let published = Published::read(&mut values, &paths);
        let own = Own::read(&mut values);
        let warnings = values.finish()?;
        let config = Self {
            web,
            node,
            otlp,
            published,
            own,
        };
        Ok((config, warnings))
    }

    /// What it amounts to.
    pub fn summary(&self) -> String {
        format!("collectors {}", self.node.names().join(", "))
    }
}

/// A properties file with every key at its default.
pub fn default_properties() -> String {
    service::flags::default_properties(&flags::all())
}
