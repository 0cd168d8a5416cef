//! Keys that are given and do nothing, because no sink is of their kind: mostly the sink is misspelled or was forgotten.
//!
//! They are no errors: a file may keep them while its sink is out for a while, and one with all defaults has all of them.

use service::flags::{Flag, Values};

use super::{SinkConfig, flags};
use crate::sink::table::SINKS;

/// Kinds that ask nobody.
const LOCAL: [&str; 2] = ["directory", "stdout"];

/// A sentence for each kind.
pub(super) fn warnings(values: &Values, sinks: &[SinkConfig]) -> Vec<String> {
    let is_there = |name: &str| sinks.iter().any(|sink| sink.kind == name);
    let kinds = SINKS.iter().filter(|kind| !is_there(kind.name));
    let of_kinds = kinds.filter_map(|kind| {
        let keys = set(values, &(kind.flags)())?;
        Some(format!(
            "{keys}: no sink is of that kind, so that nothing comes of it; add --sink {}, or take it out",
            kind.spelling()
        ))
    });
    let is_local = sinks.iter().all(|sink| LOCAL.contains(&sink.kind));
    let of_aws = set(values, &[&flags::ROLE_ARN, &flags::ENDPOINT_URL]);
    let of_aws = of_aws.filter(|_| is_local).map(|keys| {
        format!("{keys}: no sink is of AWS, so that nothing comes of it; add one, or take it out")
    });
    of_kinds.chain(of_aws).collect()
}

/// Those that somebody gave another value than their default.
fn set(values: &Values, flags: &[&'static Flag]) -> Option<String> {
    let is_set = |flag: &&&Flag| values.text(flag) != flag.default_text();
    let names: Vec<_> = flags.iter().filter(is_set).map(|flag| flag.name).collect();
    (!names.is_empty()).then(|| names.join(", "))
}
