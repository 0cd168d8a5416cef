//! THE DIALECTS: sets of names that dashboards ask for, each a rule file of ours in jmx_exporter's format.

use crate::rules::{Rules, RulesError};

/// A set of names by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// As `--rules` and `?dialect=` call it.
    pub name: &'static str,
    yaml: &'static str,
}

/// The table; the first one is the default.
pub const DIALECTS: &[Dialect] = &[
    Dialect {
        name: "msk",
        yaml: include_str!("dialect/msk.yml"),
    },
    Dialect {
        name: "strimzi",
        yaml: include_str!("dialect/strimzi.yml"),
    },
    Dialect {
        name: "confluent",
        yaml: include_str!("dialect/confluent.yml"),
    },
    Dialect {
        name: "kafka-exporter",
        yaml: include_str!("dialect/kafka-exporter.yml"),
    },
];

impl Dialect {
    /// The dialect of this name.
    pub fn find(name: &str) -> Option<Self> {
        let mut all = DIALECTS.iter();
        all.find(|dialect| dialect.name == name).copied()
    }

    /// Its rules.
    ///
    /// # Errors
    /// None, as tests make sure.
    pub fn rules(self) -> Result<Rules, RulesError> {
        Rules::parse(self.yaml)
    }
}

/// Their names, for messages.
pub fn names() -> String {
    let names: Vec<_> = DIALECTS.iter().map(|dialect| dialect.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::{DIALECTS, Dialect};

    #[test]
    fn every_dialect_has_rules() {
        for dialect in DIALECTS {
            dialect
                .rules()
                .unwrap_or_else(|e| panic!("{}: {e}", dialect.name));
            assert_eq!(Dialect::find(dialect.name), Some(*dialect));
        }
        assert_eq!(Dialect::find("msk2"), None);
    }
}
