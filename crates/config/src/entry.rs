//! What DescribeConfigs shows: each key with its value, its source and the synonyms beneath it.
//!
//! Follows `ConfigHelper` of Kafka 4.3: which synonyms are listed and in which order, and that the
//! source is that of the first synonym. Entries come sorted by name; Kafka's come in no order.

use crate::key::{Key, Kind, Listing};
use crate::layers::{BrokerLayers, Properties};
use crate::table::{
    alternatives, broker_key, broker_keys, client_metrics_keys, exact_broker_key, group_keys,
    listener_base, topic_keys,
};

/// Who set a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Source {
    /// The topic itself.
    Topic,
    /// One broker, while it runs.
    DynamicBroker,
    /// All brokers, while they run.
    DynamicDefaultBroker,
    /// The file, the command line or the preset.
    StaticBroker,
    /// Nobody.
    Default,
    /// A level set for a logger.
    BrokerLogger,
    /// The client metrics subscription itself.
    ClientMetrics,
    /// The group itself.
    Group,
}

impl Source {
    /// The number that DescribeConfigs v1 and later carry for it.
    pub fn wire_id(self) -> i8 {
        match self {
            Self::Topic => 1,
            Self::DynamicBroker => 2,
            Self::DynamicDefaultBroker => 3,
            Self::StaticBroker => 4,
            Self::Default => 5,
            Self::BrokerLogger => 6,
            Self::ClientMetrics => 7,
            Self::Group => 8,
        }
    }
}

/// One key as it is shown.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The key's name.
    pub name: String,
    /// `None` is null: not set and without default, or withheld.
    pub value: Option<String>,
    /// Who set the value in force.
    pub source: Source,
    /// Whether it can be changed at a restart only.
    pub read_only: bool,
    /// Whether its value is withheld.
    pub sensitive: bool,
    /// `None` for a key that is not in the table.
    pub kind: Option<Kind>,
    /// Strongest first; the first is the one in force.
    pub synonyms: Vec<Synonym>,
    /// Its line of documentation, if it is in the table.
    pub doc: Option<&'static str>,
}

/// One of the values that compete for a key.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Synonym {
    /// The key it was set under.
    pub name: String,
    /// What it was set to; withheld where the key is sensitive.
    pub value: Option<String>,
    /// Who set it.
    pub source: Source,
}

/// What a client metrics subscription that set `overrides` shows.
pub fn describe_client_metrics(overrides: &Properties) -> Vec<Entry> {
    client_metrics_keys()
        .map(|key| {
            let value = overrides.get(key.name).map(String::as_str);
            let source = value.map_or(Source::Default, |_| Source::ClientMetrics);
            entry(
                key,
                value.or(key.default).map(str::to_owned),
                source,
                Vec::new(),
            )
        })
        .collect()
}

impl BrokerLayers {
    /// Every key of this broker that Kafka would list, and whatever else was set for it.
    pub fn describe(&self) -> Vec<Entry> {
        let listed = broker_keys()
            .filter(|key| key.listing == Listing::Always)
            .map(|key| key.name)
            .chain(self.set_names());
        let mut names: Vec<&str> = listed.collect();
        names.sort_unstable();
        names.dedup();
        names
            .into_iter()
            .map(|name| self.broker_entry(name, |_| true))
            .collect()
    }

    /// What was set for all brokers while they run: the resource without a name.
    pub fn describe_cluster(&self) -> Vec<Entry> {
        let alone = Self {
            cluster: self.cluster.clone(),
            ..Self::default()
        };
        let set = |source| source == Source::DynamicDefaultBroker;
        alone
            .cluster
            .keys()
            .map(|name| alone.broker_entry(name, set))
            .collect()
    }

    /// Every key of a topic that set `overrides`.
    pub fn describe_topic(&self, overrides: &Properties) -> Vec<Entry> {
        topic_keys()
            .filter(|key| key.listing == Listing::Always || overrides.contains_key(key.name))
            .map(|key| self.override_entry(key, overrides, Source::Topic))
            .collect()
    }

    /// Every key of a group that set `overrides`.
    pub fn describe_group(&self, overrides: &Properties) -> Vec<Entry> {
        group_keys()
            .map(|key| self.group_entry(key, overrides))
            .collect()
    }

