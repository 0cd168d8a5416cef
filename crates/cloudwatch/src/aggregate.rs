//! From what the exporter gave to what is published in one period: checked, filtered, put together, capped.
//!
//! Values of one metric in one period become pairs of value and count, which keeps every statistic and percentile.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::datum::{Datum, Illegal, Unit, dimension};
use crate::level::Level;
use crate::settings::Settings;

/// One metric in one period.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Metric {
    pub(crate) level: Level,
    pub(crate) identity: Identity,
    pub(crate) unit: Unit,
    /// Ascending, each value once, with how often it occurred.
    pub(crate) values: Vec<(f64, f64)>,
}

/// What CloudWatch tells metrics apart by: the name, and the dimensions in whatever order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    pub(crate) name: Cow<'static, str>,
    pub(crate) dimensions: Vec<(&'static str, String)>,
}

/// A period.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Period {
    /// By level, then by identity.
    pub(crate) metrics: Vec<Metric>,
    /// Metrics beyond the cap.
    pub(crate) capped: usize,
    /// Values that CloudWatch would refuse, and one of them to show.
    pub(crate) illegal: usize,
    pub(crate) illegal_example: Option<(String, Illegal)>,
}

/// Puts together what is published of `data` under these settings.
pub(crate) fn aggregate(data: Vec<Datum>, settings: &Settings) -> Period {
    let mut period = Period::default();
    let mut metrics: BTreeMap<Identity, (Level, Unit, Vec<f64>)> = BTreeMap::new();
    for mut datum in data {
        if datum.level > settings.level || !is_wanted(&datum, settings) {
            continue;
        }
        if let Err(illegal) = datum.check() {
            period.illegal += 1;
            period
                .illegal_example
                .get_or_insert_with(|| (datum.name.to_string(), illegal));
            continue;
        }
        datum.dimensions.sort_unstable();
        let identity = Identity {
            name: datum.name,
            dimensions: datum.dimensions,
        };
        let entry = metrics
            .entry(identity)
            .or_insert((datum.level, datum.unit, Vec::new()));
        entry.0 = entry.0.min(datum.level);
        // A negative zero would be a value of its own.
        entry.2.push(datum.value + 0.0);
    }
    let together = metrics
        .into_iter()
        .map(|(identity, (level, unit, values))| Metric {
            level,
            identity,
            unit,
            values: pairs(values),
        });
    period.metrics.extend(together);
    // Stable: within a level they stay in the order of identities.
    period.metrics.sort_by_key(|metric| metric.level);
    period.capped = period.metrics.len().saturating_sub(settings.max_metrics);
    period.metrics.truncate(settings.max_metrics);
    period
}

/// The allow-lists: they concern what has a topic or a group.
fn is_wanted(datum: &Datum, settings: &Settings) -> bool {
    let topic = datum.dimension(dimension::TOPIC);
    let group = datum.dimension(dimension::CONSUMER_GROUP);
    topic.is_none_or(|topic| settings.topics.is_match(topic))
        && group.is_none_or(|group| settings.groups.is_match(group))
}

fn pairs(mut values: Vec<f64>) -> Vec<(f64, f64)> {
    values.sort_unstable_by(f64::total_cmp);
    let mut pairs: Vec<(f64, f64)> = Vec::new();
    for value in values {
        match pairs.last_mut() {
            Some((last, count)) if *last == value => *count += 1.0,
            _ => pairs.push((value, 1.0)),
        }
    }
    pairs
}

#[cfg(test)]
mod tests;
