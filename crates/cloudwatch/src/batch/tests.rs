//! Every request is within the limits, and together they hold everything.

use super::{BYTES_MAX, METRICS_MAX, PAIRS_MAX, batches};
use crate::aggregate::{Identity, Metric};
use crate::datum::Unit;
use crate::level::Level;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

fn metric(name: usize, dimension_bytes: usize, pairs: usize) -> Metric {
    Metric {
        level: Level::Basic,
        identity: Identity {
            name: format!("m{name}").into(),
            dimensions: vec![("Topic", "t".repeat(dimension_bytes.max(1)))],
        },
        unit: Unit::Count,
        values: (0..pairs.max(1)).map(|value| (value as f64, 2.0)).collect(),
    }
}

#[test]
fn requests_are_filled_up_to_each_limit() {
    for (count, bytes, pairs, expected) in [
        (0, 1, 1, 0),
        (1000, 1, 1, 1),
        (1001, 1, 1, 2),
        (1, 1, 150, 1),
        (1, 1, 150_001, 3),
        (2000, 1024, 1, 3),
    ] {
        let metrics = (0..count).map(|name| metric(name, bytes, pairs)).collect();
        let batches = batches(metrics, 60_000, false);
        assert_eq!(
            batches.len(),
            expected,
            "{count} of {bytes} bytes and {pairs} pairs"
        );
    }
}

#[test]
fn halves_have_everything_in_order() {
    let batch = |count| {
        let metrics = (0..count).map(|name| metric(name, 1, 1)).collect();
        batches(metrics, 0, false).pop_front().unwrap()
    };
    for count in [1, 2, 3, 1000] {
        let (first, second) = batch(count).halves();
        assert_eq!(second.is_none(), count == 1);
        let both: Vec<_> = first
            .data
            .into_iter()
            .chain(second.into_iter().flat_map(|half| half.data))
            .collect();
        assert_eq!(both, batch(count).data);
    }
}

proptest! {
    #[test]
    fn no_request_is_too_large_and_nothing_is_left_out(sizes: Vec<(u16, u16)>) {
        let metrics: Vec<Metric> = sizes.iter().enumerate()
            .map(|(name, (bytes, pairs))| metric(name, usize::from(bytes % 1024), usize::from(pairs % 700)))
            .collect();
        let pairs: usize = metrics.iter().map(|metric| metric.values.len()).sum();
        let batches = batches(metrics, 60_000, true);
        let mut found = 0;
        for batch in &batches {
            prop_assert!(!batch.data.is_empty() && batch.data.len() <= METRICS_MAX);
            prop_assert!(batch.data.iter().map(|datum| datum.bytes_max()).sum::<usize>() <= BYTES_MAX);
            for datum in &batch.data {
                prop_assert!(!datum.values.is_empty() && datum.values.len() <= PAIRS_MAX);
                prop_assert_eq!(datum.timestamp_ms, 60_000);
                found += datum.values.len();
            }
        }
        prop_assert_eq!(found, pairs);
    }
}