    fn set_names(&self) -> impl Iterator<Item = &str> {
        [&self.per_broker, &self.cluster, &self.fixed]
            .into_iter()
            .flat_map(Properties::keys)
            .map(String::as_str)
    }

    fn broker_entry(&self, name: &str, shown: impl Fn(Source) -> bool) -> Entry {
        let names = match listener_base(name) {
            Some(base) => vec![name, base],
            None => alternatives(name)
                .into_iter()
                .map(|(member, _)| member)
                .collect(),
        };
        // Kafka treats what it does not know as a secret, and so do we.
        let sensitive = broker_key(name).is_none_or(Key::sensitive);
        let mut synonyms = self.synonyms(name, &names, sensitive);
        synonyms.retain(|synonym| shown(synonym.source));
        let source = synonyms
            .first()
            .map_or(Source::Default, |synonym| synonym.source);
        let key = broker_key(name);
        let value = self.text(name).filter(|_| !sensitive);
        Entry {
            name: name.to_owned(),
            value: value.map(|text| key.map_or_else(|| text.to_owned(), |key| key.canonical(text))),
            source,
            // A listener's own value counts as read-only, whatever its key is elsewhere.
            read_only: !key.is_some_and(|key| key.name == name && key.dynamic()),
            sensitive,
            kind: key.map(|key| key.kind),
            synonyms,
            doc: key.map(|key| key.doc),
        }
    }

    fn override_entry(&self, key: &Key, overrides: &Properties, source: Source) -> Entry {
        let set = overrides.get(key.name).cloned();
        let value = set
            .clone()
            .or_else(|| self.fallback(key))
            .map(|text| key.canonical(&text));
        let mut synonyms = Vec::new();
        if set.is_some() {
            let value = value.clone();
            synonyms.push(Synonym {
                name: key.name.to_owned(),
                value,
                source,
            });
        }
        if let Some(broker_key) = key.broker_key {
            let names: Vec<&str> = alternatives(broker_key)
                .into_iter()
                .map(|(member, _)| member)
                .collect();
            synonyms.extend(self.synonyms(broker_key, &names, false));
        }
        let source = synonyms
            .first()
            .map_or(Source::Default, |synonym| synonym.source);
        entry(key, value, source, synonyms)
    }

    /// A group's default is its broker key's where there is one, and stands among its synonyms.
    fn group_entry(&self, key: &Key, overrides: &Properties) -> Entry {
        let mut shown = self.override_entry(key, overrides, Source::Group);
        if key.broker_key.is_none() {
            let name = key.name.to_owned();
            let value = key.default.map(str::to_owned);
            shown.synonyms.push(Synonym {
                name,
                value,
                source: Source::Default,
            });
        }
        shown
    }

    /// What competes for `name` in the layers, strongest layer first. A list that does not reach
    /// `name` itself is no list: Kafka shows no synonyms for `log.retention.ms` where only the
    /// default of `log.retention.hours` is in force.
    fn synonyms(&self, name: &str, names: &[&str], sensitive: bool) -> Vec<Synonym> {
        let shown = |text: &str| Some(text.to_owned()).filter(|_| !sensitive);
        let layers = [
            (&self.per_broker, Source::DynamicBroker),
            (&self.cluster, Source::DynamicDefaultBroker),
            (&self.fixed, Source::StaticBroker),
        ];
        let set = layers.into_iter().flat_map(|(layer, source)| {
            names.iter().filter_map(move |name| {
                let value = shown(layer.get(*name)?);
                Some(Synonym {
                    name: (*name).to_owned(),
                    value,
                    source,
                })
            })
        });
        let defaults = names.iter().filter_map(|name| {
            let value = shown(exact_broker_key(name)?.default?);
            Some(Synonym {
                name: (*name).to_owned(),
                value,
                source: Source::Default,
            })
        });
        set.chain(defaults)
            .skip_while(|synonym| synonym.name != name)
            .collect()
    }
}

fn entry(key: &Key, value: Option<String>, source: Source, synonyms: Vec<Synonym>) -> Entry {
    Entry {
        name: key.name.to_owned(),
        value,
        source,
        read_only: false,
        sensitive: key.sensitive(),
        kind: Some(key.kind),
        synonyms,
        doc: Some(key.doc),
    }
}

#[cfg(test)]
mod tests;
