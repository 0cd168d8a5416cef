//! A tree of YAML, each node with the path that leads to it.

use std::fmt::Display;

use serde_json::Value;

use super::RulesError;

/// Problems that are told; a file that is something else altogether has thousands.
const PROBLEMS_MAX: usize = 50;

/// What was found wrong.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<String>);

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Node<'a> {
    value: &'a Value,
    /// `rules[3].labels.topic`; empty for the whole.
    pub(super) path: String,
}

impl Problems {
    pub(super) fn add(&mut self, path: &str, problem: impl Display) {
        if self.0.len() < PROBLEMS_MAX {
            let separator = if path.is_empty() { "" } else { ": " };
            self.0.push(format!("{path}{separator}{problem}"));
        }
    }

    pub(super) fn into_result<T>(self, value: T) -> Result<T, RulesError> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(RulesError(self.0))
        }
    }
}

/// Reads one document. Of two entries with one key the later counts, as in jmx_exporter; anchors and merges
/// are followed within the parser's limits.
pub(super) fn read(yaml: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::LastWins,
        // A metric may be called n.
        strict_booleans: true,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Value>(yaml, options) {
        Ok(Value::Null) => Ok(Value::Object(serde_json::Map::new())),
        Ok(value) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

/// What is wrong with a key that nobody knows.
pub(super) fn unknown(key: &str, known: &[&'static str]) -> String {
    match config::nearest(key, known.iter().copied()).as_slice() {
        [] => format!(
            "is no key of jmx_exporter's; there are {}",
            known.join(", ")
        ),
        near => format!(
            "is no key of jmx_exporter's; did you mean {}?",
            near.join(" or ")
        ),
    }
}

impl<'a> Node<'a> {
    pub(super) fn root(value: &'a Value) -> Self {
        let path = String::new();
        Self { value, path }
    }

    /// The entry of this key, where there is one that is not null.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key).filter(|value| !value.is_null())?;
        Some(self.below(key, value))
    }

    fn below(&self, key: &str, value: &'a Value) -> Self {
        let separator = if self.path.is_empty() { "" } else { "." };
        let path = format!("{}{separator}{key}", self.path);
        Self { value, path }
    }

    /// Every entry of a mapping, in the order of their keys.
    pub(super) fn entries(&self, problems: &mut Problems) -> Vec<(&'a str, Self)> {
        let Value::Object(map) = self.value else {
            problems.add(&self.path, "must be a mapping of keys to values");
            return Vec::new();
        };
        let mut entries: Vec<_> = map
            .iter()
            .map(|(key, value)| (key.as_str(), self.below(key, value)))
            .collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        entries
    }

    /// Says which keys of a mapping are not among these.
    pub(super) fn only(&self, known: &[&'static str], problems: &mut Problems) {
        for (key, node) in self.entries(problems) {
            if !known.contains(&key) {
                problems.add(&node.path, unknown(key, known));
            }
        }
    }

    /// Every item of a list.
    pub(super) fn items(&self, problems: &mut Problems) -> Vec<Self> {
        let Value::Array(items) = self.value else {
            problems.add(&self.path, "must be a list");
            return Vec::new();
        };
        let numbered = items.iter().enumerate();
        let item = |(index, value)| Self {
            value,
            path: format!("{}[{index}]", self.path),
        };
        numbered.map(item).collect()
    }

    /// A list of texts.
    pub(super) fn texts(&self, problems: &mut Problems) -> Vec<String> {
        let items = self.items(problems);
        let texts = items.iter().filter_map(|item| item.text(problems));
        texts.collect()
    }

    /// A text, or what stands for one: a number or a boolean as it is written.
    pub(super) fn text(&self, problems: &mut Problems) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null => Some(String::new()),
            Value::Array(_) | Value::Object(_) => {
                problems.add(&self.path, "must be a text");
                None
            }
        }
    }

    /// YAML 1.1's words are booleans, too: jmx_exporter reads that.
    pub(super) fn as_boolean(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(*flag),
            Value::String(word) => match word.to_ascii_lowercase().as_str() {
                "yes" | "on" => Some(true),
                "no" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn boolean(&self, problems: &mut Problems) -> Option<bool> {
        let found = self.as_boolean();
        if found.is_none() {
            problems.add(&self.path, "must be true or false");
        }
        found
    }

    /// A number, also one that is written as text.
    pub(super) fn number(&self) -> Option<f64> {
        match self.value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn whole_number(&self) -> Option<u64> {
        self.value.as_u64()
    }
}
