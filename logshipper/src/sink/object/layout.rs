//! MSK's layout of broker logs:
//!
//! ```text
//! [prefix/]AWSLogs/<account>/KafkaBrokerLogs/<region>/<cluster>-<uuid>/<yyyy-MM-dd-HH>/Broker-<id>_<HH-mm>_<8 hex>.log.gz
//! ```
//!
//! The time is UTC, and that of the object's first event.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::body::Compression;
use super::name::Spans;
use crate::batch::Batch;
use crate::sink::table::About;

/// Below the prefix everything is in here.
pub const ROOT: &str = "AWSLogs";

/// Where the objects of a broker are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Up to the folder of the hour, with a slash at its end.
    folder: String,
    /// `Broker-1_`.
    broker: String,
    compression: Compression,
}

impl Layout {
    /// The layout of a broker below `prefix`.
    pub fn new(prefix: &str, about: &About, region: &str, compression: Compression) -> Self {
        let prefix = prefix.trim_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        let (name, uuid) = (part(&about.cluster_name), part(&about.cluster_uuid));
        let dash = if uuid.is_empty() { "" } else { "-" };
        let (account, region) = (part(&about.account), part(region));
        Self {
            folder: format!(
                "{prefix}{slash}{ROOT}/{account}/KafkaBrokerLogs/{region}/{name}{dash}{uuid}/"
            ),
            broker: format!("Broker-{}_", part(&about.broker_id)),
            compression,
        }
    }

    /// The name of what is made of a batch; none of one without events.
    pub fn plan(&self, batch: &Batch) -> Option<Arc<str>> {
        let first = batch.events().first()?;
        let digits = Spans::of(batch).digits();
        Some(Arc::from(self.name(first.timestamp_ms, digits)))
    }

    /// What is made of events the first of which happened then; `digits` tell it from others of that minute.
    pub fn name(&self, first_ms: i64, digits: u32) -> String {
        let time = Timestamp::from_millisecond(first_ms).unwrap_or_default();
        let time = Offset::UTC.to_datetime(time);
        let hour = time.strftime("%Y-%m-%d-%H");
        let minute = time.strftime("%H-%M");
        let (folder, broker) = (&self.folder, &self.broker);
        let ending = self.compression.ending();
        format!("{folder}{hour}/{broker}{minute}_{digits:08x}.log{ending}")
    }

    /// Up to the folder of the hour.
    pub fn folder(&self) -> &str {
        &self.folder
    }

    /// Whether a file in a folder of an hour has a name that this layout gives, whatever its compression.
    pub fn is_ours(&self, hour: &str, file: &str) -> bool {
        let shaped = |text: &str, shape: &str| {
            let digit = |(c, s): (char, char)| match s {
                '0' => c.is_ascii_digit(),
                'x' => matches!(c, '0'..='9' | 'a'..='f'),
                s => c == s,
            };
            text.len() == shape.len() && text.chars().zip(shape.chars()).all(digit)
        };
        let rest = file.strip_prefix(&self.broker);
        let rest = rest.and_then(|rest| rest.split_once(".log"));
        let is_file = rest.is_some_and(|(stem, ending)| {
            shaped(stem, "00-00_xxxxxxxx") && Compression::ALL.iter().any(|c| c.ending() == ending)
        });
        is_file && shaped(hour, "0000-00-00-00")
    }
}

/// A part of a path cannot make another folder.
fn part(text: &str) -> String {
    match text {
        "." | ".." => "_".repeat(text.len()),
        text => text.replace(['/', '\0'], "_"),
    }
}

#[cfg(test)]
mod tests;
