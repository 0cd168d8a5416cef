//! The words of a command: `--name value`, each name as often as it is given, and some without a value.

use std::str::FromStr;

pub(crate) struct Words {
    given: Vec<(String, Option<String>)>,
}

impl Words {
    /// `flags` have no value; all others of `known` have one.
    pub(crate) fn parse(words: &[String], known: &[&str], flags: &[&str]) -> Result<Self, String> {
        let mut given = Vec::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let name = word.trim_start_matches("--");
            let value = match (flags.contains(&name), known.contains(&name)) {
                (true, _) => None,
                (_, true) => {
                    let value = words.next();
                    Some(
                        value
                            .ok_or_else(|| format!("{word} needs a value"))?
                            .clone(),
                    )
                }
                _ => return Err(format!("{word} is unknown; there are {}", known.join(", "))),
            };
            given.push((name.to_owned(), value));
        }
        Ok(Self { given })
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.given.iter().any(|(given, _)| given == name)
    }

    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let given = self.given.iter().filter(|(given, _)| given == name);
        given.filter_map(|(_, value)| value.clone()).collect()
    }

    pub(crate) fn last(&self, name: &str) -> Option<String> {
        self.all(name).pop()
    }

    pub(crate) fn number<T: FromStr>(&self, name: &str, default: T) -> Result<T, String> {
        match self.last(name) {
            None => Ok(default),
            Some(text) => text
                .parse()
                .map_err(|_| format!("--{name} is no number that fits: {text}")),
        }
    }
}
