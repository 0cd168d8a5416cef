//! The set against a model of it.

use proptest::prelude::*;

use super::{Gap, Ranges};

/// Bytes of the model.
const MODEL: usize = 64;

fn of(model: &[bool; MODEL]) -> (u64, Vec<std::ops::Range<u64>>) {
    let low = model.iter().position(|&is_in| !is_in).unwrap_or(MODEL);
    let mut above = Vec::new();
    let mut at = low;
    while at < MODEL {
        let start = (at..MODEL).find(|&i| model[i]).unwrap_or(MODEL);
        let end = (start..MODEL).find(|&i| !model[i]).unwrap_or(MODEL);
        if start < end {
            above.push(start as u64..end as u64);
        }
        at = end.max(start);
    }
    (low as u64, above)
}

proptest! {
    #[test]
    fn it_is_the_set_of_what_was_inserted(
        inserts in prop::collection::vec((0..MODEL as u64, 0..12_u64), 0..40),
        from in 0..MODEL as u64,
        removed in (0..MODEL as u64, 0..12_u64),
    ) {
        let mut model = [false; MODEL];
        let mut ranges = Ranges::default();
        for (start, length) in inserts {
            let end = (start + length).min(MODEL as u64);
            let before = ranges.low_water();
            let moved = ranges.insert(start, end);
            prop_assert_eq!(moved, ranges.low_water() != before);
            for byte in start..end {
                model[usize::try_from(byte).unwrap()] = true;
            }
        }
        let (low, above) = of(&model);
        prop_assert_eq!(ranges.low_water(), low);
        prop_assert_eq!(ranges.above().collect::<Vec<_>>(), above);
        prop_assert_eq!(ranges.bytes(), model.iter().filter(|&&is_in| is_in).count() as u64);
        let below = usize::try_from(from).unwrap();
        let missing = model[..below].iter().filter(|&&is_in| !is_in).count() as u64;
        prop_assert_eq!(ranges.missing_below(from), missing);
        let start = (below..MODEL).find(|&i| !model[i]);
        if let Some(start) = start {
            let end = (start..MODEL).find(|&i| model[i]).map(|end| end as u64);
            prop_assert_eq!(ranges.gap_from(from), Gap { start: start as u64, end });
        }
        let (start, end) = (removed.0, (removed.0 + removed.1).min(MODEL as u64));
        let mut fewer = ranges.clone();
        fewer.remove(start, end);
        let mut rest = model;
        for byte in start..end {
            rest[usize::try_from(byte).unwrap()] = false;
        }
        let (low, above) = of(&rest);
        prop_assert_eq!((fewer.low_water(), fewer.above().collect::<Vec<_>>()), (low, above));
        let mut twice = ranges.clone();
        twice.insert_all(&ranges);
        prop_assert_eq!(twice, ranges);
    }
}
