//! Metrics in requests that CloudWatch takes.

use std::collections::VecDeque;

use aws::cloudwatch::Datum;

use crate::aggregate::Metric;

/// Metrics in one request.
const METRICS_MAX: usize = 1000;
/// Pairs of value and count in one metric; more of them are one more metric of the same identity and time,
/// which CloudWatch puts together again.
const PAIRS_MAX: usize = 150;
/// One megabyte, whichever kind, less what stands around the metrics.
const BYTES_MAX: usize = 999_000;

/// What goes in one request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Batch {
    pub(crate) data: Vec<Datum>,
}

/// The requests for these metrics, in their order.
pub(crate) fn batches(
    metrics: Vec<Metric>,
    timestamp_ms: i64,
    is_high_resolution: bool,
) -> VecDeque<Batch> {
    let mut batches = VecDeque::new();
    let mut data: Vec<Datum> = Vec::new();
    let mut bytes = 0;
    for metric in metrics {
        for values in metric.values.chunks(PAIRS_MAX) {
            let datum = datum(&metric, values, timestamp_ms, is_high_resolution);
            let more = datum.bytes_max();
            if !data.is_empty() && (data.len() >= METRICS_MAX || bytes + more > BYTES_MAX) {
                let data = std::mem::take(&mut data);
                batches.push_back(Batch { data });
                bytes = 0;
            }
            bytes += more;
            data.push(datum);
        }
    }
    if !data.is_empty() {
        batches.push_back(Batch { data });
    }
    batches
}

fn datum(
    metric: &Metric,
    values: &[(f64, f64)],
    timestamp_ms: i64,
    is_high_resolution: bool,
) -> Datum {
    let dimensions = metric.identity.dimensions.iter();
    Datum {
        name: metric.identity.name.to_string(),
        dimensions: dimensions
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        unit: metric.unit.as_str(),
        timestamp_ms,
        values: values.to_vec(),
        is_high_resolution,
    }
}

impl Batch {
    /// Both halves; `None` for the second where there is only one datum.
    pub(crate) fn halves(mut self) -> (Self, Option<Self>) {
        let middle = self.data.len().div_ceil(2);
        let second = self.data.split_off(middle);
        let second = (!second.is_empty()).then_some(Self { data: second });
        (self, second)
    }
}

#[cfg(test)]
mod tests;
