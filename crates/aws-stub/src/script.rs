//! Which request meets which fault: rules, looked at in their order, by the operation's own count and by
//! chance from a seed. The same requests in the same order meet the same faults.
//!
//! As JSON: `{"seed": 7, "rules": [{"operation": "PutLogEvents", "when": {"share": 0.1}, "fault": "cut_after"}]}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::operation::Operation;
use crate::random::Random;

/// When a rule holds; requests of an operation are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Each time.
    Always,
    /// From the first of these up to the one before the second.
    Between(u64, u64),
    /// Every so many: 3 means requests 2, 5, 8.
    Every(u64),
    /// In this share of the cases.
    Share(f64),
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// For which operation; all, if none is named.
    #[serde(default)]
    pub operation: Option<Operation>,
    /// When.
    pub when: When,
    /// What goes wrong.
    pub fault: Fault,
}

/// Rules, and how far they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Script {
    /// For what happens by chance.
    #[serde(default)]
    pub seed: u64,
    /// The first that holds counts.
    pub rules: Vec<Rule>,
    #[serde(skip)]
    counts: BTreeMap<Operation, u64>,
    #[serde(skip)]
    random: Option<Random>,
}

impl Script {
    /// One in which nothing goes wrong.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Reads the JSON form.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|cause| format!("the script: {cause}"))
    }

    /// With one more rule, for one operation.
    #[must_use]
    pub fn on(mut self, operation: Operation, when: When, fault: Fault) -> Self {
        self.rules.push(Rule {
            operation: Some(operation),
            when,
            fault,
        });
        self
    }

    /// The fault of the next request of this operation.
    pub(crate) fn next(&mut self, operation: Operation) -> Option<Fault> {
        let count = self.counts.entry(operation).or_default();
        let number = *count;
        *count += 1;
        let seed = self.seed;
        let random = self.random.get_or_insert_with(|| Random::new(seed));
        let rules = self.rules.iter();
        let mut rules = rules.filter(|rule| rule.operation.is_none_or(|of| of == operation));
        let rule = rules.find(|rule| match rule.when {
            When::Always => true,
            When::Between(from, to) => (from..to).contains(&number),
            When::Every(every) => (number + 1).checked_rem(every) == Some(0),
            When::Share(share) => random.chance(share),
        });
        rule.map(|rule| rule.fault.clone())
    }
}

#[cfg(test)]
mod tests;
