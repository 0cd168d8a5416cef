//! Values as they were given, each checked against its row, and typed reads that gather every
//! problem instead of returning at the first.

use std::collections::BTreeMap;
use std::time::Duration;

use config::{Origin, Problem, Value};

use super::keys;

/// What a file and its overrides came to.
#[derive(Debug, Default)]
pub(super) struct Values {
    given: BTreeMap<String, (String, Origin)>,
    without_effect: Vec<String>,
    problems: Vec<Problem>,
}

impl Values {
    /// Reads a file and lays the overrides over it; the last of several lines for one key counts.
    pub fn load(text: &str, overrides: &[(String, String)]) -> Self {
        let (pairs, malformed) = config::parse(text);
        let mut values = Self::default();
        for error in malformed {
            let message = "\\u must be followed by four hexadecimal digits".to_owned();
            values.problem_at(Origin::Line(error.line), message);
        }
        for pair in pairs {
            values.accept(pair.name, pair.value, Origin::Line(pair.line));
        }
        for (name, value) in overrides {
            values.accept(name.clone(), value.clone(), Origin::Override);
        }
        values
    }

    fn accept(&mut self, name: String, value: String, origin: Origin) {
        let (listener, base) = split(&name);
        let per_listener = keys::ours_per_listener(base)
            || keys::KAFKAS
                .iter()
                .any(|row| row.name == base && row.per_listener);
        match keys::find(base) {
            Some(_) if listener.is_some() && !per_listener => {
                self.problem_at(
                    origin,
                    format!("{name}: {base} holds for all listeners; remove listener.name."),
                );
            }
            Some((key, _)) => match key.parse(&value) {
                Ok(_) => {
                    let value = key.canonical(&value);
                    self.given.insert(name, (value, origin));
                }
                Err(invalid) => self.problem_at(origin, invalid.to_string()),
            },
            None if config::broker_key(base).is_some() => self.without_effect.push(name),
            None => {
                let message = unknown(&name, base);
                self.problem_at(origin, message);
            }
        }
    }

    fn problem_at(&mut self, origin: Origin, message: String) {
        self.problems.push(Problem { origin, message });
    }

    /// Notes a problem that only the reading side can see, at the line of `name` if it was given.
    pub fn problem(&mut self, name: &str, message: impl Into<String>) {
        let origin = self.given.get(name).map_or(Origin::Default, |(_, at)| *at);
        self.problem_at(origin, message.into());
    }

    /// Everything that was wrong, in the order of the file.
    pub fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort();
        self.problems.dedup();
        self.problems
    }

    /// Given keys of Kafka's that have no effect here, sorted.
    pub fn without_effect(&self) -> Vec<String> {
        let mut names = self.without_effect.clone();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The text that somebody set.
    pub fn given_text(&self, name: &str) -> Option<String> {
        self.given.get(name).map(|(text, _)| text.clone())
    }

    /// Whether anybody set it.
    pub fn set(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// The listeners that given keys speak of, in lower case, with one of their keys.
    pub fn named_listeners(&self) -> Vec<(String, String)> {
        let names = self.given.keys();
        names
            .filter_map(|name| Some((split(name).0?.to_owned(), name.clone())))
            .collect()
    }

    fn value(&mut self, name: &str) -> Option<Value> {
        let (_, base) = split(name);
        let (key, default) = keys::find(base)?;
        let given = self.given.get(name).map(|(text, _)| text.as_str());
        let text = given.or(default)?;
        match key.parse(text) {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.problem(name, invalid.to_string());
                None
            }
        }
    }

    /// The name under which a listener's value stands: its own where it was given one.
    pub fn of_listener(&self, listener: &str, name: &'static str) -> String {
        let own = format!("listener.name.{}.{name}", listener.to_lowercase());
        if self.set(&own) { own } else { name.to_owned() }
    }

    /// A STRING; `None` where it is null or empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::Text(text) => Some(text).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The text of a value, trimmed, a list without spaces; empty where it is null.
    pub fn canonical(&mut self, name: &str) -> String {
        let (_, base) = split(name);
        let Some((key, default)) = keys::find(base) else {
            return String::new();
        };
        let given = self.given.get(name).map(|(text, _)| text.as_str());
        key.canonical(given.or(default).unwrap_or_default())
    }

    /// The items of a LIST; none where it is null.
    pub fn list(&mut self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::List(items)) => items,
            _ => Vec::new(),
        }
    }

    /// A BOOLEAN; false where it is null.
    pub fn flag(&mut self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Boolean(true)))
    }

    /// A number; zero where it is null.
    pub fn integer(&mut self, name: &str) -> i64 {
        match self.value(name) {
            Some(Value::Integer(value)) => value,
            _ => 0,
        }
    }

    /// A number that is never negative.
    pub fn count(&mut self, name: &str) -> usize {
        let value = self.integer(name);
        usize::try_from(value).unwrap_or_else(|_| {
            self.problem(name, format!("{name} is {value}; give a number from 0 on"));
            0
        })
    }

    /// A key in milliseconds; `None` where it is negative.
    pub fn milliseconds(&mut self, name: &str) -> Option<Duration> {
        let value = self.integer(name);
        u64::try_from(value).ok().map(Duration::from_millis)
    }
}

/// Listener and key of `listener.name.<listener>.<key>`; any other name is a key.
fn split(name: &str) -> (Option<&str>, &str) {
    let of_listener = name
        .strip_prefix("listener.name.")
        .and_then(|rest| rest.split_once('.'));
    match of_listener {
        Some((listener, key)) => (Some(listener), key),
        None => (None, name),
    }
}

fn unknown(name: &str, base: &str) -> String {
    match config::nearest(base, keys::names()).as_slice() {
        [] => {
            format!("unknown property \"{name}\"; outrigger authn --print-default-config tells all")
        }
        near => format!(
            "unknown property \"{name}\"; did you mean {}?",
            near.join(" or ")
        ),
    }
}
