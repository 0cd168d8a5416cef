//! MBeans as Amazon CloudWatch metrics, in MSK's names, dimensions and units.
//!
//! `table` says which attribute is which metric. What matched is kept for each section of beans, so that a
//! period costs as much as there is to publish. A bean that is not there is a metric that is not published:
//! nothing is made up.

mod listeners;
mod matched;
mod row;
mod table;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloudwatch::{Datum, Deltas, Level, Metrics, Settings, dimension};

use crate::collector::{Asked, Collector};
use crate::source::{Reading, SectionId};
use listeners::Listeners;
use matched::{Match, MatchedSection};
use row::{Combine, Dimension, Row};

/// A period is a minute; sources answer in milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a publisher asks.
#[derive(Debug)]
pub(crate) struct JmxMetrics {
    collector: Arc<Collector>,
    cluster_name: String,
    broker_id: String,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By source and section, of the last reading.
    sections: HashMap<(usize, SectionId), MatchedSection>,
    deltas: Deltas,
}

impl JmxMetrics {
    pub(crate) fn new(collector: Arc<Collector>, settings: &Settings) -> Self {
        Self {
            collector,
            cluster_name: settings.cluster_name.clone(),
            broker_id: settings.broker_id.clone(),
            state: Mutex::default(),
        }
    }

    fn data(&self, asked: &[Asked], level: Level) -> Vec<Datum> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let State { sections, deltas } = &mut *state;
        update(sections, asked);
        let is_whole = asked.iter().all(|asked| asked.reading.is_ok());
        let listeners = Listeners::of(sections.values());
        let mut joined = Joined::default();
        let mut data = Vec::new();
        let mut claimed = HashSet::new();
        for (value_of, found) in values(sections, asked) {
            let row = found.row;
            if row.level > level || !claimed.insert((&*found.bean, row.metric, row.attribute)) {
                continue;
            }
            let Some(dimensions) = self.dimensions(found, &listeners) else {
                continue;
            };
            let value = value_of(found.place);
            match row.combine {
                // A mean of nothing is no number, and so no metric.
                Combine::Each if value.is_nan() => {}
                Combine::Each => {
                    let mut datum = Datum::new(row.metric, row.level, row.unit, value);
                    datum.dimensions = dimensions;
                    data.push(datum);
                }
                // Half a sum is a wrong one.
                _ if !is_whole => {}
                combine => {
                    let weight = found.weight_place.map_or(1.0, value_of);
                    joined.add(found, dimensions, (value, weight), combine, deltas);
                }
            }
        }
        data.extend(joined.data());
        if is_whole {
            let names: HashSet<String> = sections
                .values()
                .flat_map(MatchedSection::delta_names)
                .collect();
            deltas.retain(|name| names.contains(name));
        }
        data
    }

    /// `None` where the metric is not published for this one: a listener that is not for clients or where they log in
    /// otherwise, a group that MSK leaves out.
    fn dimensions(&self, found: &Match, listeners: &Listeners) -> Option<Dimensions> {
        let mut dimensions = Vec::with_capacity(4);
        for wanted in found.row.dimensions {
            dimensions.push(match wanted {
                Dimension::Cluster => (dimension::CLUSTER_NAME, self.cluster_name.clone()),
                Dimension::Broker => (dimension::BROKER_ID, self.broker_id.clone()),
                Dimension::Topic => (dimension::TOPIC, found.property("topic")?),
                Dimension::Partition => (dimension::PARTITION, found.property("partition")?),
                Dimension::Group => {
                    let group = found.property("groupId")?;
                    if group.contains(':') || !group.is_ascii() {
                        return None;
                    }
                    (dimension::CONSUMER_GROUP, group)
                }
                Dimension::ClientAuthentication => {
                    let listener = found.property("listener")?;
                    let kind = listeners.client_authentication(&listener)?;
                    (dimension::CLIENT_AUTHENTICATION, kind.to_owned())
                }
            });
        }
        if found.row.is_for_clients && !listeners.is_for_clients(&found.property("listener")?) {
            return None;
        }
        if let Some(wanted) = found.row.only_where
            && listeners.client_authentication(&found.property("listener")?) != Some(wanted)
        {
            return None;
        }
        Some(dimensions)
    }
}

