//! The collectors that are on, run one after another.
//!
//! The kernel gains nothing from parallel readers of procfs, and has had races with them
//! (node_exporter #1880, #2500).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use service::Clock;
use service::flags::{Flag, Values};

use crate::collector::absent;
use crate::collector::{COLLECTORS, CollectError, Collector, Round, Row, Setup};
use crate::families::{Desc, Families};
use crate::paths::Paths;

const DURATION: Desc = Desc::gauge(
    "node_scrape_collector_duration_seconds",
    "node_exporter: Duration of a collector scrape.",
);
const SUCCESS: Desc = Desc::gauge(
    "node_scrape_collector_success",
    "node_exporter: Whether a collector succeeded.",
);
const DISABLE_DEFAULTS: Flag = Flag::switch(
    "collector.disable-defaults",
    false,
    "Set all collectors to disabled by default",
);

/// Every collector that is on.
pub struct Node {
    slots: Vec<Slot>,
    families: Families,
    round: Round,
    clock: Clock,
}

impl std::fmt::Debug for Node {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Node").field(&self.names()).finish()
    }
}

struct Slot {
    name: &'static str,
    collector: Box<dyn Collector>,
    /// How it went the last time, as far as it was logged.
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Unknown,
    Success,
    NoData,
    Failed,
}

/// Which of the collectors that are on shall run.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// All.
    All,
    /// Those of these names.
    Only(Vec<&'static str>),
}

/// Why a choice of collectors is none; the texts are upstream's.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum WantedError {
    /// `collect[]` and `exclude[]`.
    #[error("Combined collect and exclude queries are not allowed.")]
    Combined,
    /// There is no such collector.
    #[error(
        "Couldn't create filtered metrics handler: couldn't create collector: missing collector: {0}"
    )]
    Missing(String),
    /// It is off.
    #[error(
        "Couldn't create filtered metrics handler: couldn't create collector: disabled collector: {0}"
    )]
    Disabled(String),
}

/// The flags of all collectors, their own switches among them.
pub fn flags() -> Vec<&'static Flag> {
    let rows = COLLECTORS.iter();
    let first = std::iter::once(&DISABLE_DEFAULTS).chain(absent::ABSENT);
    let of_rows =
        rows.flat_map(|row| std::iter::once(&row.switch).chain(row.flags.iter().copied()));
    first.chain(of_rows).collect()
}

/// Whether a collector runs: as its switch says where somebody gave it, else by default, unless
/// there shall be no defaults.
pub fn is_on(row: &Row, values: &Values) -> bool {
    let by_default = !values.switch(&DISABLE_DEFAULTS);
    values.switch(&row.switch) && (by_default || values.given(&row.switch))
}

impl Node {
    /// Opens the collectors that are on; what is wrong with their flags is noted in `values`.
    pub fn open(paths: &Paths, values: &mut Values, clock: &Clock) -> Self {
        absent::refuse(values);
        let round = Round::default();
        let rows: Vec<&Row> = COLLECTORS.iter().filter(|row| is_on(row, values)).collect();
        let slots = rows.into_iter().map(|row| Slot {
            name: row.name,
            collector: (row.open)(&mut Setup {
                paths,
                values,
                clock,
                round: &round,
            }),
            outcome: Outcome::Unknown,
        });
        let slots = slots.collect();
        Self {
            slots,
            families: Families::default(),
            round,
            clock: clock.clone(),
        }
    }

    /// The names of the collectors that are on.
    pub fn names(&self) -> Vec<&'static str> {
        self.slots.iter().map(|slot| slot.name).collect()
    }

    /// What the collectors leave to those who tell after them.
    pub fn round(&self) -> &Round {
        &self.round
    }

    /// Runs the wanted collectors. Asks `is_over` before each, and stops where nobody waits any
    /// more: `None`.
    pub fn collect(
        &mut self,
        wanted: &Wanted,
        is_over: impl Fn() -> bool,
    ) -> Option<&mut Families> {
        self.families.clear();
        self.round.begin();
        for slot in &mut self.slots {
            if !wanted.has(slot.name) {
                continue;
            }
            if is_over() {
                return None;
            }
            let started = self.clock.monotonic_nanos();
            let mut result = slot.collect(&mut self.families);
            let left_out = self.families.take_left_out();
            if left_out > 0 && result.is_ok() {
                let problem = format!("{left_out} samples with a series told before, or no name");
                result = Err(CollectError::malformed(slot.name, problem));
            }
            let took = self.clock.monotonic_nanos().saturating_sub(started);
            let took = Duration::from_nanos(took);
            let success = f64::from(u8::from(result.is_ok()));
            slot.tell(result);
            let labels = [("collector", slot.name)];
            self.families.put(&DURATION, &labels, took.as_secs_f64());
            self.families.put(&SUCCESS, &labels, success);
        }
        Some(&mut self.families)
    }
}

impl Slot {
    /// A collector that panics has failed, and no other: all of them share one thread.
    fn collect(&mut self, families: &mut Families) -> Result<(), CollectError> {
        let collector = &mut self.collector;
        let ended = catch_unwind(AssertUnwindSafe(|| collector.collect(families)));
        ended.unwrap_or_else(|_| {
            let problem = "the collector ended by a fault of ours; please report it";
            Err(CollectError::malformed(self.name, problem))
        })
    }

    /// Logs how it went where that has changed: a scrape comes every few seconds.
    fn tell(&mut self, result: Result<(), CollectError>) {
        let collector = self.name;
        let outcome = match &result {
            Ok(()) => Outcome::Success,
            Err(CollectError::NoData) => Outcome::NoData,
            Err(_) => Outcome::Failed,
        };
        let before = std::mem::replace(&mut self.outcome, outcome);
        if before == outcome {
            return;
        }
        match result {
            Ok(()) if before == Outcome::Failed => {
                tracing::info!(collector, "collector succeeds again");
            }
            Ok(()) => tracing::debug!(collector, "collector succeeded"),
            Err(CollectError::NoData) => tracing::debug!(collector, "collector has no data"),
            Err(error) => tracing::warn!(collector, %error, "collector failed"),
        }
    }
}

impl Wanted {
    /// What the query parameters `collect[]` and `exclude[]` come to, among the collectors that
    /// are `on`.
    ///
    /// # Errors
    /// Both were given, or a collector that there is not, or that is off.
    pub fn from_query<'a>(
        on: &[&'static str],
        collect: impl Iterator<Item = &'a str>,
        exclude: impl Iterator<Item = &'a str>,
    ) -> Result<Self, WantedError> {
        let collect: Vec<&str> = collect.collect();
        let exclude: Vec<&str> = exclude.collect();
        match (collect.as_slice(), exclude.as_slice()) {
            ([], []) => Ok(Self::All),
            ([], exclude) => {
                let names = on.iter().filter(|name| !exclude.contains(name));
                Ok(Self::Only(names.copied().collect()))
            }
            (collect, []) => {
                let mut names = Vec::new();
                for name in collect {
                    names.push(find(on, name)?);
                }
                names.sort_unstable();
                names.dedup();
                Ok(Self::Only(names))
            }
            _ => Err(WantedError::Combined),
        }
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(&name),
        }
    }
}

fn find(on: &[&'static str], name: &str) -> Result<&'static str, WantedError> {
    if let Some(found) = on.iter().find(|other| **other == name) {
        return Ok(found);
    }
    match COLLECTORS.iter().any(|row| row.name == name) {
        true => Err(WantedError::Disabled(name.to_owned())),
        false => Err(WantedError::Missing(name.to_owned())),
    }
}

#[cfg(test)]
mod tests;
