//! Typed values out of the layers, with every problem gathered instead of returned at the first.
//!
//! A reader never fails: where a value cannot be had it gives zero or nothing, and a problem.
//! Whoever reads asks for the problems at the end and uses the values only where there are none.

use crate::check::Value;
use crate::file::{Origin, Problem};
use crate::layers::{BrokerLayers, Properties};
use crate::table::{broker_key, topic_key};

/// Reads values of one broker, or of one topic on it.
#[derive(Debug)]
pub struct Reader<'a> {
    layers: &'a BrokerLayers,
    topic: Option<&'a Properties>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Reads broker keys.
    pub fn broker(layers: &'a BrokerLayers) -> Self {
        Self {
            layers,
            topic: None,
            problems: Vec::new(),
        }
    }

    /// Reads topic keys of a topic that set `overrides`.
    pub fn topic(layers: &'a BrokerLayers, overrides: &'a Properties) -> Self {
        Self {
            layers,
            topic: Some(overrides),
            problems: Vec::new(),
        }
    }

    /// Notes a problem that only the reading side can see.
    pub fn problem(&mut self, message: impl Into<String>) {
        self.problems.push(Problem {
            origin: Origin::Default,
            message: message.into(),
        });
    }

    /// Everything that was wrong.
    pub fn problems(self) -> Vec<Problem> {
        self.problems
    }

    /// A BOOLEAN; false where it is null.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.value(name) {
            Some(Value::Boolean(value)) => value,
            None => false,
            Some(_) => self.misread(name, "a boolean"),
        }
    }

    /// An INT, SHORT or LONG; zero where it is null.
    pub fn integer(&mut self, name: &str) -> i64 {
        match self.value(name) {
            Some(Value::Integer(value)) => value,
            None => 0,
            Some(_) => self.misread(name, "a number"),
        }
    }

    /// An INT or SHORT; zero where it is null.
    pub fn int(&mut self, name: &str) -> i32 {
        let value = self.integer(name);
        i32::try_from(value).unwrap_or_else(|_| self.misread(name, "a number of 32 bits"))
    }

    /// A count that is never negative; a negative value is zero and a problem.
    pub fn count(&mut self, name: &str) -> usize {
        let value = self.integer(name);
        usize::try_from(value).unwrap_or_else(|_| self.misread(name, "a count"))
    }

    /// A count where any negative value means that there is none.
    pub fn limit(&mut self, name: &str) -> Option<usize> {
        usize::try_from(self.integer(name)).ok()
    }

    /// The items of a LIST; none where it is null.
    pub fn list(&mut self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::List(items)) => items,
            None => Vec::new(),
            Some(_) => self.misread(name, "a list"),
        }
    }

    /// A STRING or CLASS; `None` where it is null or empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        match self.value(name) {
            Some(Value::Text(text)) => Some(text).filter(|text| !text.is_empty()),
            None => None,
            Some(_) => self.misread(name, "a string"),
        }
    }

    /// A setting of the authorizer, which no table has and nothing changes while the broker runs;
    /// `None` where it is not set or empty.
    pub fn authorizer_setting(&self, name: &str) -> Option<&'a str> {
        let text = self.layers.fixed.get(name)?;
        Some(text.as_str()).filter(|text| !text.is_empty())
    }

    /// Whether anybody set it, the preset included.
    pub fn set(&self, name: &str) -> bool {
        let layers = [
            &self.layers.per_broker,
            &self.layers.cluster,
            &self.layers.fixed,
        ];
        layers.iter().any(|layer| layer.contains_key(name))
    }

    fn value(&mut self, name: &str) -> Option<Value> {
        let (key, text) = match self.topic {
            Some(overrides) => (topic_key(name), self.layers.topic_text(overrides, name)),
            None => (broker_key(name), self.layers.resolved(name)),
        };
        let Some(key) = key else {
            self.problem(format!("no key is called {name}"));
            return None;
        };
        match key.parse(&text?) {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.problem(invalid.to_string());
                None
            }
        }
    }

    fn misread<T: Default>(&mut self, name: &str, wanted: &str) -> T {
        self.problem(format!("{name} is read as {wanted}, which it is not"));
        T::default()
    }
}

#[cfg(test)]
mod tests;
