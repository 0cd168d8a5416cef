//! Whether a family of theirs is ours, too: read between two scrapes of ours.

use std::collections::BTreeMap;

use super::differences::{self, Kind};
use super::text::{Family, Series};
use crate::tools::Release;

/// Three scrapes, one after another.
pub(super) struct Round {
    pub(super) before: BTreeMap<String, Family>,
    pub(super) theirs: BTreeMap<String, Family>,
    pub(super) after: BTreeMap<String, Family>,
}

#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    Agrees,
    Differs(String),
}

/// Sums of floating point numbers end differently.
const ROUNDING: f64 = 1e-9;

pub(super) fn family(round: &Round, name: &str, release: Release) -> Verdict {
    let allowed = |kind| differences::is_allowed(name, release, kind);
    if allowed(Kind::Missing) {
        return Verdict::Agrees;
    }
    let (Some(theirs), Some(after)) = (round.theirs.get(name), round.after.get(name)) else {
        return Verdict::Differs("we do not report it".into());
    };
    let before = round.before.get(name).unwrap_or(after);
    if theirs.kind != after.kind && !allowed(Kind::Type) {
        return Verdict::Differs(format!("type {} is {} with us", theirs.kind, after.kind));
    }
    if theirs.help != after.help && !allowed(Kind::Help) {
        return Verdict::Differs(format!(
            "help `{}` is `{}` with us",
            theirs.help, after.help
        ));
    }
    let aside = differences::labels_aside(name, release);
    let [before, theirs, after] = [before, theirs, after].map(|family| family.without(&aside));
    match samples(name, &before, &theirs, &after, release) {
        None => Verdict::Agrees,
        Some(why) => Verdict::Differs(why),
    }
}

/// What is wrong with the first sample that is.
fn samples(
    name: &str,
    before: &Family,
    theirs: &Family,
    after: &Family,
    release: Release,
) -> Option<String> {
    let series_differ = differences::is_allowed(name, release, Kind::Series);
    let gone =
        |key: &&Series| before.samples.contains_key(*key) && !theirs.samples.contains_key(*key);
    if let Some(extra) = after.samples.keys().find(gone)
        && !series_differ
    {
        return Some(format!("only we have {extra}"));
    }
    if differences::is_allowed(name, release, Kind::Value) {
        return None;
    }
    let slack = differences::slack(name, &theirs.kind);
    theirs.samples.iter().find_map(|(key, value)| {
        let ours = [before, after].map(|family| family.samples.get(key));
        let values: Vec<f64> = ours.into_iter().flatten().copied().collect();
        if values.is_empty() {
            return (!series_differ).then(|| format!("we do not have {key}"));
        }
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let room = slack.absolute + (slack.relative + ROUNDING) * value.abs();
        let is_between = low - room <= *value && *value <= high + room;
        let is_nan = value.is_nan() && values.iter().all(|value| value.is_nan());
        let told = || format!("{key} is {value} and with us {low} to {high}");
        (!is_between && !is_nan).then(told)
    })
}

#[cfg(test)]
mod tests;
