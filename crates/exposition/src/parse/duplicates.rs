//! The same name with the same labels (in any order) at the same time, twice.
//!
//! Sorted rather than hashed: no collision to be wrong about, and none for a stranger to provoke.

use super::{Collected, ParseError, Problem, at, excerpt};
use crate::family::{Label, Sample};

type Key<'a> = (&'static str, Vec<&'a Label>, Option<i64>);

/// The first sample that repeats an earlier one of its family.
pub(super) fn refuse(families: &[Collected]) -> Result<(), ParseError> {
    for Collected { family, lines } in families {
        let mut keys: Vec<(Key<'_>, usize)> = Vec::with_capacity(lines.len());
        keys.extend(family.samples.iter().map(key).zip(lines.iter().copied()));
        keys.sort_unstable();
        let repeats = keys.windows(2).filter_map(|pair| match pair {
            [(one, _), (other, line)] if one == other => Some((*line, one.0)),
            _ => None,
        });
        if let Some((line, suffix)) = repeats.min() {
            let name = format!("{}{suffix}", family.name);
            return Err(at(line)(Problem::Duplicate(excerpt(&name))));
        }
    }
    Ok(())
}

fn key(sample: &Sample) -> Key<'_> {
    let mut labels: Vec<&Label> = sample.labels.iter().collect();
    labels.sort_unstable();
    (sample.suffix, labels, sample.timestamp_ms)
}