impl Metrics for JmxMetrics {
    async fn collect(&self, level: Level) -> Vec<Datum> {
        let asked = self.collector.read(PATIENCE).await;
        self.data(&asked, level)
    }
}

/// Names and values.
type Dimensions = Vec<(&'static str, String)>;

/// Metrics that several beans make together, by name and dimensions.
#[derive(Default)]
struct Joined(BTreeMap<(&'static str, Dimensions), Sum>);

struct Sum {
    row: &'static Row,
    total: f64,
    weight: f64,
}

impl Joined {
    fn add(
        &mut self,
        found: &Match,
        dimensions: Dimensions,
        (value, weight): (f64, f64),
        combine: Combine,
        deltas: &mut Deltas,
    ) {
        let value = match combine {
            Combine::Growth => match deltas.take(&found.delta_name(), value) {
                Some(growth) => growth,
                None => return,
            },
            _ => value,
        };
        if value.is_nan() || weight.is_nan() {
            return;
        }
        let new = Sum {
            row: found.row,
            total: 0.0,
            weight: 0.0,
        };
        let sum = self.0.entry((found.row.metric, dimensions)).or_insert(new);
        match combine {
            Combine::Mean => {
                sum.total += value * weight;
                sum.weight += weight;
            }
            Combine::Any => sum.total = 1.0,
            _ => sum.total += value,
        }
    }

    fn data(self) -> impl Iterator<Item = Datum> {
        self.0.into_iter().filter_map(|((_, dimensions), sum)| {
            let Sum { row, total, weight } = sum;
            let value = match row.combine {
                Combine::Mean if weight == 0.0 => return None,
                Combine::Mean => total / weight,
                _ => total,
            };
            let mut datum = Datum::new(row.metric, row.level, row.unit, value);
            datum.dimensions = dimensions;
            Some(datum)
        })
    }
}

/// Brings what matched to the sections of this reading. A source that gave nothing keeps what it had.
fn update(sections: &mut HashMap<(usize, SectionId), MatchedSection>, asked: &[Asked]) {
    let mut current = HashSet::new();
    for (source, asked) in asked.iter().enumerate() {
        let Ok(reading) = &asked.reading else {
            current.extend(sections.keys().filter(|(of, _)| *of == source));
            continue;
        };
        for section in &reading.sections {
            let key = (source, section.id);
            current.insert(key);
            let is_same = sections
                .get(&key)
                .is_some_and(|known| known.number == section.number);
            if !is_same {
                sections.insert(key, MatchedSection::of(section));
            }
        }
    }
    sections.retain(|key, _| current.contains(key));
}

/// Every match with what reads its values, in the order of the sources.
fn values<'a>(
    sections: &'a HashMap<(usize, SectionId), MatchedSection>,
    asked: &'a [Asked],
) -> impl Iterator<Item = (impl Fn(usize) -> f64 + Copy + 'a, &'a Match)> {
    let readings = asked.iter().enumerate();
    let readings =
        readings.filter_map(|(source, asked)| Some((source, asked.reading.as_ref().ok()?)));
    readings.flat_map(move |(source, reading): (usize, &Reading)| {
        reading.sections.iter().flat_map(move |section| {
            let matched = sections.get(&(source, section.id));
            let first = section.first_value;
            let value_of = move |place: usize| {
                reading
                    .values
                    .get(first + place)
                    .copied()
                    .unwrap_or(f64::NAN)
            };
            let matches = matched.into_iter().flat_map(|matched| &matched.matches);
            matches.map(move |found| (value_of, found))
        })
    })
}

#[cfg(test)]
mod tests;
