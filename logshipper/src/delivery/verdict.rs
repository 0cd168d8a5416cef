//! What an outcome means for a batch: what is dealt with, what is to be sent again, and what was wrong. Pure.

use std::collections::{HashMap, HashSet};

use crate::batch::Batch;
use crate::position::{FileKey, Span};
use crate::sink::{Outcome, Trouble, TroubleClass};

/// What an outcome means.
#[derive(Debug)]
pub struct Verdict {
    /// What is dealt with.
    pub settled: Vec<Span>,
    /// How many events of each file that is.
    pub counts: HashMap<FileKey, u64>,
    /// How many of them the sink has: not the dead letters.
    pub delivered_events: u64,
    /// Their bytes in the files.
    pub delivered_bytes: u64,
    /// What is to be sent instead of the batch; with a trouble and nothing here, the batch itself.
    pub again: Vec<Batch>,
    /// What was wrong.
    pub trouble: Option<Trouble>,
    /// Whether the name under which it was planned is of no more use.
    pub ends_plan: bool,
    /// Whether all of it is dealt with.
    pub is_whole: bool,
}

/// What an outcome means for a batch. Indices that it does not have are passed over.
pub fn judge(batch: &Batch, outcome: Outcome) -> Verdict {
    match outcome {
        Outcome::Delivered { rejected } => {
            let dead: HashSet<usize> = rejected.into_iter().map(|(index, _)| index).collect();
            Verdict {
                is_whole: true,
                ends_plan: true,
                ..settled(batch, &HashSet::new(), &dead)
            }
        }
        Outcome::Partial { remaining, trouble } => {
            let remaining: HashSet<usize> = remaining.into_iter().collect();
            let mut again: Vec<usize> = remaining.iter().copied().collect();
            again.sort_unstable();
            let rest = batch.subset(again);
            match rest.is_empty() {
                // A sink that gives a reason and nothing to send again has taken all of it.
                true => judge(
                    batch,
                    Outcome::Delivered {
                        rejected: Vec::new(),
                    },
                ),
                false => Verdict {
                    again: vec![rest],
                    trouble: Some(trouble),
                    ends_plan: true,
                    ..settled(batch, &remaining, &HashSet::new())
                },
            }
        }
        Outcome::Failed(trouble) => {
            let halves = match trouble.class {
                TroubleClass::Data => batch.halves(),
                _ => None,
            };
            Verdict {
                settled: Vec::new(),
                counts: HashMap::new(),
                delivered_events: 0,
                delivered_bytes: 0,
                ends_plan: halves.is_some(),
                again: halves
                    .map(|(first, second)| vec![first, second])
                    .unwrap_or_default(),
                trouble: Some(trouble),
                is_whole: false,
            }
        }
    }
}

/// All but `remaining` is dealt with, `dead` of it by being kept as dead letters.
fn settled(batch: &Batch, remaining: &HashSet<usize>, dead: &HashSet<usize>) -> Verdict {
    let indices = || (0..batch.events().len()).filter(|index| !remaining.contains(index));
    let mut spans: Vec<Span> = Vec::new();
    let (mut delivered_events, mut delivered_bytes) = (0, 0);
    let mut counts: HashMap<FileKey, u64> = HashMap::new();
    let mut run: Option<(FileKey, u64)> = None;
    for index in indices() {
        let Some(event) = batch.events().get(index) else {
            continue;
        };
        if !dead.contains(&index) {
            delivered_events += 1;
            delivered_bytes += event.span.bytes();
        }
        match &mut run {
            // Mostly the events of one file come together.
            Some((file, count)) if *file == event.span.file => *count += 1,
            _ => {
                if let Some((file, count)) = run.replace((event.span.file, 1)) {
                    *counts.entry(file).or_default() += count;
                }
            }
        }
        match spans.last_mut() {
            Some(last) if last.file == event.span.file && last.end == event.span.start => {
                last.end = event.span.end;
            }
            _ => spans.push(event.span),
        }
    }
    if let Some((file, count)) = run {
        *counts.entry(file).or_default() += count;
    }
    Verdict {
        settled: spans,
        counts,
        delivered_events,
        delivered_bytes,
        again: Vec::new(),
        trouble: None,
        ends_plan: false,
        is_whole: false,
    }
}

#[cfg(test)]
mod tests;
