//! The configuration as one value: read once from a properties file and the command line, everything that is wrong
//! told at once, passed down explicitly.
//!
//! A key of the file is a flag's name without dashes.

mod flags;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use config::ConfigErrors;
use scrape::Web;
use service::command_line::Usable;
use service::flags::{FlagArgs, Given, Own, Table, Values};

use crate::level::Level;
use crate::rule_sets::{Origin, RuleSets};
use crate::source::native::Place;

/// Everything that was configured, typed.
#[derive(Clone, Debug)]
pub struct JmxConfig {
    /// Where and how scrapes are answered.
    pub web: Web,
    /// What is read, in the order of precedence; never empty.
    pub sources: Vec<Place>,
    /// What it can be made into.
    pub rule_sets: Arc<RuleSets>,
    /// What is shown where a scrape names no level.
    pub level: Level,
    /// How long one source may take.
    pub source_timeout: Duration,
    /// Where metrics are pushed.
    pub otlp: Option<otlp::Settings>,
    /// Whether and how they are published to CloudWatch.
    pub cloudwatch: cloudwatch::Settings,
    /// Where the process says how it is, and where it logs.
    pub own: Own,
}

/// The flags of the process.
#[derive(Clone, Copy, Debug)]
pub struct JmxFlags;

impl Table for JmxFlags {
    fn flags() -> Vec<&'static service::flags::Flag> {
        flags::all()
    }
}

/// As arguments.
pub type JmxFlagArgs = FlagArgs<JmxFlags>;

impl JmxConfig {
    /// Reads the text of a properties file, `overrides` over it and what was `given` on the command line over both.
    ///
    /// # Errors
    /// Everything that is wrong: unknown keys, values that are none, rule files that cannot be used.
    pub fn read(
        text: &str,
        overrides: &[(String, String)],
        given: &Given,
    ) -> Result<Usable<Self>, ConfigErrors> {
        let mut values = Values::load(&JmxFlags::flags(), text, overrides, given);
        let web = Web::read(&mut values);
        let sources = sources(&mut values);
        let rule_sets = rule_sets(&mut values);
        let level = match values.text(&flags::LEVEL).parse() {
            Ok(level) => level,
            Err(error) => {
                values.problem(&flags::LEVEL, error);
                Level::Partition
            }
        };
        let source_timeout = values.duration(&flags::SOURCE_TIMEOUT);
        if source_timeout.is_zero() {
            values.problem(&flags::SOURCE_TIMEOUT, "must be longer than nothing");
        }
        let otlp = otlp::Settings::from_flags(&mut values);
        let cloudwatch = cloudwatch::Settings::read(&mut values);
        let own = Own::read(&mut values);
        let warnings = values.finish()?;
        let config = Self {
            web,
            sources,
            rule_sets,
            level,
            source_timeout,
            otlp,
            cloudwatch,
            own,
        };
        Ok((config, warnings))
    }

    /// What it amounts to.
    pub fn summary(&self) -> String {
        let sets = self.rule_sets.all().iter();
        let names: Vec<_> = sets.map(|set| &*set.name).collect();
        let sources = self.sources.len();
        format!("{sources} sources, rule sets {}", names.join(", "))
    }
}

/// A properties file with every key at its default.
pub fn default_properties() -> String {
    service::flags::default_properties(&flags::all())
}

fn sources(values: &mut Values) -> Vec<Place> {
    let given = values.list(&flags::SOURCE);
    if given.is_empty() {
        let message = "name at least one, such as native:FILE or native:http://HOST:PORT";
        values.problem(&flags::SOURCE, message);
    }
    let mut places: Vec<Place> = Vec::new();
    for text in given {
        match text.parse() {
            Ok(place) if places.contains(&place) => {
                values.problem(&flags::SOURCE, format!("\"{text}\" is there twice"));
            }
            Ok(place) => places.push(place),
            Err(error) => values.problem(&flags::SOURCE, error),
        }
    }
    places
}

fn rule_sets(values: &mut Values) -> Arc<RuleSets> {
    let mut asked: Vec<Origin> = Vec::new();
    for text in values.list(&flags::RULES) {
        let origin = Origin::of(&text);
        if !asked.contains(&origin) {
            asked.push(origin);
        }
    }
    let opened = RuleSets::open(&asked).or_else(|problems| {
        for problem in problems {
            values.problem(&flags::RULES, problem);
        }
        RuleSets::open(&[])
    });
    Arc::new(opened.unwrap_or_else(|_| RuleSets::none()))
}
