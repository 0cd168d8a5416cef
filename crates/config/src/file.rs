//! From the text of `server.properties` and the command line's overrides to a layer of values that
//! are each valid, with everything that is wrong told at once.
//!
//! Rules between keys, and what a value means, belong to the broker.

use std::collections::BTreeMap;
use std::fmt;

use crate::key::Effect;
use crate::layers::Properties;
use crate::preset::Preset;
use crate::properties::parse;
use crate::suggest::nearest;
use crate::table::{authorizer_setting, broker_key, broker_keys, tolerated};

/// Where a value was given.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Origin {
    /// The line of the file, counted from 1.
    Line(usize),
    /// The command line.
    Override,
    /// Nobody gave it: a default, or a rule over several keys.
    Default,
}

/// One thing that is wrong with a configuration.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Problem {
    pub origin: Origin,
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Line(line) => write!(f, "line {line}: {}", self.message),
            Origin::Override => write!(f, "command line: {}", self.message),
            Origin::Default => f.write_str(&self.message),
        }
    }
}

/// What a file and its overrides came to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct File {
    /// Every valid value, the preset's among them.
    pub values: Properties,
    /// Where each given value was given.
    pub origins: BTreeMap<String, Origin>,
    /// Given keys that have no effect here, sorted.
    pub without_effect: Vec<String>,
    /// Everything that is wrong, in the order of the file.
    pub problems: Vec<Problem>,
}

/// Reads a file and lays the overrides over it; the last of several lines for one key counts.
pub fn load(text: &str, overrides: &[(String, String)]) -> File {
    let (pairs, malformed) = parse(text);
    let mut file = File::default();
    for error in malformed {
        let message = "\\u must be followed by four hexadecimal digits".to_owned();
        file.problems.push(Problem {
            origin: Origin::Line(error.line),
            message,
        });
    }
    for pair in pairs {
        file.accept(pair.name, pair.value, Origin::Line(pair.line));
    }
    for (name, value) in overrides {
        file.accept(name.clone(), value.clone(), Origin::Override);
    }
    let preset = file
        .values
        .get("outrigger.preset")
        .and_then(|name| Preset::named(name));
    preset.unwrap_or(Preset::Kafka).fill(&mut file.values);
    agree_on_node_id(&mut file.values);
    file.without_effect.sort_unstable();
    file.without_effect.dedup();
    file.problems.sort();
    file
}

impl File {
    fn accept(&mut self, name: String, value: String, origin: Origin) {
        let Some(key) = broker_key(&name) else {
            if authorizer_setting(&name) {
                self.put(name, value.trim().to_owned(), origin);
            } else if tolerated(&name) {
                self.without_effect.push(name.clone());
                self.put(name, value, origin);
            } else {
                self.problems.push(Problem {
                    origin,
                    message: unknown(&name),
                });
            }
            return;
        };
        if let Err(invalid) = key.parse(&value) {
            self.problems.push(Problem {
                origin,
                message: invalid.to_string(),
            });
            return;
        }
        // A listener's own value of a key counts for TLS and SASL only, which end in authn.
        if key.effect == Effect::None || name != key.name {
            self.without_effect.push(name.clone());
        }
        let value = key.canonical(&value);
        self.put(name, value, origin);
    }

    fn put(&mut self, name: String, value: String, origin: Origin) {
        self.origins.insert(name.clone(), origin);
        self.values.insert(name, value);
    }
}

fn unknown(name: &str) -> String {
    let known = broker_keys().map(|key| key.name);
    match nearest(name, known).as_slice() {
        [] => format!("unknown property \"{name}\"; none of Kafka's names is near it"),
        near => format!(
            "unknown property \"{name}\"; did you mean {}?",
            near.join(" or ")
        ),
    }
}

/// `broker.id` and `node.id` are one number: whichever was given gives the other.
fn agree_on_node_id(values: &mut Properties) {
    let given = values
        .get("node.id")
        .or_else(|| values.get("broker.id"))
        .cloned();
    if let Some(id) = given {
        values
            .entry("node.id".to_owned())
            .or_insert_with(|| id.clone());
        values.entry("broker.id".to_owned()).or_insert(id);
    }
}

#[cfg(test)]
mod tests;
